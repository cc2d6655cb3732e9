//! Whose a list of pods is, by its API server and by a name.

use std::sync::Arc;

use super::*;
use crate::cluster_state::ClusterState;
use crate::evidence::control_plane::{DescribedCluster, Description};

const ONE: &str = "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com";
const OTHER: &str = "https://FEDCBA9876543210FEDCBA9876543210.gr7.eu-west-1.eks.amazonaws.com";
const ARN: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/one";

fn cluster(name: &str, account: Option<&str>) -> Cluster {
    Cluster {
        name: name.into(),
        region: Some("eu-west-1".to_owned()),
        account: account.map(str::to_owned),
    }
}

/// The clusters `one` and `other`, described as this.
fn coverages(endpoints: [Option<&str>; 2]) -> Coverages {
    let mut coverages = Coverages::default();
    for (name, endpoint) in ["one", "other"].into_iter().zip(endpoints) {
        let coverage = coverages.of(&Arc::new(cluster(name, None)));
        let arn = (name == "one").then_some(ARN);
        coverage.control_plane.described = Some(described(arn, endpoint));
    }
    coverages
}

fn described(arn: Option<&str>, endpoint: Option<&str>) -> Description {
    Description::Cluster(DescribedCluster {
        version: None,
        arn: arn.map(str::to_owned),
        endpoint: endpoint.map(str::to_owned),
        created: None,
        audit_logging: true,
    })
}

fn pods(named: Option<Cluster>, server: &str) -> KnownPods {
    KnownPods {
        place: "context a".to_owned(),
        state: ClusterState::default(),
        cluster: named,
        server: Some(host_and_port(server).to_owned()),
        malformed: 0,
        notes: Vec::new(),
        is_asked_for: true,
    }
}

