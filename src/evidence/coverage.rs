//! What was looked at, and what could not be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::cluster::Cluster;

/// What was looked at in one cluster's audit logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The log groups, files or streams.
    pub places: BTreeSet<String>,
    /// The earliest time stated by an event that was read, of any kind.
    pub first_event: Option<DateTime<Utc>>,
    /// The latest.
    pub last_event: Option<DateTime<Utc>>,
    /// Lines read from files.
    pub lines: u64,
    /// Bytes read from files, after decompression.
    pub bytes_read: u64,
    /// Bytes that CloudWatch says it scanned, which it charges for.
    pub bytes_scanned: u64,
    /// Queries started.
    pub queries: u64,
    /// What could not be seen, and how many lines, slices or files that concerns.
    pub gaps: BTreeMap<Gap, u64>,
    /// Files that hold no audit events, passed over.
    pub passed_over: BTreeSet<String>,
}

/// Something that could not be seen: because of it the report may be incomplete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// The file, the log group or the slice of time.
    pub place: String,
    /// What kind of gap.
    pub kind: GapKind,
    /// What happened, in a few words; may be empty.
    pub detail: String,
}

/// The kinds of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// A line without a beginning or an end.
    TornLine,
    /// A line longer than the limit.
    OverlongLine,
    /// A line that is not UTF-8; its readable part was used.
    NotUtf8,
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
}

impl GapKind {
    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TornLine => "torn line",
            Self::OverlongLine => "overlong line",
            Self::NotUtf8 => "line that is not UTF-8",
            Self::MalformedEvent => "line that is not a whole event",
            Self::ContradictoryEvent => "event that contradicts itself",
            Self::Unreadable => "not read to the end",
            Self::RowLimit => "limit of rows reached",
            Self::QueryEnded => "query ended without all of its rows",
            Self::TimeLimit => "time limit reached",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether the gap counts lines of a file.
    pub fn counts_lines(self) -> bool {
        matches!(
            self,
            Self::TornLine
                | Self::OverlongLine
                | Self::NotUtf8
                | Self::MalformedEvent
                | Self::ContradictoryEvent
        )
    }
}

impl Coverage {
    /// Notes a gap once more.
    pub fn gap(&mut self, place: &str, kind: GapKind, detail: impl Into<String>) {
        self.gap_times(place, kind, detail, 1);
    }

    /// Notes a gap so many times more.
    pub fn gap_times(&mut self, place: &str, kind: GapKind, detail: impl Into<String>, times: u64) {
        let gap = Gap {
            place: place.to_owned(),
            kind,
            detail: detail.into(),
        };
        *self.gaps.entry(gap).or_default() += times;
    }

    /// Notes the time of an event of any kind.
    pub fn saw(&mut self, time: DateTime<Utc>) {
        self.first_event = Some(self.first_event.map_or(time, |first| first.min(time)));
        self.last_event = Some(self.last_event.map_or(time, |last| last.max(time)));
    }

    /// Adds other coverage of the same cluster.
    pub fn merge(&mut self, other: Self) {
        self.places.extend(other.places);
        for time in [other.first_event, other.last_event].into_iter().flatten() {
            self.saw(time);
        }
        self.lines += other.lines;
        self.bytes_read += other.bytes_read;
        self.bytes_scanned += other.bytes_scanned;
        self.queries += other.queries;
        for (gap, count) in other.gaps {
            *self.gaps.entry(gap).or_default() += count;
        }
        self.passed_over.extend(other.passed_over);
    }
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
