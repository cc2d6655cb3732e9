//! One piece that was looked at, and how it was found.

use crate::source::aws::failure::Failure;

/// How a piece was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it should be.
    Good,
    /// Worth knowing.
    Doubtful,
    /// A sweep fails without it.
    Missing,
}

/// One piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it was found.
    pub state: State,
    /// In words; further lines say what to do.
    pub words: String,
}

impl Check {
    pub(super) fn new(name: &'static str, state: State, words: impl Into<String>) -> Self {
        Self {
            name,
            state,
            words: words.into(),
        }
    }

    pub(super) fn missing(name: &'static str, failure: &Failure) -> Self {
        Self::new(name, State::Missing, failure.to_string())
    }

    /// That nothing can be looked at, because there is no connection.
    pub fn not_connected(failure: &Failure) -> Self {
        Self::missing("credentials", failure)
    }
}
