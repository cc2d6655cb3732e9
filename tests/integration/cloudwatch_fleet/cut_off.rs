//! Events that were cut off where a body that a caller wrote looks like the API server's own
//! annotations.

use loopback_cloudwatch::LogGroup;
use serde_json::Value;

use super::{STREAM, gaps, report, service, stale_event, tool_at};

const WINDOW: [&str; 4] = ["--since", "2026-11-20T06:00", "--until", "2026-11-20T07:00"];

/// An event as [`stale_event`] makes it, but with this object in its body and cut off after it.
fn cut_off(body: &str) -> (i64, String) {
    let (millis, event) = stale_event("sa", "pod", 3_000);
    let (before, _) = event
        .split_once(r#","requestReceivedTimestamp""#)
        .expect("a whole event");
    (
        millis,
        format!(r#"{before},"requestObject":{{"data":{body}"#),
    )
}

/// What a caller writes so that the end of the cut event looks like the end of a whole one.
fn forged(mark: &str, nesting: &str) -> String {
    format!(
        r#"{nesting}"a":{{"requestReceivedTimestamp":"2026-11-20T06:50:00.000000Z","stageTimestamp":"2026-11-20T06:50:00.000000Z","annotations":{{{mark}}}}}"#
    )
}

fn frozen_group() -> LogGroup {
    (0..60).fold(
        LogGroup::named("/aws/eks/a/cluster").created(0),
        |group, minute| {
            let (millis, event) = stale_event("sa", "pod", minute * 60);
            group.event(STREAM, millis, &event)
        },
    )
}

fn verdicts(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| finding["verdict"].as_str().expect("a verdict"))
        .collect()
}

#[test]
fn an_annotation_in_the_body_of_a_cut_event_is_a_gap_and_no_new_token() {
    let mark = r#""authentication.k8s.io/stale-token":"subject: system:serviceaccount:ns:sa, seconds after warning threshold: 0""#;
    for nesting in ["{", r#"{"b":{},"c":[{"d":"}"}],"#, r#"{"e":"\"{\\","#] {
        for padding in ["", &"x".repeat(300_000)] {
            let (millis, event) = cut_off(&forged(mark, nesting));
            let event = event.replace("agent", &format!("agent{padding}"));
            assert!(event.ends_with("}}") && event.starts_with(r#"{"kind":"Event""#));
            for command in ["sweep", "investigate"] {
                let group = frozen_group().event(STREAM, millis, &event);
                let cloudwatch = service().group(group).start();
                let report = report(tool_at(&cloudwatch).args([command, "a"]).args(WINDOW), 4);
                assert_eq!(verdicts(&report), ["frozen"], "{command} {nesting}");
                let tokens = &report["findings"][0]["holders"][0]["tokens"];
                assert_eq!(tokens.as_array().map(Vec::len), Some(1), "{tokens}");
                assert_eq!(
                    gaps(&report),
                    [("a".to_owned(), "malformed_event".to_owned())],
                    "{command} {nesting}"
                );
            }
        }
    }
}

#[test]
fn a_legacy_token_in_the_body_of_a_cut_event_is_a_gap_and_no_token() {
    let mark = r#""authentication.k8s.io/legacy-token":"system:serviceaccount:ns:sa""#;
    let (millis, event) = cut_off(&forged(mark, "{"));
    let group = frozen_group().event(STREAM, millis, &event);
    let cloudwatch = service().group(group).start();
    let report = report(
        tool_at(&cloudwatch).args(["investigate", "a"]).args(WINDOW),
        4,
    );
    assert_eq!(report["clusters"][0]["legacy_tokens"], Value::Array(vec![]));
    assert_eq!(gaps(&report).len(), 1);
}

/// Whole events with bodies are aggregated, however many there are, and read one by one only
/// where they nest deeper than the query can follow.
#[test]
fn whole_events_with_bodies_are_counted_alike() {
    let nested = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    for (depth, reads_whole) in [(1, false), (16, false), (17, true), (60, true)] {
        let (millis, event) = stale_event("sa", "pod", 3_000);
        let body = format!(r#","requestObject":{},"requestReceived"#, nested(depth));
        let event = event.replace(r#","requestReceived"#, &body);
        let group = frozen_group().event(STREAM, millis, &event);
        let cloudwatch = service().group(group).start();
        let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(WINDOW), 0);
        assert_eq!(super::requests(&report), 61, "{depth}");
        let queries = cloudwatch.queries();
        let whole = queries.iter().any(|query| query.text.contains("| display"));
        assert_eq!(whole, reads_whole, "{depth}");
    }
}
