//! How an input is cut into values, told by how its content begins.
//!
//! Lines need no cutting. Everything else becomes lines here, each with one value: JSON over
//! several lines or without line feeds between values, CSV, Markdown tables, and the pieces of
//! long lines.
//!
//! - [`json_values`]: JSON values one after another, or in an array
//! - [`csv_rows`], [`markdown_rows`]: tables, each row as a JSON object
//! - [`packed_strings`]: values in base64, compressed or not, in strings
//! - [`joined_lines`]: pieces of lines put together
//! - [`record_sink`]: values as blocks of lines

pub mod csv_rows;
pub mod joined_lines;
pub mod json_values;
pub mod markdown_rows;
pub mod packed_strings;
pub mod record_sink;
mod value_end;

use super::carrier::json_cursor::{Cursor, Kind};

/// How an input is cut into values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// One value a line, perhaps behind something else.
    Lines,
    /// JSON values with or without anything between them.
    Json,
    /// Rows of comma-separated values, by what stands between two.
    Csv(u8),
    /// Rows of a Markdown table.
    Markdown,
    /// JSON values in base64, in the strings of others.
    Packed,
}

/// How many bytes of an input are enough to tell.
pub const ENOUGH: usize = 64 << 10;

impl Framing {
    /// The framing of what begins so. The beginning may be short of [`ENOUGH`] only if that is
    /// all there is, or if it tells as much as more would: see [`Framing::at_once`].
    pub fn of(beginning: &[u8]) -> Self {
        let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
        let text = text.trim_ascii_start();
        match text.first() {
            Some(b'{' | b'[') if packed_strings::holds(text) => Self::Packed,
            Some(b'{' | b'[') => json_or_lines(text),
            Some(b'|') => Self::Markdown,
            _ => csv_rows::separator(text).map_or(Self::Lines, Self::Csv),
        }
    }

    /// The framing of the most usual file of all, of which there may be ten thousand small ones:
    /// a whole first line that begins as the API server begins an event.
    pub fn at_once(beginning: &[u8]) -> Option<Self> {
        let end = memchr::memchr(b'\n', beginning)?;
        let first = beginning[..end].trim_ascii_end();
        let is_event = super::written_event::begins_as_event(first) && first.ends_with(b"}");
        let mut cursor = Cursor::new(first);
        (is_event && cursor.value()?.len() == first.len()).then_some(Self::Lines)
    }
}

/// A value that ends with its line is one of lines.
fn json_or_lines(text: &[u8]) -> Framing {
    let mut cursor = Cursor::new(text);
    let is_array = cursor.kind() == Some(Kind::Array);
    let inner = text[1..].trim_ascii_start().first();
    if is_array && !matches!(inner, None | Some(b'{' | b'[' | b'"' | b']')) {
        return Framing::Lines;
    }
    let line_end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    match cursor.value() {
        // Several values in a line are a stream of them.
        Some(value) if value.len() <= line_end => {
            let after = text[value.len()..line_end].trim_ascii();
            if after.is_empty() && !(is_array && value.len() > ENOUGH / 2) {
                Framing::Lines
            } else {
                Framing::Json
            }
        }
        Some(_) => Framing::Json,
        // Cut off by the end of the beginning, or no JSON.
        None if is_json_so_far(text) => Framing::Json,
        None => Framing::Lines,
    }
}

/// Whether a text may be the beginning of a JSON value that goes on behind it or on further lines.
fn is_json_so_far(text: &[u8]) -> bool {
    let line = memchr::memchr(b'\n', text).map_or(text, |end| &text[..end]);
    let inner = line[1..].trim_ascii();
    let first_line_is_open = Cursor::new(line).value().is_none();
    let begins = match (line[0], inner.first()) {
        (_, None) => true,
        (b'{', Some(byte)) => matches!(byte, b'"' | b'}'),
        (_, Some(byte)) => matches!(byte, b'{' | b'[' | b'"' | b']'),
    };
    // A torn line among whole ones is a line: the next begins a value of its own.
    let is_torn_line = line.len() < text.len()
        && !inner.is_empty()
        && text[line.len()..].trim_ascii_start().starts_with(b"{\"")
        && !line.trim_ascii_end().ends_with(b"[")
        && !line.trim_ascii_end().ends_with(b":")
        && !line.trim_ascii_end().ends_with(b",");
    first_line_is_open && begins && !is_torn_line
}
