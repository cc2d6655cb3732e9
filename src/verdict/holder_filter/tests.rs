//! What is left of a report that is narrowed, and what is said of the rest.

use super::*;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::legacy_token::LegacyTokenUse;
use crate::evidence::observation::Observation;
use crate::evidence::set::Collect as _;
use crate::report::severity::Severity;
use crate::verdict::Context;
use crate::verdict::acceptance::{accept, parse};
use crate::verdict::scenario::*;

fn filter(namespace: &str, service_account: &str, pod: &str) -> HolderFilter {
    let stated = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    HolderFilter {
        namespace: stated(namespace),
        service_account: stated(service_account),
        pod: stated(pod),
    }
}

/// A pod of an account, at an address and with a user agent of its own.
fn pod_of(
    namespace: &'static str,
    account: &'static str,
    pod: &'static str,
    address: &'static str,
) -> Sender {
    Sender {
        namespace,
        account,
        address,
        ..sender(pod, pod)
    }
}

/// `ns/app` with two pods, of which the first is dead, and `ns/db` and `other/db` with one each.
fn cluster() -> Scenario {
    let mut cluster = Scenario::of_days(30);
    let dead = pod_of("ns", "app", "app-0", "10.0.0.1");
    cluster.accept(&dead, days(91), [days(2)]);
    cluster.reject(&dead, [hours(20), hours(1)]);
    for alive in [
        pod_of("ns", "app", "app-1", "10.0.0.2"),
        pod_of("ns", "db", "db-0", "10.0.0.3"),
        Sender {
            user_agent: "db-0",
            ..pod_of("other", "db", "db-1", "10.0.0.4")
        },
    ] {
        cluster.accept(&alive, days(10), [hours(1)]);
    }
    cluster
}

/// The pods that are left, in the order of their findings' ranks.
fn left(report: &Report) -> Vec<(usize, String, String)> {
    let findings = report.findings.iter();
    let holders = findings.flat_map(|finding| {
        let named = move |it: &HolderFinding| {
            let pod = it.pod.as_ref().expect("a pod").to_string();
            (finding.rank, finding.service_account.to_string(), pod)
        };
        finding.holders.iter().map(named)
    });
    holders.collect()
}

fn narrowed(cluster: &Scenario, holder_filter: &HolderFilter) -> Report {
    let mut report = cluster.judge();
    narrow(&mut report, holder_filter).expect("a name that is known");
    report
}

#[test]
fn what_fits_is_kept_and_ranked_anew() {
    let app = |pod| (1, "ns/app", pod);
    let db = |rank, namespace, pod| (rank, namespace, pod);
    for (holder_filter, expected) in [
        (
            filter("ns", "", ""),
            vec![app("app-0"), app("app-1"), db(2, "ns/db", "db-0")],
        ),
        (filter("other", "", ""), vec![db(1, "other/db", "db-1")]),
        (
            filter("", "db", ""),
            vec![db(1, "ns/db", "db-0"), db(2, "other/db", "db-1")],
        ),
        (filter("", "ns/db", ""), vec![db(1, "ns/db", "db-0")]),
        (filter("ns", "db", ""), vec![db(1, "ns/db", "db-0")]),
        (filter("", "", "app-1"), vec![app("app-1")]),
        (filter("ns", "app", "app-0"), vec![app("app-0")]),
        (filter("", "", "db-1"), vec![db(1, "other/db", "db-1")]),
    ] {
        let report = narrowed(&cluster(), &holder_filter);
        let left = left(&report);
        let left: Vec<(usize, &str, &str)> = left
            .iter()
            .map(|(rank, account, pod)| (*rank, &**account, &**pod))
            .collect();
        assert_eq!(left, expected, "{holder_filter:?}");
        assert_eq!(report.filtered, None, "{holder_filter:?}");
    }
}

#[test]
fn without_a_filter_nothing_is_left_out() {
    let mut cluster = cluster();
    cluster.reject(&pod_of("ns", "?", "stranger", "10.0.0.9"), [hours(1)]);
    let whole = cluster.judge();
    assert_eq!(unexplained(&whole).len(), 1);
    assert_eq!(narrowed(&cluster, &HolderFilter::default()), whole);
    let nothing = Scenario::of_days(30);
    assert_eq!(
        narrowed(&nothing, &HolderFilter::default()),
        nothing.judge()
    );
}

#[test]
fn a_finding_is_told_as_if_it_had_only_the_pods_that_are_left() {
    for (pod, issued) in [("app-2", days(10)), ("app-3", hours(5))] {
        let app = pod_of("ns", "app", pod, "10.0.0.5");
        let mut alone = Scenario::of_days(30);
        let mut among = cluster();
        for cluster in [&mut alone, &mut among] {
            cluster.of_version("1.33");
            cluster.accept(&app, issued, [hours(1)]);
        }
        for target in [None, Some(KubernetesVersion::FIRST_WITH_TOKEN_CAP)] {
            let context = Context {
                target_version: target,
                ..Context::default()
            };
            let mut report = among.judge_in(&context);
            narrow(&mut report, &filter("", "", pod)).expect("a name that is known");
            assert_eq!(
                only(&report),
                only(&alone.judge_in(&context)),
                "{pod} {target:?}"
            );
        }
    }
}

