//! What an upgrade to 1.34 would break.

use chrono::TimeDelta;
use serde_json::Value;

use super::life::{ends_now, hours, minutes, now, pod, with_token, works};
use crate::outage::log_writer::Log;
use crate::tool::{Run, run_as_it_is, tool};

const STEP: TimeDelta = TimeDelta::minutes(10);

/// A cluster before 1.34: a client frozen for three days, one that re-reads in time, one that is
/// two hours old, and one that re-reads when it is rejected.
fn log() -> Log {
    let mut log = Log::default();
    let frozen = pod("frozen", "frozen-0", "10.0.0.1", 72.0);
    works(&mut log, &frozen, now() - hours(20.0), now(), STEP);
    let refreshing = pod("refreshing", "refreshing-0", "10.0.0.2", 0.0);
    for (read, until) in [(12.0, 6.0), (6.0, 0.0)] {
        let token = with_token(&refreshing, now() - hours(read) - minutes(30));
        let until = now() - hours(until) - minutes(1);
        works(&mut log, &token, now() - hours(read), until, STEP);
    }
    let young = pod("young", "young-0", "10.0.0.3", 2.0);
    works(&mut log, &young, young.issued, now(), STEP);
    let healing = pod("healing", "healing-0", "10.0.0.4", 90.0 * 24.0 + 10.0);
    let end = healing.issued + TimeDelta::days(90);
    works(
        &mut log,
        &healing,
        end - hours(3.0),
        end,
        TimeDelta::seconds(30),
    );
    log.rejected(&healing, end + TimeDelta::seconds(5));
    let healed = with_token(&healing, end - minutes(20));
    works(&mut log, &healed, healed.issued, now(), STEP);
    ends_now(&mut log);
    log
}

fn sweep(arguments: &[&str]) -> Run {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("audit.log");
    std::fs::write(&file, log().text()).expect("written");
    run_as_it_is(
        tool()
            .args(["sweep", "--cluster-name", "prod", "--input"])
            .arg(&file)
            .args(arguments),
    )
}

fn outcomes(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let mut outcomes: Vec<String> = findings
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or("none").to_owned();
            format!(
                "{}: {} {}, {}",
                text("service_account"),
                text("verdict"),
                text("severity"),
                text("after_upgrade")
            )
        })
        .collect();
    outcomes.sort();
    outcomes
}

#[test]
fn each_finding_says_what_becomes_of_it() {
    let json = ["--kubernetes-version", "1.33", "--format", "json"];
    let asked = sweep(&[&json[..], &["--target-version", "1.34"]].concat());
    assert_eq!(asked.code, Some(0), "{}", asked.stderr);
    assert_eq!(
        outcomes(&asked),
        [
            "frozen: frozen warning, rejected_daily",
            "healing: recurring notice, recovers_by_itself",
            "refreshing: refreshing late none, no",
            "young: undecided notice, too_soon_to_tell",
        ]
    );
    // Unasked, nothing is more severe than it is today.
    let unasked = sweep(&json);
    assert!(outcomes(&unasked).contains(&"frozen: frozen notice, rejected_daily".to_owned()));
    // At the target there is nothing to come.
    let capped = sweep(&["--kubernetes-version", "1.35", "--format", "json"]);
    assert!(
        outcomes(&capped).iter().all(|it| it.ends_with(", none")),
        "{:?}",
        outcomes(&capped)
    );
}

#[test]
fn it_is_a_gate_that_what_is_undecided_does_not_block() {
    let gate = [
        "--kubernetes-version",
        "1.33",
        "--target-version",
        "1.34",
        "--fail-on",
        "warning",
    ];
    assert_eq!(sweep(&gate).code, Some(3));
    let unasked = ["--kubernetes-version", "1.33", "--fail-on", "warning"];
    assert_eq!(sweep(&unasked).code, Some(0));
}

#[test]
fn what_makes_no_sense_is_refused_with_a_sentence() {
    for (arguments, words) in [
        (
            &["--target-version", "1.34", "--token-lifetime", "90d"][..],
            "leave out --token-lifetime",
        ),
        (
            &["--target-version", "1.33"][..],
            "tokens are capped at 24 h from 1.34 on",
        ),
        (
            &["--target-version", "soon"][..],
            "not a version of Kubernetes",
        ),
        (
            &["--target-version", "1.34", "--kubernetes-version", "1.35"][..],
            "every cluster is already at 1.34 or later",
        ),
    ] {
        let run = sweep(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
    let odd = sweep(&[
        "--target-version",
        "v1.34.2-eks-1a2b3c4",
        "--kubernetes-version",
        "1.33.9",
    ]);
    assert_eq!(odd.code, Some(0), "{}", odd.stderr);
}
