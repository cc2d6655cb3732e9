//! Who is held responsible for rejections.

mod dates;
mod successors;

use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::rejection::{Confidence, HolderRejections};
use crate::verdict::Context;
use crate::verdict::scenario::*;

const AGENT: &str = "app/v1";
const DAY: i64 = 86_400;

/// The pods that rejections are attributed to, in order of their names.
fn rejected(report: &Report) -> Vec<&str> {
    let holders = report.findings.iter().flat_map(|it| &it.holders);
    let rejected = holders.filter(|it| it.rejections.is_some());
    let mut pods: Vec<&str> = rejected
        .filter_map(|it| it.pod.as_ref().map(|it| it.unescaped()))
        .collect();
    pods.sort_unstable();
    pods
}

fn rejections<'a>(report: &'a Report, pod: &str) -> &'a HolderRejections {
    let rejections = holder(report, pod).rejections.as_deref();
    rejections.expect("rejections")
}

#[test]
fn address_and_user_agent_attribute_a_rejection_only_together() {
    let app = sender("app-0", AGENT);
    let elsewhere = Sender {
        address: "10.0.0.8",
        ..app.clone()
    };
    let other_agent = Sender {
        user_agent: "other/v1",
        ..app.clone()
    };
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app, days(91), [days(2)]);
    cluster.reject(&app, [hours(3)]);
    cluster.reject(&elsewhere, [hours(2)]);
    cluster.reject(&other_agent, [hours(1)]);
    let report = cluster.judge();
    assert_eq!(rejections(&report, "app-0").count, 1);
    let [guess, unknown] = unexplained(&report) else {
        panic!("{:#?}", unexplained(&report));
    };
    assert_eq!(guess.address, *"10.0.0.8");
    assert_eq!(guess.perhaps[0].name, "app");
    assert_eq!(unknown.user_agent, *"other/v1");
    assert!(unknown.perhaps.is_empty() && unknown.candidates.is_empty());
}

#[test]
fn a_known_path_raises_the_confidence_and_the_most_frequent_call_comes_first() {
    let app = sender("app-0", AGENT);
    let discovery = Sender {
        verb: "get",
        uri: "/version",
        ..app.clone()
    };
    let config = Sender {
        verb: "get",
        uri: "/api/v1/namespaces/ns/configmaps/app",
        ..app.clone()
    };
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app, days(91), [days(2)]);
    cluster.reject(&config, [minutes(150), minutes(95)]);
    cluster.reject(&discovery, [minutes(170), minutes(169), minutes(30)]);
    let report = cluster.judge();
    let found = rejections(&report, "app-0");
    assert_eq!(found.confidence, Confidence::AddressAndUserAgent);
    assert_eq!(
        (found.first, found.last),
        (ago(minutes(170)), ago(minutes(30)))
    );
    assert_eq!(found.count, 5);
    assert_eq!(found.addresses, ["10.0.0.7"]);
    assert_eq!(
        found.calls,
        [
            "get /version",
            "get /api/v1/namespaces/{namespace}/configmaps/{name}"
        ]
    );
    cluster.reject(&app, [minutes(20)]);
    let report = cluster.judge();
    let found = rejections(&report, "app-0");
    assert_eq!(found.confidence, Confidence::AddressUserAgentAndPath);
}

#[test]
fn neighbours_with_one_user_agent_are_told_apart_by_their_paths() {
    let at = |account, pod, uri| Sender {
        account,
        uri,
        ..sender(pod, AGENT)
    };
    let job = at("job", "job-0", "/apis/batch/v1/jobs");
    let web = at("web", "web-0", "/api/v1/services");
    let neither = at("web", "web-0", "/api/v1/secrets");
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&web, days(91), [days(2)]);
    cluster.accept(&job, days(91), [days(2)]);
    cluster.reject(&web, [hours(3), hours(2)]);
    let report = cluster.judge();
    assert_eq!(rejected(&report), ["web-0"]);
    assert!(unexplained(&report).is_empty());

    cluster.reject(&neither, [hours(1)]);
    let report = cluster.judge();
    assert_eq!(rejections(&report, "web-0").count, 2);
    let [caller] = unexplained(&report) else {
        panic!("{:#?}", unexplained(&report));
    };
    assert_eq!((caller.count, caller.first), (1, ago(hours(1))));
    assert_eq!(caller.calls, ["list /api/v1/secrets"]);
    let names = caller.candidates.iter().map(|it| {
        let pod = it.pod.as_ref().map(|it| it.unescaped());
        (it.service_account.name.as_str(), pod)
    });
    assert!(names.eq([("job", Some("job-0")), ("web", Some("web-0"))]));
}

