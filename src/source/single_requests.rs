//! Every request by itself, for export.
//!
//! However many there are, the memory that they take is bounded: what does not fit is spilled to
//! temporary files, in order, and merged when it is read.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::spill::{Merged, SpillFile, Spilled, TimeOrdered};
use crate::audit::stage::RequestStage;
use crate::evidence::accepted::{AcceptedRequest, StaleTokenRequest};
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::Holder;
use crate::evidence::observation::Observation;
use crate::evidence::set::{Collect, EvidenceSet};
use crate::evidence::single_request::SingleRequest;
use crate::evidence::tokens::Tokens;

/// How much text of requests is kept in memory before it is spilled.
const IN_MEMORY: usize = 24 << 20;

/// What a request takes beside its texts.
const OVERHEAD: usize = 400;

/// How many runs are kept before they are merged into one: each is an open file, of which a
/// process may have 1,024 or fewer.
const RUNS: usize = 64;

/// Every accepted request made with a stale token; with `REJECTED` every rejected request as well,
/// and the evidence that tells who sent it.
#[derive(Debug, Default)]
pub struct SingleRequests<const REJECTED: bool> {
    evidence: EvidenceSet,
    requests: Vec<TimeOrdered>,
    bytes: usize,
    runs: Vec<SpillFile>,
    tokens: HashMap<Holder, Tokens>,
    failure: Option<io::Error>,
}

impl<const REJECTED: bool> SingleRequests<REJECTED> {
    /// The evidence that all requests come to; empty without `REJECTED`.
    pub fn take_evidence(&mut self) -> EvidenceSet {
        std::mem::take(&mut self.evidence)
    }

    /// The requests in order of their arrival, each once: a long-running request by its
    /// start, or by its end where the start is not there.
    ///
    /// Fails if requests could not be spilled, or not be read again.
    pub fn in_time_order(mut self) -> io::Result<impl Iterator<Item = io::Result<SingleRequest>>> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.requests.sort_unstable();
        let tokens = self.tokens;
        let mut open_requests: Vec<StaleTokenRequest> = Vec::new();
        let each_once = Merged::of(self.runs, self.requests).filter_map(move |request| {
            let TimeOrdered {
                cluster, request, ..
            } = match request {
                Ok(request) => request,
                Err(error) => return Some(Err(error)),
            };
            let evidence = match request {
                Spilled::Accepted(evidence) => evidence,
                Spilled::Rejected(request) => {
                    return Some(Ok(SingleRequest::Rejected { cluster, request }));
                }
            };
            open_requests.retain(|start| start.received == evidence.received);
            match evidence.stage {
                RequestStage::Single => {}
                RequestStage::Started => open_requests.push(evidence.clone()),
                RequestStage::Completed => {
                    let begun = open_requests
                        .iter()
                        .position(|start| evidence.completes(start));
                    if let Some(begun) = begun {
                        open_requests.swap_remove(begun);
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
            Some(Ok(SingleRequest::Accepted(AcceptedRequest {
                cluster,
                evidence,
                token,
            })))
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
        self.bytes += size(&request.request);
        self.requests.push(request);
        if self.bytes >= IN_MEMORY {
            self.spill();
        }
    }
}

fn size(request: &Spilled) -> usize {
    let texts = match request {
        Spilled::Accepted(it) => [&it.user_agent, &it.request_uri, &it.audit_id],
        Spilled::Rejected(it) => [&it.rejection.user_agent, &it.request_uri, &it.audit_id],
    };
    OVERHEAD + texts.iter().map(|text| text.len()).sum::<usize>()
}

impl<const REJECTED: bool> Collect for SingleRequests<REJECTED> {
    fn record(&mut self, cluster: &Arc<Cluster>, observation: Observation) {
        if REJECTED {
            self.evidence.record(cluster, observation.clone());
        }
        match observation {
            Observation::StaleRequest(evidence) => {
                self.note(evidence.holder(cluster), evidence.token_use().tokens());
                self.push(TimeOrdered::new(
                    Arc::clone(cluster),
                    Spilled::Accepted(evidence),
                ));
            }
            Observation::Rejection(request) if REJECTED => {
                self.push(TimeOrdered::new(
                    Arc::clone(cluster),
                    Spilled::Rejected(request),
                ));
            }
            _ => {}
        }
    }

    fn merge(&mut self, other: Self) {
        self.evidence.merge(other.evidence);
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
    use crate::evidence::rejection::{RejectedRequest, Rejection};

    fn request(number: u32, second: i64) -> StaleTokenRequest {
        StaleTokenRequest {
            service_account: ServiceAccount {
                namespace: "ns".to_owned(),
                name: "sa".to_owned(),
            }
            .into(),
            pod_uid: Some(format!("u{}", number % 7)),
            pod: Some("pod".to_owned()),
            node: None,
            credential_id: None,
            user_agent: "agent \"\n\u{1b}".to_owned(),
            address: "10.0.0.1".to_owned(),
            received: DateTime::from_timestamp(second, number * 1_000).expect("a time"),
            seconds_after_warning: 90_000,
            stage: RequestStage::Single,
            verb: "get".to_owned(),
            request_uri: "/api/v1/pods".to_owned(),
            status: 200,
            audit_id: number.to_string(),
        }
    }

    fn rejected(number: u32, second: i64) -> RejectedRequest {
        let accepted = request(number, second);
        RejectedRequest {
            rejection: Rejection {
                address: accepted.address,
                user_agent: accepted.user_agent,
                call: "get /api/v1/pods".to_owned(),
                received: accepted.received,
            },
            verb: accepted.verb,
            request_uri: accepted.request_uri,
            audit_id: accepted.audit_id,
        }
    }

    fn rows<const REJECTED: bool>(
        requests: SingleRequests<REJECTED>,
    ) -> Vec<(DateTime<Utc>, String, Option<DateTime<Utc>>)> {
        let rows = requests.in_time_order().expect("readable");
        rows.map(|row| match row.expect("a row") {
            SingleRequest::Accepted(row) => (
                row.evidence.received,
                row.evidence.audit_id,
                Some(row.token.issued),
            ),
            SingleRequest::Rejected { request, .. } => {
                (request.rejection.received, request.audit_id, None)
            }
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
            let mut whole = SingleRequests::<true>::default();
            let mut parts = [SingleRequests::<true>::default(), SingleRequests::default()];
            for (number, second) in (0..).zip(&seconds) {
                let observation = || match number % 3 {
                    0 => Observation::Rejection(rejected(number, *second)),
                    _ => Observation::StaleRequest(request(number, *second)),
                };
                whole.record(&cluster, observation());
                let place = number as usize;
                let part = &mut parts[usize::from(place < split)];
                part.record(&cluster, observation());
                if aside.contains(&place) {
                    part.spill();
                }
            }
            let [mut one, other] = parts;
            one.merge(other);
            prop_assert_eq!(one.take_evidence(), whole.take_evidence());
            let (one, whole) = (rows(one), rows(whole));
            prop_assert_eq!(one.len(), seconds.len());
            prop_assert!(one.is_sorted_by_key(|(received, ..)| *received));
            prop_assert_eq!(one, whole);
        }
    }

    #[test]
    fn many_runs_become_one() {
        let cluster = Arc::new(Cluster::named("a"));
        let mut requests = SingleRequests::<false>::default();
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
