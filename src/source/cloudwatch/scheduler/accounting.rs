//! What is noted of each log group while its Region is queried: windows, gaps and bytes.

use std::sync::Arc;

use bytesize::ByteSize;
use chrono::DateTime;

use super::RegionScheduler;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverage;
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::source::aws::cause::Cause;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::chunk::{QueryChunk, Span};
use crate::source::cloudwatch::queries::logs_query::QuerySpan;

impl<C: Collect + 'static> RegionScheduler<C> {
    /// Notes of every group which window is read.
    pub(super) fn init_coverage(&mut self) {
        let (limits, groups) = (&self.limits, Arc::clone(&self.groups));
        for group in groups.iter() {
            let mut coverage = Coverage {
                since: Some(limits.since),
                until: Some(limits.end.until),
                ..Coverage::default()
            };
            coverage.places.insert(group.name.clone());
            if group.named.is_none() {
                coverage.profile.clone_from(&self.connection.profile);
            }
            let retained_since = group.retained_since(limits.end.now);
            if let Some(retained_since) = retained_since.filter(|kept| *kept > limits.since) {
                if retained_since > limits.end.until {
                    let failure = Failure::new(Cause::OutsideRetention)
                        .concerning_group(group, &self.connection);
                    coverage.gap(&group.name, GapKind::NotQueried, failure.summary());
                    self.failures.push(failure);
                } else {
                    let since = retained_since.format("%Y-%m-%d %H:%M UTC");
                    let because = group.retention_reason(limits.end.now);
                    let text = format!("there is nothing from before {since}: {because}");
                    coverage.note_times(&group.name, text, 1);
                    coverage.since = Some(retained_since);
                }
            }
            self.gathered.coverages.of(&group.cluster).merge(coverage);
        }
    }

    pub(super) fn time_is_up(&mut self, chunk: &QueryChunk) {
        let seconds = self.limits.run.budget.time_limit.as_secs();
        let detail = format!("no result within {seconds} s; see --timeout");
        self.gap(chunk, GapKind::TimeLimit, &detail);
    }

    /// Notes a gap of every group of a chunk.
    pub(super) fn gap(&mut self, chunk: &QueryChunk, kind: GapKind, detail: &str) {
        if self.is_look_for_accepted(chunk) {
            self.note_not_looked_for(chunk, detail);
            return;
        }
        let whole = chunk.span == self.limits.span(self.queries[chunk.query].query.span);
        let detail = match (whole, kind) {
            (false, GapKind::RowLimit) => {
                let time = |second| {
                    DateTime::from_timestamp(second, 0).map_or_else(
                        || second.to_string(),
                        |time| time.format("%Y-%m-%d %H:%M:%S").to_string(),
                    )
                };
                let Span {
                    first_second,
                    last_second,
                } = chunk.span;
                format!(
                    "{} to {} UTC: {detail}",
                    time(first_second),
                    time(last_second)
                )
            }
            _ => detail.to_owned(),
        };
        for place in &chunk.groups {
            let group = &self.groups[*place];
            let coverage = self.gathered.coverages.of(&group.cluster);
            coverage.gap(&group.name, kind, detail.as_str());
        }
    }

    /// Notes something of a group, once.
    pub(super) fn note(&mut self, place: usize, text: String) {
        let group = &self.groups[place];
        let coverage = self.gathered.coverages.of(&group.cluster);
        coverage.note_times(&group.name, text, 1);
    }

    /// Counts by group what is scanned to answer what the window alone does not, which is noted
    /// beside its price.
    pub(super) fn count_looked_up(&mut self, chunk: &QueryChunk, bytes: u64) {
        let span = self.queries[chunk.query].query.span;
        if matches!(span, QuerySpan::LookBack | QuerySpan::SinceRejection) {
            for place in &chunk.groups {
                *self.looked_up.entry(*place).or_default() += bytes;
            }
        }
    }

    /// Notes of each group what was looked up since this was last noted, and what that cost.
    pub(super) fn note_looked_up(&mut self, what: &str) {
        for (place, bytes) in std::mem::take(&mut self.looked_up) {
            let price = self.limits.price(&self.connection.region, bytes);
            let bytes = ByteSize(bytes).display().si();
            self.note(place, format!("{what}: {bytes}, {price}"));
        }
    }

    /// Shares the bytes of a query among its groups, by how much each of them stores.
    pub(super) fn charge(&mut self, chunk: &QueryChunk, bytes: u64) {
        let groups = Arc::clone(&self.groups);
        let stored = |place: &usize| {
            let described = groups[*place].described.as_ref();
            described.map_or(0, |described| u128::from(described.stored_bytes))
        };
        let all: u128 = chunk.groups.iter().map(stored).sum();
        let mut left = bytes;
        for (nth, place) in chunk.groups.iter().enumerate() {
            let is_last = nth + 1 == chunk.groups.len();
            let share = match (is_last, all) {
                (true, _) => left,
                (false, 0) => bytes / chunk.groups.len() as u64,
                (false, all) => {
                    let share = u128::from(bytes) * stored(place) / all;
                    u64::try_from(share).unwrap_or(bytes).min(left)
                }
            };
            left -= share;
            self.charge_cluster(&groups[*place].cluster, share, u64::from(nth == 0));
        }
    }

    /// Counts what so many queries of a cluster's log scanned.
    pub(super) fn charge_cluster(&mut self, cluster: &Arc<Cluster>, bytes: u64, queries: u64) {
        self.limits.run.progress.advance(bytes);
        self.limits.run.scan.add(bytes);
        let coverage = self.gathered.coverages.of(cluster);
        coverage.bytes_scanned += bytes;
        coverage.charge(self.limits.price(&self.connection.region, bytes));
        coverage.queries += queries;
    }
}
