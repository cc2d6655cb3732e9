//! The addresses that requests are rejected from, to look back for who was accepted from them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::audit::address::is_inside;
use crate::evidence::observation::Observation;
use crate::evidence::rejection::Rejection;
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
    accepted: BTreeSet<(IpAddr, String)>,
}

/// What was rejected at one address.
#[derive(Debug, Default)]
struct Rejected {
    /// The address, as it stands in the log.
    text: String,
    count: u64,
    user_agents: BTreeSet<String>,
}

impl RejectedAddresses {
    /// Counts an observation, if it is of rejections.
    pub(super) fn count(&mut self, observation: &Observation) {
        match observation {
            Observation::Rejection(rejection) => self.add(rejection, 1),
            Observation::RepeatedRejection { first, count, .. } => self.add(first, *count),
            Observation::StaleRequest(evidence) | Observation::EarlierStaleRequest(evidence) => {
                self.accept(&evidence.address, &evidence.user_agent);
            }
            Observation::TokenUse { token_use, .. } => {
                for address in token_use.addresses.texts() {
                    for user_agent in token_use.agents.names() {
                        self.accept(&address, user_agent);
                    }
                }
            }
            Observation::LegacyTokenRequest(_) | Observation::LegacyTokenUse { .. } => {}
        }
    }

    fn accept(&mut self, address: &str, user_agent: &str) {
        if let Ok(address) = address.parse()
            && self.accepted.len() < ACCEPTED
        {
            self.accepted.insert((address, user_agent.to_owned()));
        }
    }

    fn add(&mut self, rejection: &Rejection, count: u64) {
        // Only what is an address goes into a query.
        if let Ok(address) = rejection.address.parse() {
            let known = self.rejected.entry(address).or_default();
            known.text.clone_from(&rejection.address);
            known.count += count;
            known.user_agents.insert(rejection.user_agent.clone());
            known.trim();
        }
        self.trim();
    }

    /// Adds the addresses of another part of the same log group.
    pub(super) fn merge(&mut self, other: Self) {
        for (address, other) in other.rejected {
            let known = self.rejected.entry(address).or_default();
            known.text = other.text;
            known.count += other.count;
            known.user_agents.extend(other.user_agents);
            known.trim();
        }
        self.accepted.extend(other.accepted);
        self.trim();
    }

    /// Whether a caller that may be a workload was rejected and is not known to have been accepted
    /// at the same address: only one inside the cluster's networks, or at an address that others
    /// were accepted from.
    pub(super) fn are_unexplained(&self) -> bool {
        self.unexplained().any(|(address, rejected)| {
            let accepted = (*address, String::new())..;
            let first = self.accepted.range(accepted).next();
            is_inside(&rejected.text) || first.is_some_and(|(first, _)| first == address)
        })
    }

    /// The addresses with a caller that is not known to have been accepted.
    fn unexplained(&self) -> impl Iterator<Item = (&IpAddr, &Rejected)> {
        self.rejected.iter().filter(|(address, rejected)| {
            let mut agents = rejected.user_agents.iter();
            agents.any(|agent| !self.accepted.contains(&(**address, agent.clone())))
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
    /// A flood of made-up user agents does not fill the memory, and is never explained.
    fn trim(&mut self) {
        while self.user_agents.len() > REJECTED_CALLERS {
            self.user_agents.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::source::cloudwatch::queries::stale_token_events::LOOK_BACK;
    use crate::source::request_filter::RequestFilter;

    fn rejected(address: &str, count: u64) -> Observation {
        Observation::RepeatedRejection {
            first: Rejection {
                address: address.to_owned(),
                user_agent: String::new(),
                call: String::new(),
                received: DateTime::UNIX_EPOCH,
            },
            last: DateTime::UNIX_EPOCH,
            count,
        }
    }

    #[test]
    fn who_is_accepted_at_the_address_under_the_same_agent_explains_a_rejection() {
        let accepted = |agent: &str| {
            let mut addresses = RejectedAddresses::default();
            addresses.accept("10.0.0.1", agent);
            addresses.count(&rejected("10.0.0.1", 3));
            addresses
        };
        let explained = accepted("");
        assert!(!explained.are_unexplained());
        assert_eq!(explained.filter(), None);
        let mut unexplained = accepted("another");
        assert!(unexplained.are_unexplained());
        unexplained.merge(explained);
        assert!(!unexplained.are_unexplained());
        // Whoever comes from the internet is no pod.
        let mut outside = RejectedAddresses::default();
        outside.count(&rejected("203.0.113.9", 3));
        assert!(!outside.are_unexplained());
    }

    #[test]
    fn only_addresses_go_into_a_query() {
        let mut addresses = RejectedAddresses::default();
        addresses.count(&rejected("\" or 1 = 1 | display @message", 9));
        assert_eq!(addresses.filter(), None);
    }

    #[test]
    fn the_most_rejected_addresses_go_into_a_query_as_many_as_fit() {
        let mut addresses = RejectedAddresses::default();
        for at in 0..2_000 {
            addresses.count(&rejected(&format!("fd00::{at:x}"), at + 1));
        }
        let filter = addresses.filter().expect("a filter");
        let text = LOOK_BACK.text_for(RequestFilter::default(), &filter);
        assert!(text.len() <= 10_000, "{}", text.len());
        assert!(text.contains("\"\\\"fd00::7cf\\\"\""), "the most rejected");
        assert!(text.trim_end().ends_with("| limit 100000"));
    }
}
