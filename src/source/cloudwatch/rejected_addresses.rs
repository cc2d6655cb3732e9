//! The addresses that requests are rejected from, to look back for who was accepted from them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::audit::address::is_inside;
use crate::evidence::holder::Identity;
use crate::evidence::observation::Observation;
use crate::evidence::rejection::{RejectedRequest, Rejection};
use crate::evidence::set::REJECTED_CALLERS;

/// The most characters of a query (CloudWatch Logs API reference, StartQuery, queryString), less
/// what the query for events takes itself.
const FILTER_LENGTH: usize = 9_000;

/// How many addresses are kept: the pods and nodes of a large cluster, and many times what a
/// query can name.
const KEPT: usize = 4_096;

/// How many accepted callers are kept: more than the pods of a large cluster. Of the others it is not
/// known that they explain a rejection, which costs a look further back.
const ACCEPTED: usize = 65_536;

/// Who was rejected at which address, and who was accepted there.
#[derive(Debug, Default)]
pub(super) struct RejectedAddresses {
    rejected: BTreeMap<IpAddr, Rejected>,
    accepted: BTreeMap<(IpAddr, String), Accepted>,
}

/// The last request that was accepted from an address under a user agent. Of two the later counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Accepted {
    received: DateTime<Utc>,
    /// The UID of the pod that sent it, where it is known.
    pod_uid: Option<String>,
}

/// A pod that was accepted, and is rejected since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RejectedPod {
    /// The pod's UID.
    pub(super) uid: String,
    /// The user agent that is rejected.
    pub(super) user_agent: String,
    /// The arrival of the last request that was rejected.
    pub(super) rejected: DateTime<Utc>,
}

/// What was rejected at one address.
#[derive(Debug, Default)]
struct Rejected {
    /// The address, as it stands in the log.
    text: String,
    count: u64,
    /// The user agents, each with the arrival of its last request.
    user_agents: BTreeMap<String, DateTime<Utc>>,
}

impl RejectedAddresses {
    /// Counts an observation, if it is of rejections.
    pub(super) fn count(&mut self, observation: &Observation) {
        match observation {
            Observation::Rejection(RejectedRequest { rejection, .. }) => {
                self.add(rejection, rejection.received, 1);
            }
            Observation::RepeatedRejection { first, last, count } => {
                self.add(first, *last, *count);
            }
            Observation::StaleRequest(evidence) | Observation::EarlierStaleRequest(evidence) => {
                let accepted = Accepted {
                    received: evidence.received,
                    pod_uid: evidence.pod_uid.clone(),
                };
                self.accept(&evidence.address, &evidence.user_agent, accepted);
            }
            Observation::TokenUse {
                token_use,
                identity,
                ..
            } => {
                let pod_uid = match identity {
                    Identity::Pod { uid } => Some(uid),
                    Identity::Caller { .. } => None,
                };
                for (user_agent, agent_use) in token_use.agents.iter() {
                    let last = agent_use.tokens.iter().map(|(_, token)| token.last_used);
                    let (Some(user_agent), Some(received)) = (user_agent, last.max()) else {
                        continue;
                    };
                    for (address, _) in token_use.addresses.iter() {
                        let accepted = Accepted {
                            received,
                            pod_uid: pod_uid.map(|uid| uid.unescaped().to_owned()),
                        };
                        self.accept(address, user_agent, accepted);
                    }
                }
            }
            Observation::UnmarkedRequest(_)
            | Observation::LegacyTokenRequest(_)
            | Observation::LegacyTokenUse { .. } => {}
        }
    }

    fn accept(&mut self, address: &str, user_agent: &str, accepted: Accepted) {
        if let Ok(address) = address.parse() {
            self.accept_from((address, user_agent.to_owned()), accepted);
        }
    }

    fn accept_from(&mut self, caller: (IpAddr, String), accepted: Accepted) {
        if let Some(known) = self.accepted.get_mut(&caller) {
            if *known < accepted {
                *known = accepted;
            }
        } else if self.accepted.len() < ACCEPTED {
            self.accepted.insert(caller, accepted);
        }
    }

    fn add(&mut self, rejection: &Rejection, last: DateTime<Utc>, count: u64) {
        // Only what is an address goes into a query.
        if let Ok(address) = rejection.address.parse() {
            let known = self.rejected.entry(address).or_default();
            known.text.clone_from(&rejection.address);
            known.count = known.count.saturating_add(count);
            known.reject(rejection.user_agent.clone(), last);
            known.trim();
        }
        self.trim();
    }

