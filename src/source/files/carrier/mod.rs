//! What audit events are wrapped in, learned from the first values of each input.
//!
//! - [`learning`]: the layout that most of the first events have
//! - [`path`], [`cell`]: the one path by which events stand in values
//! - [`prefix`]: what stands before a value in a line
//! - [`provenance`]: whose log a record says that it is of
//! - [`event_shape`]: which objects are audit events
//! - [`query_answer`]: what a saved answer says of its completeness
//! - [`rows`]: the result of AWS's documented query, without events
//! - [`json_cursor`]: JSON text passed over without parsing
//!
//! Nothing inside an audit event is ever looked into: its caller wrote most of it.

pub mod cell;
pub mod event_shape;
pub mod json_cursor;
pub mod learning;
pub mod path;
pub mod prefix;
pub mod provenance;
pub mod query_answer;
pub mod rows;

use path::Step;

/// How events stand in the values of an input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Whether something stands before the value in a line.
    pub prefixed: bool,
    /// The path from a value to its events.
    pub steps: Vec<Step>,
    /// Which word of the prefix names the API server, and how: other lines are of other logs.
    pub source_word: Option<(usize, &'static str)>,
    /// Whether values tell that they are of the API server's audit log.
    pub names_source: bool,
    /// Whether there are no events, but rows of the query that AWS documents.
    pub rows: bool,
    /// How events come in pieces.
    pub pieces: Option<Pieces>,
}

/// How a container runtime cuts long lines into pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces {
    /// containerd, CRI-O: the prefix ends in `P`, that of the last piece in `F`.
    Tagged,
    /// Docker: the text of all pieces but the last lacks its line feed.
    WithoutLineFeed,
}

impl Layout {
    /// Whether each line is an event, as the API server writes its log.
    pub fn is_plain(&self) -> bool {
        !self.prefixed && self.steps.is_empty() && !self.rows
    }

    /// The layout in words.
    pub fn described(&self) -> String {
        let path = path::described(&self.steps);
        match (self.prefixed, path.is_empty()) {
            (false, true) => "one event a line".to_owned(),
            (false, false) => path,
            (true, true) => "the end of each line".to_owned(),
            (true, false) => format!("{path} at the end of each line"),
        }
    }
}
