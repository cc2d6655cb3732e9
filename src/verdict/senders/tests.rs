//! Which pod sends what is rejected from an address, whether or not it was ever accepted there.

mod leads;

use super::*;
use crate::cluster_state::pod::Phase;
use crate::report::Report;
use crate::report::rejection::Confidence;
use crate::report::verdict::Verdict;
use crate::verdict::scenario::*;

/// A user agent that fits the image of the scenario's pods.
const APP: &str = "app/v1.2.3 (linux/amd64) kubernetes/$Format";
/// One that fits none.
const OTHER: &str = "other/v1.2.3 (linux/amd64) kubernetes/$Format";
/// The address of all of these pods.
const HERE: &str = "10.0.0.7";

/// A caller at the address of these pods that was never accepted and is rejected at these times.
fn rejected(agent: &'static str, pods: Vec<Pod>, times: &[TimeDelta]) -> Report {
    let mut cluster = Scenario::of_days(30);
    cluster.reject(&sender("unknown", agent), times.iter().copied());
    cluster.list(pods).judge()
}

/// The same, rejected from yesterday until an hour ago.
fn rejected_since_yesterday(agent: &'static str, pods: Vec<Pod>) -> Report {
    rejected(agent, pods, &[days(1), hours(12), hours(1)])
}

/// The pod that the rejections were attributed to; `None` if no finding came of them.
fn attributed(report: &Report) -> Option<&str> {
    let finding = report.findings.first()?;
    assert!(unexplained(report).is_empty());
    assert_eq!(finding.verdict, Verdict::Rejected);
    let pod = only(report).holders[0].pod.as_ref();
    Some(pod.expect("a name").unescaped())
}

/// The pods that a caller without a finding is said to be perhaps.
fn leads(report: &Report) -> Vec<&str> {
    assert!(report.findings.is_empty());
    let [caller] = unexplained(report) else {
        panic!("{:#?}", unexplained(report));
    };
    caller.pods.iter().map(|it| it.name.unescaped()).collect()
}

/// A pod at that address, old enough that the token that it read at first has expired.
fn old(name: &str) -> Pod {
    listed(name, HERE, days(92))
}

/// A pod at that address that has a token that is still good.
fn young(name: &str) -> Pod {
    listed(name, HERE, days(2))
}

fn on_the_host(pod: Pod) -> Pod {
    Pod {
        host_network: true,
        ..pod
    }
}

fn containers(images: [(&str, TimeDelta); 2]) -> Box<[Container]> {
    let container = |(image, started): (&str, TimeDelta)| Container {
        image: image.into(),
        started: Some(ago(started)),
        ..young("any").containers[0].clone()
    };
    images.map(container).into()
}

#[test]
fn a_pod_whose_first_token_expired_is_rejected_though_it_was_never_accepted() {
    let pod = Pod {
        node: Some("node-1".into()),
        ..old("app-0")
    };
    let report = rejected_since_yesterday(APP, vec![pod]);
    assert_eq!(attributed(&report), Some("app-0"));
    let holder = holder(&report, "app-0");
    assert!(holder.was_never_accepted());
    assert_eq!(holder.issued, ago(days(92)));
    assert_eq!(holder.requests, 0);
    assert_eq!(holder.nodes, ["node-1"]);
    assert_eq!(holder.addresses, [HERE]);
    let rejections = holder.rejections.as_ref().expect("rejections");
    assert_eq!(rejections.confidence, Confidence::PodAtAddress);
    assert_eq!((rejections.first, rejections.count), (ago(days(1)), 3));
}

#[test]
fn rejections_that_come_before_the_token_can_have_expired_have_another_cause() {
    // The file that a client reads holds a token that is up to 50 minutes old.
    let first = hours(2);
    let lifetime = days(90) - minutes(50);
    for (age, expected) in [
        (lifetime, Some("app-0")),
        (lifetime - seconds(1), None),
        (days(1), None),
    ] {
        let pod = listed("app-0", HERE, first + age);
        let report = rejected(APP, vec![pod], &[first, hours(1), minutes(1)]);
        assert_eq!(attributed(&report), expected, "{age}");
    }
    // What was rejected first decides, whatever followed.
    let pod = listed("app-0", HERE, days(91));
    let report = rejected(APP, vec![pod], &[days(2), hours(3), hours(1)]);
    assert_eq!(leads(&report), ["app-0"]);
}

#[test]
fn a_pod_that_was_not_there_all_the_time_is_a_lead_only() {
    let ended = |before| Pod {
        phase: Phase::Ended,
        ended: Some(ago(before)),
        ..old("app-0")
    };
    for (before, is_sender) in [
        (hours(1), true),
        (hours(1) + seconds(1), false),
        (days(2), false),
    ] {
        let report = rejected_since_yesterday(APP, vec![ended(before)]);
        assert_eq!(unexplained(&report).is_empty(), is_sender, "{before}");
        assert_eq!(report.findings.is_empty(), !is_sender, "{before}");
    }
    let report = rejected_since_yesterday(APP, vec![ended(days(2)), old("app-1")]);
    assert_eq!(attributed(&report), Some("app-1"));
    let report = rejected_since_yesterday(APP, vec![old("app-0"), old("app-1")]);
    assert_eq!(leads(&report), ["app-0", "app-1"]);
}

