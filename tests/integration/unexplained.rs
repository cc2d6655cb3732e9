//! Rejected callers that no holder explains: what looks like a workload is in the headline, and a
//! week of daily noise stays quiet.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use loopback_cloudwatch::{CloudWatch, LogGroup};
use loopback_webhook::WebhookReceiver;
use serde_json::Value;

use crate::cloudwatch_fleet::STREAM;
use crate::outage::log_writer::{Log, at, every};
use crate::tool::{Run, run, tool, tool_toward};

const NOW: &str = "2026-09-08T08:00:00Z";
const ALL_CLEAR: &str = "no service account is about to be rejected";
const APP: &str = "app/v1.0 (linux/amd64) kubernetes/abcdef0";
const PODS: &str = "/api/v1/pods?limit=500";

/// Somebody's event, so that the log begins a day ago and ends now.
fn a_day(now: DateTime<Utc>) -> Log {
    let mut log = Log::default();
    for time in every(30, now - TimeDelta::days(1), now) {
        log.goes_on(time);
    }
    log.goes_on(now);
    log
}

fn rejected_every(
    log: &mut Log,
    minutes: i64,
    address: &str,
    agent: &str,
    uri: &str,
    now: DateTime<Utc>,
) {
    for time in every(minutes, now - TimeDelta::hours(20), now) {
        log.rejected_from(address, agent, uri, time);
    }
}

fn sweep(log: &Log, arguments: &[&str]) -> Run {
    sweep_in(
        tempfile::tempdir().expect("a directory").path(),
        log,
        arguments,
    )
}

fn sweep_in(directory: &Path, log: &Log, arguments: &[&str]) -> Run {
    let path = directory.join("audit.log");
    std::fs::write(&path, log.text()).expect("written");
    run(tool()
        .args([
            "sweep",
            "--cluster-name",
            "prod-1",
            "--since",
            "24h",
            "--input",
        ])
        .arg(&path)
        .args(arguments))
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("read")).expect("JSON")
}

/// What each caller is taken for, and whether it is in the headline.
#[test]
fn what_looks_like_a_workload_is_critical_and_nothing_else_is() {
    let now = at(NOW);
    for (address, agent, uri, kind, severity) in [
        ("10.0.3.17", APP, PODS, "workload", Some("critical")),
        ("100.64.3.17", APP, PODS, "workload", Some("critical")),
        (
            "fd00::17",
            APP,
            "/apis/apps/v1/deployments",
            "workload",
            Some("critical"),
        ),
        ("127.0.0.1", "", PODS, "workload", Some("critical")),
        ("203.0.113.9", APP, PODS, "outsider", None),
        ("10.0.3.17", APP, "/", "scanner", None),
        (
            "10.0.3.17",
            "kubectl/v1.31.0 (linux/amd64)",
            PODS,
            "tool",
            None,
        ),
        ("203.0.113.9", "Mozilla/5.0 (X11)", PODS, "tool", None),
        (
            "10.0.3.17",
            "kubelet/v1.31.0 (linux/amd64)",
            "/api/v1/nodes",
            "node",
            None,
        ),
    ] {
        let mut log = a_day(now);
        rejected_every(&mut log, 20, address, agent, uri, now);
        let report = sweep(&log, &["--format", "json", "--fail-on", "warning"]);
        let told: Value = serde_json::from_str(&report.stdout).expect("JSON");
        let caller = &told["clusters"][0]["rejected_callers"][0];
        assert_eq!(caller["kind"], kind, "{address} {agent}");
        assert_eq!(caller["severity"].as_str(), severity, "{address} {agent}");
        let code = if severity.is_some() { 3 } else { 0 };
        assert_eq!(report.code, Some(code), "{}", report.stderr);
        let table = sweep(&log, &[]).stdout;
        assert_eq!(table.contains(ALL_CLEAR), severity.is_none(), "{table}");
        assert_eq!(
            table.contains("1 unexplained caller rejected"),
            severity.is_some(),
            "{table}"
        );
    }
}

