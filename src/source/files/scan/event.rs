//! A value where an event is expected: an event, something else, or what is left of an event.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Scan;
use crate::audit::event::{AuditEvent, EventError};
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::source::files::carrier::event_shape::{Shape, shape};
use crate::source::files::carrier::json_cursor::unescaped;
use crate::source::files::carrier::prefix::cut;
use crate::source::files::phrases::{has_phrase, marks_in};
use crate::source::files::written_event::{
    ESCAPED_EVENT, ESCAPED_STAGE_TIME, STAGE_TIME, begins_as_event, stage_time,
};
use crate::source::ingest::{Ingested, ingest_parsed};

/// Keys of which one is left in almost any piece of an event.
static PIECE_OF_EVENT: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["audit.k8s.io/", "auditID", "stageTimestamp"].map(Finder::new));

impl<C: Collect> Scan<'_, C> {
    /// The content of a JSON string.
    pub(super) fn escaped(&mut self, text: &[u8], is_candidate: bool) {
        let is_whole = text.strip_suffix(b"\\n").unwrap_or(text).ends_with(b"}");
        if !is_candidate
            && !self.tells_version
            && is_whole
            && text.starts_with(ESCAPED_EVENT)
            && let Some(time) = stage_time(text, ESCAPED_STAGE_TIME)
        {
            self.found().events += 1;
            return self.targets[self.target].saw(time);
        }
        self.text(unescaped(text).as_bytes(), is_candidate);
    }

    pub(super) fn text(&mut self, text: &[u8], is_candidate: bool) {
        let text = text.trim_ascii();
        match cut(text) {
            // In JSON a line break stands between tokens only.
            Some(cut) if cut.value.starts_with(b"{") => self.json(cut.value, is_candidate),
            _ => self.not_json(text),
        }
    }

    /// A value where an event is expected.
    pub(super) fn json(&mut self, value: &[u8], is_candidate: bool) {
        let [b'{', .., b'}'] = value else {
            return self.not_json(value);
        };
        if !begins_as_event(value) {
            match shape(value) {
                Shape::Event => {}
                Shape::Unusable if is_candidate => {
                    self.found().note(GapKind::MalformedEvent, "", 1);
                    self.found().marks.unread += marks_in(value);
                    return;
                }
                Shape::Unusable => return,
                Shape::Other => {
                    if is_candidate {
                        self.found().marks.other_place += marks_in(value);
                    }
                    return;
                }
            }
        }
        self.found().events += 1;
        match stage_time(value, STAGE_TIME) {
            Some(time) if !is_candidate && !self.tells_version => {
                self.targets[self.target].saw(time);
            }
            _ => self.event(value, is_candidate),
        }
    }

    /// What is no JSON: a piece of an event that was cut, or a line of another log.
    pub(super) fn not_json(&mut self, text: &[u8]) {
        let marks = marks_in(text);
        let is_piece = PIECE_OF_EVENT.iter().any(|key| key.find(text).is_some());
        if marks > 0 || (is_piece && has_phrase(text)) {
            self.found().note(GapKind::TornLine, "", 1);
            self.found().marks.unread += marks;
        } else {
            self.found().cut_events += u64::from(is_piece);
        }
    }

    /// Parses an event: one that may hold evidence, or one whose time does not stand where the
    /// API server writes it.
    fn event(&mut self, value: &[u8], is_candidate: bool) {
        let mut text = readable(value);
        if self.is_special && text.contains('\0') {
            // Of the same length, as no longer mark would be.
            text = Cow::Owned(text.replace('\0', "?"));
        }
        let marks_here = if is_candidate { marks_in(value) } else { 0 };
        let is_mark = marks_here > 0;
        let target = &mut self.targets[self.target];
        // Without a phrase it can prove nothing; only its time is of use.
        let filter = is_candidate.then_some(target.arrivals);
        let ingested = match AuditEvent::parse(&text) {
            Ok(event) => {
                let is_annotated = event.annotations.stale_token.is_some();
                // A request that took long was in the window from its arrival on.
                let received = event.request_received_timestamp;
                if filter.is_some_and(|filter| filter.contains(received)) {
                    target.saw_time(received);
                }
                target.note_version(&event);
                let ingested = ingest_parsed(event, filter, |observation| {
                    self.collector.record(&target.cluster, observation);
                });
                let marks = &mut target.found.marks;
                // Only the event's own annotation can prove anything; others stand inside it.
                let others = marks_here - u64::from(is_mark && is_annotated);
                marks.other_field += others;
                match (is_mark && is_annotated, &ingested) {
                    (true, Ingested::Event(_)) => marks.evidence += 1,
                    (true, _) => marks.other_subject += 1,
                    (false, _) => {}
                }
                ingested
            }
            Err(EventError::OtherKind) if !is_mark => Ingested::OtherKind,
            // It has an event's keys and a mark, and cannot be read.
            Err(EventError::OtherKind | EventError::Malformed) => {
                if is_mark {
                    target.found.marks.unread += marks_here;
                }
                Ingested::Unusable(GapKind::MalformedEvent, String::new())
            }
        };
        match ingested {
            Ingested::Event(written) => target.saw_time(written),
            Ingested::OtherKind => target.found.events -= 1,
            Ingested::Unusable(kind, detail) => target.found.note(kind, &detail, 1),
        }
    }
}

/// A line as text, with a mark for what is not UTF-8. The usual mark takes three bytes: a line
/// that is long gets a shorter one, so that its text is no longer than itself.
fn readable(line: &[u8]) -> Cow<'_, str> {
    const LONG: usize = 1 << 20;
    if let Ok(text) = std::str::from_utf8(line) {
        return Cow::Borrowed(text);
    }
    if line.len() < LONG {
        return String::from_utf8_lossy(line);
    }
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push('?');
        }
    }
    Cow::Owned(text)
}
