//! `--previous` and `--only-changes`, over files.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tempfile::TempDir;

use crate::fleet_log::Pod;
use crate::recordings::fixtures;
use crate::tool::{Run, over_files, run, tool};

/// A directory with the log of one frozen pod in it, and the path of a report.
pub(crate) fn one_frozen_pod() -> (TempDir, PathBuf, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let log = directory.path().join("audit.log");
    let until = "2026-09-01T08:00:00Z"
        .parse::<DateTime<Utc>>()
        .expect("a time");
    let pod = Pod {
        namespace: "logging",
        service_account: "fluentd",
        name: "fluentd-4xk2m",
        user_agent: "agent/v1.2.3 (linux/amd64) kubernetes/$Format",
        from: until - TimeDelta::days(88),
        until,
        every: TimeDelta::hours(1),
        refreshes_after: None,
    };
    let lines: String = pod
        .events(until - TimeDelta::days(1), until)
        .into_iter()
        .map(|(_, line)| line + "\n")
        .collect();
    std::fs::write(&log, lines).expect("written");
    let report = directory.path().join("report.json");
    (directory, log, report)
}

fn sweep(log: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["--cluster-name", "prod-1"];
    all.extend(arguments);
    over_files("sweep", &[log], all)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("read")).expect("JSON")
}

fn timeline() -> PathBuf {
    fixtures().join("aws/eks/timeline")
}

/// The recorded timeline as it was on two mornings.
fn two_mornings(arguments: &[&str]) -> (TempDir, Run) {
    let directory = tempfile::tempdir().expect("a directory");
    let report = directory.path().join("report.json");
    let report = report.to_str().expect("UTF-8");
    let log = timeline();
    // The recording is of few clients, and sometimes silent for hours.
    let window = ["--max-silence", "24h", "--since", "24h", "--until"];
    let first = over_files(
        "sweep",
        &[&log],
        window
            .iter()
            .chain(&["2026-11-18T08:00", "--output", report]),
    );
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let second = over_files(
        "sweep",
        &[&log],
        window
            .iter()
            .chain(&["2026-11-21T08:00", "--previous", report])
            .chain(arguments),
    );
    (directory, second)
}

#[test]
fn the_table_says_what_changed() {
    let (_directory, run) = two_mornings(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn only_changes_leaves_the_rest_out_of_standard_output_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let whole = directory.path().join("whole.json");
    let path = whole.to_str().expect("UTF-8");
    let (_directory, run) = two_mornings(&["--only-changes", "--format", "json", "--output", path]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let whole = json(&whole);
    let findings = |report: &Value| report["findings"].as_array().expect("a list").len();
    let left_out = shown["changes"]["left_out"].as_u64().expect("a number");
    assert!(left_out > 0);
    assert_eq!(findings(&whole), findings(&shown) + left_out as usize);
    assert_eq!(whole["changes"]["left_out"], 0);
    // Such a report is not whole, and the next run must not take it for one.
    let partial = directory.path().join("partial.json");
    std::fs::write(&partial, run.stdout).expect("written");
    let refused = over_files(
        "sweep",
        &[&timeline()],
        ["--previous", partial.to_str().expect("UTF-8")],
    );
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("needs a complete report"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_first_run_is_no_failure_and_says_that_it_is_one() {
    let (_directory, log, report) = one_frozen_pod();
    let path = report.to_str().expect("UTF-8");
    let first = sweep(&log, &["--previous", path, "--output", path]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(first.stderr.contains("first run"), "{}", first.stderr);
    assert_eq!(json(&report)["changes"]["since"], Value::Null);
    assert_eq!(json(&report)["changes"]["accounts"][0]["kind"], "new");
    let second = sweep(&log, &["--previous", path, "--output", path]);
    assert_eq!((second.code, second.stderr.as_str()), (Some(0), ""));
    assert_eq!(json(&report)["changes"]["accounts"][0]["kind"], "unchanged");
    // Without --previous, nothing is said of changes.
    let plain = sweep(&log, &["--format", "json"]);
    assert!(!plain.stdout.contains("changes"));
}

#[test]
fn a_damaged_earlier_report_is_a_failure_before_the_work_and_stays_as_it_is() {
    let (_directory, log, report) = one_frozen_pod();
    let path = report.to_str().expect("UTF-8");
    assert_eq!(sweep(&log, &["--output", path]).code, Some(0));
    let good = std::fs::read(&report).expect("read");
    let newer =
        String::from_utf8_lossy(&good).replace("\"schema_version\": 2", "\"schema_version\": 9");
    for (text, reason) in [
        (&good[..good.len() / 2], "it is not a valid report"),
        (b"".as_slice(), "it is not a valid report"),
        (
            b"rank,cluster\n1,prod-1\n".as_slice(),
            "it is not a valid report",
        ),
        (b"{\"kind\":\"Event\"}".as_slice(), "not a JSON report"),
        (newer.as_bytes(), "update eks-stale-tokens"),
    ] {
        std::fs::write(&report, text).expect("written");
        let run = sweep(&log, &["--previous", path, "--output", path]);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains(reason), "{}", run.stderr);
        assert!(run.stderr.contains(path), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        assert_eq!(std::fs::read(&report).expect("read"), text);
    }
    // Neither is a directory a report.
    let run = sweep(&log, &["--previous", "/"]);
    assert_eq!(run.code, Some(1));
}

/// That nothing changed is no all-clear.
#[test]
fn only_changes_never_says_that_nothing_is_about_to_be_rejected_while_something_is() {
    let (_directory, log, report) = one_frozen_pod();
    let path = report.to_str().expect("UTF-8");
    assert_eq!(sweep(&log, &["--output", path]).code, Some(0));
    for format in ["table", "markdown", "html"] {
        let arguments = ["--previous", path, "--only-changes", "--format", format];
        let run = sweep(&log, &arguments);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let words = run.stdout.to_lowercase();
        assert!(!words.contains("about to be rejected"), "{words}");
        assert!(
            words.contains("nothing changed: 1 finding is as before and left out here, the first is rejected in 2 d 0 h"),
            "{words}"
        );
    }
}

#[test]
fn only_changes_needs_something_to_compare_with() {
    let run = run(tool().args(["sweep", "prod-1", "--only-changes"]));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--previous"), "{}", run.stderr);
}
