//! Pods that are not in the cluster any more, and what took their place.

use super::*;
use crate::cluster_state::pod::Pod;
use crate::cluster_state::sample::{controller, owner};

/// The cluster as it was so long before now.
fn taken(cluster: &mut Scenario, before: TimeDelta, pods: impl IntoIterator<Item = Pod>) -> Report {
    cluster.list([]);
    let mut state = ClusterState::live(ago(before));
    pods.into_iter().for_each(|pod| state.add_pod(pod));
    cluster.pods[0].state = state;
    cluster.judge()
}

/// A pod of the StatefulSet `agent`, at another address than the pod that is gone.
fn of_agent(name: &str, started: TimeDelta) -> Pod {
    Pod {
        owner: Some(owner("apps", "StatefulSet", "agent")),
        ..listed(name, "10.0.0.9", started)
    }
}

fn has_status(report: &Report) -> bool {
    only(report).holders[0].pod_status.is_some()
}

#[test]
fn nothing_has_to_be_done_about_a_pod_that_is_gone() {
    for mut cluster in [frozen(), expired(), rejected_until(hours(2))] {
        let report = cluster.list([]).judge();
        let holder = holder(&report, "app-0");
        assert_eq!((holder.verdict, holder.severity), (Verdict::Gone, None));
        assert_eq!(holder.quiet_since, None);
        assert_eq!(status(&report).state, PodState::Gone);
    }
    let ended = Pod {
        phase: Phase::Ended,
        ..listed("app-0", HERE, days(40))
    };
    let report = frozen().list([ended]).judge();
    assert_eq!(only(&report).verdict, Verdict::Gone);
    assert_eq!(status(&report).state, PodState::Ended);
    // The next pod of its workload is interrupted as well.
    let mut recurring = rejected_until(hours(18));
    recurring.accept(&app(), hours(17), [hours(2)]);
    let report = recurring.list([]).judge();
    assert_eq!(only(&report).verdict, Verdict::Recurring);
    assert_eq!(status(&report).state, PodState::Gone);
}

#[test]
fn a_list_proves_nothing_about_rejections_after_it() {
    for (before, expected) in [
        (hours(2), Verdict::Gone),
        (hours(2) + seconds(1), Verdict::Rejected),
    ] {
        let report = taken(&mut rejected_until(hours(2)), before, []);
        assert_eq!(only(&report).verdict, expected, "{before}");
    }
    // Nor is a pod that is gone renewed by the quiet start of another.
    let next = of_agent("agent-1", hours(5));
    let gone = Sender {
        pod: Some("agent-0"),
        ..app()
    };
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&gone, days(91), [days(3), days(2)]);
    cluster.reject(&gone, [hours(20), hours(2)]);
    let report = taken(&mut cluster, hours(3), [next]);
    assert_eq!(since_restart(&report), Some(SinceRestart::Quiet));
    assert_eq!(only(&report).verdict, Verdict::Rejected);
}

#[test]
fn a_pod_that_the_list_cannot_have_is_not_gone() {
    // Its token was issued after the list was taken.
    for (before, expected) in [(days(40), true), (days(40) + seconds(1), false)] {
        let report = taken(&mut frozen(), before, []);
        assert_eq!(has_status(&report), expected, "{before}");
    }
    // A file lists some namespaces.
    for (namespace, expected) in [("ns", true), ("other", false)] {
        let mut state = ClusterState::default();
        state.saw(now());
        state.add_pod(Pod {
            namespace: namespace.into(),
            ..listed("any", "10.0.0.9", days(1))
        });
        let mut cluster = frozen();
        cluster.list([]).pods[0].state = state;
        assert_eq!(has_status(&cluster.judge()), expected, "{namespace}");
    }
    // It only shares an address with the cluster, which many do.
    let mut cluster = frozen();
    let other = listed("any", HERE, days(1));
    cluster.list([other]).pods[0].cluster = None;
    assert!(!has_status(&cluster.judge()));
    // No pod is known whose absence could be noticed.
    let mut cluster = Scenario::of_days(30);
    let caller = Sender { pod: None, ..app() };
    cluster.accept(&caller, days(40), [days(3), hours(2)]);
    let report = cluster.list([]).judge();
    assert!(!has_status(&report));
    assert_eq!(only(&report).verdict, Verdict::Frozen);
}