/// Of a holder that calls more than is kept, nobody knows what it did not call.
#[test]
fn a_neighbour_that_calls_everything_may_call_any_path() {
    let crawler = |uri| Sender {
        account: "crawler",
        uri,
        ..sender("crawler-0", AGENT)
    };
    let app = Sender {
        uri: "/apis/batch/v1/jobs",
        ..sender("app-0", AGENT)
    };
    for (uri, expected) in [
        ("/api/v1/kind00", &["crawler-0"][..]),
        ("/apis/batch/v1/jobs", &[]),
        ("/apis/batch/v1/cronjobs", &[]),
    ] {
        let mut cluster = Scenario::of_days(30);
        for kind in 0..33 {
            let called = format!("/api/v1/kind{kind:02}").leak();
            cluster.accept(&crawler(called), days(91), [days(2)]);
        }
        cluster.accept(&app, days(91), [days(2)]);
        cluster.reject(&crawler(uri), [hours(1)]);
        assert_eq!(rejected(&cluster.judge()), expected, "{uri}");
    }
}

#[test]
fn others_at_the_address_are_counted_unless_they_are_long_gone() {
    let app = sender("app-0", AGENT);
    let gone = sender("gone-0", "gone/v1");
    let mut earlier = Scenario::of_days(30).ending(days(1));
    earlier.accept(&gone, days(25), [days(20)]);
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app, days(91), [days(2)]);
    cluster.reject(&app, [hours(1)]);
    let before = earlier.judge();
    let report = cluster.judge_after(&before);
    assert_eq!(rejections(&report, "app-0").others_at_address, 0);
    for other in ["other-0", "other-1"] {
        cluster.accept(&sender(other, "other/v1"), days(91), [days(2)]);
    }
    let report = cluster.judge_after(&before);
    assert_eq!(rejections(&report, "app-0").others_at_address, 2);
}

/// It read its token when its container started, and the token expired a moment ago.
#[test]
fn a_pod_never_seen_accepted_is_rejected_unless_someone_was_accepted_there_since_it_started() {
    let started = hours(25);
    let old = Sender {
        account: "old",
        ..sender("old-0", AGENT)
    };
    for (accepted, expected, confidence) in [
        (started, "app-0", Confidence::PodAtAddress),
        (
            started - seconds(1),
            "old-0",
            Confidence::AddressUserAgentAndPath,
        ),
    ] {
        let mut cluster = Scenario::of_days(7);
        cluster.accept(&old, hours(40), [accepted]);
        cluster.reject(&old, [minutes(50), minutes(10)]);
        cluster.list([listed("app-0", "10.0.0.7", started)]);
        let report = cluster.judge_in(&Context::stated(DAY));
        assert_eq!(rejected(&report), [expected]);
        assert_eq!(rejections(&report, expected).confidence, confidence);
    }
}

#[test]
fn the_pod_that_has_the_address_is_rejected_and_not_the_one_accepted_there_before() {
    let app = sender("app-0", AGENT);
    let other = Sender {
        account: "other",
        ..sender("other-0", AGENT)
    };
    let first = days(3);
    for (other_last, expected) in [(first, &["app-0"][..]), (first - seconds(1), &[])] {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app, days(91), [first, days(2)]);
        cluster.accept(&other, days(20), [days(4), other_last]);
        cluster.reject(&app, [hours(1)]);
        cluster.list([listed("app-0", "10.0.0.7", days(91))]);
        let report = cluster.judge();
        assert_eq!(rejected(&report), expected, "{other_last}");
    }
}

#[test]
fn callers_that_may_be_somebody_come_first_and_then_the_loudest() {
    let at = |address, account, pod, user_agent| Sender {
        address,
        account,
        ..sender(pod, user_agent)
    };
    let mut cluster = Scenario::of_days(30);
    let twins = ["one", "two"].map(|it| at("10.0.0.7", it, it, AGENT));
    for twin in &twins {
        cluster.accept(twin, days(91), [days(2)]);
    }
    let rejected = [
        (&twins[0], 2),
        (&at("10.0.0.8", "app", "x", AGENT), 1),
        (&at("10.0.0.9", "app", "x", "b/v1"), 3),
        (&at("10.0.0.10", "app", "x", "c/v1"), 4),
        (&at("10.0.0.9", "app", "x", "a/v1"), 3),
    ];
    for (caller, times) in rejected {
        cluster.reject(caller, (1..=times).map(|it| minutes(it * 10)));
    }
    let report = cluster.judge();
    let callers = unexplained(&report).iter();
    let callers = callers.map(|it| (it.address.unescaped(), it.user_agent.unescaped()));
    assert!(callers.eq([
        ("10.0.0.7", AGENT),
        ("10.0.0.8", AGENT),
        ("10.0.0.10", "c/v1"),
        ("10.0.0.9", "a/v1"),
        ("10.0.0.9", "b/v1"),
    ]));
}

#[test]
fn rejections_belong_to_the_cluster_that_logged_them() {
    let mut cluster = Scenario::of_days(30);
    let mut other = Scenario::named(Cluster::named("d"), 30);
    for (of, pod, times) in [(&mut cluster, "c-0", 1..=1), (&mut other, "d-0", 1..=2)] {
        of.accept(&sender(pod, AGENT), days(91), [days(2)]);
        of.reject(&sender(pod, AGENT), times.map(hours));
    }
    let cluster = cluster.with(other);
    let report = cluster.judge();
    assert_eq!(rejections(&report, "c-0").count, 1);
    assert_eq!(rejections(&report, "d-0").count, 2);
    assert!(
        report
            .clusters
            .iter()
            .all(|it| it.rejected_callers.is_empty())
    );
}
