//! CloudWatch at the size of a fleet, with the binary as a process.

mod accounts;
mod benchmark;
mod cut_off;
mod doctor;
mod emulator;
mod equality;
mod every_cluster;
mod faults;
mod floods;
mod identity;
mod legacy_tokens;
mod messages;
mod money;
mod named_log_groups;
mod odd_answers;
mod organisation;
mod oversized;
mod profiles;
mod quotas;
mod regions;
mod self_check;
mod silence;
mod versions;

use std::io::Cursor;
use std::path::PathBuf;
use std::process::Command;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatchlogs::config::{Credentials, SharedCredentialsProvider};
use eks_stale_tokens::source::aws::connection::Connection;
use loopback_cloudwatch::{Builder, CloudWatch, Fate, LogGroup, QuerySeen};
use serde_json::Value;

use crate::recordings::{audit_log, fixtures};
use crate::tool::{Run, run, tool_toward};

pub(crate) const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";

/// A window that holds both recordings.
pub(crate) const WINDOW: [&str; 6] = [
    "--since",
    "2026-11-04",
    "--until",
    "2026-11-24T06:10",
    // One of the recordings ends before the other.
    "--max-silence",
    "9h",
];

/// A day before the one that recordings begin with.
pub(crate) const DAY: [&str; 4] = ["--since", "2026-11-19T07:00", "--until", "2026-11-20T07:00"];

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

/// A connection to a service in eu-west-1.
pub(crate) fn connection(endpoint: String) -> Connection {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build();
    Connection::with(config, "eu-west-1".to_owned(), None)
}

/// The program, toward a service.
pub(crate) fn tool_at(cloudwatch: &CloudWatch) -> Command {
    tool_toward(&cloudwatch.endpoint())
}

/// One stale event: of this account's pod, at this second of the window below.
pub(crate) fn stale_event(account: &str, pod: &str, second: i64) -> (i64, String) {
    let millis = START * 1_000 + second * 1_000;
    let time = chrono::DateTime::from_timestamp_millis(millis)
        .expect("a time")
        .format("%Y-%m-%dT%H:%M:%S.%6fZ");
    let event = format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{{"username":"system:serviceaccount:ns:{account}","uid":"0","groups":["system:authenticated"],"extra":{{"authentication.kubernetes.io/pod-name":["{pod}"],"authentication.kubernetes.io/pod-uid":["{pod}-uid"]}}}},"sourceIPs":["10.0.0.1"],"userAgent":"agent","objectRef":{{"resource":"pods","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"{time}","stageTimestamp":"{time}","annotations":{{"authentication.k8s.io/stale-token":"subject: system:serviceaccount:ns:{account}, seconds after warning threshold: {}","authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}}}}"#,
        200_000 + second
    );
    (millis, event)
}

/// One event of a kubelet, which holds no mark.
pub(crate) fn plain_event(second: i64) -> (i64, String) {
    let (millis, event) = stale_event("sa", "pod", second);
    let (before, _) = event
        .split_once(r#""authentication.k8s.io/stale-token""#)
        .expect("a mark");
    let event = format!(r#"{before}"authorization.k8s.io/decision":"allow"}}}}"#);
    (
        millis,
        event.replace("system:serviceaccount:ns:sa", "system:node:n1"),
    )
}

/// A request of the control plane itself, whose user agent states the cluster's version.
pub(crate) fn control_plane_event(second: i64, user: &str) -> (i64, String) {
    let (millis, event) = plain_event(second);
    let event = event.replace("system:node:n1", user);
    let agent = "kube-apiserver/v1.34.2 (linux/amd64) kubernetes/0";
    (millis, event.replace("\"agent\"", &format!("\"{agent}\"")))
}

/// A log group that never held anything.
pub(crate) fn empty(cluster: &str) -> LogGroup {
    LogGroup::named(format!("/aws/eks/{cluster}/cluster")).created(0)
}

/// A log group with an event of nobody's token every ten minutes from one second of the last hour
/// to another.
pub(crate) fn logging(cluster: &str, first: i64, last: i64) -> LogGroup {
    (first..=last)
        .step_by(600)
        .fold(empty(cluster), |group, second| {
            let (millis, event) = plain_event(second);
            group.event(STREAM, millis, &event)
        })
}

/// A day and an hour of events.
pub(crate) fn healthy(cluster: &str) -> LogGroup {
    logging(cluster, -90_000, 3_600)
}

/// [`small_group`] with events of nobody's token for more than a day before.
pub(crate) fn small_group_for_days(cluster: &str) -> LogGroup {
    (-27 * 2..0).fold(small_group(cluster).created(0), |group, half_hour| {
        let (millis, event) = plain_event(half_hour * 1_800);
        group.event(STREAM, millis, &event)
    })
}

/// The start of the hour in which [`small_group`] has its events: 2026-11-20 06:00:00 UTC.
pub(crate) const START: i64 = 1_795_154_400;
/// That hour.
pub(crate) const HOUR: [&str; 4] = ["--since", "2026-11-20T06:00", "--until", "2026-11-20T07:00"];

/// A cluster's log group with one frozen pod, seen once a minute.
pub(crate) fn small_group(cluster: &str) -> LogGroup {
    (0..60).fold(
        LogGroup::named(format!("/aws/eks/{cluster}/cluster")),
        |group, minute| {
            let (millis, event) = stale_event("sa", &format!("{cluster}-pod"), minute * 60);
            group.event(STREAM, millis, &event)
        },
    )
}

/// Requests of all findings.
pub(crate) fn requests(report: &Value) -> u64 {
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .filter_map(|finding| finding["requests"].as_u64())
        .sum()
}

/// The gaps of all clusters, by kind.
pub(crate) fn gaps(report: &Value) -> Vec<(String, String)> {
    let clusters = report["clusters"].as_array().expect("clusters");
    let gaps = clusters.iter().flat_map(|cluster| {
        let name = cluster["name"].as_str().expect("a name").to_owned();
        let gaps = cluster["gaps"].as_array().expect("gaps").clone();
        gaps.into_iter().map(move |gap| {
            (
                name.clone(),
                gap["kind"].as_str().expect("a kind").to_owned(),
            )
        })
    });
    gaps.collect()
}

pub(crate) fn assert_nothing_left_running(cloudwatch: &CloudWatch) {
    let queries = cloudwatch.queries();
    let left: Vec<_> = queries
        .iter()
        .filter(|query| query.fate == Fate::LeftRunning)
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Queries that aggregate holders.
pub(crate) fn of_holders(cloudwatch: &CloudWatch) -> Vec<QuerySeen> {
    let mut queries = cloudwatch.queries();
    queries.retain(|query| query.text.contains("firstIssue"));
    queries
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
