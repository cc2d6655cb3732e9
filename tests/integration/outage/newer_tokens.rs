//! Frozen by proof: the kubelet was issued newer tokens, and the pod goes on with its old one.

use std::io::{Cursor, Write as _};

use chrono::TimeDelta;
use eks_stale_tokens::report::verdict::{Severity, Verdict};
use serde_json::Value;

use super::log_writer::{Log, Pod, at, every, holder, token_request};
use crate::loopback::{CloudWatch, LogGroup};
use crate::tool::{over_files, run, tool_toward};

const ISSUED: &str = "2026-08-29T21:30:00Z";
const END: &str = "2026-08-30T11:30:00Z";
const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";
const KEY: &str = "authentication.kubernetes.io/issued-credential-id";

/// A pod whose token is 14 hours old at the end.
fn pod(name: &str, address: &str) -> Pod {
    Pod::new("app", name, address, ISSUED)
}

fn log_of(pods: &[&Pod]) -> Log {
    let mut log = Log::default();
    for pod in pods {
        for time in every(10, pod.issued + TimeDelta::minutes(65), at(END)) {
            log.accepted(pod, time);
        }
    }
    log
}

/// The kubelet beside the pod replaces its token every 48 minutes.
fn rotate(log: &mut Log, pod: &Pod) {
    for time in every(48, pod.issued, at(END)) {
        log.issued(pod, time);
    }
}

#[test]
fn a_pod_that_ignores_newer_tokens_for_half_a_day_is_frozen() {
    let pod = pod("app-0", "10.0.0.1");
    let mut log = log_of(&[&pod]);
    assert_eq!(holder(&log.report(), "app-0").verdict, Verdict::Undecided);
    rotate(&mut log, &pod);
    let report = log.report();
    let frozen = holder(&report, "app-0");
    assert_eq!(frozen.verdict, Verdict::Frozen);
    assert_eq!(frozen.severity, Some(Severity::Notice));
    assert_eq!(frozen.rejected_from, pod.issued + TimeDelta::days(90));
    insta::assert_snapshot!("frozen_by_proof", frozen.reasons.join("\n"));
}

#[test]
fn a_kubelet_tells_of_a_pod_only_where_it_is_alone() {
    let (one, other) = (pod("app-0", "10.0.0.1"), pod("app-1", "10.0.0.2"));
    let mut log = log_of(&[&one, &other]);
    rotate(&mut log, &one);
    let report = log.report();
    for name in ["app-0", "app-1"] {
        assert_eq!(holder(&report, name).verdict, Verdict::Undecided, "{name}");
    }
    // On nodes of their own, each by its own kubelet.
    let elsewhere = Pod {
        node: "node-2",
        ..other
    };
    let mut log = log_of(&[&one, &elsewhere]);
    rotate(&mut log, &one);
    let report = log.report();
    assert_eq!(holder(&report, "app-0").verdict, Verdict::Frozen);
    assert_eq!(holder(&report, "app-1").verdict, Verdict::Undecided);
    // Another service account's tokens say nothing.
    let mut log = log_of(&[&one]);
    let others = Pod::new("other", "other-0", "10.0.0.3", ISSUED);
    rotate(&mut log, &others);
    assert_eq!(holder(&log.report(), "app-0").verdict, Verdict::Undecided);
}

#[test]
fn the_age_of_a_token_decides_without_a_kubelet_which_adds_the_proof() {
    let old = Pod::new("app", "app-0", "10.0.0.1", "2026-08-20T00:00:00Z");
    let beside = Pod::new("app", "app-1", "10.0.0.2", "2026-08-20T00:00:00Z");
    let mut log = Log::default();
    for time in every(10, at("2026-08-30T00:00:00Z"), at(END)) {
        log.accepted(&old, time);
    }
    for time in every(48, at("2026-08-30T00:10:00Z"), at(END)) {
        log.issued(&old, time);
    }
    let reasons = |log: &Log| holder(&log.report(), "app-0").reasons.join("\n");
    let alone = reasons(&log);
    assert!(alone.contains("at least 15 newer tokens"), "{alone}");
    assert!(alone.contains("the only pod"), "{alone}");
    log.accepted(&beside, at("2026-08-30T03:00:00Z"));
    let shared = reasons(&log);
    assert!(shared.contains("up to 2 pods"), "{shared}");
    assert!(!shared.contains("the only pod"), "{shared}");
}

/// Events that look like a token issued to the kubelet, made by somebody else.
fn forge(log: &mut Log, pod: &Pod) {
    let by = "system:node:node-1";
    for time in every(48, pod.issued, at(END)) {
        let event = token_request(pod, time);
        // With rights to create tokens, from anywhere.
        log.event(time, event.replace(by, "system:serviceaccount:ns:node-1"));
        // Refused.
        log.event(time, event.replace(r#""code":201"#, r#""code":403"#));
        // By the node, but nothing was issued: the annotation stands in a body and in a path.
        let annotation = format!(r#""{KEY}":"JTI=1""#);
        let nothing = event.replace(&annotation, r#""a.example/b":"c""#);
        let (path, body) = (
            format!(r#"token?a=\"{KEY}\":\"JTI=1\"}}}}""#),
            format!(r#""requestObject":{{"annotations":{{{annotation}}}}},"requestReceived"#),
        );
        let forged = nothing.replace(r#"/token""#, &format!("/{path}"));
        log.event(time, forged.replace(r#""requestReceived"#, &body));
    }
}

fn verdict_and_reasons(stdout: &str) -> (String, Value) {
    let report: Value = serde_json::from_str(stdout).expect("JSON");
    assert_eq!(report["clusters"][0]["gaps"], Value::Array(Vec::new()));
    let holder = &report["findings"][0]["holders"][0];
    let verdict = holder["verdict"].as_str().expect("a verdict");
    (verdict.to_owned(), holder["reasons"].clone())
}

#[test]
fn files_and_cloudwatch_tell_the_true_from_the_forged_alike() {
    let pod = pod("app-0", "10.0.0.1");
    for (is_true, expected) in [(true, "frozen"), (false, "undecided")] {
        let mut log = log_of(&[&pod]);
        forge(&mut log, &pod);
        if is_true {
            rotate(&mut log, &pod);
        }
        let window = ["--since", "2026-08-29T22:00", "--until", "2026-08-30T12:00"];
        let asked = |endpoint: &str| {
            run(tool_toward(endpoint)
                .args(["investigate", "story", "--format", "json"])
                .args(window))
        };
        let group = LogGroup::named("/aws/eks/story/cluster")
            .events_from_audit_log(STREAM, Cursor::new(log.text()));
        let cloudwatch = CloudWatch::builder().group(group).start();
        let asked = asked(&cloudwatch.endpoint());
        assert_eq!(asked.code, Some(0), "{}", asked.stderr);
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(log.text().as_bytes()).expect("written");
        let options = window
            .iter()
            .chain(&["--cluster-name", "story", "--format", "json"]);
        let read = over_files("investigate", &[file.path()], options);
        assert_eq!(read.code, Some(0), "{}", read.stderr);
        let (verdict, reasons) = verdict_and_reasons(&read.stdout);
        assert_eq!(verdict, expected, "{reasons}");
        assert_eq!(verdict_and_reasons(&asked.stdout), (verdict, reasons));
    }
}
