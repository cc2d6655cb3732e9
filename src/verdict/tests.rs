//! What is judged of a whole cluster.

use super::Context;
use super::scenario::*;
use crate::evidence::cluster::Cluster;
use crate::report::verdict::Verdict;

#[test]
fn rejections_at_a_known_address_are_those_of_the_pod_there() {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app, days(91), [days(3), days(2)]);
    cluster.reject(&app, [hours(20), hours(2)]);
    let report = cluster.judge();
    assert_eq!(only(&report).verdict, Verdict::Rejected);
    assert_eq!(holder(&report, "app-0").rejected_from, ago(days(1)));
    assert!(unexplained(&report).is_empty());
}

#[test]
fn who_was_accepted_only_before_the_window_is_told_of_only_if_it_is_rejected() {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(1);
    cluster.accept_earlier(&app, days(91), [days(3)]);
    assert!(cluster.judge().findings.is_empty());
    cluster.reject(&app, [hours(20), hours(2)]);
    assert_eq!(only(&cluster.judge()).holders.len(), 1);
    // It is told of once, also where it is accepted in both.
    cluster.accept(&app, hours(5), [hours(1)]);
    assert_eq!(only(&cluster.judge()).holders.len(), 1);
}

/// A pod that is listed, and whose container started longer ago than a token lives.
fn with_old_container() -> Scenario {
    let mut cluster = Scenario::of_days(30);
    cluster.list([listed("app-0", "10.0.0.7", days(95))]);
    cluster
}

#[test]
fn a_program_that_was_never_seen_accepted_is_one_of_its_pod() {
    let (app, dead) = (sender("app-0", "app/v1"), sender("app-0", "dead/v1"));
    let mut cluster = with_old_container();
    cluster.reject(&dead, [hours(20), hours(1)]);
    let report = cluster.judge();
    assert_eq!(holder(&report, "app-0").user_agents, ["dead/v1"]);
    cluster.accept(&app, hours(10), [hours(5), hours(1)]);
    let report = cluster.judge();
    assert_eq!(only(&report).holders.len(), 1);
    assert_eq!(only(&report).verdict, Verdict::Rejected);
    assert_eq!(holder(&report, "app-0").user_agents, ["dead/v1", "app/v1"]);
}

#[test]
fn a_listed_pod_is_not_blamed_for_what_another_sent_from_its_address() {
    let other = Sender {
        account: "other",
        ..sender("other-0", "dead/v1")
    };
    let mut cluster = with_old_container();
    cluster.accept(&other, days(91), [days(3)]);
    cluster.accept(&sender("app-1", "app/v1"), hours(10), [hours(1)]);
    cluster.reject(&other, [hours(20), hours(1)]);
    let report = cluster.judge();
    let mut pods: Vec<_> = report
        .findings
        .iter()
        .flat_map(|it| &it.holders)
        .map(|it| it.pod.as_ref().expect("a pod").to_string())
        .collect();
    pods.sort_unstable();
    assert_eq!(pods, ["app-1", "other-0"]);
}

#[test]
fn a_dead_program_that_only_the_earlier_report_knew_is_still_named() {
    let (dead, alive) = (sender("app-0", "dead/v1"), sender("app-0", "alive/v1"));
    let mut before = Scenario::of_days(32).ending(days(2));
    before.accept(&dead, days(91), [days(4), days(3)]);
    before.accept(&alive, days(4), [days(3), days(2)]);
    let before = before.judge();
    let mut cluster = Scenario::of_days(1);
    cluster.accept(&alive, hours(10), [hours(5), hours(1)]);
    cluster.reject(&dead, [hours(20), hours(2)]);
    let report = cluster.judge_after(&before);
    assert_eq!(only(&report).verdict, Verdict::Rejected);
    assert_eq!(holder(&report, "app-0").user_agents[0], "dead/v1");
    assert_eq!(holder(&report, "app-0").rejected_from, ago(days(1)));
}

#[test]
fn a_known_address_is_ignored_however_it_is_written() {
    let caller = |address| Sender {
        address,
        ..sender("?", "curl/8")
    };
    for address in ["10.0.0.9", "::ffff:10.0.0.9"] {
        let ignored = ["::ffff:10.0.0.9", "2001:db8::1"].map(|it| it.parse().expect("an address"));
        let mut cluster = Scenario::of_days(1);
        cluster.reject(&caller(address), [hours(1)]);
        cluster.reject(&caller("10.0.0.10"), [hours(1)]);
        cluster.reject(&caller("not an address"), [hours(1)]);
        let report = cluster.judge_in(&Context {
            ignored_callers: &ignored,
            ..Context::stated(NINETY_DAYS)
        });
        let left: Vec<_> = unexplained(&report)
            .iter()
            .map(|it| it.address.unescaped())
            .collect();
        assert_eq!(left, ["10.0.0.10", "not an address"]);
        assert_eq!(report.clusters[0].ignored_callers, 1);
        assert_eq!(cluster.judge().clusters[0].ignored_callers, 0);
    }
}

/// A cluster of this name with two pods that were accepted at this age.
fn with_pods_of_age(name: &str, age: chrono::TimeDelta) -> Scenario {
    let mut cluster = Scenario::named(Cluster::named(name), 30);
    cluster.of_version("1.34");
    for pod in ["app-0", "app-1"] {
        cluster.accept(&sender(pod, "app/v1"), age + hours(1), [hours(1)]);
    }
    cluster
}

#[test]
fn tokens_that_outlived_the_cap_are_counted_for_their_cluster() {
    let at_the_limit = hours(24) + minutes(15);
    let cluster = with_pods_of_age("a", at_the_limit + seconds(1));
    let cluster = cluster.with(with_pods_of_age("b", at_the_limit));
    let report = cluster.judge_in(&Context::default());
    let uncapped = report.clusters.iter();
    let uncapped: Vec<usize> = uncapped.map(|it| it.judged_by.uncapped_tokens).collect();
    assert_eq!(uncapped, [2, 0]);
}

#[test]
fn a_cluster_says_how_many_of_its_holders_made_up_user_agents() {
    let mut cluster = with_pods_of_age("a", hours(5));
    for pod in ["app-0", "app-1"] {
        for number in 0..40 {
            let agent = format!("made-up/{number}").leak();
            cluster.accept(&sender(pod, agent), hours(6), [hours(1)]);
        }
    }
    let report = cluster.with(with_pods_of_age("b", hours(5))).judge();
    let notes = |place: usize| {
        let notes = report.clusters[place].notes.iter();
        let notes = notes.map(|it| (it.note.text.to_string(), it.count));
        notes.collect::<Vec<_>>()
    };
    let [(text, count)] = &notes(0)[..] else {
        panic!("{:?}", notes(0));
    };
    assert!(text.contains("more user agents than the limit"), "{text}");
    assert_eq!(*count, 2);
    assert!(notes(1).is_empty());
}