/// Two rejections, or none in the last hour, or all within an hour, are an accident.
#[test]
fn what_does_not_last_is_no_outage() {
    let now = at(NOW);
    let hours = TimeDelta::hours;
    for (from, to, minutes, urgent) in [
        (now - hours(3), now, 20, true),
        (now - hours(2), now, 59, true),
        (now - TimeDelta::minutes(50), now, 5, false),
        (now - hours(9), now - hours(2), 20, false),
        (now - TimeDelta::minutes(90), now, 80, false),
    ] {
        let mut log = a_day(now);
        for time in every(minutes, from, to) {
            log.rejected_from("10.0.3.17", APP, PODS, time);
        }
        let run = sweep(&log, &["--fail-on", "notice"]);
        assert_eq!(run.code, Some(if urgent { 3 } else { 0 }), "{from} {to}");
        assert_eq!(run.stdout.contains(ALL_CLEAR), !urgent, "{}", run.stdout);
    }
}

/// An address that an account was accepted from makes a workload of whoever calls from outside.
#[test]
fn behind_the_same_gateway_as_an_account_is_inside() {
    let now = at(NOW);
    let pod = crate::outage::log_writer::Pod::new(
        "app",
        "app-7f9c5d8b66-jk4lm",
        "203.0.113.9",
        "2026-09-07T06:00:00Z",
    );
    let mut log = a_day(now);
    for time in every(30, now - TimeDelta::hours(20), now) {
        log.accepted(&pod, time);
    }
    rejected_every(&mut log, 20, "203.0.113.9", "other/v2", PODS, now);
    let report = sweep(&log, &["--format", "json"]);
    let told: Value = serde_json::from_str(&report.stdout).expect("JSON");
    let caller = &told["clusters"][0]["rejected_callers"][0];
    assert_eq!(caller["severity"], "critical", "{caller}");
}

#[test]
fn a_known_one_is_a_warning_and_an_ignored_one_is_counted() {
    let now = at(NOW);
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().join("state.json");
    let path = state.to_str().expect("UTF-8");
    let with_state = ["--previous", path, "--output", path, "--fail-on", "warning"];
    let mut since = Vec::new();
    for (day, severity, is_new) in [(0, "critical", true), (1, "warning", false)] {
        let now = now + TimeDelta::days(day);
        let mut log = a_day(now);
        let begin = if is_new { 20 } else { 24 };
        for time in every(20, now - TimeDelta::hours(begin), now) {
            log.rejected_from("10.0.3.17", APP, PODS, time);
        }
        let run = sweep_in(directory.path(), &log, &with_state);
        assert_eq!(run.code, Some(3), "{}", run.stderr);
        let report = json(&state);
        let caller = &report["clusters"][0]["rejected_callers"][0];
        assert_eq!(caller["severity"], severity);
        assert_eq!(caller["is_new"], is_new);
        assert_eq!(report["changes"]["new_callers"], u64::from(is_new));
        since.push(caller["first"].clone());
    }
    assert_eq!(since[0], since[1], "the earlier report knew since when");
    let mut log = a_day(now);
    rejected_every(&mut log, 20, "10.0.3.17", APP, PODS, now);
    let ignored = sweep(
        &log,
        &["--ignore-caller", "10.0.3.17", "--fail-on", "notice"],
    );
    assert_eq!(ignored.code, Some(0));
    assert!(
        ignored.stdout.contains("1 caller ignored"),
        "{}",
        ignored.stdout
    );
    assert!(!ignored.stdout.contains("10.0.3.17"), "{}", ignored.stdout);
    let investigated = run(tool()
        .args([
            "investigate",
            "--ignore-caller",
            "10.0.3.17",
            "--cluster-name",
            "prod-1",
        ])
        .arg("--input")
        .arg(directory.path().join("audit.log")));
    assert_eq!(investigated.code, Some(0), "{}", investigated.stderr);
    assert!(!investigated.stdout.contains("10.0.3.17"));
    let wrong = run(tool().args(["sweep", "prod-1", "--ignore-caller", "everybody"]));
    assert_eq!(wrong.code, Some(2));
}