#[test]
fn calls_beside_the_api_are_no_sign_of_a_workload() {
    let probe = |uri| Sender {
        uri,
        ..sender("unknown", APP)
    };
    let judged = |uris: [&'static str; 2]| {
        let mut cluster = Scenario::of_days(30);
        for uri in uris {
            cluster.reject(&probe(uri), [days(1), hours(1)]);
        }
        cluster.list([old("app-0")]).judge()
    };
    assert_eq!(leads(&judged(["/healthz", "/version"])), ["app-0"]);
    for uris in [["/api/v1/pods", "/version"], ["/healthz", "/api/v1/pods"]] {
        assert_eq!(attributed(&judged(uris)), Some("app-0"), "{uris:?}");
    }
}

#[test]
fn a_kubelet_is_no_pod_of_its_node() {
    const KUBELET: &str = "kubelet/v1.33.1 (linux/amd64) kubernetes/abc";
    let report = rejected_since_yesterday(KUBELET, vec![old("app-0")]);
    assert_eq!(leads(&report), [""; 0]);
}

#[test]
fn the_container_that_fits_the_user_agent_dates_the_token() {
    const APP_IMAGE: &str = "example.com/app:v1";
    for (agent, images, expected) in [
        // The sidecar was restarted, which says nothing of the app.
        (APP, [(APP_IMAGE, days(92)), ("proxy", days(3))], true),
        (APP, [("proxy", days(3)), (APP_IMAGE, days(92))], true),
        (APP, [("proxy", days(92)), (APP_IMAGE, days(3))], false),
        // Where none fits, or both do, the youngest token counts.
        (OTHER, [(APP_IMAGE, days(92)), ("proxy", days(3))], false),
        (OTHER, [(APP_IMAGE, days(92)), ("proxy", days(92))], true),
        (APP, [(APP_IMAGE, days(92)), (APP_IMAGE, days(3))], false),
        // It was started again while it was rejected already: its token is new.
        (APP, [(APP_IMAGE, hours(2)), ("proxy", days(92))], false),
    ] {
        let pod = Pod {
            containers: containers(images),
            ..old("app-0")
        };
        let report = rejected_since_yesterday(agent, vec![pod]);
        assert_eq!(
            attributed(&report).is_some(),
            expected,
            "{agent} {images:?}"
        );
    }
}

#[test]
fn on_the_host_network_only_the_pod_that_fits_can_be_the_sender() {
    let misfit = || Pod {
        containers: containers([("proxy", days(92)), ("proxy", days(92))]),
        ..on_the_host(old("misfit"))
    };
    let mirror = || Pod {
        is_mirror: true,
        ..on_the_host(old("mirror"))
    };
    let fit = |name| on_the_host(old(name));
    let report = rejected_since_yesterday(APP, vec![misfit(), fit("app-0"), mirror()]);
    assert_eq!(attributed(&report), Some("app-0"));
    let report = rejected_since_yesterday(APP, vec![misfit(), fit("app-0"), fit("app-1")]);
    assert_eq!(leads(&report), ["app-0", "app-1"]);
    // The API server knows no token of a static pod.
    let report = rejected_since_yesterday(APP, vec![misfit(), mirror()]);
    assert_eq!(leads(&report), ["misfit"]);
}

#[test]
fn a_pod_accepted_at_one_address_is_the_sender_at_its_other_one() {
    let v4 = sender("app-0", APP);
    let v6 = |agent| Sender {
        address: "fd00::7",
        ..sender("app-0", agent)
    };
    let judged = |agent, started| {
        let mut cluster = Scenario::of_days(120);
        cluster.accept(&v4, days(91), [days(3), days(2)]);
        cluster.reject(&v6(agent), [hours(20), hours(1)]);
        let pod = Pod {
            addresses: [HERE, "fd00::7"]
                .map(|it| it.parse().expect("an address"))
                .into(),
            containers: containers([("proxy", started), ("proxy", started)]),
            ..listed("app-0", HERE, days(92))
        };
        cluster.list([pod]).judge()
    };
    // Its own requests say how old its token is; its containers need not.
    assert_eq!(attributed(&judged(APP, days(30))), Some("app-0"));
    // Another program in the pod has a token of its own, as old as its container.
    assert_eq!(unexplained(&judged(OTHER, days(30)))[0].pods.len(), 1);
    let report = judged(OTHER, days(92));
    assert_eq!(attributed(&report), Some("app-0"));
    assert_eq!(holder(&report, "app-0").user_agents, [OTHER, APP]);
}
