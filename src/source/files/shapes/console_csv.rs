//! The CSV that the CloudWatch console downloads: a header with `@message` among its columns.

use std::io::{self, Read};

use super::Shape;
use super::messages::Messages;
use crate::evidence::coverage::GapKind;
use crate::source::files::blocks::{Blocks, Buffer, LONGEST_LINE};

/// How the shape is recognised and unwrapped.
pub const SHAPE: Shape = Shape {
    // A parser is set up only for what may be a header.
    recognises: |beginning| {
        let header = first_line(beginning);
        memchr::memmem::find(header, b"@message").is_some() && Columns::of(header).is_some()
    },
    unwrap,
};

/// Where the columns of interest stand.
#[derive(Debug, PartialEq, Eq)]
struct Columns {
    message: usize,
    log: Option<usize>,
}

fn first_line(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    memchr::memchr(b'\n', text).map_or(text, |end| &text[..end])
}

impl Columns {
    fn of(header: &[u8]) -> Option<Self> {
        let header = fields(header)?;
        let position = |name: &[u8]| header.iter().position(|column| column == name);
        Some(Self {
            message: position(b"@message")?,
            log: position(b"@log"),
        })
    }
}

fn unwrap(reader: &mut dyn Read, messages: &mut Messages<'_>) -> io::Result<()> {
    let mut blocks = Blocks::new(reader);
    let mut buffer = Buffer::default();
    let mut columns = None;
    let mut record = Vec::new();
    while blocks.next(&mut buffer) {
        for line in buffer.bytes().split_inclusive(|byte| *byte == b'\n') {
            record.extend_from_slice(line);
            // A quoted field may hold line feeds: a record has its quotes in pairs.
            if memchr::memchr_iter(b'"', &record).count() % 2 == 1 {
                if record.len() > LONGEST_LINE {
                    messages.note(GapKind::OverlongLine, "", 1);
                    record.clear();
                }
                continue;
            }
            row(&record, &mut columns, messages);
            record.clear();
        }
    }
    if !record.is_empty() {
        messages.note(GapKind::TornLine, "", 1);
    }
    messages.note(GapKind::OverlongLine, "", blocks.overlong_lines);
    messages.flush();
    match blocks.error {
        Some(error) => Err(io::Error::other(error)),
        None => Ok(()),
    }
}

fn row(record: &[u8], columns: &mut Option<Columns>, messages: &mut Messages<'_>) {
    let Some(columns) = columns else {
        *columns = Columns::of(first_line(record));
        return;
    };
    if record.trim_ascii().is_empty() {
        return;
    }
    let cells = fields(record).unwrap_or_default();
    let Some(message) = cells.get(columns.message) else {
        return messages.note(GapKind::TornLine, "", 1);
    };
    let log = columns
        .log
        .and_then(|at| cells.get(at))
        .and_then(|log| std::str::from_utf8(log).ok())
        .and_then(|log| log.split_once(':'));
    messages.of_log_group(log.map(|(_, group)| group));
    messages.add(message);
}

/// The fields of one record.
fn fields(record: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(record.len().clamp(64, 8 << 10))
        .from_reader(record);
    let mut fields = csv::ByteRecord::new();
    let is_record = reader.read_byte_record(&mut fields).ok()?;
    is_record.then(|| fields.iter().map(<[u8]>::to_vec).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells() {
        let columns = Columns::of(b"@timestamp,@message,@log\r").expect("the console's header");
        assert_eq!(columns.message, 1);
        assert_eq!(columns.log, Some(2));
        assert!(Columns::of(b"\"@message\"").is_some());
        for other in ["@timestamp,verb", "", "{\"@message\":1}", "a message"] {
            assert_eq!(Columns::of(other.as_bytes()), None, "{other}");
        }
    }
}
