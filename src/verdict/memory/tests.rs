//! What a report still knows from an earlier one: who is named, and who is only remembered.

mod dead_programs;

use super::*;
use crate::report::rejection::CallerKind;
use crate::verdict::Context;
use crate::verdict::scenario::*;

/// The report on the only pod `app-0`, made so long before now.
fn earlier(
    before: TimeDelta,
    issued: TimeDelta,
    times: impl IntoIterator<Item = TimeDelta>,
) -> Report {
    let mut scenario = Scenario::of_days(60).ending(before);
    scenario.accept(&sender("app-0", "app/v1"), issued, times);
    scenario.judge()
}

/// The report on a day in which nothing was seen.
fn quiet_day(previous: &Report) -> Report {
    Scenario::of_days(1).judge_after(previous)
}

fn is_named(report: &Report) -> bool {
    !report.findings.is_empty()
}

fn remembered_verdicts(report: &Report) -> Vec<Verdict> {
    let remembered = report.remembered.iter();
    remembered.map(|it| it.holder.verdict).collect()
}

#[test]
fn a_frozen_pod_that_fell_silent_is_expired_for_a_week_after_its_end() {
    for (past_end, stays) in [
        (days(1), true),
        (days(7), true),
        (days(7) + seconds(1), false),
    ] {
        let issued = days(90) + past_end;
        let frozen = earlier(past_end + hours(30), issued, [past_end + days(2)]);
        assert_eq!(only(&frozen).verdict, Verdict::Frozen);
        let now = quiet_day(&frozen);
        assert_eq!(is_named(&now), stays, "{past_end}");
        if stays {
            assert_eq!(only(&now).verdict, Verdict::Expired);
            assert!(now.remembered.is_empty());
        }
    }
}

#[test]
fn where_tokens_live_for_a_day_an_expired_pod_is_named_for_a_day() {
    let context = Context::stated(86_400);
    for (past_end, stays) in [(days(1), true), (days(1) + seconds(1), false)] {
        let mut scenario = Scenario::of_days(30).ending(past_end + hours(3));
        let app = sender("app-0", "app/v1");
        scenario.accept(&app, past_end + days(1), [past_end + hours(4)]);
        let frozen = scenario.judge_in(&context);
        assert_eq!(only(&frozen).verdict, Verdict::Frozen);
        let now = Scenario::of_days(1).judge_in(&Context {
            previous: Some(&frozen),
            ..context
        });
        assert_eq!(is_named(&now), stays, "{past_end}");
    }
}

/// Rejections are a sign of it as well, however long after the end of its token.
#[test]
fn a_dead_pod_is_named_for_a_week_after_its_last_rejection() {
    for (since, stays) in [(days(7), true), (days(7) + seconds(1), false)] {
        let app = sender("app-0", "app/v1");
        let mut scenario = Scenario::of_days(60).ending(since);
        scenario.accept(&app, days(110), [days(21)]);
        scenario.reject(&app, [since + hours(9), since]);
        let rejected = scenario.judge();
        assert_eq!(only(&rejected).verdict, Verdict::Rejected);
        let now = quiet_day(&rejected);
        assert_eq!(is_named(&now), stays, "{since}");
        if stays {
            let rejections = only(&now).rejections().expect("those from before");
            assert_eq!((rejections.count, rejections.last), (0, ago(since)));
        }
    }
}

/// Silence of a pod that was too young to judge, or that refreshed, does not mean that it died,
/// although the only token that is known of it has expired.
#[test]
fn a_pod_that_was_not_about_to_die_is_not_expired() {
    let young = earlier(days(90), days(91), [days(90) + hours(1)]);
    assert_eq!(only(&young).verdict, Verdict::Undecided);
    let mut refreshing = Scenario::of_days(60).ending(days(88));
    let app = sender("app-0", "app/v1");
    refreshing.accept(&app, days(92), [days(91)]);
    refreshing.accept(&app, days(91), [days(90), days(89)]);
    let refreshing = refreshing.judge();
    assert_eq!(only(&refreshing).verdict, Verdict::RefreshingLate);
    for previous in [young, refreshing] {
        let now = quiet_day(&previous);
        assert!(!is_named(&now));
        assert_eq!(remembered_verdicts(&now), []);
    }
}

