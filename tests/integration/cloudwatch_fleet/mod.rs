//! CloudWatch at the size of a fleet, with the binary as a process.

mod equality;

use std::io::Cursor;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::loopback::{Builder, CloudWatch, LogGroup};
use crate::recordings::{audit_log, fixtures};
use crate::tool::{Run, run, tool_toward};

pub(crate) const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";

/// A window that holds both recordings.
pub(crate) const WINDOW: [&str; 4] = ["--since", "2026-11-04", "--until", "2026-11-24T06:10"];

/// The directory of a recording, as of a log group.
pub(crate) fn fixture(cluster: &str) -> PathBuf {
    fixtures().join("aws/eks").join(cluster)
}

/// A cluster's log group that holds a recording.
pub(crate) fn group(cluster: &str) -> LogGroup {
    LogGroup::named(format!("/aws/eks/{cluster}/cluster"))
        .events_from_audit_log(STREAM, Cursor::new(audit_log(cluster)))
}

/// A service in eu-west-1 that is quick, at the time of the recordings.
pub(crate) fn service() -> Builder {
    CloudWatch::builder()
        .polls_until_complete(0)
        .now(1_795_500_600_000)
}

/// The program, toward a service.
pub(crate) fn tool_at(cloudwatch: &CloudWatch) -> Command {
    tool_toward(&cloudwatch.endpoint())
}

/// A run with this exit code.
pub(crate) fn run_to(command: &mut Command, exit: i32) -> Run {
    let run = run(command);
    assert_eq!(run.code, Some(exit), "{}\n{}", run.stdout, run.stderr);
    run
}

/// The JSON report of a run.
pub(crate) fn report(command: &mut Command, exit: i32) -> Value {
    let run = run_to(command.args(["--format", "json"]), exit);
    serde_json::from_str(&run.stdout).expect("a report")
}