#[test]
fn what_is_accepted_stays_accepted_for_each_of_its_pods() {
    let known = parse("known", "ns/app * 2030-01-01 rejected it is replaced").expect("a line");
    let mut report = cluster().judge();
    accept(&mut report, &known);
    narrow(&mut report, &filter("", "", "app-1")).expect("a name that is known");
    let finding = only(&report);
    assert!(finding.accepted.is_some());
    assert_eq!(finding.severity, None);
    assert_eq!(finding.holders[0].severity, Some(Severity::Notice));
}

/// Rejected callers that may be one of two pods, or somebody at another address.
fn with_callers() -> Scenario {
    let mut cluster = cluster();
    for (pod, account) in [("web-0", "web"), ("job-0", "job")] {
        let shared = Sender {
            user_agent: "shared/v1",
            ..pod_of("ns", account, pod, "10.0.1.1")
        };
        // Before the window: neither has a finding.
        cluster.accept_earlier(&shared, days(41), [days(33), days(32)]);
        cluster.reject(&shared, [hours(3), hours(1)]);
    }
    let elsewhere = |agent| Sender {
        user_agent: agent,
        ..pod_of("ns", "?", "?", "10.0.1.2")
    };
    cluster.reject(&elsewhere("db-0"), [hours(1)]);
    cluster.reject(&elsewhere("nobody"), [hours(1)]);
    cluster
}

#[test]
fn a_rejected_caller_is_kept_where_it_may_be_what_is_looked_for() {
    let everyone = vec!["shared/v1", "db-0", "nobody"];
    assert_eq!(callers(&with_callers().judge()), everyone);
    for (holder_filter, expected) in [
        (filter("ns", "", ""), vec!["shared/v1", "db-0"]),
        (filter("other", "", ""), vec!["db-0"]),
        (filter("", "web", ""), vec!["shared/v1"]),
        (filter("", "db", ""), vec!["db-0"]),
        (filter("", "app", ""), vec![]),
        (filter("", "", "web-0"), vec!["shared/v1"]),
        (filter("ns", "db", "web-0"), vec![]),
        // A guess names no pod, but the account of this one.
        (filter("", "", "db-0"), vec!["db-0"]),
        (filter("", "", "app-1"), vec![]),
    ] {
        let mut report = with_callers().judge();
        let kept = narrow(&mut report, &holder_filter).map(|()| callers(&report));
        assert_eq!(kept, Ok(expected), "{holder_filter:?}");
    }
}

fn callers(report: &Report) -> Vec<&str> {
    let callers = unexplained(report).iter();
    callers.map(|it| it.user_agent.unescaped()).collect()
}

#[test]
fn a_rejected_caller_that_may_be_the_pod_is_something_that_was_found() {
    let report = narrowed(&with_callers(), &filter("", "", "web-0"));
    assert!(report.findings.is_empty());
    assert_eq!(report.filtered, None);
}

#[test]
fn tokens_kept_in_secrets_are_those_of_the_accounts_looked_for() {
    let mut cluster = cluster();
    for name in ["app", "ci"] {
        cluster.evidence.record(
            &cluster.cluster,
            Observation::LegacyTokenUse {
                service_account: ServiceAccount {
                    namespace: "ns".to_owned(),
                    name: name.to_owned(),
                },
                secret: None,
                token_use: LegacyTokenUse {
                    first: ago(days(3)),
                    last: ago(days(2)),
                    requests: 1,
                    addresses: Default::default(),
                    user_agents: Default::default(),
                },
            },
        );
    }
    let report = narrowed(&cluster, &filter("", "app", ""));
    let [token] = &*report.clusters[0].legacy_tokens else {
        panic!("{:?}", report.clusters[0].legacy_tokens);
    };
    assert_eq!(token.service_account.name, "app");
}

#[test]
fn where_nothing_is_left_the_report_says_what_was_looked_for() {
    for (holder_filter, wanted) in [
        (filter("", "", "mysql-0"), "pod mysql-0"),
        (filter("", "ns/mysql", ""), "service account mysql"),
        // Each is known, but not together.
        (
            filter("other", "app", ""),
            "service account app, namespace other",
        ),
        (
            filter("ns", "db", "db-1"),
            "pod db-1, service account db, namespace ns",
        ),
    ] {
        let report = narrowed(&cluster(), &holder_filter);
        let expected = Filtered {
            wanted: wanted.into(),
            among: 4,
        };
        assert_eq!(report.filtered, Some(expected));
        assert!(report.findings.is_empty());
    }
}

#[test]
fn a_typing_error_is_an_error_with_what_was_meant() {
    for (holder_filter, what, typed, nearest) in [
        (
            filter("", "", "app-3"),
            "pod",
            "app-3",
            vec!["app-0", "app-1"],
        ),
        (
            filter("", "ns/ap", ""),
            "service account",
            "ap",
            vec!["app"],
        ),
        (filter("othr", "", ""), "namespace", "othr", vec!["other"]),
        // What is known is no error, and neither is what resembles nothing.
        (
            filter("othr", "app", "mysql-0"),
            "namespace",
            "othr",
            vec!["other"],
        ),
    ] {
        let mut report = cluster().judge();
        let error = narrow(&mut report, &holder_filter).expect_err(typed);
        assert_eq!((error.what, &*error.typed), (what, typed));
        assert_eq!(error.nearest, nearest);
    }
}
