//! The evidence in a block of lines: bytes are searched before anything is parsed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use super::carrier::Layout;
use super::carrier::event_shape::{Shape, shape};
use super::carrier::json_cursor::unescaped;
use super::carrier::learning::{names_of, words};
use super::carrier::path::{Piece, Step, follow};
use super::carrier::prefix::{Prefixed, cut};
use super::carrier::provenance::Names;
use super::carrier::query_answer::{ROWS, gaps};
use super::carrier::rows;
use super::found::Found;
use super::phrases::{Phrases, Versions, has_mark, has_phrase, marks_in};
use super::target::Target;
use super::written_event::{
    ESCAPED_EVENT, ESCAPED_STAGE_TIME, STAGE_TIME, begins_as_event, stage_time,
};
use crate::audit::event::{AuditEvent, EventError};
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::GapKind;
use crate::evidence::observation::Observation;
use crate::evidence::set::Collect;
use crate::source::ingest::{Ingested, ingest_parsed};
use crate::source::request_filter::RequestFilter;

/// Keys of which one is left in almost any piece of an event.
static PIECE_OF_EVENT: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["audit.k8s.io/", "auditID", "stageTimestamp"].map(Finder::new));

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Which requests of a cluster are wanted.
pub type Wanted<'a> = &'a dyn Fn(&Cluster) -> RequestFilter;

/// Scans whole lines of an audit log as the API server writes it, and hands their evidence to the
/// collector.
pub fn scan<C: Collect>(
    block: &[u8],
    cluster: &Arc<Cluster>,
    arrivals: RequestFilter,
    collector: &mut C,
) -> Found {
    let mut found = Found::default();
    let layout = Layout::default();
    for (_, more) in scan_values(block, Some(&layout), cluster, &|_| arrivals, collector) {
        found.merge(more);
    }
    found
}

/// Scans lines that hold one value each. Without a layout there is nothing to read in them, and
/// what may be evidence is counted as unread. What was found is told by cluster, as values may
/// name theirs.
pub fn scan_values<C: Collect>(
    block: &[u8],
    layout: Option<&Layout>,
    cluster: &Arc<Cluster>,
    wanted: Wanted<'_>,
    collector: &mut C,
) -> Vec<(Arc<Cluster>, Found)> {
    let arrivals = wanted(cluster);
    let mut phrases = Phrases::of(block);
    let mut scan = Scan {
        layout,
        is_candidate: false,
        tells_version: false,
        is_special: false,
        target: 0,
        targets: vec![Target::new(Arc::clone(cluster), arrivals)],
        known: BTreeMap::new(),
        wanted,
        collector,
    };
    let mut versions = Versions::of(block);
    let block_is_special = is_special(block);
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', block).chain([block.len()]);
    for end in ends {
        let line = block[start..end].trim_ascii();
        scan.is_candidate = phrases.before(end);
        scan.tells_version = versions.before(end);
        scan.is_special = block_is_special && is_special(line);
        scan.target = 0;
        scan.line(line);
        start = end + 1;
        if start >= block.len() {
            break;
        }
    }
    let is_annotated = is_annotated(block);
    let targets = scan.targets.into_iter().map(|mut target| {
        target.found.is_annotated |= is_annotated;
        target.finish()
    });
    targets.collect()
}

/// Whether there are annotations of events: the API server writes its decision on a request, or
/// the mark, into every event of one that it has answered. What ships logs may drop them.
fn is_annotated(block: &[u8]) -> bool {
    static ANNOTATIONS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| {
        ["authorization.k8s.io/", "authentication.k8s.io/stale-token"].map(Finder::new)
    });
    ANNOTATIONS.iter().any(|it| it.find(block).is_some())
}

/// Whether there is a NUL, or a byte that is not ASCII.
fn is_special(bytes: &[u8]) -> bool {
    !bytes.is_ascii() || memchr::memchr(0, bytes).is_some()
}

struct Scan<'a, C> {
    layout: Option<&'a Layout>,
    /// Whether a phrase was met in the line.
    is_candidate: bool,
    /// Whether it may be a request of the control plane, of which a few are read for its version.
    tells_version: bool,
    /// Whether there is a NUL in it, or a byte that is not ASCII.
    is_special: bool,
    /// Whom the value at hand is of.
    target: usize,
    targets: Vec<Target>,
    known: BTreeMap<String, usize>,
    wanted: Wanted<'a>,
    collector: &'a mut C,
}

