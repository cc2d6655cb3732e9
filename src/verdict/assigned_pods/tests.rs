//! Which cluster a list of pods is matched to, as a report shows it: a holder has a status only if
//! the list was used for its cluster, and is gone only if the list is certainly of that cluster.

use std::slice::from_ref;

use super::*;
use crate::cluster_state::pod::Pod;
use crate::evidence::control_plane::{DescribedCluster, Description};
use crate::report::Report;
use crate::report::pod_status::PodState;
use crate::verdict::scenario::*;

/// A pod of `ns/app` that was accepted on this node from this address.
fn on(node: &'static str, pod: &'static str, address: &'static str) -> Sender {
    Sender {
        node: Some(node),
        address,
        ..sender(pod, "app/v1")
    }
}

/// The cluster of this name, in which these were accepted.
fn accepted(scenario: &mut Scenario, cluster: &str, senders: &[Sender]) {
    scenario.go_on_with(Cluster::named(cluster));
    for sender in senders {
        scenario.accept(sender, days(40), [days(2), hours(1)]);
    }
}

/// The clusters `c` and `d`, in which these were accepted.
fn two_clusters(of_c: &[Sender], of_d: &[Sender]) -> Scenario {
    let mut scenario = Scenario::of_days(30);
    accepted(&mut scenario, "c", of_c);
    accepted(&mut scenario, "d", of_d);
    scenario
}

/// A list of unknown origin: nothing says from which cluster it was read.
fn list(scenario: &mut Scenario, pods: impl IntoIterator<Item = Pod>) -> &mut KnownPods {
    scenario.list(pods);
    let list = scenario.pods.last_mut().expect("a list");
    list.cluster = None;
    list
}

/// A listed pod of that name that is not the one of the log: it was created again.
fn again(name: &str, address: &str) -> Pod {
    Pod {
        uid: format!("new-{name}").into(),
        ..listed(name, address, days(1))
    }
}

fn listed_on(node: &str, pod: Pod) -> Pod {
    Pod {
        node: Some(node.into()),
        ..pod
    }
}

fn status(report: &Report, pod: &str) -> Option<PodState> {
    let status = holder(report, pod).pod_status.as_ref();
    status.map(|it| it.state)
}

fn gaps(report: &Report) -> Vec<&str> {
    let gaps = report.gaps.iter();
    gaps.map(|it| it.gap.detail.unescaped()).collect()
}

#[test]
fn a_uid_outweighs_every_node_name_and_address() {
    let web = on("node-1", "web-0", "10.0.0.7");
    let db = on("node-2", "db-0", "10.0.0.8");
    let mut scenario = two_clusters(&[web], &[db]);
    let of_c = listed("web-0", "10.0.0.9", days(40));
    list(
        &mut scenario,
        [of_c, listed_on("node-2", again("db-0", "10.0.0.8"))],
    );
    let report = scenario.judge();
    assert_eq!(status(&report, "web-0"), Some(PodState::Ready));
    assert_eq!(status(&report, "db-0"), None);
    assert_eq!(gaps(&report), [""; 0]);
}

/// A log read under two names, from a file and from CloudWatch, is of one cluster.
#[test]
fn a_list_belongs_to_every_cluster_that_has_one_of_its_pods_by_uid() {
    let [web, db, old] = ["web-0", "db-0", "old-0"].map(|pod| on("node-1", pod, "10.0.0.7"));
    let mut scenario = two_clusters(&[web, old], &[db]);
    accepted(
        &mut scenario,
        "e",
        &[on("node-1", "stranger-0", "10.0.0.7")],
    );
    list(
        &mut scenario,
        ["web-0", "db-0", "old-0"].map(|pod| listed(pod, "10.0.0.7", days(40))),
    );
    let report = scenario.judge();
    for (pod, expected) in [
        ("web-0", Some(PodState::Ready)),
        ("old-0", Some(PodState::Ready)),
        ("db-0", Some(PodState::Ready)),
        ("stranger-0", None),
    ] {
        assert_eq!(status(&report, pod), expected, "{pod}");
    }
    assert_eq!(gaps(&report), [""; 0]);
}

