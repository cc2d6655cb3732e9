//! What was read, and what could not be seen.

use crate::audit::untrusted_text::UntrustedText;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cluster::Cluster;
use super::control_plane::ControlPlane;
use super::note::{CountedNote, Note};
use super::price::Price;

/// What was looked at in one cluster's audit logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The profile of the AWS configuration by which the cluster's own account was reached, where
    /// one was named.
    pub profile: Option<String>,
    /// The log groups, files or streams.
    pub places: BTreeSet<String>,
    /// The first arrival that was requested; absent if everything was.
    pub since: Option<DateTime<Utc>>,
    /// The last arrival that was requested; absent if everything was.
    pub until: Option<DateTime<Utc>>,
    /// The earliest time stated by an event that was read, of any kind.
    pub first_event: Option<DateTime<Utc>>,
    /// The latest.
    pub last_event: Option<DateTime<Utc>>,
    /// The latest that lies before the end of the window, where files hold later ones as well.
    pub newest_inside: Option<DateTime<Utc>>,
    /// Whether an event from a file was seen with annotations, which hold the marks.
    pub is_annotated: bool,
    /// Messages where audit events are written that are none.
    pub foreign_events: u64,
    /// Lines read from files.
    pub lines: u64,
    /// Bytes read from files, after decompression.
    pub bytes_read: u64,
    /// Bytes that CloudWatch says it scanned, which it charges for.
    pub bytes_scanned: u64,
    /// What that costs, if CloudWatch scanned anything.
    pub price: Option<Price>,
    /// Queries started. A query that several clusters share is counted for the first of them, and
    /// its bytes in proportion to what each of them stores.
    pub queries: u64,
    /// Queries that were found to be answered here as the events themselves say: the name of each
    /// with a checksum of its text.
    pub verified_queries: BTreeSet<String>,
    /// What else to know, and how many events that concerns.
    pub notes: BTreeMap<Note, u64>,
    /// What could not be seen, and how many lines, slices or files that concerns.
    pub gaps: BTreeMap<Gap, u64>,
    /// Skipped files, which hold no audit events.
    pub skipped_files: BTreeSet<String>,
    /// What is known about the cluster's control plane.
    pub control_plane: ControlPlane,
}

/// Something that could not be seen: because of it the report may be incomplete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The file, the log group or the slice of time.
    pub place: UntrustedText,
    /// What kind of gap.
    pub kind: GapKind,
    /// What happened, in a few words; may be empty.
    pub detail: UntrustedText,
}

/// The kinds of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// A line without a beginning or an end.
    TornLine,
    /// A line longer than the limit.
    OverlongLine,
    /// A line that is not UTF-8; its readable part was used.
    NotUtf8,
    /// A line with NUL bytes in it; its readable part was used.
    NulBytes,
    /// A line that looked like evidence and is not a whole event.
    MalformedEvent,
    /// A marked event that contradicts itself.
    ContradictoryEvent,
    /// A file or a stream that could not be read to its end.
    Unreadable,
    /// A query that filled its limit of rows.
    RowLimit,
    /// A query that ended without all of its rows.
    QueryEnded,
    /// A query that had not ended when its time was up.
    TimeLimit,
    /// A query that was interrupted.
    Interrupted,
    /// A cluster that could not be queried.
    NotQueried,
    /// A log without any event in the window.
    NoEvents,
    /// A cluster whose newest audit event is long before the end of the window.
    AuditLogStopped,
    /// An input that was named and holds no audit event.
    NotAnAuditLog,
    /// Audit events without annotations, which hold the marks.
    NoAnnotations,
    /// A list of a cluster's pods was given, but could not be used.
    PodsNotUsed,
    /// A query with a result that differs from the events.
    ContradictoryAnswer,
}

impl GapKind {
    /// The kind in words, for one line, file or slice, and for several.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TornLine => ("truncated line", "truncated lines"),
            Self::OverlongLine => ("overlong line", "overlong lines"),
            Self::NotUtf8 => ("line that is not UTF-8", "lines that are not UTF-8"),
            Self::NulBytes => ("line with NUL bytes", "lines with NUL bytes"),
            Self::MalformedEvent => (
                "line that is not a whole event",
                "lines that are not whole events",
            ),
            Self::ContradictoryEvent => (
                "event that contradicts itself",
                "events that contradict themselves",
            ),
            Self::Unreadable => ("not read to the end", "not read to the end"),
            Self::RowLimit => ("row limit reached", "row limit reached"),
            Self::QueryEnded => (
                "query ended without all of its rows",
                "queries ended without all of their rows",
            ),
            Self::TimeLimit => ("time limit reached", "time limit reached"),
            Self::Interrupted => ("interrupted", "interrupted"),
            Self::NotQueried => ("could not be queried", "could not be queried"),
            Self::NoEvents => ("no events in the window", "no events in the window"),
            Self::AuditLogStopped => ("audit log stopped", "audit log stopped"),
            Self::NotAnAuditLog => ("no audit events in it", "no audit events in it"),
            Self::NoAnnotations => ("events without annotations", "events without annotations"),
            Self::PodsNotUsed => ("pods not used", "pods not used"),
            Self::ContradictoryAnswer => (
                "result that contradicts its events",
                "results that contradict their events",
            ),
        }
    }

    /// Whether nothing at all was seen of the place.
    pub fn hides_everything(self) -> bool {
        matches!(
            self,
            Self::NotQueried | Self::NoEvents | Self::NoAnnotations
        )
    }

    /// Whether the gap counts lines of a file or events.
    pub fn counts_lines(self) -> bool {
        matches!(
            self,
            Self::TornLine
                | Self::OverlongLine
                | Self::NotUtf8
                | Self::NulBytes
                | Self::MalformedEvent
                | Self::ContradictoryEvent
        )
    }
}