impl<C: Collect> Scan<'_, C> {
    fn found(&mut self) -> &mut Found {
        &mut self.targets[self.target].found
    }

    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        let mut line = line;
        if self.is_special {
            line = self.undamaged(line);
        }
        line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        if line.is_empty() {
            self.found().lines += 1;
            return;
        }
        match self.layout {
            None => {
                self.found().lines += 1;
                if self.is_candidate {
                    self.found().marks.unread += marks_in(line);
                }
            }
            Some(layout) if layout.is_plain() => {
                self.found().lines += 1;
                self.json(line, self.is_candidate);
            }
            Some(layout) => self.carrier(line, layout),
        }
    }

    /// A line that is more than an event.
    fn carrier(&mut self, line: &[u8], layout: &Layout) {
        let Some(cut) = cut(line) else {
            self.found().lines += 1;
            return self.not_json(line);
        };
        let is_prefixed = !cut.prefix.is_empty() || cut.labels.is_some();
        let mut names = names_of(&cut);
        if is_prefixed != layout.prefixed || !has_source_word(&cut, layout) {
            names.other = true;
        }
        if layout.steps.is_empty() && !layout.rows {
            if self.may_read(&names, cut.value) {
                self.json(cut.value, self.is_candidate);
            }
            return;
        }
        let found = follow(cut.value, &layout.steps, &names);
        let mut marks = 0;
        let count = found.pieces.len();
        for (piece, names) in found.pieces {
            marks += match piece {
                Piece::Json(row) if layout.rows => self.piece(row, &names, Self::row),
                Piece::Json(json) => self.piece(json, &names, Self::json),
                Piece::Escaped(text) => self.piece(text, &names, Self::escaped),
                Piece::Text(text) => self.piece(text.as_bytes(), &names, Self::text),
            };
        }
        if layout.steps.first() == Some(&Step::Key(ROWS.to_owned())) && found.whole {
            for (kind, detail) in gaps(cut.value, count as u64) {
                self.found().note(kind, &detail, 1);
            }
        }
        self.found().lines += u64::from(count == 0);
        let all = if self.is_candidate { marks_in(line) } else { 0 };
        let elsewhere = all.saturating_sub(marks);
        if found.whole {
            self.found().marks.other_place += elsewhere;
        } else {
            self.found().note(GapKind::TornLine, "", 1);
            self.found().marks.unread += elsewhere;
        }
    }

    /// A piece of a carrier; returns how many marks it holds.
    fn piece(&mut self, text: &[u8], names: &Names, read: fn(&mut Self, &[u8], bool)) -> u64 {
        let is_candidate = self.is_candidate && has_phrase(text);
        if self.may_read(names, text) {
            read(self, text, is_candidate);
        }
        if is_candidate { marks_in(text) } else { 0 }
    }

    /// Whether a value may be read by what names its source; files it under its cluster.
    fn may_read(&mut self, names: &Names, text: &[u8]) -> bool {
        self.target = match &names.cluster {
            Some(name) => self.target_of(name),
            None => 0,
        };
        self.found().lines += 1;
        if !names.allow() {
            if self.is_candidate {
                self.found().marks.other_source += marks_in(text);
            }
            return false;
        }
        true
    }

    fn target_of(&mut self, name: &str) -> usize {
        if self.targets[0].cluster.name == name {
            return 0;
        }
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let cluster = Arc::new(Cluster::named(name));
        let arrivals = (self.wanted)(&cluster);
        self.targets.push(Target::new(cluster, arrivals));
        let at = self.targets.len() - 1;
        self.known.insert(name.to_owned(), at);
        at
    }

    /// A row of a query's result, which stands for an event.
    fn row(&mut self, row: &[u8], _: bool) {
        let target = &mut self.targets[self.target];
        let Some(evidence) = rows::evidence(row) else {
            return;
        };
        target.found.events += 1;
        target.found.is_annotated = true;
        target.saw_time(evidence.received);
        if target.arrivals.contains(evidence.received) {
            let observation = Observation::StaleRequest(evidence);
            self.collector.record(&target.cluster, observation);
        }
    }

    /// The content of a JSON string.
    fn escaped(&mut self, text: &[u8], is_candidate: bool) {
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

    fn text(&mut self, text: &[u8], is_candidate: bool) {
        let text = text.trim_ascii();
        match cut(text) {
            // In JSON a line break stands between tokens only.
            Some(cut) if cut.value.starts_with(b"{") => self.json(cut.value, is_candidate),
            _ => self.not_json(text),
        }
    }

    /// A value where an event is expected.
    fn json(&mut self, value: &[u8], is_candidate: bool) {
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
    fn not_json(&mut self, text: &[u8]) {
        let marks = marks_in(text);
        let is_piece = PIECE_OF_EVENT.iter().any(|key| key.find(text).is_some());
        if marks > 0 || (is_piece && has_phrase(text)) {
            self.found().note(GapKind::TornLine, "", 1);
            self.found().marks.unread += marks;
        } else {
            self.found().cut_events += u64::from(is_piece);
        }
    }

    /// Notes what is wrong with a line, and cuts off the NUL bytes at its ends: whoever cuts a
    /// log under its writer leaves them there.
    fn undamaged<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        if memchr::memchr(0, line).is_some() {
            self.found().note(GapKind::NulBytes, "", 1);
        } else if std::str::from_utf8(line).is_err() {
            self.found().note(GapKind::NotUtf8, "", 1);
        }
        let is_kept = |byte: &u8| *byte != 0;
        let start = line.iter().position(is_kept);
        let end = line.iter().rposition(is_kept);
        start
            .zip(end)
            .map_or(&[], |(start, end)| line[start..=end].trim_ascii())
    }

    /// Parses an event: one that may hold evidence, or one whose time does not stand where the
    /// API server writes it.
    fn event(&mut self, value: &[u8], is_candidate: bool) {
        let mut text = readable(value);
        if self.is_special && text.contains('\0') {
            // Of the same length, as no longer mark would be.
            text = Cow::Owned(text.replace('\0', "?"));
        }
        let is_mark = is_candidate && has_mark(value);
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
                match (is_mark, is_annotated, &ingested) {
                    (true, true, Ingested::Event(_)) => marks.evidence += 1,
                    (true, true, _) => marks.other_subject += 1,
                    (true, false, _) => marks.other_field += 1,
                    (false, ..) => {}
                }
                ingested
            }
            Err(EventError::OtherKind) if !is_mark => Ingested::OtherKind,
            // It has an event's keys and a mark, and cannot be read.
            Err(EventError::OtherKind | EventError::Malformed) => {
                if is_mark {
                    target.found.marks.unread += marks_in(value);
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

/// Whether the word of a prefix that names the API server does.
fn has_source_word(cut: &Prefixed<'_>, layout: &Layout) -> bool {
    layout.source_word.is_none_or(|(at, wanted)| {
        words(cut.prefix)
            .nth(at)
            .is_some_and(|word| memchr::memmem::find(word, wanted.as_bytes()).is_some())
    })
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

#[cfg(test)]
mod tests;
