//! Every accepted request by itself, for whoever wants the rows and not the findings.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::accepted::Evidence;
use super::cluster::Cluster;
use super::holder::Holder;
use super::rejection::Rejection;
use super::set::Collect;
use super::token_use::TokenUse;
use crate::audit::stage::Part;

/// Every accepted request made with a stale token.
#[derive(Debug, Default)]
pub struct AcceptedRequests(Vec<(Arc<Cluster>, Evidence)>);

/// One accepted request, dated by all requests that were made with its token.
#[derive(Debug)]
pub struct AcceptedRequest {
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// The request.
    pub evidence: Evidence,
    /// When its token was issued: the earliest estimate over the token's requests.
    pub issued: DateTime<Utc>,
}

impl AcceptedRequests {
    /// The requests in order of their arrival, each once: a long-running request by its
    /// beginning, or by its end where the beginning is not there.
    pub fn in_time_order(self) -> Vec<AcceptedRequest> {
        let mut holders: HashMap<Holder, TokenUse> = HashMap::new();
        for (cluster, evidence) in &self.0 {
            let holder = evidence.holder(cluster);
            holders
                .entry(holder)
                .or_default()
                .merge(evidence.token_use());
        }
        let mut requests = self.0;
        requests.sort_by(|(cluster, one), (other_cluster, other)| {
            (one.received, cluster, one).cmp(&(other.received, other_cluster, other))
        });
        let mut open_beginnings: Vec<Evidence> = Vec::new();
        let mut dated = Vec::with_capacity(requests.len());
        for (cluster, evidence) in requests {
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
                        continue;
                    }
                }
            }
            let estimate = evidence.issued();
            let issued = holders
                .get(&evidence.holder(&cluster))
                .and_then(|token_use| {
                    token_use
                        .tokens
                        .issued(evidence.credential_id.as_deref(), estimate)
                })
                .unwrap_or(estimate);
            dated.push(AcceptedRequest {
                cluster,
                evidence,
                issued,
            });
        }
        dated
    }
}

impl Collect for AcceptedRequests {
    fn accept(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.0.push((Arc::clone(cluster), evidence));
    }

    const WANTS_REJECTIONS: bool = false;

    fn reject(&mut self, _: &Arc<Cluster>, _: Rejection) {}

    fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
