//! A note on what was read: worth knowing, but not a gap that more work could close.

use crate::audit::untrusted_text::UntrustedText;

/// A remark about a place that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The log group, or what else it concerns.
    pub place: UntrustedText,
    /// What to know, in words that suit any count.
    pub text: UntrustedText,
}

/// A note and how often it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedNote {
    /// The note.
    pub note: Note,
    /// How many events or places it concerns.
    pub count: u64,
}
