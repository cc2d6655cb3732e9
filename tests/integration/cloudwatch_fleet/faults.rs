//! A service that misbehaves: what is known is reported, nothing is left running.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use loopback_cloudwatch::{End, Exception, Fault, LogGroup, Operation, When};

use super::{
    HOUR, assert_nothing_left_running, gaps, report, requests, run_to, service, small_group,
    tool_at,
};
use crate::tool::Run;

fn clusters() -> Vec<LogGroup> {
    vec![small_group("a"), small_group("b")]
}

#[test]
fn what_passes_is_tried_again() {
    for fault in [
        Fault::Throttle,
        Fault::LimitExceeded,
        Fault::InternalFailure,
        Fault::Unavailable,
        Fault::Reset,
    ] {
        for operation in [
            Operation::DescribeLogGroups,
            Operation::StartQuery,
            Operation::GetQueryResults,
        ] {
            let cloudwatch = service().groups(clusters()).start();
            // A start that may have been carried out is repeated only once.
            let is_unsure = operation == Operation::StartQuery && fault == Fault::Reset;
            let times = if is_unsure { 1 } else { 2 };
            cloudwatch.fault(operation, When::First(times), fault.clone());
            let report = report(tool_at(&cloudwatch).args(["sweep", "a", "b"]).args(HOUR), 0);
            assert_eq!(requests(&report), 120, "{operation} {fault:?}");
            assert_nothing_left_running(&cloudwatch);
        }
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_asked_for_again() {
    for fault in [Fault::JunkBody, Fault::TruncatedBody, Fault::AnswerLost] {
        let cloudwatch = service().groups(clusters()).start();
        cloudwatch.fault(Operation::GetQueryResults, When::Nth(1), fault.clone());
        let report = report(tool_at(&cloudwatch).args(["sweep", "a", "b"]).args(HOUR), 0);
        assert_eq!(requests(&report), 120, "{fault:?}");
        assert_nothing_left_running(&cloudwatch);
    }
}

/// Nobody knows whether a query runs whose start was not answered: it is started once more, and
/// no oftener.
#[test]
fn a_start_whose_answer_is_lost_is_repeated_once() {
    for fault in [Fault::JunkBody, Fault::TruncatedBody, Fault::AnswerLost] {
        let cloudwatch = service().group(small_group("a")).start();
        cloudwatch.fault(Operation::StartQuery, When::Nth(1), fault.clone());
        run_to(tool_at(&cloudwatch).args(["export", "a"]).args(HOUR), 0);
        assert_eq!(cloudwatch.calls_of("StartQuery").len(), 2, "{fault:?}");

        let cloudwatch = service().group(small_group("a")).start();
        cloudwatch.fault(Operation::StartQuery, When::Always, fault.clone());
        let run = run_to(tool_at(&cloudwatch).args(["export", "a"]).args(HOUR), 1);
        assert!(
            run.stderr.contains("logs:StartQuery failed"),
            "{}",
            run.stderr
        );
        assert_eq!(cloudwatch.calls_of("StartQuery").len(), 2, "{fault:?}");
    }
}

#[test]
fn a_query_without_an_identity_is_a_failure() {
    let cloudwatch = service().group(small_group("a")).start();
    cloudwatch.fault(Operation::StartQuery, When::Always, Fault::EmptyAnswer);
    let run = run_to(tool_at(&cloudwatch).args(["export", "a"]).args(HOUR), 1);
    assert!(run.stderr.contains("holds no queryId"), "{}", run.stderr);
    assert_eq!(cloudwatch.calls_of("GetQueryResults").len(), 0);
}

/// The one call that is never answered is given up after 20 s and made again.
#[test]
fn a_call_that_is_never_answered_is_made_again() {
    for operation in [Operation::DescribeLogGroups, Operation::GetQueryResults] {
        let cloudwatch = service().group(small_group("a")).start();
        cloudwatch.fault(operation, When::Nth(1), Fault::Hang);
        let began = Instant::now();
        let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), 0);
        assert_eq!(requests(&report), 60, "{operation}");
        assert!(began.elapsed() >= Duration::from_secs(20), "{operation}");
        assert_nothing_left_running(&cloudwatch);
    }
}

