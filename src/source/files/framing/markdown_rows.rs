//! A Markdown table, as the CloudWatch console copies one: each row as a JSON object.

use std::io::{self, Read};

use super::csv_rows::{key, row};
use super::record_sink::RecordSink;
use crate::evidence::gap::GapKind;
use crate::source::files::blocks::{Blocks, Buffer};
use crate::source::files::carrier::json_cursor::Cursor;
use crate::source::files::phrases::marks_in;

/// Cuts a stream into the rows of its tables, each handed to `sink` in a line.
pub fn read(reader: &mut dyn Read, sink: &mut RecordSink<'_>) -> io::Result<()> {
    let mut blocks = Blocks::new(reader);
    let mut buffer = Buffer::default();
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut object = Vec::new();
    while blocks.next(&mut buffer) {
        for line in buffer.bytes().split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            let Some(cells) = cells(line) else {
                // As it stands, so that a phrase in it is told.
                if !line.is_empty() {
                    sink.add(&[line]);
                }
                continue;
            };
            let is_rule = |cell: &Vec<u8>| cell.iter().all(|byte| b"-: ".contains(byte));
            if names.is_empty() {
                names = cells.iter().map(|name| key(name)).collect();
                // No header holds one: this is no table.
                sink.unread_marks(marks_in(line));
            } else if !cells.iter().all(is_rule) {
                row(&names, &cells, &mut object);
                sink.unread_marks(marks_in(line).saturating_sub(marks_in(&object)));
                sink.add(&[&object]);
            }
        }
    }
    sink.note(GapKind::OverlongLine, "", blocks.overlong_lines);
    sink.flush();
    match blocks.error {
        Some(error) => Err(io::Error::other(error)),
        None => Ok(()),
    }
}

/// The cells of a row. JSON in a cell ends where it ends, whatever bars it holds.
fn cells(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = line.strip_prefix(b"|")?;
    let mut cells = Vec::new();
    while !rest.is_empty() {
        let blanks = rest.len() - rest.trim_ascii_start().len();
        let json = rest[blanks..].starts_with(b"{");
        let value = json.then(|| Cursor::new(&rest[blanks..]).value()).flatten();
        let from = value.map_or(0, |value| blanks + value.len());
        let end = from + bar(&rest[from..])?;
        let mut cell = rest[..end].trim_ascii().to_vec();
        // A bar in a cell is escaped, which JSON does not know.
        let is_json = value.is_some_and(is_json);
        while !is_json && let Some(at) = memchr::memmem::find(&cell, b"\\|") {
            cell.remove(at);
        }
        cells.push(cell);
        rest = rest[end + 1..].trim_ascii_end();
    }
    Some(cells)
}

fn is_json(value: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(value).is_ok()
}

/// The next bar that is not escaped.
fn bar(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'|', text).find(|at| *at == 0 || text[at - 1] != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_bars() {
        let found = cells(br#"| 2026 | {"a":"b|c","d":"e\\|f"} | x\|y |"#).expect("a row");
        let found: Vec<_> = found
            .iter()
            .map(|cell| std::str::from_utf8(cell).expect("UTF-8"))
            .collect();
        assert_eq!(found, ["2026", r#"{"a":"b|c","d":"e\\|f"}"#, "x|y"]);
        assert_eq!(cells(b"text"), None);
        assert_eq!(cells(b"| open"), None);
    }
}
