//! Whether the pods that are rejected are accepted again: one short query for each, over the time
//! since its last rejection.

use super::RegionScheduler;
use crate::evidence::set::Collect;
use crate::source::cloudwatch::chunk::{QueryChunk, Span};
use crate::source::cloudwatch::queries::accepted_since;
use crate::source::cloudwatch::queries::logs_query::QuerySpan;

/// How many pods of a log group are looked for, the last rejected first: who is rejected at this
/// very moment costs seconds of the log, and an outage of more is known by these.
const PODS: usize = 20;

impl<C: Collect + 'static> RegionScheduler<C> {
    /// Looks for requests that the rejected pods sent with new tokens since.
    pub(super) async fn look_for_accepted(&mut self) {
        let span = QuerySpan::SinceRejection;
        let Some(base) = self.queries.iter().find(|it| it.query.span == span) else {
            return;
        };
        let query = base.query;
        let until = self.limits.span(span).last_second;
        let whole = self.limits.span(QuerySpan::Arrived);
        let rejected = std::mem::take(&mut self.rejected);
        for (group, addresses) in &rejected {
            // All of them together may scan as much as the window, once more.
            let mut left = self.expected_bytes(&[*group], whole);
            let is_known = left > 0;
            let mut not_looked_for = 0;
            for (nth, pod) in addresses.rejected_pods().into_iter().enumerate() {
                let Some(filter) = accepted_since::filter(&pod.uid, &pod.user_agent) else {
                    tracing::debug!("a user agent that cannot be put into a query is skipped");
                    continue;
                };
                let span = Span {
                    first_second: pod.rejected.timestamp(),
                    last_second: until,
                };
                let bytes = self.expected_bytes(&[*group], span);
                let fits = nth < PODS && (!is_known || bytes <= left);
                if !fits || !self.limits.run.scan.allows(bytes) {
                    not_looked_for += 1;
                    continue;
                }
                left = left.saturating_sub(bytes);
                self.plan(query, &filter, vec![*group], span);
            }
            if not_looked_for > 0 {
                let text = format!(
                    "{not_looked_for} rejected pods were not checked since their last \
                     rejection: whether they are accepted again shows an hour later"
                );
                self.note(*group, text);
            }
        }
        self.rejected = rejected;
        self.run_queries().await;
        self.note_looked_up("checked whether rejected pods are accepted again");
    }

    /// Whether a chunk is a look for one rejected pod, without which the report is as good as it
    /// was.
    pub(super) fn is_look_for_accepted(&self, chunk: &QueryChunk) -> bool {
        self.queries[chunk.query].query.span == QuerySpan::SinceRejection
    }

    /// Notes that a rejected pod could not be looked for.
    pub(super) fn note_not_looked_for(&mut self, chunk: &QueryChunk, reason: &str) {
        let reason = match reason {
            "" => "the run was interrupted",
            reason => reason,
        };
        tracing::debug!(
            reason,
            "whether a rejected pod is accepted again is not known"
        );
        for group in chunk.groups.clone() {
            let text =
                format!("whether a rejected pod is accepted again could not be checked: {reason}");
            self.note(group, text);
        }
    }
}
