//! When a token is rejected, in words that show how certain that is: a token capped at 24 hours
//! expires at a known time, one of 90 days at some time from its last day on, and without the
//! cluster's version the date is the earlier of the two.

use chrono_tz::Tz;

use super::time_format::minute;
use crate::report::finding::{Finding, HolderFinding};
use crate::report::token_lifetime::TokenLifetime;

/// Stands behind a date that is assumed.
pub const ASSUMED: &str = "?";

/// `rejected at` where that is the moment, else `rejected from`.
pub fn rejected(lifetime: TokenLifetime) -> &'static str {
    match lifetime.is_exact() {
        true => "rejected at",
        false => "rejected from",
    }
}

/// A holder's date, with a mark where it is assumed: `2026-09-10 12:02`, `2026-09-10 12:02?`.
pub fn date(holder: &HolderFinding, time_zone: Tz) -> String {
    let mark = match holder.lifetime.is_assumed() {
        true => ASSUMED,
        false => "",
    };
    format!("{}{mark}", minute(holder.rejected_from, time_zone))
}

/// How a column of dates is headed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Every date is the moment of rejection.
    At,
    /// Every date is the earliest.
    From,
    /// There are both, so each says which it is.
    Mixed,
}

impl Column {
    /// The column for these findings.
    pub fn of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let (mut exact, mut earliest) = (false, false);
        for finding in findings {
            match finding.lead().lifetime.is_exact() {
                true => exact = true,
                false => earliest = true,
            }
        }
        match (exact, earliest) {
            (true, true) => Self::Mixed,
            (true, false) => Self::At,
            (false, _) => Self::From,
        }
    }

    /// Its heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::At => "Rejected at",
            Self::From => "Rejected from",
            Self::Mixed => "Rejected",
        }
    }

    /// What the words before its dates mean, where there are any.
    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::At | Self::From => None,
            Self::Mixed => Some("at: exact time of rejection; from: the earliest"),
        }
    }

    /// Characters that [`Column::before`] takes at most.
    pub fn room(self) -> usize {
        match self {
            Self::At | Self::From => 0,
            Self::Mixed => "from ".len(),
        }
    }

    /// The word before a holder's date in it.
    pub fn before(self, holder: &HolderFinding) -> &'static str {
        match (self, holder.lifetime.is_exact()) {
            (Self::At | Self::From, _) => "",
            (Self::Mixed, true) => "at ",
            (Self::Mixed, false) => "from ",
        }
    }
}