/// Rows that the service counted and did not give are read in smaller chunks, and so is a result
/// that fills a limit exactly.
#[test]
fn rows_are_counted() {
    let pods = |count: i64| {
        let group = LogGroup::named("/aws/eks/a/cluster");
        (0..count).fold(group, |group, pod| {
            let (millis, event) = super::stale_event("sa", &format!("pod-{pod}"), pod * 60);
            group.event(super::STREAM, millis, &event)
        })
    };
    let cloudwatch = service()
        .group(pods(30))
        .stats_rows(20)
        .counts_cut_rows()
        .start();
    let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), 0);
    assert_eq!(requests(&report), 30);
    assert!(super::of_holders(&cloudwatch).len() > 1);
}

#[test]
fn throttling_without_end_ends_with_the_time_limit() {
    for (operation, exit) in [(Operation::StartQuery, 1), (Operation::GetQueryResults, 1)] {
        let cloudwatch = service().groups(clusters()).start();
        cloudwatch.fault(operation, When::Always, Fault::Throttle);
        let began = Instant::now();
        let run = tool_at(&cloudwatch)
            .args(["sweep", "a", "b", "--timeout", "2s"])
            .args(HOUR)
            .output()
            .expect("it runs");
        assert!(began.elapsed() < Duration::from_secs(12));
        let code = run.status.code();
        assert!(
            code == Some(exit) || code == Some(4),
            "{operation} {code:?}"
        );
        assert_nothing_left_running(&cloudwatch);
    }
}

#[test]
fn a_call_that_hangs_ends_with_the_time_limit_and_the_query_is_stopped() {
    let cloudwatch = service().groups(clusters()).start();
    cloudwatch.fault(Operation::GetQueryResults, When::Always, Fault::Hang);
    let began = Instant::now();
    let report = report(
        tool_at(&cloudwatch)
            .args(["sweep", "a", "b", "--timeout", "2s"])
            .args(HOUR),
        4,
    );
    assert!(began.elapsed() < Duration::from_secs(12));
    assert!(gaps(&report).iter().all(|(_, kind)| kind == "time_limit"));
    assert_eq!(gaps(&report).len(), 2);
    assert_nothing_left_running(&cloudwatch);
}

