//! Something worth knowing about what was looked at, which leaves no gap that more work could close.

/// A remark about a place that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The log group, or what else it concerns.
    pub place: String,
    /// What to know, in words that suit any count.
    pub text: String,
}

/// A note and how often it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedNote {
    /// The note.
    pub note: Note,
    /// How many events or places it concerns.
    pub count: u64,
}
