use chrono::TimeDelta;

use super::pod::{Container, Phase};
use super::sample::{controller, owner, pod};
use super::*;

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
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

#[test]
fn pods_are_found_by_everything_that_a_log_says_of_them() {
    let mut state = ClusterState::default();
    assert!(state.is_empty());
    state.add_pod(Pod {
        node: Some("node-1".into()),
        ..pod("a", "web-1", "10.0.0.1")
    });
    state.add_pod(Pod {
        service_account: "other".into(),
        ..pod("b", "web-2", "10.0.0.2")
    });
    assert!(!state.is_empty());
    assert_eq!(state.pod("a").map(|it| &*it.name), Some("web-1"));
    assert_eq!(state.pod("c"), None);
    assert_eq!(state.pod_named("elsewhere", "web-1"), None);
    assert!(state.has_node("node-1") && !state.has_node("node-2"));
    let of_account: Vec<_> = state.pods_of("ns", "other").map(|it| &*it.uid).collect();
    assert_eq!(of_account, ["b"]);

    let mut controllers = ClusterState::default();
    controllers.add_controller(controller("Job", "backup"), None);
    assert!(!controllers.is_empty());
}

#[test]
fn a_pod_that_comes_again_under_another_account_is_no_longer_of_the_first() {
    let mut state = ClusterState::default();
    state.add_pod(pod("a", "web-1", "10.0.0.1"));
    state.add_pod(pod("b", "web-2", "10.0.0.2"));
    state.add_pod(Pod {
        service_account: "other".into(),
        ..pod("a", "web-1", "10.0.0.1")
    });
    let of = |name| {
        state
            .pods_of("ns", name)
            .map(|it| &*it.uid)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("app"), ["b"]);
    assert_eq!(of("other"), ["a"]);
}

/// Whether a pod that is missing from the list is gone, or was only not listed.
#[test]
fn a_list_tells_of_its_own_namespaces_and_of_what_was_before_it() {
    let live = ClusterState::live(at(5));
    assert_eq!(live.taken_after(), Some(at(5)));
    assert!(live.would_list("anywhere", at(5)));
    assert!(!live.would_list("anywhere", at(6)));

    let mut saved = ClusterState::default();
    saved.add_pod(pod("a", "web-1", "10.0.0.1"));
    assert!(!saved.would_list("ns", at(0)), "no moment is known");
    saved.saw(at(5));
    saved.saw(at(3));
    assert_eq!(saved.taken_after(), Some(at(5)));
    assert!(saved.would_list("ns", at(5)));
    assert!(!saved.would_list("ns", at(6)));
    assert!(!saved.would_list("elsewhere", at(1)));
    saved.add_controller(
        Controller {
            namespace: "elsewhere".into(),
            ..controller("Job", "backup")
        },
        None,
    );
    assert!(saved.would_list("elsewhere", at(1)));

    // A live list was taken when it was taken, whatever its objects state.
    let mut live = ClusterState::live(at(5));
    live.saw(at(9));
    assert_eq!(live.taken_after(), Some(at(5)));
}

#[test]
fn the_workload_is_at_the_end_of_the_owner_references() {
    let mut state = ClusterState::default();
    state.add_controller(
        controller("ReplicaSet", "web-7c4"),
        Some(owner("apps", "Deployment", "web")),
    );
    state.add_controller(controller("Job", "once"), None);
    let of = |reference: OwnerReference, template_hash| {
        let pod = Pod {
            owner: Some(reference),
            template_hash,
            ..pod("a", "web-1", "10.0.0.1")
        };
        state.workload_of(&pod).resource()
    };
    let hash = |kind, hash: &str| Some((kind, Arc::from(hash)));
    for (reference, template_hash, expected) in [
        (
            owner("apps", "ReplicaSet", "web-7c4"),
            None,
            "deployment/web",
        ),
        (owner("batch", "Job", "once"), None, "job/once"),
        (owner("apps", "DaemonSet", "agent"), None, "daemonset/agent"),
        (
            owner("acme.dev", "Game", "chess"),
            None,
            "game.acme.dev/chess",
        ),
        // Only the pods were listed.
        (
            owner("apps", "ReplicaSet", "api-9f8"),
            None,
            "replicaset/api-9f8",
        ),
        (
            owner("apps", "ReplicaSet", "api-9f8"),
            hash("Deployment", "9f8"),
            "deployment/api",
        ),
        (
            owner("apps", "ReplicaSet", "api-9f8"),
            hash("Rollout", "9f8"),
            "rollout.argoproj.io/api",
        ),
        (
            owner("apps", "ReplicaSet", "api-9f8"),
            hash("Deployment", "other"),
            "replicaset/api-9f8",
        ),
        (
            owner("apps", "ReplicaSet", "-9f8"),
            hash("Deployment", "9f8"),
            "replicaset/-9f8",
        ),
        (
            owner("batch", "Job", "api-9f8"),
            hash("Deployment", "9f8"),
            "job/api-9f8",
        ),
    ] {
        assert_eq!(
            of(reference.clone(), template_hash),
            expected,
            "{reference:?}"
        );
    }
    assert_eq!(
        state.controller("ReplicaSet", "ns", "web-7c4"),
        Some(Some(&owner("apps", "Deployment", "web")))
    );
    assert_eq!(state.controller("Job", "ns", "once"), Some(None));
    assert_eq!(state.controller("Job", "ns", "web-7c4"), None);
}

#[test]
fn a_pod_had_its_address_from_its_start_to_its_end() {
    let running = Pod {
        started: Some(at(1)),
        ..pod("a", "web-1", "10.0.0.1")
    };
    let ended = Pod {
        phase: Phase::Ended,
        ended: Some(at(8)),
        ..running.clone()
    };
    let sometime = Pod {
        ended: None,
        ..ended.clone()
    };
    for (pod, from, to, expected) in [
        (&running, 1, 9, true),
        (&running, 0, 9, false),
        (&ended, 1, 8, true),
        (&ended, 1, 9, false),
        (&ended, 0, 8, false),
        (&sometime, 1, 2, false),
        (&pod("b", "web-2", "10.0.0.2"), 1, 2, false),
    ] {
        assert_eq!(
            pod.was_there(at(from), at(to)),
            expected,
            "{pod:?} {from} {to}"
        );
    }
}

#[test]
fn a_pod_crash_loops_if_one_of_its_containers_does() {
    let waiting = |reason: Option<&str>| Container {
        name: "main".into(),
        image: "app".into(),
        started: None,
        restarts: 1,
        waiting: reason.map(Arc::from),
    };
    let of = |containers: [Container; 2]| Pod {
        containers: containers.into(),
        ..pod("a", "web-1", "10.0.0.1")
    };
    let crashing = waiting(Some("CrashLoopBackOff"));
    let pulling = waiting(Some("ImagePullBackOff"));
    assert!(of([waiting(None), crashing]).is_crash_looping());
    assert!(!of([waiting(None), pulling]).is_crash_looping());
}
