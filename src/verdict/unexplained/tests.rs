//! Which callers that match no holder are urgent, and how.

use chrono::TimeDelta;

use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::rejection::{CallerKind, RejectedCaller};
use crate::report::severity::Severity;
use crate::verdict::scenario::*;

const INTERNET: &str = "203.0.113.9";
const LISTS_PODS: &str = "/api/v1/pods";

/// Rejected all the time, up to now.
const PERSISTENT: [TimeDelta; 3] = [
    TimeDelta::minutes(150),
    TimeDelta::minutes(90),
    TimeDelta::minutes(30),
];

fn caller(address: &'static str, user_agent: &'static str, uri: &'static str) -> Sender {
    Sender {
        address,
        uri,
        ..sender("unknown", user_agent)
    }
}

/// The only caller that no holder explains.
fn only_caller(report: &Report) -> &RejectedCaller {
    let [caller] = unexplained(report) else {
        panic!("{:#?}", unexplained(report));
    };
    caller
}

/// Two holders with one address, user agent and path: whichever is rejected stays open.
fn twins(cluster: &mut Scenario, user_agent: &'static str, accepted: TimeDelta) -> Sender {
    let twin = |account| Sender {
        account,
        ..sender(account, user_agent)
    };
    for account in ["one", "two"] {
        cluster.accept(&twin(account), days(93), [accepted]);
    }
    twin("one")
}

#[test]
fn only_what_looks_like_a_workload_is_urgent() {
    use CallerKind::{Node, Outsider, Scanner, Tool, Workload};
    for (address, user_agent, uri, kind) in [
        ("10.0.0.9", "app/v1", LISTS_PODS, Workload),
        ("10.0.0.9", "app/v1", "/apis/apps/v1/deployments", Workload),
        ("10.0.0.9", "app/v1", "/metrics", Scanner),
        (INTERNET, "app/v1", LISTS_PODS, Outsider),
        (INTERNET, "app/v1", "/metrics", Outsider),
        ("10.0.0.9", "kubectl/v1.31.0", LISTS_PODS, Tool),
        (INTERNET, "kubectl/v1.31.0", LISTS_PODS, Tool),
        ("10.0.0.9", "kubelet/v1.33.1", LISTS_PODS, Node),
    ] {
        let mut cluster = Scenario::of_days(1);
        cluster.reject(&caller(address, user_agent, uri), PERSISTENT);
        let report = cluster.judge();
        let found = only_caller(&report);
        let case = format!("{address} {user_agent} {uri}");
        assert_eq!(found.kind, Some(kind), "{case}");
        let is_urgent = kind == Workload;
        let severity = is_urgent.then_some(Severity::Critical);
        assert_eq!(found.severity, severity, "{case}");
        assert_eq!(found.is_new, is_urgent, "{case}");
    }
}

#[test]
fn one_call_to_the_api_is_enough_for_a_workload() {
    let mut cluster = Scenario::of_days(1);
    cluster.reject(&caller("10.0.0.9", "app/v1", "/healthz"), PERSISTENT);
    cluster.reject(&caller("10.0.0.9", "app/v1", LISTS_PODS), [hours(1)]);
    let report = cluster.judge();
    assert_eq!(only_caller(&report).kind, Some(CallerKind::Workload));
}

/// A person's kubectl does not run in a pod; one that was accepted with a pod's token does.
#[test]
fn whoever_shares_all_with_accepted_holders_is_a_workload_whatever_it_calls_itself() {
    let mut cluster = Scenario::of_days(30);
    let twin = twins(&mut cluster, "kubectl/v1.31.0", days(2));
    cluster.reject(&twin, PERSISTENT);
    let report = cluster.judge();
    let found = only_caller(&report);
    assert_eq!(found.kind, Some(CallerKind::Workload));
    assert_eq!(found.severity, Some(Severity::Critical));
}

