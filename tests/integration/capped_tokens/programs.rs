//! Several programs in one pod.

use chrono::TimeDelta;

use super::life::{ends_now, hours, is_rejected_for, minutes, now, pod, with_token, works};
use super::sources::{report, verdicts};
use crate::outage::log_writer::{Log, Pod};

const STEP: TimeDelta = TimeDelta::minutes(10);

/// A sidecar that reads its token again every six hours.
fn refreshes(log: &mut Log, sidecar: &Pod) {
    let mut read = now() - hours(40.0);
    while read < now() {
        let token = with_token(sidecar, read - minutes(30));
        let until = (read + hours(6.0)).min(now());
        works(log, &token, read, until - minutes(1), STEP);
        read += hours(6.0);
    }
}

fn beside_a_sidecar(
    hours_ago: f64,
    is_rejected: bool,
    sidecars_agent: &'static str,
) -> Vec<String> {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", hours_ago);
    let end = (app.issued + hours(24.0)).min(now());
    works(&mut log, &app, app.issued, end, STEP);
    if is_rejected {
        let until = (now() - end).num_minutes() - 2;
        is_rejected_for(&mut log, &app, until);
    }
    let sidecar = Pod {
        agent: sidecars_agent,
        ..app
    };
    refreshes(&mut log, &sidecar);
    ends_now(&mut log);
    let report = report(&log, &["--kubernetes-version", "1.35"]);
    // The app is to blame, though the sidecar sends more requests.
    let blamed = &report["findings"][0]["holders"][0]["user_agents"][0];
    assert_eq!(blamed, "app/v1.0 (linux/amd64) kubernetes/abcdef0");
    verdicts(&report)
}

#[test]
fn an_app_that_is_frozen_beside_a_sidecar_that_refreshes_is_frozen() {
    for agent in ["sidecar/v2", "app/v1.0 (linux/amd64) kubernetes/abcdef0"] {
        assert_eq!(
            beside_a_sidecar(19.0, false, agent),
            ["app frozen critical"],
            "{agent}"
        );
    }
}

#[test]
fn an_app_that_died_beside_a_sidecar_that_refreshes_is_dead() {
    for agent in ["sidecar/v2", "app/v1.0 (linux/amd64) kubernetes/abcdef0"] {
        let rejected = beside_a_sidecar(27.0, true, agent);
        assert_eq!(rejected, ["app rejected critical"], "{agent}");
        let expired = beside_a_sidecar(27.0, false, agent);
        assert_eq!(expired, ["app expired critical"], "{agent}");
    }
}

#[test]
fn a_pod_with_more_agents_than_are_kept_apart_keeps_its_join() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 27.0);
    let agents: Vec<&'static str> = (0..40)
        .map(|number| &*format!("a-ctl-{number:02}/v1").leak())
        .collect();
    for agent in agents {
        let made_up = Pod {
            agent,
            ..app.clone()
        };
        log.accepted(&made_up, app.issued + hours(20.0));
    }
    let main = Pod {
        agent: "z-main/v1",
        ..app
    };
    works(
        &mut log,
        &main,
        main.issued,
        main.issued + hours(24.0),
        STEP,
    );
    is_rejected_for(&mut log, &main, 170);
    ends_now(&mut log);
    let report = report(&log, &["--kubernetes-version", "1.35"]);
    assert_eq!(verdicts(&report), ["app rejected critical"]);
    assert_eq!(
        report["findings"][0]["holders"][0]["user_agents"][0],
        "z-main/v1"
    );
    let notes = report["clusters"][0]["notes"].to_string();
    assert!(notes.contains("more user agents"), "{notes}");
}
