//! How urgent something is.

use std::fmt;

use chrono::TimeDelta;

/// How urgent a finding is; harmless ones have no severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// Rejected within a month.
    Warning,
    /// Rejected already, or within a week.
    Critical,
}

impl Severity {
    /// Every severity, the most urgent first.
    pub const ALL: [Self; Self::Critical as usize + 1] =
        [Self::Critical, Self::Warning, Self::Notice];

    /// The severity's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    /// A holder that is rejected within this many days has this severity; `None` for any number.
    pub const fn within_days(self) -> Option<i64> {
        match self {
            // One working week to act.
            Self::Critical => Some(7),
            // One release cycle to act.
            Self::Warning => Some(30),
            Self::Notice => None,
        }
    }

    /// The severity of a holder that is rejected after this much time.
    pub fn of_time_left(left: TimeDelta) -> Self {
        let holds = |severity: &Self| {
            severity
                .within_days()
                .is_none_or(|days| left <= TimeDelta::days(days))
        };
        Self::ALL.into_iter().find(holds).unwrap_or(Self::Notice)
    }

    /// When a holder of this severity is rejected: `within 7 days`.
    pub fn time_left(self) -> String {
        match self.within_days() {
            Some(days) => format!("within {days} days"),
            None => "later".to_owned(),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
