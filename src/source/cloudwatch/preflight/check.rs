//! One piece that was looked at, and how it was found.

use crate::source::aws::failure::Failure;

/// How a piece was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStatus {
    /// As it should be.
    Passed,
    /// Worth knowing.
    Warning,
    /// A sweep fails without it.
    Failed,
}

/// One piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it was found.
    pub state: CheckStatus,
    /// In words; further lines say what to do.
    pub words: String,
}

impl Check {
    pub(super) fn new(name: &'static str, state: CheckStatus, words: impl Into<String>) -> Self {
        Self {
            name,
            state,
            words: words.into(),
        }
    }

    pub(super) fn missing(name: &'static str, failure: &Failure) -> Self {
        Self::new(name, CheckStatus::Failed, failure.to_string())
    }

    /// That nothing can be looked at, because there is no connection.
    pub fn not_connected(failure: &Failure) -> Self {
        Self::missing("credentials", failure)
    }
}
