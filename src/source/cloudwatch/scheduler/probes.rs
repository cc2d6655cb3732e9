//! Proof that the audit logs were seen over the whole window: as little of its ends as shows an
//! event, of the groups of which no other query has shown one. The same events tell the version of
//! a cluster that the EKS API does not describe.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{FilteredQuery, RegionScheduler};
use crate::evidence::set::Collect;
use crate::evidence::silence::{begins_late, clamp_beginning, is_silent};
use crate::source::cloudwatch::chunk::{QueryChunk, Span};
use crate::source::cloudwatch::log_group::LogGroup;
use crate::source::cloudwatch::queries::logs_query::QuerySpan;
use crate::source::cloudwatch::query_limits::{FIRST_PROBE, QueryLimits, WindowEnd, sets};
use crate::source::cloudwatch::silence::Silence;

impl<C: Collect + 'static> RegionScheduler<C> {
    /// The place of the query that proves that audit logs are seen, if it runs: of an edge of the
    /// window any event will do, but of the whole the first and the last have to be found.
    fn probe(&self, span: QuerySpan) -> Option<usize> {
        let is_probe = |known: &FilteredQuery| known.query.span == span;
        self.queries.iter().position(is_probe)
    }

    /// The groups that hold something of the window, each with its place.
    pub(super) fn read_groups(&self) -> impl Iterator<Item = (usize, &LogGroup)> {
        let (now, until) = (self.limits.end.now, self.limits.end.until);
        let holds_some = move |group: &LogGroup| {
            let retained_since = group.retained_since(now);
            retained_since.is_none_or(|retained_since| retained_since <= until)
        };
        self.groups
            .iter()
            .enumerate()
            .filter(move |(_, group)| holds_some(group))
    }

    /// How much of the window is looked at in turn, until an event is found.
    pub(super) fn probed(&self) -> Vec<TimeDelta> {
        let window = self.limits.end.until - self.limits.since;
        let mut probed = vec![FIRST_PROBE, self.limits.end.max_silence];
        probed.sort_unstable();
        probed.retain(|probed| *probed < window);
        probed.push(window);
        probed
    }

    /// Waits for what the EKS API says of the clusters, if probes run: of whom it tells nothing,
    /// the log has to tell the version.
    pub(super) fn await_versions(&self) -> impl Future<Output = ()> + use<C> {
        let runs = self.probe(QuerySpan::Silence).is_some();
        let groups = Arc::clone(&self.groups);
        let run = Arc::clone(&self.limits.run);
        async move {
            let clusters = groups.iter().map(|group| &*group.cluster);
            tokio::select! {
                () = run.known_versions.settle(clusters), if runs => {}
                () = run.stop.cancelled(), if runs => {}
                else => {}
            }
        }
    }

    /// Plans to look for audit events of the groups that have shown none so far, in so much of the
    /// window's end, and of its beginning.
    pub(super) fn plan_probes(&mut self, probed: TimeDelta) {
        let QueryLimits { since, end, .. } = self.limits;
        let WindowEnd {
            until, max_silence, ..
        } = end;
        let is_whole = probed == until - since;
        let span = match is_whole {
            true => QuerySpan::Silence,
            false => QuerySpan::Edges,
        };
        let Some(query) = self.probe(span) else {
            return;
        };
        let (mut unseen, mut late) = (Vec::new(), Vec::new());
        for (place, group) in self.read_groups() {
            let Some(coverage) = self.gathered.coverages.0.get(&group.cluster) else {
                continue;
            };
            if coverage.gaps.keys().any(|gap| !gap.kind.counts_lines()) {
                continue;
            }
            // Requests of the control plane are too frequent to be looked for any further.
            let tells_version = probed <= FIRST_PROBE.max(max_silence)
                && coverage.control_plane.logged.is_empty()
                && self.limits.run.known_versions.lack(&group.cluster);
            if is_silent(coverage, until, max_silence) || tells_version {
                unseen.push(place);
            }
            // Where nothing older is kept, that is known already.
            let is_clamped = coverage.since > Some(since);
            if !is_clamped && begins_late(coverage, since, max_silence) {
                late.push(place);
            }
        }
        // One look at all of the window shows both of its ends.
        if is_whole {
            late.retain(|place| !unseen.contains(place));
        }
        let edges = [
            (unseen, until - probed, until),
            (late, since, since + probed),
        ];
        for (groups, first, last) in edges {
            // Events that any will do may all be of one group: those that the first look did not
            // show are looked at by themselves.
            let sets = match is_whole || probed <= FIRST_PROBE {
                true => sets(&self.groups, &groups),
                false => groups.iter().map(|group| vec![*group]).collect(),
            };
            for groups in sets {
                self.queue.push(QueryChunk {
                    query,
                    groups,
                    span: Span {
                        first_second: first.timestamp(),
                        last_second: last.timestamp(),
                    },
                });
            }
        }
    }

    /// Lets the window of a group begin with its first event, if that comes late.
    pub(super) fn clamp_beginnings(&mut self) {
        if self.probe(QuerySpan::Silence).is_none() {
            return;
        }
        let (since, max_silence) = (self.limits.since, self.limits.end.max_silence);
        let groups = Arc::clone(&self.groups);
        for group in groups.iter() {
            let coverage = self.gathered.coverages.of(&group.cluster);
            // Where nothing older is kept, that is told already.
            if coverage.since <= Some(since) {
                clamp_beginning(coverage, &group.name, since, max_silence);
            }
        }
    }

    /// The groups whose audit log did not prove that it was seen up to the end of the window.
    pub(super) fn silences(&self) -> Vec<Silence> {
        let WindowEnd {
            until, max_silence, ..
        } = self.limits.end;
        if self.probe(QuerySpan::Silence).is_none() {
            return Vec::new();
        }
        let silence = |(_, group): (usize, &LogGroup)| {
            let coverage = self.gathered.coverages.0.get(&group.cluster)?;
            // What could not be queried says nothing of the log.
            if coverage.gaps.keys().any(|gap| !gap.kind.counts_lines()) {
                return None;
            }
            Silence::of(group, &self.connection, coverage, until, max_silence)
        };
        self.read_groups().filter_map(silence).collect()
    }
}
