//! Verdicts, severities and the token lifetime.

use serde::{Deserialize, Serialize};

/// What a holder's evidence means; the worst first.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) enum Verdict {
    /// The API server rejects it already.
    #[serde(rename = "rejected")]
    Rejected,
    /// Its token ran out, and nothing was accepted since.
    #[serde(rename = "expired")]
    Expired,
    /// It never reads its token again and will be rejected.
    #[serde(rename = "frozen")]
    Frozen,
    /// Too soon to tell.
    #[serde(rename = "undecided")]
    Undecided,
    /// It reads its token again, though late: harmless.
    #[serde(rename = "refreshing late")]
    RefreshingLate,
    /// It was not seen for the last day of the window: a pod that was replaced, a job that ended.
    #[serde(rename = "gone")]
    Gone,
}

/// How urgent a finding is; harmless ones have no severity.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// Worth knowing.
    Notice,
    /// Rejected within a month.
    Warning,
    /// Rejected already, or within a week.
    Critical,
}

/// A token lifetime and where it was learnt.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TokenLifetime {
    /// Seconds from a token's issue to its earliest rejection.
    pub(super) seconds: i64,
    /// Who says so.
    pub(super) source: LifetimeSource,
}

/// Where a token lifetime comes from.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum LifetimeSource {
    /// The EKS user guide, page "Kubernetes service accounts": 90 days.
    AwsDocumentation,
    /// The operator.
    CommandLine,
}
