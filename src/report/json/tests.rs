use super::*;

fn error(text: &str) -> String {
    read(text).expect_err("refused").to_string()
}

fn with_finding(finding: &str) -> String {
    format!(
        r#"{{"schema_version":1,"made_for":null,"complete":true,
            "token_lifetime":{{"seconds":7776000,"source":"aws_documentation"}},
            "clusters":[],"gaps":[],"passed_over":[],"findings":[{finding}]}}"#
    )
}

fn finding(namespace: &str, command: &str, holders: &str) -> String {
    with_finding(&format!(
        r#"{{"rank":1,"cluster":"prod-1","region":null,"namespace":"{namespace}",
            "service_account":"default","verdict":"frozen","severity":"notice",
            "rejected_from":"2026-12-01T00:00:00Z","seconds_left":1,
            "issued":"2026-09-02T00:00:00Z","age_seconds":1,"requests":1,
            "first_seen":"2026-09-04T00:00:00Z","last_seen":"2026-09-04T00:00:00Z",
            "clients":[],"remedies":[{{"kind":"restart","command":"{command}",
            "new_date":"2026-12-01T00:00:00Z"}}],"holders":[{holders}]}}"#
    ))
}

const HOLDER: &str = r#"{"identity":{"pod":{"uid":"a"}},"pod":null,"nodes":[],"addresses":[],
    "user_agents":[],"verdict":"frozen","severity":"notice","issued":"2026-09-02T00:00:00Z",
    "rejected_from":"2026-12-01T00:00:00Z","requests":1,"first_seen":"2026-09-04T00:00:00Z",
    "last_seen":"2026-09-04T00:00:00Z","tokens":[]}"#;

#[test]
fn a_report_is_read() {
    let report = read(&with_finding("")).expect("a report");
    assert!(report.findings.is_empty());
    let text = finding(
        "team-a",
        "kubectl rollout restart deployment/a.b -n team-a",
        HOLDER,
    );
    assert_eq!(read(&text).expect("a report").findings.len(), 1);
}

#[test]
fn what_is_no_report_is_refused_with_the_reason() {
    for (text, reason) in [
        ("", "not a valid report: EOF"),
        (
            "{\"schema_version\":1,\"findings\":[",
            "not a valid report: EOF",
        ),
        (
            "rank,cluster,namespace",
            "not a valid report: expected value",
        ),
        (
            "{\"schema_version\":1}",
            "not a valid report: missing field",
        ),
        ("[]", "not a JSON report"),
        ("{\"kind\":\"Event\"}", "not a JSON report"),
        ("{\"schema_version\":\"1\"}", "not a JSON report"),
        ("{\"schema_version\":0}", "not a JSON report"),
        (
            "{\"schema_version\":3}",
            "schema version 3, this one reads up to 2",
        ),
    ] {
        let error = error(text);
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn a_forged_report_is_refused() {
    let command = "kubectl rollout restart deployment/a -n a";
    for (text, reason) in [
        (
            finding("a b", command, HOLDER),
            "is not a valid service account name",
        ),
        (finding("a", "kubectl delete $(x)", HOLDER), "never writes"),
        (finding("a", command, ""), "has no holders"),
    ] {
        let error = error(&text);
        assert!(error.contains(reason), "{error}");
    }
}
