//! What an input without audit events is, and the command that makes it readable.

use memchr::memmem::find;

/// What content gives away, each with what it is and what to do. The first that fits is taken.
const KINDS: &[(&[&str], &str)] = &[
    (
        &["type=", "msg=audit("],
        "Linux's own audit log (auditd), which has no Kubernetes events",
    ),
    (
        &["protoPayload", "cloudaudit.googleapis.com"],
        "Google Cloud's audit log of GKE, which leaves out the annotation of stale tokens",
    ),
    (
        &["class_uid", "category_name"],
        "OCSF, as Security Lake writes it; its source has the events: aws logs filter-log-events --log-group-name /aws/eks/CLUSTER/cluster --log-stream-name-prefix kube-apiserver-audit --output json > events.json",
    ),
    (
        &["eventSource", "eventName", "awsRegion"],
        "CloudTrail, which has calls to AWS and not to the API server",
    ),
    (
        &["\"data\"", "\"H4sI"],
        "gzip in base64: jq -r '.records[].data' FILE | while read -r data; do base64 -d <<< \"$data\" | gunzip; done > events.json",
    ),
    (
        &["\"data\": \"H4sI"],
        "gzip in base64: jq -r '.. | strings | select(startswith(\"H4sI\"))' FILE | while read -r data; do base64 -d <<< \"$data\" | gunzip; done > events.json",
    ),
    (
        &["level=", "access granted"],
        "the authenticator's log; the audit log is in the streams kube-apiserver-audit-... of the same log group",
    ),
    (
        &["arn:aws", "username=", "client="],
        "the authenticator's log; the audit log is in the streams kube-apiserver-audit-... of the same log group",
    ),
    (
        &["&quot;auditID&quot;"],
        "text escaped for HTML: python3 -c 'import html,sys; print(html.unescape(sys.stdin.read()))' < FILE > events.json",
    ),
    (
        &["=>", "requestReceivedTimestamp"],
        "Ruby's notation, which Logstash's rubydebug and Fluent Bit's stdout print for people to read: let them write JSON (codec json_lines, format json_lines)",
    ),
    (
        &["'requestReceivedTimestamp'"],
        "Python's notation: python3 -c 'import ast,json,sys; [print(json.dumps(ast.literal_eval(line))) for line in sys.stdin]' < FILE > events.json",
    ),
    (
        &["auditID: ", "requestReceivedTimestamp: "],
        "YAML: yq -o json -I 0 FILE > events.json",
    ),
    (
        &["requestReceivedTimestamp", "\"message\""],
        "pieces of audit events; if one field has them whole, extract it: jq -r '.. | .message? // empty' FILE",
    ),
    (
        &["requestReceivedTimestamp"],
        "audit events in an unknown layout; to get one event per line: jq -c '.. | objects | select(.auditID?)' FILE",
    ),
    (
        &["@timestamp", "@ptr"],
        "a query's result without @message: run it again with | fields @timestamp, @message",
    ),
    (
        &["@timestamp,"],
        "a query's result without @message: run it again with | fields @timestamp, @message",
    ),
    (
        &["\"field\"", "\"value\"", "\"results\""],
        "a query's result without @message: run it again with | fields @timestamp, @message",
    ),
    (
        &["authentication.k8s.io/stale-token"],
        "text that quotes the annotation, without its event",
    ),
];

/// What an input that begins so is, in words with what to do; `None` if nothing gives it away.
pub fn looks_like(beginning: &[u8]) -> Option<String> {
    if beginning.trim_ascii().is_empty() {
        return Some("an empty file".to_owned());
    }
    if beginning.starts_with(b"PAR1") {
        return Some(
            "Parquet: duckdb -c \"copy (select * from 'FILE') to 'events.json'\"".to_owned(),
        );
    }
    let kind = KINDS.iter().find(|(signs, _)| {
        signs
            .iter()
            .all(|sign| find(beginning, sign.as_bytes()).is_some())
    });
    if let Some((_, words)) = kind {
        return Some((*words).to_owned());
    }
    is_klog(beginning).then(|| {
        "a component's own log; the API server's audit log is another file (--audit-log-path) or stream".to_owned()
    })
}

/// Whether the first line begins as Kubernetes' own logs do: `I1124 06:01:27.104500`.
fn is_klog(beginning: &[u8]) -> bool {
    let line = beginning
        .iter()
        .position(|byte| matches!(byte, b'I' | b'W' | b'E' | b'F'))
        .map(|at| &beginning[at..]);
    line.and_then(|line| line.get(1..6))
        .is_some_and(|date| date[..4].iter().all(u8::is_ascii_digit) && date[4] == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_gives_it_away() {
        for (text, words) in [
            (
                "type=SYSCALL msg=audit(1795500087.104:1): arch=c000003e",
                "auditd",
            ),
            (r#"{"class_uid":6003,"category_name":"x"}"#, "Security Lake"),
            (r#"{"records":[{"data":"H4sIAAAA"}]}"#, "base64 -d"),
            (
                "I1124 06:01:27.104500 10 controller.go:116] loading",
                "component's own log",
            ),
            ("PAR1\x15", "duckdb"),
            ("@timestamp,verb\n2026,get\n", "fields @timestamp, @message"),
            (
                r#"{&quot;kind&quot;:&quot;Event&quot;,&quot;auditID&quot;:1}"#,
                "html.unescape",
            ),
            (
                r#"{"message" => "{\"requestReceivedTimestamp\":1}"}"#,
                "json_lines",
            ),
            (
                "{'kind': 'Event', 'requestReceivedTimestamp': 1}",
                "ast.literal_eval",
            ),
            (
                "kind: Event\nauditID: x\nrequestReceivedTimestamp: t\n",
                "yq -o json",
            ),
            ("\n \n", "an empty file"),
        ] {
            let found = looks_like(text.as_bytes()).expect(text);
            assert!(found.contains(words), "{found}");
        }
        assert_eq!(looks_like(b"these are notes"), None);
    }
}
