//! How the pods are now: gone, restarted, crash-looping.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::list_writer::{Listed, file, list};
use super::with_pods;
use crate::outage::log_writer::{Log, Pod, at, every};

const NOW: &str = "2026-09-08T13:00:00Z";
const CREATED: &str = "2026-06-08T13:00:00Z";

fn pod() -> Pod {
    Pod::new("app", "app-b4kxz", "10.0.1.10", CREATED)
}

/// Accepted until it is 90 days old, rejected from then on until `last`.
fn log(last: DateTime<Utc>) -> Log {
    let mut log = Log::default();
    let death = pod().issued + TimeDelta::days(90);
    for time in every(7, at(NOW) - TimeDelta::hours(72), death) {
        log.accepted(&pod(), time);
    }
    for time in every(7, death + TimeDelta::minutes(2), last) {
        log.rejected(&pod(), time);
    }
    // The cluster goes on.
    log.runs_version("1.33.5", at(NOW));
    log
}

fn listed() -> Listed {
    Listed::of(&pod()).owned_by("apps/v1", "DaemonSet", "app")
}

/// Another pod, so that the namespace is in the list and the list is younger than the pod.
fn neighbour() -> Listed {
    let other = Pod::new("other", "other-0", "10.0.1.99", "2026-09-08T12:59:00Z");
    Listed::of(&other).owned_by("apps/v1", "StatefulSet", "other")
}

fn findings(log: &Log, pods: &[Listed]) -> (Value, String) {
    let (log, list) = (file(&log.text()), file(&list(pods, &[])));
    let with = |format: &str| {
        let run = with_pods("investigate", &log, &list, &["--format", format]);
        assert_eq!(run.code, Some(0), "{}{}", run.stderr, run.stdout);
        run.stdout
    };
    let report: Value = serde_json::from_str(&with("json")).expect("JSON");
    (report["findings"].clone(), with("table"))
}

#[test]
fn a_restart_that_helped_and_one_that_did_not() {
    let until_now = at(NOW);
    let restarted = listed().restarted(at("2026-09-08T12:30:00Z"), 1);

    let (found, table) = findings(&log(until_now), std::slice::from_ref(&restarted));
    assert_eq!(found[0]["verdict"], "rejected");
    assert!(
        table.contains("restarted 30 m ago, rejected still"),
        "{table}"
    );
    assert!(!table.contains("kubectl rollout restart"), "{table}");

    let (found, table) = findings(
        &log(at("2026-09-08T12:29:00Z")),
        std::slice::from_ref(&restarted),
    );
    assert_eq!(
        found[0]["verdict"], "rejected",
        "half an hour of silence is no proof"
    );
    assert!(
        table.contains("restarted 30 m ago, no rejection since"),
        "{table}"
    );
    assert!(!table.contains("kubectl rollout restart"), "{table}");

    // A live client is not silent for an hour, and a new token carries no mark.
    let earlier = listed().restarted(at("2026-09-08T11:30:00Z"), 1);
    let (found, _) = findings(
        &log(at("2026-09-08T11:29:00Z")),
        std::slice::from_ref(&earlier),
    );
    assert_eq!(found[0]["verdict"], "undecided");
    assert_eq!(found[0]["rejected_from"], "2026-12-07T11:30:00Z");

    let mut accepted = log(at("2026-09-08T09:00:00Z"));
    let renewed = Pod {
        issued: at("2026-09-08T09:01:00Z"),
        ..pod()
    };
    for time in every(10, at("2026-09-08T10:30:00Z"), at(NOW)) {
        accepted.accepted(&renewed, time);
    }
    let restarted = listed().restarted(at("2026-09-08T09:02:00Z"), 1);
    let (found, _) = findings(&accepted, std::slice::from_ref(&restarted));
    assert_eq!(
        found[0]["holders"][0]["pod_status"]["restarted"],
        json!({"at": "2026-09-08T09:02:00Z", "since": "accepted"})
    );
}

#[test]
fn who_never_restarted_is_told_as_before() {
    let (found, table) = findings(&log(at(NOW)), &[listed()]);
    assert_eq!(found[0]["verdict"], "rejected");
    assert_eq!(
        found[0]["holders"][0]["pod_status"]["restarted"],
        Value::Null
    );
    assert!(
        table.contains("kubectl rollout restart daemonset/app -n ns"),
        "{table}"
    );
}

#[test]
fn a_pod_that_is_gone_is_no_finding_that_needs_somebody() {
    let successor = Listed {
        name: "app-c9mwq".to_owned(),
        uid: "uid-of-app-c9mwq".to_owned(),
        address: "10.0.1.77".to_owned(),
        started: at("2026-09-08T12:40:00Z"),
        ..listed().restarted(at("2026-09-08T12:40:00Z"), 0)
    };
    let (found, _) = findings(
        &log(at("2026-09-08T12:39:00Z")),
        &[successor.clone(), neighbour()],
    );
    assert_eq!(found[0]["verdict"], "gone", "{found:#}");
    assert_eq!(found[0]["severity"], Value::Null);
    let status = &found[0]["holders"][0]["pod_status"];
    assert_eq!(status["state"], "gone");
    assert_eq!(status["replaced_by"], "app-c9mwq");
    assert_eq!(status["workload"]["kind"], "DaemonSet");

    // Rejected where its successor is: a restart did not help.
    let in_its_place = Listed {
        address: pod().address,
        ..successor
    };
    let (found, table) = findings(&log(at(NOW)), &[in_its_place, neighbour()]);
    assert_eq!(found[0]["verdict"], "rejected", "{found:#}");
    assert!(
        table.contains("gone, replaced 20 m ago, rejected still"),
        "{table}"
    );
}

/// Names repeat from cluster to cluster: a list that fits by them alone may be another's.
#[test]
fn a_list_that_may_be_of_another_cluster_buries_nobody() {
    let namesake = Listed {
        uid: "uid-of-another".to_owned(),
        node: "node-of-another-cluster".to_owned(),
        started: at("2026-09-08T12:40:00Z"),
        ..listed()
    };
    let (found, _) = findings(&log(at(NOW)), &[namesake]);
    assert_eq!(found[0]["verdict"], "rejected");
    assert!(found[0]["holders"][0].get("pod_status").is_none());
}

/// A list that may be older than the pod, or leaves out its namespace, proves nothing.
#[test]
fn a_list_that_cannot_know_the_pod_does_not_bury_it() {
    let mut older = neighbour();
    older.started = at("2026-06-01T00:00:00Z");
    older.containers[0].started = older.started;
    older.address = pod().address;
    older.namespace = "ns".to_owned();
    let mut elsewhere = neighbour();
    elsewhere.namespace = "elsewhere".to_owned();
    elsewhere.address = pod().address;
    for other in [older, elsewhere] {
        let (found, _) = findings(&log(at(NOW)), std::slice::from_ref(&other));
        assert_eq!(found[0]["verdict"], "rejected", "{other:?}");
        assert!(
            found[0]["holders"][0].get("pod_status").is_none(),
            "{other:?}"
        );
    }
}

#[test]
fn who_crashes_again_and_again_is_told() {
    let mut crashing = listed().restarted(at("2026-09-08T12:58:00Z"), 412);
    crashing.containers[0].waiting = Some("CrashLoopBackOff");
    crashing.is_ready = false;
    let (found, table) = findings(&log(at(NOW)), &[crashing]);
    assert_eq!(found[0]["holders"][0]["pod_status"]["restarts"], 412);
    assert!(
        table.contains("crash-looping, restarted 2 m ago, rejected still"),
        "{table}"
    );
}
