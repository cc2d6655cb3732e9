//! How events are written in the shapes: as lines, in envelopes, in pieces, in tables.

use base64::Engine as _;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{AUDIT_FILE, Events, GROUP, STREAM};
use crate::files::written::gzip;

pub(super) fn lines(events: Events<'_>, line: impl Fn(&str) -> String) -> Vec<u8> {
    let lines: String = events.iter().map(|event| line(event) + "\n").collect();
    lines.into_bytes()
}

pub(super) fn parsed(event: &str) -> Value {
    serde_json::from_str(event).expect("an event")
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

/// As `jq -cS` writes it. Maps are sorted by serde_json unless it is told to keep their order.
pub(super) fn sorted(value: &Value) -> String {
    value.to_string()
}

pub(super) fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2], with_mark: bool) -> Vec<u8> {
    let mark = with_mark.then_some(0xfeff);
    let units = mark.into_iter().chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

/// Each event in an envelope of its own, compressed, in base64.
pub(super) fn packed(events: Events<'_>) -> Vec<String> {
    let encode = |bytes| base64::engine::general_purpose::STANDARD.encode(bytes);
    events
        .iter()
        .map(|event| encode(gzip(&envelopes(std::slice::from_ref(event), false, false))))
        .collect()
}

pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

pub(super) fn bare(event: &str) -> Value {
    let mut event = parsed(event);
    let members = event.as_object_mut().expect("an object");
    members.remove("kind");
    members.remove("apiVersion");
    event
}

pub(super) fn time(event: &str) -> DateTime<Utc> {
    let event = parsed(event);
    let time = event["stageTimestamp"]
        .as_str()
        .unwrap_or("2026-11-24T06:01:27Z");
    time.parse().expect("a time")
}

pub(super) fn millis(event: &str) -> i64 {
    time(event).timestamp_millis()
}

pub(super) fn filebeat(event: &str) -> Value {
    json!({"@timestamp": "t", "log": {"offset": 1, "file": {"path": AUDIT_FILE}}, "json": parsed(event)})
}

/// Each event in pieces, and whether it is the last one.
pub(super) fn pieces(events: Events<'_>) -> impl Iterator<Item = (String, bool)> {
    events.iter().flat_map(|event| {
        let characters: Vec<char> = event.chars().collect();
        let size = characters.len() / 2 + 1;
        let parts: Vec<String> = characters
            .chunks(size)
            .map(|part| part.iter().collect())
            .collect();
        let last = parts.len() - 1;
        parts
            .into_iter()
            .enumerate()
            .map(move |(at, part)| (part, at == last))
    })
}

pub(super) fn table(
    separator: u8,
    header: &[&str],
    events: Events<'_>,
    row: impl Fn(&str) -> Vec<String>,
) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .from_writer(Vec::new());
    writer.write_record(header).expect("written to memory");
    for event in events {
        writer.write_record(row(event)).expect("written to memory");
    }
    writer.into_inner().expect("written to memory")
}

/// Envelopes of two messages each, a control message before them and nothing between them.
pub(super) fn envelopes(messages: Events<'_>, is_sorted: bool, is_spaced: bool) -> Vec<u8> {
    let control = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;
    let mut all = control.to_owned();
    for messages in messages.chunks(2) {
        let mut events: Vec<Value> = messages
            .iter()
            .map(|message| json!({"id": "1", "timestamp": 1, "message": message}))
            .collect();
        events.push(json!({"id": "2", "timestamp": 1, "message": "I1124 starting\n{brace"}));
        let (events, head) = (
            Value::from(events).to_string(),
            format!(
                r#""owner":"111122223333","logGroup":"{GROUP}","logStream":"{STREAM}","subscriptionFilters":["a"]"#
            ),
        );
        let envelope = if is_sorted {
            format!(r#"{{"logEvents":{events},{head},"messageType":"DATA_MESSAGE"}}"#)
        } else {
            format!(r#"{{{head},"messageType":"DATA_MESSAGE","logEvents":{events}}}"#)
        };
        if is_spaced {
            let value: Value = serde_json::from_str(&envelope).expect("JSON");
            all.push_str(&value.to_string().replace("\",\"", "\", \""));
        } else {
            all.push_str(&envelope);
        }
    }
    all.into_bytes()
}