/// The first rejection in a window may be any: only one after an accepted request, or after a quiet
/// beginning, is the first.
#[test]
fn since_when_is_told_as_far_as_it_is_known() {
    let now = at(NOW);
    let mut log = a_day(now);
    for time in every(20, now - TimeDelta::days(1), now) {
        log.rejected_from("10.0.3.17", APP, PODS, time);
    }
    let table = sweep(&log, &[]).stdout;
    assert!(
        table.contains("72 since at least 2026-09-07 08:00"),
        "{table}"
    );
    let mut log = a_day(now);
    rejected_every(&mut log, 20, "10.0.3.17", APP, PODS, now);
    let table = sweep(&log, &[]).stdout;
    assert!(table.contains("60 from 2026-09-07 12:00 to"), "{table}");
}

fn noise(day: DateTime<Utc>) -> Log {
    let mut log = a_day(day);
    let hour = TimeDelta::hours(1);
    // Whoever scans the internet.
    rejected_every(&mut log, 7, "198.51.100.7", "zgrab/0.x", "/api", day);
    rejected_every(
        &mut log,
        11,
        "203.0.113.200",
        "python-requests/2.31.0",
        PODS,
        day,
    );
    rejected_every(
        &mut log,
        13,
        "203.0.113.201",
        "Mozilla/5.0 (X11; Linux x86_64)",
        "/",
        day,
    );
    // The scanner of the company, which tries the front door only.
    rejected_every(&mut log, 15, "10.200.0.5", "Nessus/10", "/", day);
    // A kubeconfig that ran out on somebody's machine, and one in a dashboard.
    rejected_every(
        &mut log,
        10,
        "10.9.8.7",
        "kubectl/v1.29.1 (darwin/arm64)",
        PODS,
        day,
    );
    rejected_every(
        &mut log,
        10,
        "10.9.8.8",
        "k9s/v0.32.5 (darwin/arm64)",
        PODS,
        day,
    );
    rejected_every(&mut log, 10, "10.9.8.9", "curl/8.5.0", "/api/v1/nodes", day);
    // A node that was removed and does not know it.
    rejected_every(
        &mut log,
        1,
        "10.0.9.9",
        "kubelet/v1.33.1 (linux/amd64) kubernetes/abc",
        "/api/v1/nodes/node-9",
        day,
    );
    // A rollout, half an hour long, and a pod that was fixed five hours ago.
    for time in every(
        5,
        day - TimeDelta::minutes(40),
        day - TimeDelta::minutes(10),
    ) {
        log.rejected_from("10.0.4.4", APP, PODS, time);
    }
    for time in every(5, day - hour * 9, day - hour * 5) {
        log.rejected_from("10.0.5.5", APP, PODS, time);
    }
    log
}

#[test]
fn a_week_of_daily_noise_stays_quiet() {
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().join("state.json");
    let webhook = WebhookReceiver::start();
    for day in 0..7 {
        let now = at(NOW) + TimeDelta::days(day);
        let log = noise(now);
        let mut group = LogGroup::named("/aws/eks/prod-1/cluster")
            .created((now - TimeDelta::days(99)).timestamp_millis());
        for (time, message) in log.events() {
            group = group.event(STREAM, time.timestamp_millis(), message);
        }
        let cloudwatch = CloudWatch::builder()
            .group(group)
            .polls_until_complete(0)
            .start();
        let run = run(tool_toward(&cloudwatch.endpoint())
            .args([
                "sweep",
                "prod-1",
                "--fail-on",
                "notice",
                "--format",
                "table",
                "--until",
            ])
            .arg((now + TimeDelta::seconds(1)).to_rfc3339())
            .arg("--previous")
            .arg(&state)
            .arg("--output")
            .arg(&state)
            .env("EKS_STALE_TOKENS_WEBHOOK", webhook.url()));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.contains(ALL_CLEAR), "{}", run.stdout);
        assert!(run.stdout.contains("1 node"), "{}", run.stdout);
        assert_eq!(webhook.count(), 0, "day {day}");
    }
}
