use chrono::TimeDelta;

use super::*;
use crate::source::cloudwatch::queries::stale_token_events::LOOK_BACK;
use crate::source::request_filter::RequestFilter;

fn rejection(address: &str, user_agent: &str) -> Rejection {
    Rejection {
        address: address.to_owned(),
        user_agent: user_agent.to_owned(),
        call: String::new(),
        received: DateTime::UNIX_EPOCH,
    }
}

fn rejected(address: &str, count: u64) -> Observation {
    Observation::RepeatedRejection {
        first: rejection(address, ""),
        last: DateTime::UNIX_EPOCH,
        count,
    }
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

fn pod(uid: &str, minutes: i64) -> Accepted {
    Accepted {
        received: at(minutes),
        pod_uid: Some(uid.to_owned()),
    }
}

#[test]
fn the_pods_that_are_rejected_since_they_were_accepted_come_the_last_rejected_first() {
    let mut addresses = RejectedAddresses::default();
    for (address, uid, accepted, rejected) in [
        ("10.0.0.1", "dead", 10, 20),
        ("10.0.0.2", "later", 10, 30),
        ("10.0.0.3", "alive", 40, 20),
        // Two addresses of one pod.
        ("fd00::4", "dead", 9, 19),
        // The pod that had the address before.
        ("10.0.0.1", "before", 5, 20),
    ] {
        addresses.accept(address, "app", pod(uid, accepted));
        let mut other = RejectedAddresses::default();
        other.add(&rejection(address, "app"), at(rejected), 1);
        addresses.merge(other);
    }
    let pods = addresses.rejected_pods();
    let pods: Vec<_> = pods.iter().map(|it| (&*it.uid, it.rejected)).collect();
    assert_eq!(pods, [("later", at(30)), ("dead", at(20))]);
}

#[test]
fn who_is_accepted_at_the_address_under_the_same_agent_explains_a_rejection() {
    let accepted = |agent: &str| {
        let mut addresses = RejectedAddresses::default();
        addresses.accept("10.0.0.1", agent, pod("a", 0));
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
