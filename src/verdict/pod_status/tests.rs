//! What the state of a pod that is there adds to what the log says of it.

mod gone;
mod restart;

use chrono::TimeDelta;

use super::*;
use crate::cluster_state::pod::Phase;
use crate::report::Report;
use crate::verdict::scenario::*;

/// A user agent that fits the image of the scenario's pods.
const APP: &str = "app/v1.2.3 (linux/amd64) kubernetes/$Format";
/// One that fits none.
const OTHER: &str = "other/v1.2.3 (linux/amd64) kubernetes/$Format";
/// The address of the pods.
const HERE: &str = "10.0.0.7";

fn app() -> Sender {
    sender("app-0", APP)
}

/// A cluster with a token of 40 days that was used until two hours ago: frozen.
fn frozen() -> Scenario {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(40), [days(3), hours(2)]);
    cluster
}

/// One whose token expired a day ago, and which is rejected from 20 hours ago until this long ago.
fn rejected_until(last: TimeDelta) -> Scenario {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(91), [days(3), days(2)]);
    cluster.reject(&app(), [hours(20), last]);
    cluster
}

/// One whose token expired half an hour ago, unnoticed.
fn expired() -> Scenario {
    let mut cluster = Scenario::of_days(30);
    let issued = days(90) + minutes(30);
    cluster.accept(&app(), issued, [days(3), minutes(40)]);
    cluster
}

/// The report where the pod's container started so long ago.
fn started(mut cluster: Scenario, before: TimeDelta) -> Report {
    cluster.list([listed("app-0", HERE, before)]).judge()
}

fn status(report: &Report) -> &PodStatus {
    let status = only(report).holders[0].pod_status.as_deref();
    status.expect("a status")
}

fn since_restart(report: &Report) -> Option<SinceRestart> {
    status(report).restarted.map(|it| it.since)
}

#[test]
fn a_pod_is_reported_as_the_cluster_describes_it() {
    let mut pod = listed("app-0", HERE, days(40));
    pod.containers[0].restarts = 3;
    let report = frozen().list([pod]).judge();
    let expected = PodStatus {
        state: PodState::Ready,
        workload: Some(Workload::new("", "Pod", "app-0")),
        started: Some(ago(days(40))),
        restarts: 3,
        image: Some("example.com/app:v1".into()),
        replaced_by: None,
        restarted: None,
    };
    assert_eq!(*status(&report), expected);
    assert_eq!(only(&report).verdict, Verdict::Frozen);
}

#[test]
fn of_several_containers_the_one_that_fits_the_client_counts() {
    let container = |(image, started): (&str, Option<TimeDelta>)| Container {
        name: "any".into(),
        image: image.into(),
        started: started.map(ago),
        restarts: 2,
        waiting: None,
    };
    let (old, new) = (Some(days(40)), Some(hours(1)));
    for (agent, containers, expected) in [
        (
            APP,
            vec![("app:v1", old), ("proxy", new)],
            (old, 2, Some("app:v1")),
        ),
        (
            APP,
            vec![("proxy", new), ("app:v1", new)],
            (new, 2, Some("app:v1")),
        ),
        // Where none fits, all of them have to have been restarted.
        (OTHER, vec![("app:v1", new), ("proxy", old)], (old, 0, None)),
        (
            OTHER,
            vec![("app:v1", new), ("proxy", None)],
            (None, 0, None),
        ),
        (APP, vec![("app:v1", new), ("app:v1", old)], (old, 0, None)),
        // Where there is one only, it is the client.
        (OTHER, vec![("proxy", new)], (new, 2, Some("proxy"))),
    ] {
        let pod = Pod {
            containers: containers.into_iter().map(container).collect(),
            ..listed("app-0", HERE, days(40))
        };
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&sender("app-0", agent), days(40), [days(3), hours(2)]);
        let report = cluster.list([pod]).judge();
        let found = status(&report);
        let image = found.image.as_ref().map(UntrustedText::unescaped);
        let (started, restarts, of_image) = expected;
        assert_eq!(found.started, started.map(ago), "{expected:?}");
        assert_eq!((found.restarts, image), (restarts, of_image));
        assert_eq!(found.restarted.is_some(), started == new, "{expected:?}");
    }
}

#[test]
fn a_caller_without_a_pod_is_the_pod_that_had_its_address_all_the_time() {
    let base = || listed("app-0", HERE, days(3));
    let another = |account: &str, namespace: &str| Pod {
        namespace: namespace.into(),
        service_account: account.into(),
        ..base()
    };
    let on_the_host = Pod {
        host_network: true,
        ..base()
    };
    let ended = |before| Pod {
        phase: Phase::Ended,
        ended: Some(ago(before)),
        ..base()
    };
    for (pods, expected) in [
        (vec![base()], true),
        (vec![listed("app-0", HERE, days(3) - seconds(1))], false),
        (vec![listed("app-0", "10.0.0.8", days(3))], false),
        (vec![another("other", "ns")], false),
        (vec![another("app", "other")], false),
        (
            vec![another("other", "ns"), listed("app-1", HERE, days(4))],
            true,
        ),
        (vec![on_the_host], false),
        (vec![base(), listed("app-1", HERE, days(4))], false),
        (vec![ended(hours(2))], true),
        (vec![ended(hours(2) + seconds(1))], false),
    ] {
        let caller = Sender { pod: None, ..app() };
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&caller, days(40), [days(3), hours(2)]);
        let report = cluster.list(pods.clone()).judge();
        let holder = &only(&report).holders[0];
        assert_eq!(holder.pod_status.is_some(), expected, "{pods:?}");
        assert_eq!(holder.pod.is_some(), expected);
    }
}

#[test]
fn the_reasons_say_how_the_pod_is_and_what_came_of_its_restart() {
    let status = |state, restarts, since| PodStatus {
        state,
        workload: None,
        started: (restarts > 0).then(|| ago(hours(2))),
        restarts,
        image: None,
        replaced_by: None,
        restarted: Option::map(since, |since| Restarted {
            at: ago(hours(2)),
            since,
        }),
    };
    for (status, expected) in [
        (
            status(PodState::Ready, 0, None),
            &["in the cluster its pod is ready"][..],
        ),
        (
            status(PodState::NotReady, 1, Some(SinceRestart::Accepted)),
            &[
                "in the cluster its pod is not ready, its container started \
                 2026-11-24 04:00:00 UTC after 1 restart",
                "restarted 2026-11-24 04:00:00 UTC, accepted since; \
                 a container that starts reads a new token",
            ],
        ),
        (
            status(PodState::CrashLooping, 2, Some(SinceRestart::Rejected)),
            &[
                "in the cluster its pod is crash-looping, its container started \
                 2026-11-24 04:00:00 UTC after 2 restarts",
                "restarted 2026-11-24 04:00:00 UTC, rejected still",
            ],
        ),
        (
            status(PodState::Gone, 0, Some(SinceRestart::Quiet)),
            &[
                "the cluster has no pod of this UID any more",
                "replaced 2026-11-24 04:00:00 UTC, no rejection since; \
                 a container that starts reads a new token",
            ],
        ),
        (
            status(PodState::Ended, 0, None),
            &["the containers of its pod have ended"],
        ),
    ] {
        assert_eq!(reasons(&status), expected);
    }
}