#[test]
fn a_workload_is_urgent_only_while_it_is_rejected_all_the_time() {
    let hour = minutes(60);
    for (times, is_urgent) in [
        (&[hour * 2, hour + minutes(30), hour][..], true),
        (&[hour * 2, hour], false),
        (&[hour * 2 - seconds(1), minutes(90), hour], false),
        (&[hour * 3, hour * 2, hour + seconds(1)], false),
    ] {
        let mut cluster = Scenario::of_days(1);
        let workload = caller("10.0.0.9", "app/v1", LISTS_PODS);
        cluster.reject(&workload, times.iter().copied());
        let report = cluster.judge();
        let found = only_caller(&report);
        assert_eq!(found.kind, Some(CallerKind::Workload));
        assert_eq!(found.severity.is_some(), is_urgent, "{times:?}");
        assert_eq!(found.is_new, is_urgent, "{times:?}");
    }
}

/// A cluster whose nodes have addresses of the internet.
#[test]
fn an_address_that_an_account_was_accepted_from_is_inside() {
    let neighbour = Sender {
        address: INTERNET,
        ..sender("neighbour", "neighbour/v1")
    };
    let outsider = caller(INTERNET, "app/v1", LISTS_PODS);
    let kind = |cluster: &mut Scenario, previous: Option<&Report>| {
        cluster.reject(&outsider, PERSISTENT);
        let report = match previous {
            Some(previous) => cluster.judge_after(previous),
            None => cluster.judge(),
        };
        only_caller(&report).kind
    };
    let mut in_window = Scenario::of_days(1);
    in_window.accept(&neighbour, days(3), [hours(5)]);
    assert_eq!(kind(&mut in_window, None), Some(CallerKind::Workload));

    let mut before = Scenario::of_days(1);
    before.accept_earlier(&neighbour, days(3), [days(2)]);
    assert_eq!(kind(&mut before, None), Some(CallerKind::Workload));

    let mut elsewhere = Scenario::named(Cluster::named("d"), 1);
    elsewhere.accept(&neighbour, days(3), [hours(5)]);
    let of_two = Scenario::of_days(1);
    let mut of_two = of_two.with(elsewhere);
    assert_eq!(kind(&mut of_two, None), Some(CallerKind::Outsider));

    let mut earlier = Scenario::of_days(7).ending(days(1));
    earlier.accept(&neighbour, days(5), [days(2)]);
    let previous = earlier.judge();
    let after = kind(&mut Scenario::of_days(1), Some(&previous));
    assert_eq!(after, Some(CallerKind::Workload));
}

#[test]
fn a_caller_that_was_reported_is_a_warning_unless_it_was_accepted() {
    let unknown = caller("10.0.0.9", "app/v1", LISTS_PODS);
    let since = days(2);
    for (was_accepted, was_reported, severity) in [
        (false, false, Severity::Critical),
        (false, true, Severity::Warning),
        (true, false, Severity::Critical),
        (true, true, Severity::Critical),
    ] {
        let mut earlier = Scenario::of_days(7).ending(days(1));
        let mut now = Scenario::of_days(1);
        let rejected = match was_accepted {
            true => twins(&mut earlier, "app/v1", days(3)),
            false => unknown.clone(),
        };
        if was_reported {
            earlier.reject(&rejected, [since, hours(36), days(1)]);
        }
        now.reject(&rejected, PERSISTENT);
        now.reject(&rejected, [days(1)]);
        let report = now.judge_after(&earlier.judge());
        let found = only_caller(&report);
        let case = format!("{was_accepted} {was_reported}");
        assert_eq!(found.severity, Some(severity), "{case}");
        assert_eq!(found.is_new, !was_reported, "{case}");
        assert_eq!(found.candidates.is_empty(), !was_accepted, "{case}");
        let (first, at_least) = match was_reported {
            true => (since, false),
            false => (days(1), true),
        };
        assert_eq!(found.first, ago(first), "{case}");
        assert_eq!(found.at_least_since, at_least, "{case}");
    }
}
