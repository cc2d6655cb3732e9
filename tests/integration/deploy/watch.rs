//! The watch between sweeps: what its filters keep of a log.

use std::path::Path;

use super::{RECORDED, template};
use crate::tool::Run;

/// Whether a subscription of the watch lets an event through.
fn passes(event: &str) -> bool {
    let template = template("watch.yaml");
    let pattern = |filter: &str| {
        let pattern = &template["Resources"][filter]["Properties"]["FilterPattern"];
        pattern.as_str().expect("a pattern").to_owned()
    };
    // A regular expression is between percent signs; this one is plain text.
    let phrase = pattern("StaleTokens");
    let phrase = phrase
        .strip_prefix('%')
        .and_then(|rest| rest.strip_suffix('%'));
    let phrase = phrase.expect("a regular expression");
    assert!(phrase.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
    assert_eq!(pattern("Rejections"), "{ $.responseStatus.code = 401 }");
    let code = || {
        let event: serde_json::Value = serde_json::from_str(event).expect("an event");
        event["responseStatus"]["code"] == 401
    };
    event.contains(phrase) || code()
}

/// The findings of a report in JSON: who, and what will become of them.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings").iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut findings: Vec<_> = findings
        .map(|it| {
            (
                format!(
                    "{}/{}",
                    text(&it["namespace"]),
                    text(&it["service_account"])
                ),
                text(&it["verdict"]),
                text(&it["rejected_from"]),
            )
        })
        .collect();
    findings.sort();
    findings
}

/// What Firehose delivers of a recording, through the filters of the watch, gives the findings that
/// the whole recording gives.
#[test]
fn the_watch_keeps_what_the_findings_need() {
    let mut log = String::new();
    let recorded = std::fs::File::open(RECORDED).expect("a recording");
    let mut recorded = flate2::read::MultiGzDecoder::new(recorded);
    std::io::Read::read_to_string(&mut recorded, &mut log).expect("gzip");
    let events: Vec<&str> = log.lines().collect();
    let kept: Vec<&str> = events
        .iter()
        .copied()
        .filter(|event| passes(event))
        .collect();
    assert!(
        kept.len() * 2 < events.len(),
        "{} of {}",
        kept.len(),
        events.len()
    );
    // Each record is gzip by itself, and one follows the other.
    let mut delivered = Vec::new();
    for batch in kept.chunks(50) {
        let log_events: Vec<serde_json::Value> = batch
            .iter()
            .map(|event| serde_json::json!({"id": "0", "timestamp": 0, "message": event}))
            .collect();
        let envelope = serde_json::json!({
            "messageType": "DATA_MESSAGE",
            "owner": "111122223333",
            "logGroup": "/aws/eks/timeline/cluster",
            "logStream": "kube-apiserver-audit-0123456789abcdef0123456789abcdef",
            "subscriptionFilters": ["eks-stale-tokens"],
            "logEvents": log_events,
        });
        let mut member = flate2::write::GzEncoder::new(&mut delivered, flate2::Compression::fast());
        std::io::Write::write_all(&mut member, envelope.to_string().as_bytes()).expect("written");
        member.finish().expect("written");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let object = directory.path().join("delivery-1-2026-11-26-08-00-00");
    std::fs::write(&object, delivered).expect("written");
    let whole = crate::tool::over_files("sweep", &[Path::new(RECORDED)], ["--format", "json"]);
    let watched = crate::tool::over_files("sweep", &[&object], ["--format", "json"]);
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert!(findings(&whole).len() > 3);
    assert_eq!(findings(&watched), findings(&whole));
}
