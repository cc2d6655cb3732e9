//! JSON values one after another, with or without anything between them, or in an array.
//!
//! - [`opened`]: values that are too large to hold
//! - [`torn`]: values that are not whole

mod opened;
mod torn;

use std::io::{self, ErrorKind, Read};

use super::record_sink::RecordSink;
use super::value_end::{Progress, ValueEnd};
use crate::source::files::blocks::LONGEST_LINE;
use crate::source::files::carrier::cell::cell;
use crate::source::files::carrier::json_cursor::Cursor;
use crate::source::files::phrases::has_mark;

/// How many bytes are read at a time.
const STEP: usize = 128 << 10;
/// How large a small value is at most: less than any event.
const SMALL: usize = 2048;
/// How far behind the beginning of the next value a value that was cut off is noticed at most.
const NOTICED: usize = 64;

/// Cuts a stream into its values, each handed to `sink` in a line. A value that is too large to
/// hold is handed on element by element, each wrapped as the whole is.
pub fn read(reader: &mut dyn Read, sink: &mut RecordSink<'_>) -> io::Result<()> {
    let mut stream = Stream {
        reader,
        buffer: vec![0; STEP],
        start: 0,
        filled: 0,
        around: Vec::new(),
        first_keys: Vec::new(),
        small: None,
        elements: 0,
    };
    let outcome = stream.run(sink);
    sink.flush();
    outcome
}

/// An object or an array that is too large to hold, and is read on the inside.
#[derive(Debug)]
enum Around {
    /// The small members met so far, and the key of the member that is being read.
    Object {
        beside: Vec<u8>,
        key: Vec<u8>,
    },
    Array,
}

struct Stream<'a> {
    reader: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    around: Vec<Around>,
    /// How whole values began.
    first_keys: Vec<Vec<u8>>,
    /// The value that was read last, if it is small.
    small: Option<Vec<u8>>,
    /// How many elements of arrays were handed on by themselves.
    elements: u64,
}

