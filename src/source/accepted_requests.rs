//! Every accepted request by itself, for whoever wants the rows and not the findings.
//!
//! However many there are, the memory that they take is bounded: what does not fit is spilled to
//! temporary files, in order, and merged when it is read.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::spill::{Merged, SpillFile, TimeOrdered};
use crate::audit::stage::Part;
use crate::evidence::accepted::{AcceptedRequest, Evidence};
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::Holder;
use crate::evidence::observation::Observation;
use crate::evidence::set::Collect;
use crate::evidence::token::Tokens;

/// How much text of requests is kept in memory before it is spilled.
const IN_MEMORY: usize = 24 << 20;

/// What a request takes beside its texts.
const OVERHEAD: usize = 400;

/// How many runs are kept before they are merged into one: each is an open file, of which a
/// process may have 1,024 or fewer.
const RUNS: usize = 64;

/// Every accepted request made with a stale token.
#[derive(Debug, Default)]
pub struct AcceptedRequests {
    requests: Vec<TimeOrdered>,
    bytes: usize,
    runs: Vec<SpillFile>,
    tokens: HashMap<Holder, Tokens>,
    failure: Option<io::Error>,
}

impl AcceptedRequests {
    /// The requests in order of their arrival, each once: a long-running request by its
    /// beginning, or by its end where the beginning is not there.
    ///
    /// Fails if requests could not be spilled, or not be read again.
    pub fn in_time_order(
        mut self,
    ) -> io::Result<impl Iterator<Item = io::Result<AcceptedRequest>>> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.requests.sort_unstable();
        let tokens = self.tokens;
        let mut open_beginnings: Vec<Evidence> = Vec::new();
        let each_once = Merged::of(self.runs, self.requests).filter_map(move |request| {
            let TimeOrdered {
                cluster, evidence, ..
            } = match request {
                Ok(request) => request,
                Err(error) => return Some(Err(error)),
            };
            open_beginnings.retain(|beginning| beginning.received == evidence.received);
            match evidence.part {
                Part::Whole => {}
                Part::Beginning => open_beginnings.push(evidence.clone()),
                Part::End => {
                    let begun = open_beginnings
                        .iter()
                        .position(|beginning| evidence.is_end_of(beginning));
                    if let Some(begun) = begun {
                        open_beginnings.swap_remove(begun);
                        return None;
                    }
                }
            }
            let estimate = evidence.issued();
            let token = tokens
                .get(&evidence.holder(&cluster))
                .and_then(|tokens| tokens.find(evidence.credential_id.as_deref(), estimate))
                .cloned()
                .unwrap_or_else(|| evidence.token());
            Some(Ok(AcceptedRequest {
                cluster,
                evidence,
                token,
            }))
        });
        Ok(each_once)
    }

    /// Spills what is in memory, and merges files that have become too many.
    fn spill(&mut self) {
        self.requests.sort_unstable();
        self.bytes = 0;
        let requests = std::mem::take(&mut self.requests);
        self.keep(SpillFile::write(requests.into_iter().map(Ok)));
        if self.runs.len() >= RUNS {
            let runs = std::mem::take(&mut self.runs);
            self.keep(SpillFile::write(Merged::of(runs, Vec::new())));
        }
    }

    fn keep(&mut self, run: io::Result<SpillFile>) {
        match run {
            Ok(run) => self.runs.push(run),
            Err(error) => {
                self.failure.get_or_insert(error);
            }
        }
    }

    fn note(&mut self, holder: Holder, tokens: Tokens) {
        self.tokens.entry(holder).or_default().merge(tokens);
    }

    fn push(&mut self, request: TimeOrdered) {
        self.bytes += size(&request.evidence);
        self.requests.push(request);
        if self.bytes >= IN_MEMORY {
            self.spill();
        }
    }
}

fn size(evidence: &Evidence) -> usize {
    OVERHEAD + evidence.user_agent.len() + evidence.request_uri.len() + evidence.audit_id.len()
}

impl Collect for AcceptedRequests {
    fn record(&mut self, cluster: &Arc<Cluster>, observation: Observation) {
        if let Observation::StaleRequest(evidence) = observation {
            self.note(evidence.holder(cluster), evidence.token_use().tokens());
            self.push(TimeOrdered::new(Arc::clone(cluster), evidence));
        }
    }

    fn merge(&mut self, other: Self) {
        for (holder, tokens) in other.tokens {
            self.note(holder, tokens);
        }
        self.failure = self.failure.take().or(other.failure);
        for run in other.runs {
            self.keep(Ok(run));
        }
        for request in other.requests {
            self.push(request);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::audit::service_account::ServiceAccount;

    fn request(number: u32, second: i64) -> Evidence {
        Evidence {
            service_account: ServiceAccount {
                namespace: "ns".to_owned(),
                name: "sa".to_owned(),
            },
            pod_uid: Some(format!("u{}", number % 7)),
            pod: Some("pod".to_owned()),
            node: None,
            credential_id: None,
            user_agent: "agent \"\n\u{1b}".to_owned(),
            address: "10.0.0.1".to_owned(),
            received: DateTime::from_timestamp(second, number * 1_000).expect("a time"),
            seconds_after_warning: 90_000,
            part: Part::Whole,
            verb: "get".to_owned(),
            request_uri: "/api/v1/pods".to_owned(),
            status: 200,
            audit_id: number.to_string(),
        }
    }

    fn rows(requests: AcceptedRequests) -> Vec<(DateTime<Utc>, String, DateTime<Utc>)> {
        let rows = requests.in_time_order().expect("readable");
        rows.map(|row| {
            let row = row.expect("a row");
            (
                row.evidence.received,
                row.evidence.audit_id,
                row.token.issued,
            )
        })
        .collect()
    }

    proptest! {
        /// Wherever requests are spilled, the rows are the same.
        #[test]
        fn spilling_changes_nothing(
            seconds in prop::collection::vec(0_i64..50, 0..60),
            aside in prop::collection::vec(0_usize..60, 0..5),
            split in 0_usize..60,
        ) {
            let cluster = Arc::new(Cluster::named("a"));
            let mut whole = AcceptedRequests::default();
            let mut parts = [AcceptedRequests::default(), AcceptedRequests::default()];
            for (number, second) in (0..).zip(&seconds) {
                whole.record(&cluster, Observation::StaleRequest(request(number, *second)));
                let place = number as usize;
                let part = &mut parts[usize::from(place < split)];
                part.record(&cluster, Observation::StaleRequest(request(number, *second)));
                if aside.contains(&place) {
                    part.spill();
                }
            }
            let [mut one, other] = parts;
            one.merge(other);
            let (one, whole) = (rows(one), rows(whole));
            prop_assert_eq!(one.len(), seconds.len());
            prop_assert!(one.is_sorted_by_key(|(received, ..)| *received));
            prop_assert_eq!(one, whole);
        }
    }

    #[test]
    fn many_runs_become_one() {
        let cluster = Arc::new(Cluster::named("a"));
        let mut requests = AcceptedRequests::default();
        for number in 0..200 {
            requests.record(
                &cluster,
                Observation::StaleRequest(request(number, i64::from(200 - number))),
            );
            requests.spill();
            assert!(requests.runs.len() <= RUNS);
        }
        let rows = rows(requests);
        assert_eq!(rows.len(), 200);
        assert!(rows.is_sorted());
    }
}
