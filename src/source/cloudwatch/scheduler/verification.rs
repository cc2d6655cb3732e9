//! The self-check of a Region, and what follows if it finds the aggregate wrong: everything is read
//! again by whole events.

use std::sync::Arc;

use bytesize::ByteSize;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{FilteredQuery, RegionScheduler};
use crate::evidence::coverage::Coverage;
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::source::Gathered;
use crate::source::cloudwatch::chunk::QueryChunk;
use crate::source::cloudwatch::queries::audit_evidence;
use crate::source::cloudwatch::queries::logs_query::LogsQuery;
use crate::source::cloudwatch::self_check::{Checking, SelfCheck, delivered, text_id};

/// A check under way: what it came to, and whether it was this one that made it.
pub(super) type Check = JoinHandle<(Option<SelfCheck>, bool)>;

impl<C: Collect + 'static> RegionScheduler<C> {
    /// Starts to compare the aggregate with whole events, where that is to be done.
    pub(super) fn spawn_check(&mut self) -> Option<Check> {
        let query = audit_evidence::QUERY;
        let runs = |wanted: &LogsQuery| self.queries.iter().any(|it| it.query.name == wanted.name);
        let mut replacements = query.apart.iter().copied().chain(query.fallback);
        let is_over =
            self.limits.run.stop.is_cancelled() || self.limits.run.deadline <= Instant::now();
        if is_over || !runs(&query) || replacements.any(runs) {
            return None;
        }
        let region = self.connection.region.clone();
        if self.limits.run.self_checks.is_remembered(&region)
            && let Some(first) = self.groups.first()
        {
            let coverage = self.gathered.coverages.of(&first.cluster);
            coverage.verified_queries.insert(text_id());
        }
        let cell = self.limits.run.self_checks.of(&region)?;
        let (place, marks) = self.marks.iter().max_by_key(|(_, marks)| marks.worth())?;
        let window = delivered(self.limits.span(query.span), self.limits.end.now)?;
        let span = marks.piece(window)?;
        let (groups, place) = (Arc::clone(&self.groups), *place);
        if !self
            .limits
            .run
            .scan
            .allows(2 * self.expected_bytes(&[place], span))
        {
            return None;
        }
        let (connection, limits) = (Arc::clone(&self.connection), self.limits.clone());
        Some(tokio::spawn(async move {
            let mut is_mine = false;
            let checking = async {
                is_mine = true;
                let checking = Checking {
                    connection: &connection,
                    group: &groups[place],
                    filter: limits.filter(query.span),
                    deadline: limits.run.deadline,
                    stop: &limits.run.stop,
                };
                let checked = checking.check(span).await;
                checked.unwrap_or_else(|failure| {
                    // A sweep does without: what keeps the query from running has been told.
                    tracing::debug!(%failure, "query not verified");
                    None
                })
            };
            let checked = cell.get_or_init(|| checking).await.clone();
            (checked, is_mine)
        }))
    }

    /// Waits for the check. Whether it found that the aggregate cannot be believed; what it came to
    /// is noted.
    pub(super) async fn is_refuted(&mut self, check: Option<Check>) -> bool {
        let Some(check) = check else {
            return false;
        };
        let Ok((Some(checked), is_mine)) = check.await else {
            return false;
        };
        if is_mine {
            self.account_for(&checked);
        }
        let difference = checked.difference();
        if let Some(construct) = difference {
            tracing::debug!(construct, "answer contradicts its events");
        }
        difference.is_some()
    }

    fn account_for(&mut self, checked: &SelfCheck) {
        let cluster = &checked.cluster;
        self.charge_cluster(cluster, checked.bytes, checked.queries);
        let coverage = self.gathered.coverages.of(cluster);
        if checked.is_equal() {
            coverage.verified_queries.insert(text_id());
        }
        if let Some(construct) = checked.difference() {
            let detail = format!(
                "{construct}: whole events are read instead; `eks-stale-tokens doctor {} --verify` shows the difference",
                cluster.name
            );
            coverage.gap(
                audit_evidence::QUERY.name,
                GapKind::ContradictoryAnswer,
                detail,
            );
        }
    }

    /// Forgets all that the aggregate said, and plans to read whole events of the same window.
    pub(super) fn start_over_by_whole_events(&mut self) {
        let Some(fallback) = audit_evidence::QUERY.fallback else {
            return;
        };
        let whole = QueryChunk {
            query: self.queries.len(),
            groups: (0..self.groups.len()).collect(),
            span: self.limits.span(fallback.span),
        };
        self.queries.push(FilteredQuery::from(*fallback));
        let bytes = self.expected_bytes(&whole.groups, whole.span);
        if !self.limits.run.scan.allows(bytes) {
            let bytes = ByteSize(bytes).display().si();
            let detail = format!("reading whole events would scan {bytes} more: see --max-scan");
            self.gap(&whole, GapKind::ContradictoryAnswer, &detail);
            return;
        }
        let Gathered { coverages, .. } = std::mem::take(&mut self.gathered);
        (self.rejected, self.marks) = Default::default();
        self.init_coverage();
        for (cluster, mut known) in coverages.0 {
            let gaps = std::mem::take(&mut known.gaps).into_iter();
            let kept = Coverage {
                bytes_scanned: known.bytes_scanned,
                queries: known.queries,
                price: known.price,
                gaps: gaps
                    .filter(|(gap, _)| gap.kind == GapKind::ContradictoryAnswer)
                    .collect(),
                ..Coverage::default()
            };
            self.gathered.coverages.of(&cluster).merge(kept);
        }
        let read: Vec<usize> = self.read_groups().map(|(place, _)| place).collect();
        for place in read {
            self.queue.push(QueryChunk {
                groups: vec![place],
                ..whole.clone()
            });
        }
    }
}
