//! Comma-separated values with a header: each row as a JSON object.

use std::io::{self, Read};

use super::record_sink::RecordSink;
use crate::evidence::gap::GapKind;
use crate::source::files::blocks::{Blocks, Buffer, LONGEST_LINE};
use crate::source::files::phrases::marks_in;

/// What may stand between two values.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What separates the values of a table that begins so; `None` for what is no table, or one whose
/// values need no taking apart. In a table, JSON stands in quotes and has each of its own doubled.
pub fn separator(beginning: &[u8]) -> Option<u8> {
    let header = first_line(beginning).trim_ascii();
    let is_value = memchr::memchr2(b'{', b'<', header).is_some() || marks_in(header) > 0;
    if header.is_empty() || is_value {
        return None;
    }
    let holds_json = memchr::memmem::find_iter(beginning, b"\"{")
        .any(|at| beginning[at + 2..].trim_ascii_start().starts_with(b"\"\""));
    let is_header = |separator: &u8| {
        let names = fields(header, *separator)?;
        let is_name = |name: &Vec<u8>| {
            !name.is_empty() && name.len() < 256 && name.iter().all(|byte| !byte.is_ascii_control())
        };
        let rows = beginning.get(header.len()..)?.trim_ascii_start();
        let second = fields(first_line(rows).trim_ascii_end(), *separator)?;
        let alike = second.len() == names.len() || holds_json;
        (names.iter().all(is_name) && (holds_json || names.len() > 1) && alike)
            .then_some(names.len())
    };
    let most = SEPARATORS
        .iter()
        .filter_map(|separator| Some((is_header(separator)?, *separator)))
        .max_by_key(|(count, separator)| (*count, *separator == b','))?;
    Some(most.1)
}

fn first_line(text: &[u8]) -> &[u8] {
    memchr::memchr(b'\n', text).map_or(text, |end| &text[..end])
}

/// Cuts a stream into its rows, each handed to `sink` in a line.
pub fn read(reader: &mut dyn Read, separator: u8, sink: &mut RecordSink<'_>) -> io::Result<()> {
    let mut blocks = Blocks::new(reader);
    let mut buffer = Buffer::default();
    let mut table = Table {
        separator,
        names: Vec::new(),
        row: Vec::new(),
    };
    let mut record = Vec::new();
    let mut is_open = false;
    while blocks.next(&mut buffer) {
        for line in buffer.bytes().split_inclusive(|byte| *byte == b'\n') {
            record.extend_from_slice(line);
            // A quoted field may hold line feeds: a record has its quotes in pairs.
            is_open ^= memchr::memchr_iter(b'"', line).count() % 2 == 1;
            if is_open {
                if record.len() > LONGEST_LINE {
                    sink.note(GapKind::OverlongLine, "", 1);
                    sink.unread_marks(marks_in(&record));
                    record.clear();
                    is_open = false;
                }
                continue;
            }
            table.add(&record, sink);
            record.clear();
        }
    }
    if !record.is_empty() {
        // As it stands, so that a phrase in it is told.
        sink.add(&[&record]);
    }
    sink.note(GapKind::OverlongLine, "", blocks.overlong_lines);
    sink.flush();
    match blocks.error {
        Some(error) => Err(io::Error::other(error)),
        None => Ok(()),
    }
}

/// A table that is read row by row.
struct Table {
    separator: u8,
    /// The columns' names, each as a JSON key with its colon.
    names: Vec<Vec<u8>>,
    row: Vec<u8>,
}

impl Table {
    fn add(&mut self, record: &[u8], sink: &mut RecordSink<'_>) {
        let record = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
        if record.trim_ascii().is_empty() {
            return;
        }
        if self.names.is_empty() {
            let cells = fields(record, self.separator).unwrap_or_default();
            self.names = cells.iter().map(|name| key(name)).collect();
            // No header holds one: this is no table.
            sink.unread_marks(marks_in(record));
            return;
        }
        self.row.clear();
        object(&self.names, record, self.separator, &mut self.row);
        // Where quotes are out of step, a row has more cells than the table.
        sink.unread_marks(marks_in(record).saturating_sub(marks_in(&self.row)));
        sink.add(&[&self.row]);
    }
}