#[test]
fn credentials_that_expire_on_the_way_stop_the_query_and_are_told() {
    let cloudwatch = service().groups(clusters()).polls_until_complete(3).start();
    cloudwatch.fault(
        Operation::GetQueryResults,
        When::From(2),
        Fault::ExpiredCredentials,
    );
    let run = run_to(tool_at(&cloudwatch).args(["sweep", "a", "b"]).args(HOUR), 1);
    assert!(
        run.stderr
            .contains("credentials are invalid or have expired"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("aws sso login"), "{}", run.stderr);
    assert_eq!(cloudwatch.calls_of("StopQuery").len(), 1);
    assert_nothing_left_running(&cloudwatch);
}

#[test]
fn a_page_that_has_expired_is_said() {
    let cloudwatch = service().group(small_group("a")).page_size(25).start();
    cloudwatch.fault(
        Operation::GetQueryResults,
        When::Always,
        Fault::ExpiredPageToken,
    );
    let run = tool_at(&cloudwatch)
        .args(["export", "a"])
        .args(HOUR)
        .output()
        .expect("it runs");
    let run = Run::from(run);
    assert!(matches!(run.code, Some(1 | 4)), "{}", run.stderr);
    assert!(
        run.stderr.contains("nextToken has expired"),
        "{}",
        run.stderr
    );
}

/// Refused, the one query gives way to several, and the one of them that is refused as well to
/// whole events.
#[test]
fn a_refused_aggregate_is_asked_for_apart_and_then_as_single_events() {
    for refused in [1, 2] {
        let cloudwatch = service().groups(clusters()).start();
        let malformed = Exception::new("MalformedQueryException", "unknown function");
        let fault = Fault::Other(malformed);
        cloudwatch.fault(Operation::StartQuery, When::First(refused), fault);
        let run = run_to(
            tool_at(&cloudwatch)
                .args(["sweep", "a", "b", "--max-queries", "1"])
                .args(["-v", "--format", "json"])
                .args(HOUR),
            0,
        );
        let report = serde_json::from_str(&run.stdout).expect("a report");
        assert_eq!(requests(&report), 120);
        let apart = usize::from(refused == 1);
        assert_eq!(super::of_holders(&cloudwatch).len(), apart);
        let mut lines = run.stderr.lines();
        let said = lines.any(|line| line.contains("refused") && line.contains("audit-evidence"));
        assert!(said, "{}", run.stderr);
    }
}

/// Marks of another form than the API server is known to write are read from the whole event.
#[test]
fn events_that_the_aggregate_cannot_read_are_asked_for_whole() {
    let (millis, event) = super::stale_event("sa", "odd", 7);
    let odd = event
        .replace(r#","uid":"0""#, r#","uid":"0","other":{"a":{"b":1}}"#)
        .replace(
            r#""kind":"Event","apiVersion":"audit.k8s.io/v1""#,
            r#""apiVersion":"audit.k8s.io/v1","kind":"Event""#,
        );
    // Long enough for CloudWatch to have cut it off.
    let long = event.replace("\"agent\"", &format!("\"{}\"", "x".repeat(260_000)));
    let cut = &long[..long.len() - 300];
    let cloudwatch = service()
        .group(small_group("a").event(super::STREAM, millis, &odd))
        .group(small_group("b").event(super::STREAM, millis, cut))
        .start();
    let report = report(tool_at(&cloudwatch).args(["sweep", "a", "b"]).args(HOUR), 0);
    assert_eq!(requests(&report), 121);
    let queries = cloudwatch.queries();
    let mut rest = queries
        .iter()
        .filter(|query| query.text.contains("| display"));
    assert_eq!(rest.next().expect("a query").groups, ["/aws/eks/a/cluster"]);
    assert!(rest.next().is_none());
    let note = &report["clusters"][1]["notes"][0];
    assert_eq!(note["count"], 1);
    assert!(
        note["text"].as_str().expect("text").contains("cut off"),
        "{note}"
    );
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_ends_at_once() {
    let cloudwatch = service()
        .groups(clusters())
        .fault(Operation::StopQuery, When::Always, Fault::Hang)
        .queries_end(When::Always, End::Never)
        .start();
    let child = tool_at(&cloudwatch)
        .args(["sweep", "a", "b"])
        .args(HOUR)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let interrupt = || {
        let sent = Command::new("kill")
            .args(["-s", "INT", &child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    };
    cloudwatch.wait_for("GetQueryResults", 2);
    interrupt();
    cloudwatch.wait_for("StopQuery", 1);
    interrupt();
    let began = Instant::now();
    let ended = Run::from(child.wait_with_output().expect("the program ends"));
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(130), ""));
}

/// An answer that states nothing of the query is no end of it: it is polled again, and stopped if
/// it never states anything.
#[test]
fn a_query_of_which_nothing_is_said_is_polled_again_and_stopped_at_last() {
    for (when, exit) in [(When::First(3), 0), (When::Always, 4)] {
        let cloudwatch = service().group(small_group("a")).start();
        cloudwatch.fault(Operation::GetQueryResults, when, Fault::EmptyAnswer);
        let mut command = tool_at(&cloudwatch);
        let sweep = command.args(["sweep", "a", "--max-queries", "1"]);
        report(sweep.args(HOUR), exit);
        assert_nothing_left_running(&cloudwatch);
    }
}
