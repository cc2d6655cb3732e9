//! The addresses that requests are rejected from, to look back for who was accepted from them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::evidence::observation::Observation;
use crate::evidence::rejection::Rejection;

/// The most characters of a query (CloudWatch Logs API reference, StartQuery, queryString), less
/// what the query for events takes itself.
const FILTER_LENGTH: usize = 9_000;

/// How many addresses are kept: the pods and nodes of a large cluster, and many times what a
/// query can name.
const KEPT: usize = 4_096;

/// Addresses, each as it stands in the log and with how often it was rejected.
#[derive(Debug, Default)]
pub(super) struct RejectedAddresses(BTreeMap<IpAddr, (u64, String)>);

impl RejectedAddresses {
    /// Counts an observation, if it is of rejections.
    pub(super) fn count(&mut self, observation: &Observation) {
        match observation {
            Observation::Rejection(rejection) => self.add(rejection, 1),
            Observation::RepeatedRejection { first, count, .. } => self.add(first, *count),
            _ => {}
        }
    }

    fn add(&mut self, rejection: &Rejection, count: u64) {
        // Only what is an address goes into a query.
        if let Ok(address) = rejection.address.parse() {
            let known = self.0.entry(address);
            known.or_insert_with(|| (0, rejection.address.clone())).0 += count;
        }
        self.trim();
    }

    /// Adds the addresses of another part of the same log group.
    pub(super) fn merge(&mut self, other: Self) {
        for (address, (count, text)) in other.0 {
            self.0.entry(address).or_insert((0, text)).0 += count;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.len() > KEPT {
            self.0.pop_last();
        }
    }

    /// The filter for the requests that came from these addresses; `None` if there are none. The
    /// most rejected come first, as many as a query can name.
    pub(super) fn filter(&self) -> Option<String> {
        let mut addresses: Vec<&(u64, String)> = self.0.values().collect();
        addresses.sort_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
        let mut filter = String::new();
        for (_, address) in addresses {
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