fn origin(named: Option<Cluster>, server: &str, endpoints: [Option<&str>; 2]) -> String {
    match cluster_of(&pods(named, server), &coverages(endpoints)) {
        Origin::Of(cluster) => cluster.name.to_string(),
        Origin::Elsewhere(why) => why,
        Origin::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn the_api_server_goes_before_the_name() {
    let both = [Some(ONE), Some(OTHER)];
    let one = || Some(cluster("one", Some("111122223333")));
    assert_eq!(origin(None, ONE, both), "one");
    assert_eq!(origin(None, OTHER, both), "other");
    assert_eq!(origin(one(), ONE, both), "one");
    // A copied entry: the name of one, the API server of the other.
    assert_eq!(origin(one(), OTHER, both), "other");
    let why = origin(one(), OTHER, [Some(ONE), None]);
    assert!(why.contains("is not that cluster's"), "{why}");
    assert!(
        why.contains("aws eks update-kubeconfig --name one"),
        "{why}"
    );
    assert!(is_another(
        &pods(None, OTHER),
        coverages(both).of(&Arc::new(cluster("one", None)))
    ));
}

#[test]
fn a_tunnel_contradicts_nothing() {
    let both = [Some(ONE), Some(OTHER)];
    for server in [
        "https://localhost:8443",
        "10.100.0.1",
        "https://api.example.com",
    ] {
        let named = Some(cluster("one", None));
        assert_eq!(origin(named, server, both), "one", "{server}");
        assert_eq!(origin(None, server, both), "unknown", "{server}");
    }
    let tunnel = "https://localhost:8443/";
    assert_eq!(
        origin(None, tunnel, [None, Some("https://localhost:8443")]),
        "other"
    );
}

#[test]
fn a_cluster_of_the_same_name_in_another_account_is_another() {
    let elsewhere = Some(cluster("one", Some("999988887777")));
    let why = origin(elsewhere, "localhost", [None, None]);
    assert!(
        why.contains("no audit log of that cluster was read"),
        "{why}"
    );
}

/// The kubeconfig has the endpoint that also resolves to IPv6, and the EKS API states the other one.
#[test]
fn both_endpoints_of_a_cluster_are_its_own() {
    let dual_stack = "https://0123456789abcdef0123456789abcdef.eks-cluster.eu-west-1.api.aws";
    let both = [Some(ONE), Some(OTHER)];
    assert_eq!(origin(None, dual_stack, both), "one");
    assert_eq!(origin(Some(cluster("one", None)), dual_stack, both), "one");
    let coverage = |endpoint| {
        let mut coverages = coverages([Some(endpoint), None]);
        coverages.of(&Arc::new(cluster("one", None))).clone()
    };
    assert!(!is_another(&pods(None, dual_stack), &coverage(ONE)));
    assert!(is_another(&pods(None, dual_stack), &coverage(OTHER)));
}

#[test]
fn a_list_without_a_server_belongs_to_the_cluster_of_its_name() {
    let both = coverages([Some(ONE), Some(OTHER)]);
    for (named, expected) in [
        (None, Origin::Unknown),
        (Some("other"), Origin::Of(&cluster("other", None))),
    ] {
        let pods = KnownPods {
            server: None,
            ..pods(named.map(|name| cluster(name, None)), "")
        };
        assert_eq!(cluster_of(&pods, &both), expected);
    }
}

#[test]
fn what_is_not_known_of_a_cluster_contradicts_no_name() {
    let of = |name: &str, region: Option<&str>, account: Option<&str>| Cluster {
        region: region.map(str::to_owned),
        ..cluster(name, account)
    };
    let (eu, us) = (Some("eu-west-1"), Some("us-east-1"));
    let (ours, theirs) = (Some("111122223333"), Some("444455556666"));
    for (named, known, arn, is_same) in [
        (of("one", eu, ours), of("one", eu, ours), Some(ARN), true),
        (of("one", eu, ours), of("one", None, None), None, true),
        (of("one", None, None), of("one", eu, ours), Some(ARN), true),
        (of("two", eu, ours), of("one", eu, ours), Some(ARN), false),
        (of("one", us, ours), of("one", eu, ours), Some(ARN), false),
        (of("one", eu, theirs), of("one", eu, ours), None, false),
        // Only its description says whose it is.
        (of("one", eu, theirs), of("one", eu, None), Some(ARN), false),
    ] {
        let mut coverages = Coverages::default();
        let coverage = coverages.of(&Arc::new(known.clone()));
        coverage.control_plane.described = Some(described(arn, None));
        let found = cluster_of(&pods(Some(named.clone()), "localhost"), &coverages);
        assert_eq!(found == Origin::Of(&known), is_same, "{named:?} {known:?}");
    }
}

/// A log on disk has a name that somebody chose for it, so its cluster may have any other.
#[test]
fn a_list_may_be_of_a_log_that_has_no_region() {
    let named = pods(Some(cluster("one", None)), "localhost");
    let mut logs = Coverages::default();
    logs.of(&Arc::new(cluster("other", None)));
    assert!(matches!(cluster_of(&named, &logs), Origin::Elsewhere(_)));
    logs.of(&Arc::new(Cluster::named("audit.json")));
    assert_eq!(cluster_of(&named, &logs), Origin::Unknown);
}

#[test]
fn endpoints_of_every_partition_have_an_identity() {
    let id = "0123456789ABCDEF0123456789ABCDEF";
    for rest in [
        "yl4.cn-north-1.eks.amazonaws.com.cn",
        "gr7.us-gov-west-1.eks.amazonaws.com",
        "eks-cluster.eu-west-1.api.aws",
    ] {
        assert_eq!(endpoint_id(&format!("https://{id}.{rest}:443/")), Some(id));
    }
    for host in [
        "eks.example.com",
        "api.eks.example.com",
        // An ID of another length, one that is not hexadecimal, and one of another host.
        "0123.gr7.eu-west-1.eks.amazonaws.com",
        "0123456789ABCDEF0123456789ABCDEG.gr7.eu-west-1.eks.amazonaws.com",
        "0123456789ABCDEF0123456789ABCDEF.example.com",
    ] {
        assert_eq!(endpoint_id(host), None, "{host}");
    }
}
