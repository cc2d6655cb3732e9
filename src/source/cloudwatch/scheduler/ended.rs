//! What becomes of a chunk whose query has ended: its rows count, it is read again, or it is a gap.

use super::RegionScheduler;
use super::part::Parts;
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::source::aws::cause::Cause;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::chunk::{QueryChunk, Truncated};
use crate::source::cloudwatch::queries::logs_query::QuerySpan;
use crate::source::cloudwatch::run::{Completion, QueryResult};

impl<C: Collect + 'static> RegionScheduler<C> {
    pub(super) fn on_complete(
        &mut self,
        chunk: &QueryChunk,
        result: &QueryResult,
        mut parts: Parts<C>,
    ) {
        let bytes = result.bytes_scanned;
        self.charge(chunk, bytes);
        let query = &self.queries[chunk.query].query;
        if !query.apart.is_empty() {
            let apart = bytes.saturating_mul(query.apart.len() as u64);
            tracing::debug!(
                query = query.name,
                bytes,
                apart,
                "scanned at once, and what queries apart would scan"
            );
        }
        self.count_looked_up(chunk, bytes);
        if self.is_look_for_accepted(chunk)
            && let Completion::Ended(state) = &result.completion
        {
            self.note_not_looked_for(chunk, state);
            return;
        }
        let is_spared = result.completion == Completion::Full && parts.ends_dispensably();
        if is_spared && !self.on_rejections_cut(chunk, bytes, &mut parts) {
            return;
        }
        let limit = self.queries[chunk.query].query.row_limit;
        let truncated = match &result.completion {
            Completion::Full if !is_spared => Some(Truncated::RowLimit {
                matched: result.matched.max(result.expected),
                limit,
            }),
            Completion::Ended(state) if state == "Timeout" => Some(Truncated::TimedOut),
            _ => None,
        };
        if truncated.is_some_and(|truncated| self.split(chunk, truncated, bytes)) {
            return;
        }
        // A query on which the service fails may be one that it cannot run: whole events need less.
        let has_failed =
            matches!(&result.completion, Completion::Ended(state) if state == "Failed");
        if has_failed && self.replace(chunk) {
            return;
        }
        let fallback = self.queries[chunk.query].query.fallback;
        let (rows, matched) = (result.rows, result.matched);
        match &result.completion {
            Completion::Complete => {
                self.queue.answered();
                let query = &self.queries[chunk.query].query;
                if query.rows_are_events && rows < matched {
                    let detail = format!("{rows} of {matched} rows");
                    self.gap(chunk, GapKind::QueryEnded, &detail);
                }
            }
            Completion::Full if is_spared => {}
            Completion::Full => {
                let all = result.expected.max(matched);
                let detail = format!("{rows} of {all} rows; use a shorter window");
                self.gap(chunk, GapKind::RowLimit, &detail);
            }
            Completion::Ended(state) => self.gap(chunk, GapKind::QueryEnded, state),
            Completion::TimeLimit => self.time_is_up(chunk),
            Completion::Interrupted => self.gap(chunk, GapKind::Interrupted, ""),
        }
        let remainder = self.queries[chunk.query].query.remainder;
        let shared = bytes / chunk.groups.len() as u64;
        for (place, mut part) in parts.by_group {
            if let Some(construct) = part.reading.malformed {
                let (query, group) = (self.queries[chunk.query].query.name, &self.groups[place]);
                tracing::debug!(
                    query,
                    construct,
                    group = group.name,
                    "not answered as expected"
                );
                if self.fall_back_to(fallback, chunk, &[place], shared) {
                    continue;
                }
            }
            if part.reading.needs_raw_events {
                self.fall_back_to(remainder, chunk, &[place], shared);
            }
            part.settle(&self.groups[place].cluster, None);
            self.marks.entry(place).or_default().merge(part.marks);
            self.rejected.entry(place).or_default().merge(part.rejected);
            self.gathered.collected.merge(part.reading.collected);
            let cluster = &self.groups[place].cluster;
            self.gathered
                .coverages
                .of(cluster)
                .merge(part.reading.coverage);
        }
    }

    pub(super) fn on_failure(&mut self, chunk: &QueryChunk, failure: Failure) {
        if self.is_look_for_accepted(chunk) {
            self.note_not_looked_for(chunk, &failure.summary());
            return;
        }
        let concerns_one = matches!(
            failure.cause(),
            Cause::NoLogGroup { .. } | Cause::OutsideRetention | Cause::AccessDenied { .. }
        );
        // What nothing is kept of holds no event, which is all that a probe or a look back needs.
        let span = self.queries[chunk.query].query.span;
        let is_probe = span.is_probe() || span == QuerySpan::LookBack;
        if is_probe && matches!(failure.cause(), Cause::OutsideRetention) && chunk.groups.len() == 1
        {
            return;
        }
        if concerns_one && chunk.groups.len() > 1 {
            self.queue.split_per_group(chunk);
            return;
        }
        if let Cause::MalformedQuery { .. } = failure.cause() {
            let query = self.queries[chunk.query].query.name;
            let reason = failure.summary();
            tracing::debug!(query, reason, "query refused");
            if self.replace(chunk) {
                return;
            }
        }
        let failures = chunk.groups.iter().map(|place| {
            let group = &self.groups[*place];
            failure.clone().concerning_group(group, &self.connection)
        });
        let failures: Vec<Failure> = failures.collect();
        for (place, failure) in chunk.groups.iter().zip(&failures) {
            let group = &self.groups[*place];
            let coverage = self.gathered.coverages.of(&group.cluster);
            coverage.gap(&group.name, GapKind::NotQueried, failure.summary());
        }
        // Several queries may fail alike: that is one thing to do.
        for failure in failures {
            if !self.failures.contains(&failure) {
                self.failures.push(failure);
            }
        }
    }
}
