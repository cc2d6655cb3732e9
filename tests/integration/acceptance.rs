//! `--accept`: known findings have no severity until a date, and come back when they are worse.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::changes::one_frozen_pod;
use crate::tool::{Run, run, tool};

/// The pod of the log dies on 2026-09-03, two days after its end.
fn sweep(log: &Path, known: &str, arguments: &[&str]) -> (Run, Value) {
    let directory = tempfile::tempdir().expect("a directory");
    let (file, report) = (
        directory.path().join("known"),
        directory.path().join("r.json"),
    );
    std::fs::write(&file, known).expect("written");
    let run = run(tool()
        .args([
            "sweep",
            "--cluster-name",
            "prod-1",
            "--format",
            "table",
            "--input",
        ])
        .arg(log)
        .args(["--fail-on", "notice", "--accept"])
        .arg(&file)
        .arg("--output")
        .arg(&report)
        .args(arguments));
    let report = std::fs::read_to_string(report).map_or(Value::Null, |text| {
        serde_json::from_str(&text).expect("JSON")
    });
    (run, report)
}

fn log() -> (tempfile::TempDir, PathBuf) {
    let (directory, log, _) = one_frozen_pod();
    (directory, log)
}

#[test]
fn a_known_finding_wakes_nobody_and_is_counted() {
    let (_directory, log) = log();
    for line in [
        "logging/fluentd prod-1 2026-09-01 frozen replaced next week, PLAT-123",
        "logging/* * 2026-12-31 frozen:critical everything here is replaced",
        "*/fluentd prod-? 2026-12-31 expired known",
    ] {
        let (run, report) = sweep(&log, &format!("# known\n{line}\n"), &[]);
        assert_eq!(run.code, Some(0), "{line}: {}", run.stderr);
        assert!(run.stdout.contains("1 accepted"), "{}", run.stdout);
        assert!(
            run.stdout.contains("only accepted findings"),
            "{}",
            run.stdout
        );
        assert!(!run.stdout.contains("no service account"), "{}", run.stdout);
        assert!(!run.stdout.contains("rollout restart"), "{}", run.stdout);
        let finding = &report["findings"][0];
        assert_eq!(finding["verdict"], "frozen");
        assert_eq!(finding["severity"], Value::Null);
        assert!(finding["accepted"]["until"].is_string());
        assert_eq!(report["notes"], serde_json::json!([]));
    }
}

#[test]
fn what_is_worse_expired_or_unused_is_told() {
    let (_directory, log) = log();
    for (line, code, note) in [
        (
            "logging/fluentd * 2026-08-31 frozen old",
            3,
            "accepted until 2026-08-31, which has passed",
        ),
        (
            "logging/fluentd * 2026-12-31 frozen:warning why",
            3,
            "logging/fluentd was accepted as frozen, warning at most, and is frozen now",
        ),
        (
            "logging/fluentd * 2026-12-31 undecided why",
            3,
            "is frozen now",
        ),
        (
            "logging/fluent * 2026-12-31 frozen why",
            3,
            "matches no finding",
        ),
    ] {
        let (run, report) = sweep(&log, line, &[]);
        assert_eq!(run.code, Some(code), "{line}: {}", run.stderr);
        let notes = report["notes"].to_string();
        assert!(
            notes.contains("known:1: ") && notes.contains(note),
            "{line}: {notes}"
        );
        assert!(run.stdout.contains("known:1: "), "{}", run.stdout);
        assert_eq!(report["findings"][0]["severity"], "critical", "{line}");
    }
    // A line for a cluster that was not swept may well be needed.
    let (_, report) = sweep(&log, "a/b prod-2 2026-12-31 frozen why", &[]);
    assert_eq!(report["notes"], serde_json::json!([]));
}

#[test]
fn a_line_that_cannot_be_read_is_a_failure_before_the_work() {
    let (_directory, log) = log();
    let (run, _) = sweep(&log, "\nlogging/fluentd prod-1 tomorrow frozen why", &[]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("known:2: \"tomorrow\" is not a date"),
        "{}",
        run.stderr
    );
    let missing = tool()
        .args(["investigate", "prod-1", "--accept", "/nonexistent"])
        .output()
        .expect("run");
    assert_eq!(missing.status.code(), Some(1));
}

/// Between sweeps: that a finding was accepted is no news, that it came back is.
#[test]
fn accepted_is_not_gone_and_comes_back_as_worse() {
    let (directory, log) = log();
    let state = directory.path().join("state.json");
    let path = state.to_str().expect("UTF-8");
    let mut kinds = Vec::new();
    for line in [
        "# nothing",
        "logging/* * 2026-12-31 frozen why",
        "# nothing",
    ] {
        let (run, _) = sweep(&log, line, &["--previous", path, "--output", path]);
        assert_ne!(run.code, Some(1), "{}", run.stderr);
        let report: Value =
            serde_json::from_str(&std::fs::read_to_string(&state).expect("read")).expect("JSON");
        kinds.push(report["changes"]["accounts"][0]["kind"].clone());
        if line.starts_with('#') && kinds.len() == 3 {
            assert!(run.stdout.contains("no longer accepted"), "{}", run.stdout);
        }
    }
    assert_eq!(kinds, ["new", "unchanged", "worse"]);
}
