//! What was found in a file, beside the evidence.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytesize::ByteSize;
use chrono::{DateTime, Utc};

use super::inputs::{Input, Inputs};
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverages, GapKind};

/// What was found in some lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Lines that are audit events.
    pub events: u64,
    /// Lines of any kind.
    pub lines: u64,
    /// What could not be used: its kind, its detail and how often.
    pub gaps: BTreeMap<(GapKind, String), u64>,
    times: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Found {
    /// Adds what was found in other lines of the same file.
    pub fn merge(&mut self, other: Self) {
        for time in other.times() {
            self.saw(time);
        }
        self.events += other.events;
        self.lines += other.lines;
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

/// What was found in one file, by cluster: a file of envelopes may hold several.
#[derive(Debug, Default)]
pub struct FoundInFile {
    clusters: BTreeMap<Arc<Cluster>, Found>,
    bytes: u64,
    /// Why it could not be read to its end, and how often that happened.
    failures: BTreeMap<String, u64>,
}

impl FoundInFile {
    /// Adds what was found in some of its lines.
    pub fn add(&mut self, cluster: &Arc<Cluster>, found: Found) {
        match self.clusters.get_mut(cluster) {
            Some(known) => known.merge(found),
            None => {
                self.clusters.insert(Arc::clone(cluster), found);
            }
        }
    }

    /// Adds decompressed bytes that were read.
    pub fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Notes why it could not be read to its end.
    pub fn failed(&mut self, reason: impl Into<String>) {
        *self.failures.entry(reason.into()).or_default() += 1;
    }

    /// Adds it to what was looked at. A file without a single event is no audit log: its lines
    /// are nobody's loss, unless it could not be read to its end.
    pub fn cover(mut self, input: &Input, inputs: &Inputs, coverages: &mut Coverages) {
        let events: u64 = self.clusters.values().map(|found| found.events).sum();
        let lines: u64 = self.clusters.values().map(|found| found.lines).sum();
        if events == 0 && self.failures.is_empty() {
            let coverage = coverages.of(&input.cluster);
            if lines > 0 {
                coverage.passed_over.insert(input.place.clone());
            }
            return;
        }
        // What concerns the file as a whole is told once, with the cluster it is filed under.
        let of_file = match self.clusters.iter().find(|(_, found)| found.events > 0) {
            Some((cluster, _)) => Arc::clone(cluster),
            None => Arc::clone(&input.cluster),
        };
        self.clusters.entry(Arc::clone(&of_file)).or_default();
        for (cluster, found) in self.clusters {
            let coverage = coverages.of(&cluster);
            coverage.places.insert(input.place.clone());
            let arrivals = inputs.arrivals(&cluster);
            coverage.since = arrivals.since;
            coverage.until = arrivals.until;
            coverage.lines += found.lines;
            for time in found.times() {
                coverage.saw(time);
            }
            for ((kind, detail), count) in &found.gaps {
                coverage.gap_times(&input.place, *kind, detail.as_str(), *count);
            }
        }
        let coverage = coverages.of(&of_file);
        coverage.bytes_read += self.bytes;
        for (reason, count) in self.failures {
            let detail = format!(
                "{reason}; {lines} {}, {}, could be read",
                if lines == 1 { "line" } else { "lines" },
                ByteSize(self.bytes).display().si()
            );
            coverage.gap_times(&input.place, GapKind::Unreadable, detail, count);
        }
    }
}