/// Nodes are more telling than names, and names more than addresses, however many there are.
#[test]
fn without_a_uid_the_most_conclusive_trace_decides() {
    let of_c = [
        on("c-node", "c-0", "10.0.0.1"),
        on("c-node", "c-1", "10.0.0.2"),
    ];
    let of_d = [
        on("d-node", "d-0", "10.1.0.1"),
        on("d-node", "d-1", "10.1.0.2"),
    ];
    let elsewhere = again("x-0", "192.168.0.1");
    let cases = [
        (
            vec![
                listed_on("c-node", elsewhere.clone()),
                again("d-0", "10.1.0.1"),
                again("d-1", "10.1.0.2"),
            ],
            "c",
        ),
        (
            vec![again("c-0", "10.1.0.1"), again("y-0", "10.1.0.2")],
            "c",
        ),
        (vec![again("y-0", "10.1.0.1"), elsewhere], "d"),
    ];
    for (pods, expected) in cases {
        let mut scenario = two_clusters(&of_c, &of_d);
        list(&mut scenario, pods);
        let assigned = Assigned::of(&scenario.pods, &scenario.evidence, &scenario.coverages);
        let used: Vec<&Cluster> = assigned.states.into_keys().collect();
        assert_eq!(used, [&Cluster::named(expected)]);
        assert!(assigned.gaps.is_empty());
    }
}

#[test]
fn a_list_that_fits_two_clusters_alike_is_used_for_neither() {
    let app = on("node-1", "app-0", "10.0.0.7");
    let mut scenario = two_clusters(from_ref(&app), from_ref(&app));
    list(&mut scenario, [again("app-0", "10.0.0.7")]);
    let report = scenario.judge();
    let all = report.findings.iter().flat_map(|it| &it.holders);
    assert!(all.clone().count() == 2 && all.clone().all(|it| it.pod_status.is_none()));
    let [gap] = gaps(&report)[..] else {
        panic!("{:?}", gaps(&report));
    };
    assert!(gap.contains("occur in several clusters (c, d)"), "{gap}");
}

#[test]
fn a_list_that_matches_nothing_is_reported_only_if_it_was_asked_for() {
    let app = on("node-1", "app-0", "10.0.0.7");
    let mut scenario = two_clusters(&[app], &[]);
    for (place, is_asked_for) in [("asked", true), ("found", false)] {
        let list = list(&mut scenario, [again("x-0", "10.9.9.9")]);
        list.place = place.to_owned();
        list.is_asked_for = is_asked_for;
    }
    let report = scenario.judge();
    assert_eq!(status(&report, "app-0"), None);
    let [gap] = &report.gaps[..] else {
        panic!("{:?}", report.gaps);
    };
    assert_eq!(gap.gap.place, "asked");
    let why = gap.gap.detail.unescaped();
    assert!(why.starts_with("none of its pods, nodes, names"), "{why}");
}

/// A log in which nobody uses a stale token says nothing about the list.
#[test]
fn without_evidence_there_is_nothing_to_match() {
    let mut scenario = Scenario::of_days(30);
    list(&mut scenario, [again("x-0", "10.9.9.9")]);
    assert_eq!(gaps(&scenario.judge()), [""; 0]);
}

#[test]
fn objects_that_could_not_be_understood_are_counted() {
    for (malformed, expected) in [
        (0, vec![]),
        (1, vec!["1 object in it without a name, namespace or UID"]),
        (2, vec!["2 objects in it without a name, namespace or UID"]),
    ] {
        let mut scenario = Scenario::of_days(30);
        list(&mut scenario, []).malformed = malformed;
        assert_eq!(gaps(&scenario.judge()), expected);
    }
}

/// The status of `app-0`, which is not listed, where these were accepted and this is listed.
fn unlisted(senders: &[Sender], pods: impl IntoIterator<Item = Pod>) -> Option<PodState> {
    let mut scenario = Scenario::of_days(30);
    accepted(&mut scenario, "c", senders);
    list(&mut scenario, pods);
    let report = scenario.judge();
    assert_eq!(gaps(&report), [""; 0]);
    status(&report, "app-0")
}

