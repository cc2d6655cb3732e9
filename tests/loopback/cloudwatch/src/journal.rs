//! What happened, for tests to read back.

use std::time::Instant;

use serde_json::Value;

/// One call that arrived, whatever became of it.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation's name, also when the service does not know it.
    pub operation: String,
    /// The access key that signed it.
    pub access_key: String,
    /// The JSON body.
    pub body: Value,
    /// When it arrived.
    pub at: Instant,
}

/// What a query came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nobody saw its end and nobody stopped it: it runs.
    LeftRunning,
    /// It was stopped while it ran.
    Stopped,
    /// It came to an end by itself, and somebody was told so; good or bad.
    Ended(End),
}

/// How a query ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// With all of its rows.
    #[default]
    Complete,
    /// Without any row.
    Failed,
    /// Stopped.
    Cancelled,
    /// With the rows that it had found until then.
    Timeout,
    /// In a state without a name.
    Unknown,
    /// It stays in Running for ever.
    Never,
}

impl End {
    /// The status on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Complete => "Complete",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Timeout => "Timeout",
            Self::Unknown => "Unknown",
            Self::Never => "Running",
        }
    }
}

/// A query that was started.
#[derive(Debug, Clone)]
pub struct QuerySeen {
    /// Its identity, as StartQuery answered it.
    pub id: String,
    /// The query's text.
    pub text: String,
    /// The names of the groups.
    pub groups: Vec<String>,
    /// The first second of the window.
    pub start: i64,
    /// The last second of the window.
    pub end: i64,
    /// The `limit` parameter.
    pub limit: Option<usize>,
    /// How often its results were asked for, further pages not counted.
    pub polls: u32,
    /// What it has come to so far.
    pub fate: Fate,
}