#[test]
fn the_workload_of_a_pod_that_is_gone_is_known_by_what_is_left() {
    const WEB: &str = "web-6d4b75cb6d";
    let named = |name: &str, owner| Pod {
        owner,
        ..listed(name, "10.0.0.9", days(50))
    };
    let set = owner("apps", "StatefulSet", "db");
    let agent = owner("apps", "DaemonSet", "agent");
    let (deployment, cron) = (
        owner("apps", "Deployment", "web"),
        owner("batch", "CronJob", "dump"),
    );
    for (gone, pods, controllers, expected) in [
        // A pod has its name again.
        (
            "db-0",
            vec![named("db-0", Some(set.clone()))],
            vec![],
            Some("statefulset/db"),
        ),
        // Its ReplicaSet or Job is still there, with or without an owner.
        (
            "web-6d4b75cb6d-x2b4k",
            vec![],
            vec![(controller("ReplicaSet", WEB), Some(deployment))],
            Some("deployment/web"),
        ),
        (
            "web-6d4b75cb6d-x2b4k",
            vec![],
            vec![(controller("ReplicaSet", WEB), None)],
            Some("replicaset/web-6d4b75cb6d"),
        ),
        (
            "dump-29000000-x2b4k",
            vec![],
            vec![(controller("Job", "dump-29000000"), Some(cron))],
            Some("cronjob/dump"),
        ),
        (
            "dump-x2b4k",
            vec![],
            vec![(controller("Job", "dump"), None)],
            Some("job/dump"),
        ),
        // Its siblings are, one of which has a name like a workload's.
        (
            "agent-x2b4k",
            vec![
                named("agent", None),
                named("db-1", Some(set.clone())),
                named("agent-b9k2z", Some(agent)),
            ],
            vec![],
            Some("daemonset/agent"),
        ),
        (
            "agent-x2b4k",
            vec![named("agent", None), named("db-1", Some(set))],
            vec![],
            None,
        ),
        ("x2b4k", vec![], vec![], None),
    ] {
        let mut cluster = Scenario::of_days(30);
        let sender = Sender {
            pod: Some(gone),
            ..app()
        };
        cluster.accept(&sender, days(40), [days(3), hours(2)]);
        cluster.list([]);
        for mut pod in pods {
            pod.uid = format!("new-{}", pod.name).into();
            cluster.pods[0].state.add_pod(pod);
        }
        for (controller, owner) in controllers {
            cluster.pods[0].state.add_controller(controller, owner);
        }
        let report = cluster.judge();
        let workload = status(&report).workload.as_ref().map(Workload::resource);
        assert_eq!(workload.as_deref(), expected, "{gone}");
        // Nothing here started after its last request.
        assert_eq!(status(&report).replaced_by, None);
    }
}

#[test]
fn what_took_its_place_has_its_name_or_its_node_or_is_the_newest() {
    let on = |node: &str, pod: Pod| Pod {
        node: Some(node.into()),
        ..pod
    };
    let again = |started| Pod {
        uid: "new".into(),
        ..of_agent("agent-0", started)
    };
    let ended = Pod {
        phase: Phase::Ended,
        ..of_agent("agent-4", minutes(1))
    };
    let of_another = Pod {
        owner: Some(owner("apps", "StatefulSet", "other")),
        ..of_agent("agent-5", minutes(1))
    };
    let (one, two) = (
        of_agent("agent-1", minutes(90)),
        of_agent("agent-2", minutes(80)),
    );
    for (pods, expected) in [
        (vec![one.clone(), two.clone()], Some("agent-2")),
        (
            vec![on("node-1", one.clone()), two.clone()],
            Some("agent-1"),
        ),
        (
            vec![on("node-1", one.clone()), again(minutes(100))],
            Some("agent-0"),
        ),
        (
            vec![one.clone(), of_agent("agent-3", minutes(90))],
            Some("agent-3"),
        ),
        (
            vec![ended.clone(), one.clone(), of_another.clone()],
            Some("agent-1"),
        ),
        (
            vec![of_agent("agent-1", hours(2) - seconds(1))],
            Some("agent-1"),
        ),
        // It was there when the pod that is gone was still accepted.
        (vec![of_agent("agent-1", hours(2))], None),
        (vec![ended, of_another], None),
    ] {
        let mut cluster = Scenario::of_days(30);
        let gone = Sender {
            pod: Some("agent-0"),
            node: Some("node-1"),
            ..app()
        };
        cluster.accept(&gone, days(40), [days(3), hours(2)]);
        // Its sibling says which workload it was.
        let sibling = of_agent("agent-9", days(50));
        let report = cluster.list([sibling].into_iter().chain(pods)).judge();
        let found = status(&report).replaced_by.as_ref();
        assert_eq!(found.map(UntrustedText::unescaped), expected);
        assert_eq!(status(&report).restarted.is_some(), expected.is_some());
        assert_eq!(only(&report).verdict, Verdict::Gone);
    }
}

#[test]
fn a_workload_whose_next_pod_is_rejected_as_well_stays_rejected() {
    use SinceRestart::{Quiet, Rejected};
    let (first, last) = (hours(20), hours(2));
    for (address, before, since, verdict) in [
        (HERE, hours(5), Some(Rejected), Verdict::Rejected),
        (HERE, last + seconds(1), Some(Rejected), Verdict::Rejected),
        (HERE, last, Some(Quiet), Verdict::Gone),
        ("10.0.0.9", hours(5), Some(Quiet), Verdict::Gone),
        // It was replaced before it was rejected.
        (HERE, first - seconds(1), Some(Rejected), Verdict::Rejected),
        (HERE, first, None, Verdict::Gone),
    ] {
        for from in [HERE, "::ffff:10.0.0.7"] {
            let gone = Sender {
                pod: Some("agent-0"),
                address: from,
                ..app()
            };
            let mut cluster = Scenario::of_days(30);
            cluster.accept(&gone, days(91), [days(3), days(2)]);
            cluster.reject(&gone, [first, last]);
            let next = Pod {
                addresses: [address.parse().expect("an address")].into(),
                ..of_agent("agent-1", before)
            };
            let report = cluster.list([next]).judge();
            assert_eq!(since_restart(&report), since, "{address} {before}");
            assert_eq!(only(&report).verdict, verdict, "{address} {before}");
        }
    }
}
