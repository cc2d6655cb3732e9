//! Values that are too large to hold: objects and arrays are read on their inside, and strings are
//! passed over.

use std::io;

use super::{Around, Stream};
use crate::evidence::gap::GapKind;
use crate::source::files::blocks::LONGEST_LINE;
use crate::source::files::carrier::query_answer::gaps;
use crate::source::files::framing::record_sink::RecordSink;
use crate::source::files::framing::value_end::{Progress, ValueEnd};
use crate::source::files::phrases::has_mark;

/// How deep values that are too large to hold are opened, in objects and arrays.
const OPENED: usize = 12;
/// How many bytes of small values beside a large one are kept with what is in it.
const BESIDE: usize = 64 << 10;

impl Stream<'_> {
    /// Reads a value that is too large to hold on its inside; false if it was damaged.
    pub(super) fn open(&mut self, sink: &mut RecordSink<'_>) -> io::Result<bool> {
        let byte = self.buffer[self.start];
        let is_container = matches!(byte, b'{' | b'[');
        if self.around.len() >= OPENED || !is_container {
            return self.overlong(sink);
        }
        self.start += 1;
        if byte == b'[' {
            self.around.push(Around::Array);
            while let Some(next) = self.peek()? {
                match next {
                    b',' => self.start += 1,
                    b']' => {
                        self.start += 1;
                        self.around.pop();
                        return Ok(true);
                    }
                    _ => {
                        if !self.value(sink)? {
                            return Ok(false);
                        }
                        self.elements += 1;
                    }
                }
            }
            return Ok(self.cut_off(sink));
        }
        let mut beside = Vec::new();
        while let Some(next) = self.peek()? {
            match next {
                b',' => self.start += 1,
                b'}' => {
                    self.start += 1;
                    if self.around.is_empty() {
                        let beside = beside.strip_suffix(b",").unwrap_or(&beside);
                        let object = [b"{", beside, b"}"].concat();
                        for (kind, detail) in gaps(&object, self.elements) {
                            sink.note(kind, &detail, 1);
                        }
                        self.elements = 0;
                    }
                    return Ok(true);
                }
                b'"' => {
                    let Some(key) = self.key()? else {
                        break;
                    };
                    self.around.push(Around::Object {
                        beside: std::mem::take(&mut beside),
                        key,
                    });
                    let whole = self.value(sink)?;
                    if !whole {
                        return Ok(false);
                    }
                    if let Some(Around::Object { beside: known, key }) = self.around.pop() {
                        beside = known;
                        if let Some(value) = self.small.take()
                            && beside.len() < BESIDE
                        {
                            beside.extend_from_slice(&key);
                            beside.push(b':');
                            beside.extend_from_slice(&value);
                            beside.push(b',');
                        }
                    }
                }
                _ => break,
            }
        }
        Ok(self.cut_off(sink))
    }

    /// A key and its colon, with the value behind it kept with others if it is small.
    fn key(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut end = ValueEnd::default();
        let mut at = 0;
        let length = loop {
            match end.advance(self.bytes(), at) {
                Progress::End(length) => break length,
                Progress::Damaged(_) => return Ok(None),
                Progress::More(reached) => at = reached,
            }
            if self.bytes().len() > LONGEST_LINE || !self.fill()? {
                return Ok(None);
            }
        };
        let key = self.bytes()[..length].to_vec();
        self.start += length;
        if self.peek()? != Some(b':') {
            return Ok(None);
        }
        self.start += 1;
        self.peek()?;
        Ok(Some(key))
    }

    /// Passes over a string that is too large to hold.
    fn overlong(&mut self, sink: &mut RecordSink<'_>) -> io::Result<bool> {
        sink.note(GapKind::OverlongLine, "", 1);
        let mut end = ValueEnd::default();
        let mut at = 0;
        let mut marks = 0;
        loop {
            let progress = end.advance(self.bytes(), at);
            let (reached, is_end) = match progress {
                Progress::End(length) => (length, true),
                Progress::Damaged(place) => (place, true),
                Progress::More(reached) => (reached, false),
            };
            marks |= u64::from(has_mark(&self.bytes()[..reached]));
            self.start += reached;
            if is_end || !self.fill()? {
                sink.unread_marks(marks);
                return Ok(!matches!(progress, Progress::Damaged(_)));
            }
            // What was passed over is not kept.
            at = 0;
        }
    }
}