/// A pod that recovers by itself did so again, unmarked, and went away: nothing shows that it died.
#[test]
fn silence_of_a_pod_that_recurs_is_not_its_death() {
    let app = sender("app-0", "app/v1");
    let mut scenario = Scenario::of_days(60).ending(days(3));
    scenario.accept(&app, days(122), [days(34), days(32)]);
    scenario.reject(&app, [days(32) - minutes(1), days(32) - minutes(30)]);
    scenario.accept(&app, days(92) - minutes(1), [days(20), days(4)]);
    let recurring = scenario.judge();
    assert_eq!(only(&recurring).verdict, Verdict::Recurring);
    let now = quiet_day(&recurring);
    assert!(!is_named(&now));
    assert_eq!(remembered_verdicts(&now), [Verdict::Gone]);
}

#[test]
fn a_pod_that_was_about_to_die_is_remembered_for_a_week_after_its_last_request() {
    // The first report after it finds it gone, and from then on its last request counts.
    for (last_seen, stays) in [(days(7), true), (days(7) + seconds(1), false)] {
        let frozen = earlier(last_seen - days(1), last_seen + days(50), [last_seen]);
        assert_eq!(only(&frozen).verdict, Verdict::Frozen);
        let gone = Scenario::of_days(1)
            .ending(last_seen - days(3))
            .judge_after(&frozen);
        assert!(!is_named(&gone));
        assert_eq!(remembered_verdicts(&gone), [Verdict::Gone]);
        assert_eq!(gone.remembered[0].holder.severity, None);
        let now = quiet_day(&gone);
        assert_eq!(now.remembered.len(), usize::from(stays), "{last_seen}");
    }
}

/// One that could not be seen may still be there, and its verdict stays.
#[test]
fn a_pod_of_a_cluster_that_was_not_read_keeps_its_verdict() {
    let frozen = earlier(days(1), days(50), [days(2)]);
    let elsewhere = Scenario::named(Cluster::named("d"), 1);
    let now = elsewhere.judge_after(&frozen);
    assert_eq!(remembered_verdicts(&now), [Verdict::Frozen]);
    assert_eq!(now.remembered[0].cluster.name, "c");
}

/// A run that saw nothing at all has no moment to be judged as of, and forgets nobody.
#[test]
fn a_run_without_a_window_forgets_nobody() {
    let mut scenario = Scenario::of_days(60).ending(days(20));
    scenario.accept(&sender("frozen-0", "app/v1"), days(60), [days(21)]);
    scenario.accept(&sender("young-0", "web/v1"), days(21), [days(20)]);
    let long_ago = scenario.judge();
    let mut blind = Scenario::of_days(1);
    blind.coverages = Default::default();
    let blind = blind.judge_after(&long_ago);
    let pods = blind.remembered.iter().map(|it| it.holder.pod.clone());
    let pods: BTreeSet<_> = pods.flatten().collect();
    assert_eq!(pods, ["frozen-0", "young-0"].map(Into::into).into());
}

/// What is known of a dead pod from an earlier report alone is all that there is to find it by.
#[test]
fn a_dead_pod_is_described_as_it_was_known() {
    let at = |address, node, uri| Sender {
        address,
        node: Some(node),
        uri,
        ..sender("app-0", "app/v1")
    };
    let mut scenario = Scenario::of_days(60).ending(days(3));
    // The most frequent one is neither the first nor the last in order.
    for (address, node, uri, agent, times) in [
        ("10.0.0.1", "node-1", "/api/v1/pods", "a/v1", 2),
        ("10.0.0.2", "node-2", "/api/v1/nodes", "b/v1", 3),
        ("10.0.0.3", "node-3", "/api/v1/secrets", "c/v1", 1),
    ] {
        let app = Sender {
            user_agent: agent,
            ..at(address, node, uri)
        };
        scenario.accept(&app, days(92), (0..times).map(|at| days(4) + hours(at)));
    }
    let before = scenario.judge();
    let now = quiet_day(&before);
    let (before, now) = (holder(&before, "app-0"), holder(&now, "app-0"));
    assert_eq!(now.verdict, Verdict::Expired);
    assert_eq!(now.addresses, ["10.0.0.2", "10.0.0.1", "10.0.0.3"]);
    assert_eq!(now.nodes, ["node-2", "node-1", "node-3"]);
    assert_eq!(now.user_agents, ["b/v1", "a/v1", "c/v1"]);
    assert_eq!(now.calls, before.calls);
    assert_eq!(now.issued, before.issued);
    assert_eq!(now.requests, 0);
}

