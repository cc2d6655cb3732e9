//! Verdicts and severities.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a holder's evidence means; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Verdict {
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

impl Verdict {
    /// Every verdict, the worst first.
    pub const ALL: [Self; 6] = [
        Self::Rejected,
        Self::Expired,
        Self::Frozen,
        Self::Undecided,
        Self::RefreshingLate,
        Self::Gone,
    ];

    /// The verdict's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Frozen => "frozen",
            Self::Undecided => "undecided",
            Self::RefreshingLate => "refreshing late",
            Self::Gone => "gone",
        }
    }

    /// Whether nothing has to be done: such findings are listed apart.
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::RefreshingLate | Self::Gone)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// How urgent a finding is; harmless ones have no severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Rejected within a month.
    Warning,
    /// Rejected already, or within a week.
    Critical,
}

impl Severity {
    /// The severity's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
