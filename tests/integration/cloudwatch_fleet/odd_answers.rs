//! A service that refuses a construct of a query, or answers it otherwise than expected: the same
//! findings, or a gap that says so.

use loopback_cloudwatch::{Builder, LogGroup, Manners};
use serde_json::{Value, json};

use super::floods::rejection;
use super::{
    HOUR, STREAM, control_plane_event, gaps, report, run_to, service, small_group, stale_event,
    tool_at,
};

/// A log of every kind of event: two frozen pods, one of which says which token it uses, watches, a
/// token in a secret, rejections, the control plane, and the mark where a caller wrote it.
pub(super) fn log(cluster: &str) -> LogGroup {
    let mut group = small_group(cluster).created(0);
    let mut add = |second: i64, from: &[(&str, &str)]| {
        let (millis, event) = stale_event("other", "second", second);
        let event = from.iter().fold(event, |event, (from, to)| {
            assert!(event.contains(from), "{from}");
            event.replace(from, to)
        });
        let group_now = std::mem::replace(&mut group, LogGroup::named("none"));
        group = group_now.event(STREAM, millis, &event);
    };
    let credential = (
        r#""authentication.kubernetes.io/pod-name""#,
        r#""authentication.kubernetes.io/credential-id":["JTI=1"],"authentication.kubernetes.io/pod-name""#,
    );
    let watch = (r#""verb":"list""#, r#""verb":"watch""#);
    let begun = ("ResponseComplete", "ResponseStarted");
    let legacy = (
        r#""authentication.k8s.io/stale-token":"subject: system:serviceaccount:ns:other, seconds after warning threshold: "#,
        r#""authentication.k8s.io/legacy-token":"system:serviceaccount:ns:other","authentication.k8s.io/legacy-token-manual-secret":"secret-"#,
    );
    let body = (
        r#","requestReceivedTimestamp""#,
        r#","requestObject":{"a":{"authentication.k8s.io/stale-token":"x"}},"requestReceivedTimestamp""#,
    );
    for minute in 0..50 {
        add(minute * 60, &[credential]);
        add(minute * 60 + 20, &[credential, watch, begun]);
        add(minute * 60 + 25, &[credential, watch]);
        add(minute * 60 + 40, &[credential, body]);
    }
    add(500, &[legacy]);
    for second in [30, 1_800, 3_590] {
        let (millis, event) = control_plane_event(second, "system:apiserver");
        group = group.event(STREAM, millis, &event);
        let (millis, event) = rejection("10.0.7.7", "a \\\"b\\\"", second * 1_000);
        group = group.event(STREAM, millis, &event);
    }
    group
}

/// What a sweep of the log comes to, and what it says with `-v`.
fn swept(builder: Builder, exits: &[i32]) -> (Value, Value, String) {
    let cloudwatch = builder.group(log("a")).start();
    let mut command = tool_at(&cloudwatch);
    command.args(["sweep", "a", "-v", "--format", "json"]);
    let run = crate::tool::run(command.args(HOUR));
    assert!(
        run.code.is_some_and(|code| exits.contains(&code)),
        "{:?} {}",
        run.code,
        run.stderr
    );
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    let cluster = &report["clusters"][0];
    let essence = json!([
        report["findings"],
        cluster["legacy_tokens"],
        cluster["rejected_callers"]
    ]);
    (essence, report, run.stderr)
}

#[test]
fn what_is_answered_otherwise_gives_the_same_or_a_gap() {
    let (expected, _, _) = swept(service(), &[0]);
    assert_eq!(expected[0].as_array().map(Vec::len), Some(2), "{expected}");
    assert_eq!(expected[1].as_array().map(Vec::len), Some(1), "{expected}");
    assert_eq!(expected[2].as_array().map(Vec::len), Some(1), "{expected}");
    let plain = Manners::default();
    for manners in [
        Manners {
            blank_groups: true,
            ..plain
        },
        Manners {
            scientific: true,
            ..plain
        },
        Manners {
            drops_absent: true,
            ..plain
        },
        Manners {
            blank_groups: true,
            scientific: true,
            drops_absent: true,
            ..plain
        },
    ] {
        let (essence, ..) = swept(service().manners(manners), &[0]);
        assert_eq!(essence, expected, "{manners:?}");
    }
}

/// Numbers that lose digits give no dates: whole events do.
#[test]
fn numbers_that_are_rounded_are_noticed_and_named() {
    let (expected, _, _) = swept(service(), &[0]);
    let rounded = Manners {
        rounds: true,
        ..Manners::default()
    };
    let (essence, _, said) = swept(service().manners(rounded), &[0]);
    assert_eq!(essence, expected);
    let mut lines = said.lines();
    let named = lines.any(|line| line.contains("not answered as expected"));
    assert!(named, "{said}");
}

/// Each construct of the query that is not documented, or documented only lately, is refused by
/// itself.
#[test]
fn a_construct_that_is_refused_costs_no_finding_or_is_a_gap() {
    let (expected, _, _) = swept(service(), &[0]);
    for construct in [
        "strlen(",
        "coalesce(",
        "concat(",
        "(?:",
        "[\\s\\S]",
        "(?<rowKey>",
        "floor(",
        "\"\\\"\"",
        "min(@timestamp)",
        "min(arrival)",
        "sort ",
        "rowKey",
        "limit any",
    ] {
        let (essence, report, said) = swept(service().refuses(construct), &[0, 4]);
        let same = essence == expected;
        assert!(same || !gaps(&report).is_empty(), "{construct}: {said}");
        // Whole events need none of them.
        assert_eq!(essence[0], expected[0], "{construct}");
    }
    // Without this nothing can be read at all, and the report does not pretend to.
    let cloudwatch = service().group(log("a")).refuses("filter ").start();
    let run = run_to(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), 1);
    assert!(run.stderr.contains("refused"), "{}", run.stderr);
}

/// What one refusal costs is told.
#[test]
fn a_refusal_is_said_with_what_stands_in() {
    let cloudwatch = service().group(log("a")).refuses("strlen(").start();
    let run = run_to(
        tool_at(&cloudwatch).args(["sweep", "a", "-v"]).args(HOUR),
        0,
    );
    for words in ["query refused", "audit-evidence", "stale-token-holders"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), 0);
    assert_eq!(report["clusters"][0]["queries"], 3);
}