/// Writes a record as a JSON object; what has no name is left out. Records are many, and a parser
/// set up for each would take longer than all else.
fn object(names: &[Vec<u8>], record: &[u8], separator: u8, into: &mut Vec<u8>) {
    let mut rest = record.strip_suffix(b"\n").unwrap_or(record);
    rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    into.push(b'{');
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            into.push(b',');
        }
        into.extend_from_slice(name);
        into.push(b'"');
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            rest = quoted;
            while let Some(end) = memchr::memchr(b'"', rest) {
                escaped(&rest[..end], into);
                rest = &rest[end + 1..];
                // A quote in a cell is doubled.
                let Some(behind) = rest.strip_prefix(b"\"") else {
                    break;
                };
                into.extend_from_slice(b"\\\"");
                rest = behind;
            }
        }
        let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
        escaped(&rest[..end], into);
        into.push(b'"');
        if end == rest.len() {
            break;
        }
        rest = &rest[end + 1..];
    }
    into.push(b'}');
}

/// A column's name as a JSON key with its colon.
pub(super) fn key(name: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    string(name.trim_ascii(), &mut key);
    key.push(b':');
    key
}

/// A row as a JSON object; what has no name is left out.
pub(super) fn row<T: AsRef<[u8]>>(names: &[Vec<u8>], cells: &[T], row: &mut Vec<u8>) {
    row.clear();
    row.push(b'{');
    for (at, (name, cell)) in names.iter().zip(cells).enumerate() {
        if at > 0 {
            row.push(b',');
        }
        row.extend_from_slice(name);
        string(cell.as_ref(), row);
    }
    row.push(b'}');
}

/// Writes bytes as a JSON string.
pub(super) fn string(bytes: &[u8], into: &mut Vec<u8>) {
    into.push(b'"');
    escaped(bytes, into);
    into.push(b'"');
}

/// Writes bytes as the content of a JSON string.
fn escaped(bytes: &[u8], into: &mut Vec<u8>) {
    let mut rest = bytes;
    let special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    while let Some(at) = rest.iter().position(special) {
        into.extend_from_slice(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => into.extend_from_slice(&[b'\\', byte]),
            b'\n' => into.extend_from_slice(b"\\n"),
            b'\t' => into.extend_from_slice(b"\\t"),
            b'\r' => into.extend_from_slice(b"\\r"),
            byte => into.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = &rest[at + 1..];
    }
    into.extend_from_slice(rest);
}

/// The fields of one record.
fn fields(record: &[u8], separator: u8) -> Option<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .buffer_capacity(record.len().clamp(64, 8 << 10))
        .from_reader(record);
    let mut fields = csv::ByteRecord::new();
    let is_record = reader.read_byte_record(&mut fields).ok()?;
    is_record.then(|| fields.iter().map(<[u8]>::to_vec).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_content_tells_what_separates() {
        for (text, expected) in [
            (
                "@timestamp,@message\n2026,\"{\"\"kind\"\":1}\"\n",
                Some(b','),
            ),
            ("message\n\"{\"\"kind\"\":1}\"\n", Some(b',')),
            ("a;b\nx;\"{\n  \"\"kind\"\": 1\n}\"\n", Some(b';')),
            ("time;message\n2026;\"{\"\"kind\"\":1}\"\n", Some(b';')),
            ("time\tmessage\n2026\t\"{\"\"kind\"\":1}\"\n", Some(b'\t')),
            ("@timestamp,subject,elapsedtime\n2026,a:b, 1\n", Some(b',')),
            ("2026 stream {\"a\":1}\n", None),
            ("one line of text\n", None),
            ("", None),
        ] {
            assert_eq!(separator(text.as_bytes()), expected, "{text}");
        }
    }

    proptest! {
        /// Whatever a writer of tables puts into cells, the object holds it.
        #[test]
        fn a_row_is_read_as_it_was_written(
            cells in prop::collection::vec("[a-z,;\"\\\\ \n\t{}é]{0,12}", 2..5),
            separator in prop::sample::select(vec![b',', b';', b'\t']),
        ) {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(separator)
                .from_writer(Vec::new());
            writer.write_record(&cells).expect("written to memory");
            let record = writer.into_inner().expect("written to memory");
            let names: Vec<Vec<u8>> = (0..cells.len()).map(|at| key(at.to_string().as_bytes())).collect();
            let mut row = Vec::new();
            object(&names, &record, separator, &mut row);
            let read: std::collections::BTreeMap<String, String> =
                serde_json::from_slice(&row).expect("JSON");
            let read: Vec<&String> = read.values().collect();
            prop_assert_eq!(read, cells.iter().collect::<Vec<_>>());
        }
    }
}
