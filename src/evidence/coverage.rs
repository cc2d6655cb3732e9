//! What was read, and what could not be seen.

use crate::audit::untrusted_text::UntrustedText;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cluster::Cluster;
use super::control_plane::ControlPlane;
use super::gap::{CountedGap, Gap, GapKind};
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
