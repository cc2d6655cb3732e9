use super::pod::{Phase, Pod};
use super::*;

fn pod(uid: &str, name: &str, address: &str) -> Pod {
    Pod {
        namespace: "ns".into(),
        name: name.into(),
        uid: uid.into(),
        service_account: "app".into(),
        node: None,
        addresses: [address.parse().expect("an address")].into(),
        host_network: false,
        owner: None,
        template_hash: None,
        is_mirror: false,
        started: None,
        phase: Phase::Running,
        ended: None,
        is_deleting: false,
        is_ready: true,
        containers: Box::new([]),
    }
}

/// A list that is paged while it changes may show a pod twice.
#[test]
fn of_a_pod_that_comes_twice_the_later_counts() {
    let mut state = ClusterState::default();
    state.add_pod(pod("a", "web-1", "10.0.0.1"));
    state.add_pod(pod("b", "web-2", "10.0.0.2"));
    state.add_pod(pod("a", "web-1", "10.0.0.3"));
    assert_eq!(state.pods().len(), 2);
    let at = |address: &str| {
        let pods = state.pods_at(address.parse().expect("an address"));
        pods.map(|pod| &*pod.uid).collect::<Vec<_>>()
    };
    assert_eq!(at("10.0.0.1"), Vec::<&str>::new());
    assert_eq!(at("10.0.0.3"), ["a"]);
    assert_eq!(at("::ffff:10.0.0.2"), ["b"]);
    assert_eq!(state.pods_of("ns", "app").count(), 2);
    assert_eq!(
        state.pod_named("ns", "web-2").map(|pod| &*pod.uid),
        Some("b")
    );
}

#[test]
fn static_and_bare_pods_are_told_apart() {
    let state = ClusterState::default();
    let bare = pod("a", "web-1", "10.0.0.1");
    assert!(state.workload_of(&bare).is_bare_pod());
    let mirror = Pod {
        is_mirror: true,
        node: Some("node-1".into()),
        ..bare
    };
    let workload = state.workload_of(&mirror);
    assert!(workload.is_static_pod());
    assert_eq!(workload.restart_command("ns", Some("web-1")), None);
    assert!(workload.advice().starts_with("static pod"));
}
