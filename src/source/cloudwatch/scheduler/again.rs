//! What is read again: parts of a chunk that came back cut, events that a query could only count,
//! and what stands in for a query that the service refuses. All of it within `--max-scan`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use bytesize::ByteSize;
use chrono::DateTime;

use super::part::Parts;
use super::{FilteredQuery, RegionScheduler};
use crate::evidence::gap::GapKind;
use crate::evidence::set::{Collect, REJECTED_CALLERS};
use crate::source::cloudwatch::chunk::{QueryChunk, Span, Truncated};
use crate::source::cloudwatch::queries::logs_query::LogsQuery;
use crate::source::cloudwatch::queries::rejections;

/// How many parts a chunk is cut into whose rejections did not fit: all of them together scan what
/// the chunk scanned, once more.
const PARTS: u64 = 8;

/// How many addresses a query names, of at most 40 characters each.
const NAMED_ADDRESSES: usize = 100;

impl<C: Collect + 'static> RegionScheduler<C> {
    /// Whether so many bytes more may be scanned for a chunk. If not, that is a gap.
    fn may_scan(&mut self, chunk: &QueryChunk, bytes: u64, kind: GapKind) -> bool {
        let allowed = self.limits.run.scan.allows(bytes);
        if !allowed {
            let bytes = ByteSize(bytes).display().si();
            let detail = format!("reading the rest would scan {bytes} more: see --max-scan");
            self.gap(chunk, kind, &detail);
        }
        allowed
    }

    /// Cuts a chunk whose answer is not whole, to be read again in parts. `false` if what came is
    /// all that can be had.
    pub(super) fn split(&mut self, chunk: &QueryChunk, truncated: Truncated, bytes: u64) -> bool {
        let kind = match truncated {
            Truncated::RowLimit { .. } => GapKind::RowLimit,
            Truncated::TimedOut => GapKind::QueryEnded,
        };
        let is_allowed = !chunk.can_be_split() || self.may_scan(chunk, bytes, kind);
        is_allowed && self.queue.split(chunk, truncated)
    }

    /// Completes a chunk of which only rows that can be spared are missing: rejections. However
    /// many callers somebody makes up, they cost one more scan: of the rejections from all other
    /// addresses. `false` if all of the chunk is read again in parts.
    pub(super) fn on_rejections_cut(
        &mut self,
        chunk: &QueryChunk,
        bytes: u64,
        parts: &mut Parts<C>,
    ) -> bool {
        let floods: BTreeMap<usize, BTreeSet<IpAddr>> = parts
            .by_group
            .iter()
            .map(|(place, part)| (*place, part.flooding()))
            .filter(|(_, addresses)| !addresses.is_empty())
            .collect();
        let query = &self.queries[chunk.query];
        let is_first = query.filter.is_empty() && chunk.span == self.limits.span(query.query.span);
        for (place, addresses) in &floods {
            self.note_flood(*place, addresses);
        }
        if !is_first {
            let detail = "the rarest rejections are missing; use a shorter window";
            self.gap(chunk, GapKind::RowLimit, detail);
        } else if self.may_scan(chunk, bytes, GapKind::RowLimit) {
            if floods.is_empty() {
                let limit = query_limit_for(PARTS);
                return !self.queue.split(chunk, limit);
            }
            self.read_other_rejections(chunk, &floods);
            for (place, part) in &mut parts.by_group {
                let none = BTreeSet::new();
                let addresses = floods.get(place).unwrap_or(&none);
                part.settle(&self.groups[*place].cluster, Some(addresses));
            }
        }
        true
    }

    fn note_flood(&mut self, place: usize, addresses: &BTreeSet<IpAddr>) {
        for address in addresses {
            let text = format!(
                "rejected under more than {REJECTED_CALLERS} user agents from {address}: only some of them are listed"
            );
            self.note(place, text);
        }
    }

    /// Reads the rejections from the addresses that do not flood.
    fn read_other_rejections(
        &mut self,
        chunk: &QueryChunk,
        floods: &BTreeMap<usize, BTreeSet<IpAddr>>,
    ) {
        for (place, addresses) in floods {
            let named = addresses.iter().take(NAMED_ADDRESSES);
            let named: Vec<String> = named.map(|address| format!("\"{address}\"")).collect();
            let filter = format!("| filter peerPart not in [{}]", named.join(", "));
            self.run_instead(&rejections::REST, &filter, chunk, vec![vec![*place]]);
        }
        let others = chunk.groups.iter().copied();
        let others: Vec<usize> = others.filter(|place| !floods.contains_key(place)).collect();
        if !others.is_empty() {
            self.run_instead(&rejections::REST, "", chunk, vec![others]);
        }
    }

    /// Runs what there is instead of a query that the service refuses or fails on. `false` if there
    /// is nothing.
    pub(super) fn replace(&mut self, chunk: &QueryChunk) -> bool {
        let LogsQuery {
            apart, fallback, ..
        } = self.queries[chunk.query].query;
        let bytes = self.expected_bytes(&chunk.groups, chunk.span);
        if apart.is_empty() {
            return self.fall_back_to(fallback, chunk, &chunk.groups, bytes);
        }
        let all = bytes.saturating_mul(apart.len() as u64);
        if !self.may_scan(chunk, all, GapKind::QueryEnded) {
            return true;
        }
        // What is pushed last runs first.
        for part in apart.iter().rev() {
            self.run_instead(part, "", chunk, vec![chunk.groups.clone()]);
        }
        true
    }

    /// What reading these seconds of groups scans, by what they store, as far as that is known.
    pub(super) fn expected_bytes(&self, groups: &[usize], span: Span) -> u64 {
        let time = |second| DateTime::from_timestamp(second, 0).unwrap_or(self.limits.end.now);
        let (first, last) = (time(span.first_second), time(span.last_second));
        let stored = groups.iter().filter_map(|place| {
            let group = &self.groups[*place];
            group.bytes_in(first, last, self.limits.end.now)
        });
        stored.sum()
    }

    /// Runs another query over the same seconds of these groups, which scans so many bytes once
    /// more. `false` if there is none.
    pub(super) fn fall_back_to(
        &mut self,
        query: Option<&'static LogsQuery>,
        chunk: &QueryChunk,
        groups: &[usize],
        bytes: u64,
    ) -> bool {
        let Some(query) = query else {
            return false;
        };
        let part = QueryChunk {
            groups: groups.to_vec(),
            ..chunk.clone()
        };
        if self.may_scan(&part, bytes, GapKind::QueryEnded) {
            let groups = groups.iter().map(|group| vec![*group]);
            self.run_instead(query, "", chunk, groups.collect());
        }
        true
    }

    /// Runs another query over the same seconds, of so many groups at once.
    fn run_instead(
        &mut self,
        query: &LogsQuery,
        filter: &str,
        chunk: &QueryChunk,
        sets: Vec<Vec<usize>>,
    ) {
        tracing::debug!(query = query.name, "running another query");
        let whole = self.limits.span(query.span);
        let span = Span {
            first_second: chunk.span.first_second.max(whole.first_second),
            last_second: chunk.span.last_second.min(whole.last_second),
        };
        if span.seconds() < 1 {
            return;
        }
        for groups in sets {
            self.plan(*query, filter, groups, span);
        }
    }

    /// Plans to read these seconds of groups with a query, narrowed by a filter.
    pub(super) fn plan(&mut self, query: LogsQuery, filter: &str, groups: Vec<usize>, span: Span) {
        self.queue.push(QueryChunk {
            query: self.queries.len(),
            groups,
            span,
        });
        self.queries.push(FilteredQuery {
            query,
            filter: Arc::from(filter),
        });
    }
}

/// A limit that so many parts stay below.
fn query_limit_for(parts: u64) -> Truncated {
    Truncated::RowLimit {
        matched: parts - 2,
        limit: 1,
    }
}
