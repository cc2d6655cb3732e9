//! What happened, for tests to read back.

use std::time::Instant;

use serde_json::Value;

/// One call that arrived, whatever became of it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The operation's name, also when the service does not know it.
    pub(crate) operation: String,
    /// The access key that signed it.
    pub(crate) access_key: String,
    /// The JSON body.
    pub(crate) body: Value,
    /// When it arrived.
    pub(crate) at: Instant,
}

/// What a query came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody saw its end and nobody stopped it: it runs.
    LeftRunning,
    /// It was stopped while it ran.
    Stopped,
    /// It came to an end by itself, and somebody was told so; good or bad.
    Ended(End),
}

/// How a query ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum End {
    #[default]
    Complete,
    Failed,
    Cancelled,
    Timeout,
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
pub(crate) struct QuerySeen {
    pub(crate) id: String,
    /// The query's text.
    pub(crate) text: String,
    /// The names of the groups.
    pub(crate) groups: Vec<String>,
    /// The first second of the window.
    pub(crate) start: i64,
    /// The last second of the window.
    pub(crate) end: i64,
    /// The `limit` parameter.
    pub(crate) limit: Option<usize>,
    /// How often its results were asked for, further pages not counted.
    pub(crate) polls: u32,
    /// What it has come to so far.
    pub(crate) fate: Fate,
}