    /// Adds the addresses of another part of the same log group.
    pub(super) fn merge(&mut self, other: Self) {
        for (address, other) in other.rejected {
            let known = self.rejected.entry(address).or_default();
            known.text = other.text;
            known.count = known.count.saturating_add(other.count);
            for (user_agent, last) in other.user_agents {
                known.reject(user_agent, last);
            }
            known.trim();
        }
        for (caller, accepted) in other.accepted {
            self.accept_from(caller, accepted);
        }
        self.trim();
    }

    /// The pods that were last accepted before the last rejection at their address under their user
    /// agent, the last rejected first.
    pub(super) fn rejected_pods(&self) -> Vec<RejectedPod> {
        let mut accepted: BTreeMap<(&str, &str), DateTime<Utc>> = BTreeMap::new();
        for ((_, user_agent), last) in &self.accepted {
            if let Some(uid) = &last.pod_uid {
                let known = accepted.entry((uid, user_agent)).or_default();
                *known = last.received.max(*known);
            }
        }
        let mut rejected: BTreeMap<(&str, &str), DateTime<Utc>> = BTreeMap::new();
        for (address, at_address) in &self.rejected {
            for (user_agent, last) in &at_address.user_agents {
                let caller = (*address, user_agent.clone());
                let uid = self
                    .accepted
                    .get(&caller)
                    .and_then(|it| it.pod_uid.as_ref());
                if let Some(uid) = uid {
                    let known = rejected.entry((uid, user_agent)).or_default();
                    *known = (*known).max(*last);
                }
            }
        }
        rejected.retain(|pod, last| accepted.get(pod).is_some_and(|accepted| accepted < last));
        let pods = rejected.into_iter();
        let mut pods: Vec<RejectedPod> = pods
            .map(|((uid, user_agent), rejected)| RejectedPod {
                uid: uid.to_owned(),
                user_agent: user_agent.to_owned(),
                rejected,
            })
            .collect();
        pods.sort_by_key(|pod| std::cmp::Reverse(pod.rejected));
        pods
    }

    /// Whether a caller that may be a workload was rejected and is not known to have been accepted
    /// at the same address: only one inside the cluster's networks, or at an address that others
    /// were accepted from.
    pub(super) fn are_unexplained(&self) -> bool {
        self.unexplained().any(|(address, rejected)| {
            let accepted = (*address, String::new())..;
            let first = self.accepted.range(accepted).next();
            is_inside(&rejected.text) || first.is_some_and(|((first, _), _)| first == address)
        })
    }

    /// The addresses with a caller that is not known to have been accepted.
    fn unexplained(&self) -> impl Iterator<Item = (&IpAddr, &Rejected)> {
        self.rejected.iter().filter(|(address, rejected)| {
            let mut agents = rejected.user_agents.keys();
            agents.any(|agent| !self.accepted.contains_key(&(**address, agent.clone())))
        })
    }

    fn trim(&mut self) {
        while self.rejected.len() > KEPT {
            self.rejected.pop_last();
        }
        while self.accepted.len() > ACCEPTED {
            self.accepted.pop_last();
        }
    }

    /// The filter for the requests that came from the addresses with a caller that is not known to
    /// have been accepted; `None` if there are none. The most rejected come first, as many as a
    /// query can name.
    pub(super) fn filter(&self) -> Option<String> {
        let mut addresses: Vec<&Rejected> = self.unexplained().map(|(_, it)| it).collect();
        addresses.sort_by(|one, other| (other.count, &one.text).cmp(&(one.count, &other.text)));
        let mut filter = String::new();
        for Rejected { text: address, .. } in addresses {
            let like = format!("@message like \"\\\"{address}\\\"\"");
            if filter.len() + like.len() > FILTER_LENGTH {
                break;
            }
            filter.push_str(if filter.is_empty() {
                "| filter "
            } else {
                " or "
            });
            filter.push_str(&like);
        }
        (!filter.is_empty()).then_some(filter)
    }
}

impl Rejected {
    fn reject(&mut self, user_agent: String, last: DateTime<Utc>) {
        let known = self.user_agents.entry(user_agent).or_default();
        *known = last.max(*known);
    }

    /// A flood of made-up user agents does not fill the memory, and is never explained.
    fn trim(&mut self) {
        while self.user_agents.len() > REJECTED_CALLERS {
            self.user_agents.pop_last();
        }
    }
}

#[cfg(test)]
mod tests;