/// A pod that is not listed is gone only if the list is certainly of its cluster: by a UID, or by
/// more than half of the nodes.
#[test]
fn a_pod_is_gone_only_from_a_list_that_is_certainly_of_its_cluster() {
    let all = [
        on("node-1", "app-0", "10.0.0.7"),
        on("node-2", "other-0", "10.0.0.8"),
        on("node-3", "third-0", "10.0.0.9"),
    ];
    for (known, nodes, is_certain) in [
        (1, &["node-1"][..], true),
        (2, &["node-1"], false),
        (2, &["node-1", "node-2"], true),
        (3, &["node-1"], false),
        (3, &["node-1", "node-3"], true),
    ] {
        let pods = nodes
            .iter()
            .map(|node| listed_on(node, again(node, "10.9.9.9")));
        let expected = is_certain.then_some(PodState::Gone);
        assert_eq!(unlisted(&all[..known], pods), expected, "{known} {nodes:?}");
    }
    let by_uid = listed("other-0", "10.9.9.9", days(40));
    assert_eq!(unlisted(&all, [by_uid]), Some(PodState::Gone));
    // By its name and its address alone, where no node is known.
    let without_node = Sender {
        node: None,
        ..all[0].clone()
    };
    assert_eq!(
        unlisted(&[without_node], [again("app-0", "10.0.0.7")]),
        None
    );
}

/// The address of a caller that was never seen accepted is a trace as well.
#[test]
fn rejected_callers_lead_to_the_pods_at_their_addresses() {
    let mut scenario = Scenario::of_days(30);
    scenario.reject(&sender("unused", "agent/v1"), [hours(2), hours(1)]);
    list(&mut scenario, [again("app-0", "10.0.0.7")]);
    let report = scenario.judge();
    let [caller] = unexplained(&report) else {
        panic!("{:?}", unexplained(&report));
    };
    assert_eq!(caller.pods[0].name, "app-0");
}

/// The list's own origin goes before everything that it has in common with a log.
#[test]
fn a_list_of_another_cluster_is_not_used_however_well_it_fits() {
    let app = || on("node-1", "app-0", "10.0.0.7");
    let endpoint = |id: char| {
        let id = String::from(id).repeat(32);
        format!("{id}.gr7.eu-west-1.eks.amazonaws.com")
    };
    let prod = Cluster {
        region: Some("eu-west-1".to_owned()),
        ..Cluster::named("prod")
    };
    let test = Cluster {
        name: "test".into(),
        ..prod.clone()
    };
    let its_own = "no audit log of that cluster was read";
    let no_match = "it may belong to another cluster";
    for (cluster, server, expected) in [
        (None, None, None),
        (Some(prod.clone()), None, None),
        (None, Some(endpoint('A')), None),
        (Some(test), None, Some(its_own)),
        (None, Some(endpoint('B')), Some(no_match)),
    ] {
        let mut scenario = Scenario::named(prod.clone(), 30);
        scenario.accept(&app(), days(40), [days(2), hours(1)]);
        let coverage = scenario.coverages.of(&scenario.cluster);
        coverage.control_plane.described = Some(Description::Cluster(DescribedCluster {
            version: None,
            arn: None,
            endpoint: Some(format!("https://{}", endpoint('A'))),
            created: None,
            audit_logging: true,
        }));
        let list = list(&mut scenario, [listed("app-0", "10.0.0.7", days(40))]);
        list.cluster = cluster;
        list.server = server;
        let report = scenario.judge();
        let is_used = status(&report, "app-0").is_some();
        match (&gaps(&report)[..], expected) {
            ([], None) => assert!(is_used),
            ([gap], Some(why)) => assert!(!is_used && gap.contains(why), "{gap}"),
            (gaps, _) => panic!("{gaps:?} instead of {expected:?}"),
        }
    }
}
