//! CloudWatch at the size of a fleet, with the binary as a process.

mod equality;

use std::io::BufRead;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::loopback::{Builder, CloudWatch, LogGroup};

pub(crate) const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";

/// A window that holds both recordings.
pub(crate) const WINDOW: [&str; 4] = [
    "--since",
    "2026-11-04T00:00:00Z",
    "--until",
    "2026-11-24T06:07:57Z",
];

pub(crate) fn fixture(cluster: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/aws/eks");
    let name = match cluster {
        "recording" => "recording/cluster/audit.log.zst",
        _ => "timeline/cluster/audit.log.gz",
    };
    directory.join(name)
}

/// The lines of a recording.
pub(crate) fn recording(cluster: &str) -> Box<dyn BufRead> {
    let file = std::fs::File::open(fixture(cluster)).expect("the fixture");
    match cluster {
        "recording" => Box::new(BufReader::new(
            zstd::Decoder::new(file).expect("a zstd stream"),
        )),
        _ => Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(file))),
    }
}

/// A cluster's log group that holds a recording.
pub(crate) fn group(cluster: &str) -> LogGroup {
    LogGroup::named(format!("/aws/eks/{cluster}/cluster"))
        .events_from_audit_log(STREAM, recording(cluster))
}

/// A service in eu-west-1 that is quick, at the time of the recordings.
pub(crate) fn service() -> Builder {
    CloudWatch::builder()
        .polls_until_complete(0)
        .now(1_795_500_600_000)
}

/// The binary, with credentials and nothing of the caller's own configuration.
pub(crate) fn tool() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eks-stale-tokens"));
    for (name, _) in std::env::vars() {
        if name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_COLOR", "1");
    command
}

/// The binary, toward a service.
pub(crate) fn tool_at(cloudwatch: &CloudWatch) -> Command {
    let mut command = tool();
    command.env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", cloudwatch.endpoint());
    command
}

/// Runs it, and checks its exit code.
pub(crate) fn run(command: &mut Command, exit: i32) -> Output {
    let output = command.output().expect("it runs");
    assert_eq!(
        output.status.code(),
        Some(exit),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The JSON report of a run.
pub(crate) fn report(command: &mut Command, exit: i32) -> Value {
    let output = run(command.args(["--format", "json"]), exit);
    serde_json::from_slice(&output.stdout).expect("a report")
}