/// A gap and how many lines, files or slices of time it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedGap {
    /// The gap.
    pub gap: Gap,
    /// How many lines, files or slices.
    pub count: u64,
}

impl CountedGap {
    /// The gap in words, without its place: `3 torn lines`, `access denied`.
    pub fn in_words(&self) -> String {
        let Gap { kind, detail, .. } = &self.gap;
        let (one, several) = kind.words();
        let mut words = match (kind.counts_lines(), self.count) {
            (true, 1) => format!("1 {one}"),
            (true, count) => format!("{count} {several}"),
            (false, 1) => one.to_owned(),
            (false, count) => format!("{several} ({count} times)"),
        };
        if !detail.is_empty() {
            words.push_str(": ");
            words.push_str(&detail.to_string());
        }
        words
    }
}

impl Coverage {
    /// Records a gap once.
    pub fn gap(&mut self, place: &str, kind: GapKind, detail: impl Into<UntrustedText>) {
        self.gap_times(place, kind, detail, 1);
    }

    /// Records a gap the given number of times; 0 records nothing.
    pub fn gap_times(
        &mut self,
        place: &str,
        kind: GapKind,
        detail: impl Into<UntrustedText>,
        times: u64,
    ) {
        if times == 0 {
            return;
        }
        let gap = Gap {
            place: place.into(),
            kind,
            detail: detail.into(),
        };
        *self.gaps.entry(gap).or_default() += times;
    }

    /// Records a note the given number of times.
    pub fn note_times(&mut self, place: &str, text: impl Into<UntrustedText>, times: u64) {
        let note = Note {
            place: place.into(),
            text: text.into(),
        };
        *self.notes.entry(note).or_default() += times;
    }

    /// The notes with how often each was made.
    pub fn counted_notes(&self) -> Vec<CountedNote> {
        self.notes
            .iter()
            .map(|(note, count)| CountedNote {
                note: note.clone(),
                count: *count,
            })
            .collect()
    }

    /// Adds what a scan costs.
    pub fn charge(&mut self, price: Price) {
        *self.price.get_or_insert_default() += price;
    }

    /// The gaps with how often each was noted.
    pub fn counted_gaps(&self) -> Vec<CountedGap> {
        self.gaps
            .iter()
            .map(|(gap, count)| CountedGap {
                gap: gap.clone(),
                count: *count,
            })
            .collect()
    }

    /// Notes the time of an event of any kind.
    pub fn saw(&mut self, time: DateTime<Utc>) {
        self.first_event = earlier(self.first_event, Some(time));
        self.last_event = later(self.last_event, Some(time));
    }

    /// Until when silence means that nothing happened: to the end of the window, unless the log
    /// stopped before; `None` where it is not known what was missed.
    pub fn seen_until(&self, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut seen = Some(until);
        for gap in self.gaps.keys().filter(|gap| !gap.kind.counts_lines()) {
            let newest = self.newest_inside.or(self.last_event);
            seen = match gap.kind {
                GapKind::AuditLogStopped => seen.and_then(|seen| Some(seen.min(newest?))),
                _ => None,
            };
        }
        seen
    }

    /// Adds other coverage of the same cluster.
    pub fn merge(&mut self, other: Self) {
        self.profile = self.profile.take().into_iter().chain(other.profile).min();
        self.places.extend(other.places);
        self.since = earlier(self.since, other.since);
        self.until = later(self.until, other.until);
        self.first_event = earlier(self.first_event, other.first_event);
        self.last_event = later(self.last_event, other.last_event);
        self.newest_inside = later(self.newest_inside, other.newest_inside);
        self.is_annotated |= other.is_annotated;
        self.foreign_events += other.foreign_events;
        self.lines += other.lines;
        self.bytes_read += other.bytes_read;
        self.bytes_scanned += other.bytes_scanned;
        self.queries += other.queries;
        self.verified_queries.extend(other.verified_queries);
        if let Some(price) = other.price {
            self.charge(price);
        }
        for (note, count) in other.notes {
            *self.notes.entry(note).or_default() += count;
        }
        for (gap, count) in other.gaps {
            *self.gaps.entry(gap).or_default() += count;
        }
        self.skipped_files.extend(other.skipped_files);
        self.control_plane.merge(other.control_plane);
    }
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}

fn later(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.max(other)
}

/// The coverage of each cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverages(pub BTreeMap<Arc<Cluster>, Coverage>);

impl Coverages {
    /// The coverage of one cluster, empty at first.
    pub fn of(&mut self, cluster: &Arc<Cluster>) -> &mut Coverage {
        self.0.entry(Arc::clone(cluster)).or_default()
    }

    /// Adds other coverages to these.
    pub fn merge(&mut self, other: Self) {
        for (cluster, coverage) in other.0 {
            self.0.entry(cluster).or_default().merge(coverage);
        }
    }
}

#[cfg(test)]
mod tests;