/// A log on disk has no Region; the same cluster read from CloudWatch has one.
#[test]
fn a_pod_is_known_although_more_is_known_of_its_cluster_now() {
    let frozen = earlier(days(1), days(91), [days(2)]);
    let cluster = Cluster {
        region: Some("eu-west-1".to_owned()),
        ..only(&frozen).cluster.clone()
    };
    let now = Scenario::named(cluster.clone(), 1).judge_after(&frozen);
    assert_eq!(only(&now).verdict, Verdict::Expired);
    assert_eq!(only(&now).cluster, cluster);
}

#[test]
fn a_public_address_that_was_accepted_before_is_a_workloads() {
    let known = Sender {
        address: "203.0.113.7",
        ..sender("app-0", "app/v1")
    };
    let mut scenario = Scenario::of_days(60).ending(days(3));
    scenario.accept(&known, days(40), [days(5), days(4)]);
    let frozen = scenario.judge();
    // The second report names it no more, and only remembers it.
    let gone = Scenario::of_days(1).ending(days(2)).judge_after(&frozen);
    assert!(!is_named(&gone));
    let kind = |previous: Option<&Report>, address| {
        let caller = Sender {
            address,
            ..sender("unused", "another/v1")
        };
        let mut scenario = Scenario::of_days(1);
        scenario.reject(&caller, [hours(2), hours(1)]);
        let report = scenario.judge_in(&Context {
            previous,
            ..Context::stated(NINETY_DAYS)
        });
        unexplained(&report)[0].kind
    };
    for previous in [&frozen, &gone] {
        for (address, expected) in [
            ("203.0.113.7", CallerKind::Workload),
            ("203.0.113.8", CallerKind::Outsider),
        ] {
            assert_eq!(kind(Some(previous), address), Some(expected), "{address}");
        }
    }
    assert_eq!(kind(None, "203.0.113.7"), Some(CallerKind::Outsider));
}

/// For 75 minutes after a token's end nothing shows whether its client is back. One that recovered
/// every time before most likely did again.
#[test]
fn a_pod_that_recurred_before_most_likely_recovered_again() {
    let context = Context::stated(86_400);
    let end = minutes(30);
    let app = sender("app-0", "app/v1");
    let other = Sender {
        account: "other",
        address: "10.0.0.8",
        ..sender("other-0", "other/v1")
    };
    let mut scenario = Scenario::of_days(30).ending(hours(20));
    let before = end + days(1);
    scenario.accept(&app, before + days(1), [before + hours(20), before]);
    scenario.reject(&app, [before - minutes(1), before - minutes(25)]);
    for sender in [&app, &other] {
        scenario.accept(sender, end + days(1), [hours(22), hours(21)]);
    }
    let recurring = scenario.judge_in(&context);
    assert_eq!(holder(&recurring, "app-0").verdict, Verdict::Recurring);
    let mut today = Scenario::of_days(1);
    for sender in [&app, &other] {
        today.accept(sender, end + days(1), [hours(20), end]);
        today.reject(sender, [end - minutes(1), end - minutes(5)]);
    }
    let judged = |previous: Option<&Report>, pod| {
        let context = Context {
            previous,
            ..context
        };
        holder(&today.judge_in(&context), pod).verdict
    };
    assert_eq!(judged(Some(&recurring), "app-0"), Verdict::Recurring);
    assert_eq!(judged(Some(&recurring), "other-0"), Verdict::Rejected);
    assert_eq!(judged(None, "app-0"), Verdict::Rejected);
}
