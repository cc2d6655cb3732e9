//! Events written in every shape, as the writers of these shapes write them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

const LOG_GROUP: &str = "/aws/eks/timeline/cluster";
const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("compressed in memory");
    encoder.finish().expect("compressed in memory")
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> PathBuf {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, bytes).expect("written");
    path.to_owned()
}

/// Parts of so many lines.
fn parts(log: &str, lines: usize) -> Vec<String> {
    let all: Vec<&str> = log.lines().collect();
    all.chunks(lines)
        .map(|part| part.join("\n") + "\n")
        .collect()
}

pub(crate) fn members(log: &str) -> Vec<u8> {
    parts(log, 300)
        .iter()
        .flat_map(|part| gzip(part.as_bytes()))
        .collect()
}

pub(crate) fn frames(log: &str) -> Vec<u8> {
    parts(log, 700)
        .iter()
        .flat_map(|part| zstd::encode_all(part.as_bytes(), 1).expect("compressed in memory"))
        .collect()
}

fn stage_time(event: &str) -> chrono::DateTime<chrono::Utc> {
    let event: Value = serde_json::from_str(event).expect("an event");
    let time = event["stageTimestamp"].as_str().expect("a time");
    time.parse().expect("a time")
}

/// An export task's directory: one of the audit log's streams, another log's, and the file that
/// CloudWatch writes first to see whether it may.
pub(crate) fn export(directory: &Path, log: &str) -> PathBuf {
    let task = directory.join("exportedlogs/7f2d1e5c");
    write(
        &directory.join("exportedlogs/aws-logs-write-test"),
        b"Permission Check Successful",
    );
    let other = "2026-11-24T06:01:27.946Z I1124 06:01:27.946096  10 controller.go:116] loading\n";
    write(
        &task.join("kube-scheduler-0123/000000.gz"),
        &gzip(other.as_bytes()),
    );
    for (number, part) in parts(log, 40).iter().enumerate() {
        let lines: String = part
            .lines()
            .map(|line| {
                format!(
                    "{} {line}\n",
                    stage_time(line).format("%Y-%m-%dT%H:%M:%S%.3fZ")
                )
            })
            .collect();
        let name = format!("{number:06}.gz");
        write(&task.join(STREAM).join(name), &gzip(lines.as_bytes()));
    }
    directory.join("exportedlogs")
}

/// Envelopes as Firehose writes them: nothing between them, a control message among them, and
/// other logs of the same group.
pub(crate) fn envelopes(log: &str) -> Vec<Vec<u8>> {
    let control = json!({"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "", "subscriptionFilters": [], "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}]});
    let mut all = vec![control.to_string().into_bytes()];
    for part in parts(log, 100) {
        let mut events: Vec<Value> = part
            .lines()
            .map(|line| json!({"id": "1", "timestamp": stage_time(line).timestamp_millis(), "message": line}))
            .collect();
        events.push(json!({"id": "2", "timestamp": 1, "message": "I1124 starting\n{brace"}));
        // As CloudWatch orders the keys.
        let events = Value::from(events);
        let envelope = format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"{LOG_GROUP}","logStream":"{STREAM}","subscriptionFilters":["all"],"logEvents":{events}}}"#
        );
        all.push(envelope.into_bytes());
    }
    all
}

/// The pages of a query's answer, as the AWS CLI prints them.
pub(crate) fn answers(log: &str) -> Vec<String> {
    let row = |line: &str| {
        json!([
            {"field": "@timestamp", "value": stage_time(line).format("%Y-%m-%d %H:%M:%S%.3f").to_string()},
            {"field": "@message", "value": line},
            {"field": "@log", "value": format!("111122223333:{LOG_GROUP}")},
            {"field": "@ptr", "value": "CmEKJgoiMTExMTIyMjIzMzMz"},
        ])
    };
    parts(log, 1000)
        .iter()
        .map(|part| {
            let rows: Vec<Value> = part.lines().map(row).collect();
            let matched = rows.len() as f64;
            let answer = json!({
                "queryLanguage": "CWLI", "results": rows, "status": "Complete",
                "statistics": {"recordsMatched": matched, "recordsScanned": 9e5, "bytesScanned": 4.1e6},
            });
            serde_json::to_string_pretty(&answer).expect("JSON") + "\n"
        })
        .collect()
}

/// The console's download.
pub(crate) fn console_csv(log: &str) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(["@timestamp", "@message", "@logStream", "@log"])
        .expect("written to memory");
    for line in log.lines() {
        let time = stage_time(line).format("%Y-%m-%d %H:%M:%S%.3f").to_string();
        writer
            .write_record([&time, line, STREAM, &format!("111122223333:{LOG_GROUP}")])
            .expect("written to memory");
    }
    writer.into_inner().expect("written to memory")
}
