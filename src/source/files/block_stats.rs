//! What was found in a block of lines, beside the evidence.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::evidence::control_plane::ControlPlane;
use crate::evidence::gap::GapKind;

/// What became of the values that hold the phrase of a stale token: each is counted once.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Events with the annotation: evidence, or of no interest to the window that was asked for.
    pub evidence: u64,
    /// Refused: the phrase stands in another field of an event, put there by its caller.
    pub other_field: u64,
    /// Refused: the annotation's subject is not the request's user, or its value cannot be read.
    pub other_subject: u64,
    /// Refused: it does not stand where the input has its events.
    pub other_place: u64,
    /// Refused: the record names another log, stream or container than the API server's.
    pub other_source: u64,
    /// Not read.
    pub unread: u64,
}

impl Marks {
    /// All of them.
    pub fn all(self) -> u64 {
        self.evidence
            + self.other_field
            + self.other_subject
            + self.other_place
            + self.other_source
            + self.unread
    }

    /// Adds what became of others.
    pub fn merge(&mut self, other: Self) {
        self.evidence += other.evidence;
        self.other_field += other.other_field;
        self.other_subject += other.other_subject;
        self.other_place += other.other_place;
        self.other_source += other.other_source;
        self.unread += other.unread;
    }
}

/// What was found in some lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct BlockStats {
    /// Lines that are audit events.
    pub events: u64,
    /// Lines of any kind.
    pub lines: u64,
    /// The versions that requests of the control plane itself state.
    pub control_plane: ControlPlane,
    /// Pieces of events that were cut, in which no phrase is left.
    pub cut_events: u64,
    /// What became of the marks.
    pub marks: Marks,
    /// What could not be used: its kind, its detail and how often.
    pub gaps: BTreeMap<(GapKind, String), u64>,
    times: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether an event was met with annotations, where marks stand.
    pub is_annotated: bool,
    /// The latest time that does not lie behind the window.
    pub newest_inside: Option<DateTime<Utc>>,
}

impl BlockStats {
    /// Adds what was found in other lines of the same file.
    pub fn merge(&mut self, other: Self) {
        for time in other.times() {
            self.saw(time);
        }
        self.is_annotated |= other.is_annotated;
        self.newest_inside = self.newest_inside.max(other.newest_inside);
        self.events += other.events;
        self.lines += other.lines;
        self.cut_events += other.cut_events;
        self.control_plane.merge(other.control_plane);
        self.marks.merge(other.marks);
        for (gap, count) in other.gaps {
            *self.gaps.entry(gap).or_default() += count;
        }
    }

    /// The earliest and the latest time of an event of any kind.
    pub fn times(&self) -> impl Iterator<Item = DateTime<Utc>> + use<> {
        self.times
            .into_iter()
            .flat_map(|(first, last)| [first, last])
    }

    /// Notes something that could not be used, so many times; 0 notes nothing.
    pub fn note(&mut self, kind: GapKind, detail: &str, count: u64) {
        if count > 0 {
            *self.gaps.entry((kind, detail.to_owned())).or_default() += count;
        }
    }

    /// Notes the time of an event.
    pub fn saw(&mut self, time: DateTime<Utc>) {
        let (first, last) = self.times.unwrap_or((time, time));
        self.times = Some((first.min(time), last.max(time)));
    }
}
