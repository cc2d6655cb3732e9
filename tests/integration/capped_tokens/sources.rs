//! The same log through files, single events and aggregated rows: one report.

use std::io::{Cursor, Write as _};

use chrono::TimeDelta;
use loopback_cloudwatch::{CloudWatch, Exception, Fault, LogGroup, Operation, When};
use serde_json::Value;

use super::life::now;
use crate::cloudwatch_fleet::STREAM;
use crate::outage::log_writer::Log;
use crate::tool::{run_as_it_is, tool, tool_toward};

/// How far back the window goes.
const WINDOW_HOURS: i64 = 24 * 60;

/// The report on a log, read in three ways that have to agree.
pub(super) fn report(log: &Log, arguments: &[&str]) -> Value {
    let text = log.text();
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    let (first, _) = log.span().expect("events");
    let since = first
        .max(now() - TimeDelta::hours(WINDOW_HOURS))
        .to_rfc3339();
    let until = now().to_rfc3339();
    let window = ["--since", &since, "--until", &until, "--format", "json"];
    let read = |command: &mut std::process::Command| {
        let run = run_as_it_is(command.args(window).args(arguments));
        assert!(matches!(run.code, Some(0 | 4)), "{}", run.stderr);
        serde_json::from_str::<Value>(&run.stdout).expect("a report")
    };
    let files = read(
        tool()
            .args(["sweep", "--cluster-name", "daily", "--input"])
            .arg(file.path()),
    );
    // The one query, several where it is refused, and whole events where these are as well.
    for refused in [0, 1, 2] {
        let group = LogGroup::named("/aws/eks/daily/cluster")
            .created(0)
            .events_from_audit_log(STREAM, Cursor::new(text.clone()));
        let cloudwatch = CloudWatch::builder()
            .polls_until_complete(0)
            .now(now().timestamp_millis())
            .group(group)
            .start();
        if arguments.is_empty() {
            cloudwatch.fault(
                Operation::DescribeCluster,
                When::Always,
                Fault::AccessDenied,
            );
        }
        if refused > 0 {
            let malformed = Exception::new("MalformedQueryException", "unknown function");
            let fault = Fault::Other(malformed);
            cloudwatch.fault(Operation::StartQuery, When::First(refused), fault);
        }
        let queried = read(tool_toward(&cloudwatch.endpoint()).args([
            "sweep",
            "daily",
            "--max-queries",
            "1",
        ]));
        let pretty = |report| serde_json::to_string_pretty(&essence(report)).expect("JSON");
        assert_same(&pretty(&queried), &pretty(&files), refused);
    }
    files
}

/// What is said of each holder, whatever was read.
fn essence(report: &Value) -> Vec<Value> {
    let mut findings = report["findings"].as_array().expect("findings").clone();
    for finding in &mut findings {
        let finding = finding.as_object_mut().expect("an object");
        finding.remove("region");
        finding.remove("account");
    }
    findings
}

/// `account verdict severity` of each finding, in order of rank.
pub(super) fn verdicts(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or("none").to_owned();
            format!(
                "{} {} {}",
                text("service_account"),
                text("verdict").replace(' ', "-"),
                text("severity")
            )
        })
        .collect()
}

/// `pod verdict` of each holder of an account.
pub(super) fn holders(report: &Value, account: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let finding = findings
        .iter()
        .find(|finding| finding["service_account"] == account)
        .expect("a finding");
    let holders = finding["holders"].as_array().expect("holders");
    holders
        .iter()
        .map(|holder| {
            let text = |key: &str| holder[key].as_str().expect("a text").to_owned();
            format!("{} {}", text("pod"), text("verdict").replace(' ', "-"))
        })
        .collect()
}

/// Shows the first lines that differ.
fn assert_same(queried: &str, files: &str, refused: u32) {
    let lines = queried.lines().zip(files.lines());
    for (number, (one, other)) in lines.enumerate() {
        assert_eq!(one, other, "line {number}, refused: {refused}");
    }
    assert_eq!(queried, files, "refused: {refused}");
}
