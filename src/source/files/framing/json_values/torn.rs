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
        let mut cut = next.unwrap_or(place).max(1).min(bytes.len());
        // A value that was cut off before one of its members or elements swallows the next.
        if let Some((began, ended)) = end.last_object
            && bytes[ended..cut].iter().all(u8::is_ascii_whitespace)
            && began > 0
            && first_key(&bytes[began..ended])
                .is_some_and(|key| self.first_keys.iter().any(|known| known == key))
        {
            cut = began;
        }
        let cut_off = &bytes[..cut];
        if is_wrapped {
            sink.note(GapKind::TornLine, "", 1);
            sink.unread_marks(marks_in(cut_off));
        } else {
            sink.add(&[cut_off]);
        }
        let handed_on = bytes[cut.saturating_sub(NOTICED)..cut].to_vec();
        self.start += cut;
        if next.is_none() && cut >= place {
            self.pass_to_next_value(handed_on, sink)?;
        }
        Ok(())
    }

    /// Passes over what is no JSON, to where a value begins as one behind another does. What is
    /// passed over, from the end of what was handed on, is told if it holds a phrase.
    fn pass_to_next_value(
        &mut self,
        handed_on: Vec<u8>,
        sink: &mut RecordSink<'_>,
    ) -> io::Result<()> {
        let mut seen = self.parted_phrases(handed_on)?;
        loop {
            let bytes = self.bytes();
            let found = memchr::memchr_iter(b'{', bytes).find(|at| {
                *at > 0 && matches!(bytes[at - 1], b'\n' | b'}') && bytes.len() - at > 1
            });
            if let Some(at) = found {
                seen.add(&bytes[..at]);
                self.start += at;
                break;
            }
            let kept = bytes.len().min(NOTICED);
            let passed = bytes.len() - kept;
            seen.add(bytes);
            self.start += passed;
            if !self.fill()? {
                self.start = self.filled;
                break;
            }
        }
        match seen {
            PassedOver { mark: true, .. } => sink.unread_marks(1),
            PassedOver { phrase: true, .. } => sink.note(GapKind::TornLine, "", 1),
            _ => {}
        }
        Ok(())
    }

    /// The phrases that begin in what was handed on and end behind it: no part of them is found by
    /// itself.
    fn parted_phrases(&mut self, handed_on: Vec<u8>) -> io::Result<PassedOver> {
        while self.bytes().len() < NOTICED && self.fill()? {}
        let behind = self.bytes();
        let joined = [&handed_on, &behind[..behind.len().min(NOTICED)]].concat();
        Ok(PassedOver {
            mark: has_mark(&joined) && !has_mark(&handed_on),
            phrase: has_phrase(&joined) && !has_phrase(&handed_on),
        })
    }
}

/// Whether what is passed over holds the phrase of a stale token, or any.
struct PassedOver {
    mark: bool,
    phrase: bool,
}

impl PassedOver {
    fn add(&mut self, text: &[u8]) {
        self.mark |= has_mark(text);
        self.phrase |= has_phrase(text);
    }
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
