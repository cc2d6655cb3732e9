//! Values that are not whole: what there is of them is handed on, and the next one is looked for.

use std::io;

use super::{NOTICED, Stream, first_key};
use crate::evidence::gap::GapKind;
use crate::source::files::framing::record_sink::RecordSink;
use crate::source::files::framing::value_end::ValueEnd;
use crate::source::files::phrases::{has_mark, has_phrase, marks_in};

impl Stream<'_> {
    /// Notes that the stream ends inside a value, or that what follows is no JSON.
    pub(super) fn cut_off(&mut self, sink: &mut RecordSink<'_>) -> bool {
        sink.note(GapKind::TornLine, "", 1);
        false
    }

    /// Hands on what there is of a value that ends before `place`, and goes to where the next
    /// one begins.
    pub(super) fn torn(
        &mut self,
        place: usize,
        end: &ValueEnd,
        sink: &mut RecordSink<'_>,
    ) -> io::Result<()> {
        let is_wrapped = !self.around.is_empty();
        let bytes = self.bytes();
        let next = next_value(bytes, place);
        let reached = next.unwrap_or(place).max(1).min(bytes.len());
        let mut passes = next.is_none();
        let mut cut = match bytes.get(place).is_some_and(is_of_word) {
            true if passes => before_word(bytes, place),
            _ => reached,
        };
        // A value that was cut off before one of its members or elements swallows the next.
        if let Some((began, ended)) = end.last_object
            && bytes[ended..reached].iter().all(u8::is_ascii_whitespace)
            && began > 0
            && first_key(&bytes[began..ended])
                .is_some_and(|key| self.first_keys.iter().any(|known| known == key))
        {
            cut = began;
            passes = false;
        }
        let cut_off = &bytes[..cut];
        if is_wrapped {
            sink.note(GapKind::TornLine, "", 1);
            sink.unread_marks(marks_in(cut_off));
        } else if !cut_off.is_empty() {
            sink.add(&[cut_off]);
        }
        self.start += cut;
        if passes {
            self.pass_to_next_value(sink)?;
        }
        Ok(())
    }

    /// Passes over what is no JSON, to where a value begins as one behind another does. What is
    /// passed over is told if it holds a phrase.
    fn pass_to_next_value(&mut self, sink: &mut RecordSink<'_>) -> io::Result<()> {
        let (mut mark, mut phrase) = (false, false);
        let mut see = |text: &[u8]| {
            mark |= has_mark(text);
            phrase |= has_phrase(text);
        };
        loop {
            let bytes = self.bytes();
            let found = memchr::memchr_iter(b'{', bytes).find(|at| {
                *at > 0 && matches!(bytes[at - 1], b'\n' | b'}') && bytes.len() - at > 1
            });
            if let Some(at) = found {
                see(&bytes[..at]);
                self.start += at;
                break;
            }
            let kept = bytes.len().min(NOTICED);
            let passed = bytes.len() - kept;
            see(bytes);
            self.start += passed;
            if !self.fill()? {
                self.start = self.filled;
                break;
            }
        }
        if mark {
            sink.unread_marks(1);
        } else if phrase {
            sink.note(GapKind::TornLine, "", 1);
        }
        Ok(())
    }
}

/// Whether a phrase may hold this byte.
fn is_of_word(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-')
}

/// Where the words begin that `place` stands in: a phrase that is parted would be found in neither
/// part.
fn before_word(bytes: &[u8], place: usize) -> usize {
    let before = bytes[..place].iter().rposition(|byte| !is_of_word(byte));
    before.map_or(0, |at| at + 1)
}

/// Where the value begins whose beginning was met at `place` inside another: there, or right
/// before it.
fn next_value(bytes: &[u8], place: usize) -> Option<usize> {
    if bytes.get(place) == Some(&b'{') {
        return Some(place);
    }
    let from = place.saturating_sub(NOTICED).max(1);
    let before = bytes.get(from..place)?;
    let brace = memchr::memrchr(b'{', before)?;
    let between = before[brace + 1..].trim_ascii();
    (between.is_empty() || between == b"\"").then_some(from + brace)
}
