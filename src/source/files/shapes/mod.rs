//! The shapes that audit events are stored in.
//!
//! Lines need no unwrapping: JSON lines as the API server writes them, and
//! [`exported_lines`]. Every other shape is a file here and a line in [`SHAPES`]: recognised by
//! how its content begins, and unwrapped into lines.
//!
//! - [`exported_lines`]: CloudWatch's export to Amazon S3
//! - [`envelopes`]: what a CloudWatch Logs subscription delivers
//! - [`query_answer`]: saved answers of `aws logs get-query-results`
//! - [`console_csv`]: the CSV that the console downloads
//! - [`messages`]: unwrapped messages as blocks of lines
//! - [`json_stream`]: JSON objects too large to hold, member by member
//! - `value_end`: where a JSON value ends

pub mod console_csv;
pub mod envelopes;
pub mod exported_lines;
pub mod json_stream;
pub mod messages;
pub mod query_answer;
mod value_end;

use std::io::{self, Read};

use super::scan::begins_as_event;
use messages::Messages;

/// A shape whose messages have to be unwrapped.
pub struct Shape {
    /// Whether a file that begins so has this shape.
    pub recognises: fn(&[u8]) -> bool,
    /// Reads the file and hands on its messages.
    pub unwrap: fn(&mut dyn Read, &mut Messages<'_>) -> io::Result<()>,
}

const SHAPES: [Shape; 3] = [envelopes::SHAPE, query_answer::SHAPE, console_csv::SHAPE];

/// The shape of a file that begins so; `None` for lines.
pub fn recognise(beginning: &[u8]) -> Option<&'static Shape> {
    // The most usual file of all, of which there may be ten thousand small ones.
    if begins_as_event(beginning) {
        return None;
    }
    SHAPES.iter().find(|shape| (shape.recognises)(beginning))
}