impl Stream<'_> {
    fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    /// Reads more; false at the stream's end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        if self.buffer.len() == self.filled {
            self.buffer.reserve_exact(STEP.max(self.filled / 2));
            self.buffer.resize(self.buffer.capacity(), 0);
        } else if self.buffer.len() > 8 * STEP && self.filled < STEP {
            self.buffer.truncate(2 * STEP);
            self.buffer.shrink_to_fit();
        }
        loop {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next byte that is neither white space nor NUL, which GELF has between values, not yet
    /// taken.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let bytes = self.bytes();
            let is_value = |byte: &u8| !byte.is_ascii_whitespace() && *byte != 0;
            match bytes.iter().position(is_value) {
                Some(blanks) => {
                    self.start += blanks;
                    return Ok(Some(self.buffer[self.start]));
                }
                None => {
                    self.start = self.filled;
                    if !self.fill()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn run(&mut self, sink: &mut RecordSink<'_>) -> io::Result<()> {
        let mut in_array = false;
        while let Some(byte) = self.peek()? {
            match byte {
                0xef | 0xbb | 0xbf => self.start += 1,
                b',' | b']' if in_array => {
                    in_array = byte == b',';
                    self.start += 1;
                }
                b'[' if !in_array && !self.is_row()? => {
                    in_array = true;
                    self.start += 1;
                }
                _ => {
                    if !self.value(sink)? {
                        self.around.clear();
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the array that begins here is a row: names with values.
    fn is_row(&mut self) -> io::Result<bool> {
        while self.bytes().len() < NOTICED * NOTICED {
            if !self.fill()? {
                break;
            }
        }
        let mut cursor = Cursor::new(&self.bytes()[1..]);
        Ok(cursor.value().is_some_and(|first| cell(first).is_some()))
    }

    /// Reads the value that begins here; false if it was damaged.
    fn value(&mut self, sink: &mut RecordSink<'_>) -> io::Result<bool> {
        let mut end = ValueEnd::default();
        let mut at = 0;
        loop {
            match end.advance(self.bytes(), at) {
                Progress::End(length) => {
                    if self.around.is_empty() {
                        self.know(length);
                    }
                    if !self.keep_small(length) {
                        self.dispatch(length, sink);
                    }
                    self.start += length;
                    return Ok(true);
                }
                Progress::Damaged(place) => {
                    self.torn(place, &end, sink)?;
                    return Ok(false);
                }
                Progress::More(reached) => at = reached,
            }
            if self.bytes().len() > LONGEST_LINE {
                return self.open(sink);
            }
            match self.fill() {
                Ok(true) => {}
                Ok(false) => {
                    // A number may end with the stream; anything else is cut off.
                    let length = self.bytes().len();
                    self.torn(length, &end, sink)?;
                    return Ok(false);
                }
                Err(error) => {
                    self.dispatch(self.bytes().len(), sink);
                    return Err(error);
                }
            }
        }
    }

    /// Keeps a small member of a large object: it is handed on with what stands beside it.
    fn keep_small(&mut self, length: usize) -> bool {
        self.small = None;
        let value = &self.buffer[self.start..self.start + length];
        let is_small = matches!(self.around.last(), Some(Around::Object { .. }))
            && length <= SMALL
            && !has_mark(value);
        if is_small {
            self.small = Some(value.to_vec());
        }
        is_small
    }

    /// Remembers how a whole value began.
    fn know(&mut self, length: usize) {
        const MOST: usize = 16;
        let begins = first_key(&self.bytes()[..length]);
        if let Some(begins) = begins
            && self.first_keys.len() < MOST
            && !self.first_keys.iter().any(|known| known == begins)
        {
            let begins = begins.to_vec();
            self.first_keys.push(begins);
        }
    }

    /// Hands a value on, inside all that is around it.
    fn dispatch(&self, length: usize, sink: &mut RecordSink<'_>) {
        let value = &self.bytes()[..length];
        if self.around.is_empty() {
            return sink.add(&[value]);
        }
        let mut before = Vec::new();
        let mut behind = Vec::new();
        for around in &self.around {
            match around {
                Around::Array => {
                    before.push(b'[');
                    behind.push(b']');
                }
                Around::Object { beside, key } => {
                    before.push(b'{');
                    before.extend_from_slice(beside);
                    before.extend_from_slice(key);
                    before.push(b':');
                    behind.push(b'}');
                }
            }
        }
        behind.reverse();
        sink.add(&[&before, value, &behind]);
    }
}

/// The first key of an object, as it is escaped.
fn first_key(object: &[u8]) -> Option<&[u8]> {
    let rest = object.strip_prefix(b"{")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', &rest[..rest.len().min(NOTICED)])?;
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::block_stats::BlockStats;
    use crate::source::files::blocks::Buffer;
    use crate::source::files::trickle::Trickle;

    /// The lines that a text becomes if it comes so many bytes at a time, and the marks beside them.
    fn framed(text: &str, step: usize) -> (String, u64) {
        let (mut lines, mut marks) = (Vec::new(), 0);
        let mut deliver = |block: &mut Buffer, beside: BlockStats| {
            lines.extend_from_slice(block.bytes());
            marks += beside.marks.unread;
        };
        let mut sink = RecordSink::new(&mut deliver);
        read(&mut Trickle(text.as_bytes(), step), &mut sink).expect("read from memory");
        (String::from_utf8(lines).expect("UTF-8"), marks)
    }

    #[test]
    fn a_torn_value_is_cut_before_a_word_whatever_steps_it_is_read_in() {
        let whole = r#"{"a":1}"#;
        for (torn, handed_on, marks) in [
            (r#"{"",seconds after warning threshold"#, "{\"\",\n", 1),
            ("{stale-token: 5", "{\n", 1),
            ("seconds after warning threshold", "", 1),
            ("dbf0-421d", "", 0),
            (r#"{"a"!"#, "{\"a\"\n", 0),
            ("!", "!\n", 0),
        ] {
            for step in 1..9 {
                let text = format!("{torn}\n{whole}");
                let expected = (format!("{handed_on}{whole}\n"), marks);
                assert_eq!(framed(&text, step), expected, "{torn} {step}");
            }
        }
    }
}
