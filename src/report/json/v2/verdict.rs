//! Verdicts and severities.

use serde::{Deserialize, Serialize};

use super::super::conversion::both_ways;
use crate::report::{severity, verdict};

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
    /// It is rejected at the end of every token, and back after a restart or with the next one.
    #[serde(rename = "recurring")]
    Recurring,
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

both_ways!(enum Verdict, verdict::Verdict {
    Rejected, Expired, Frozen, Recurring, Undecided, RefreshingLate, Gone,
});
both_ways!(enum Severity, severity::Severity { Notice, Warning, Critical });
