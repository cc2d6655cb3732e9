//! Answers that are larger than anybody needs, and pages that do not end.

use loopback_cloudwatch::{CloudWatch, Fault, LogGroup, Operation, When};

use super::{
    HOUR, STREAM, assert_nothing_left_running, gaps, report, requests, run_to, service,
    small_group, stale_event, tool_at,
};
use crate::tool::run;

/// More than is read of one answer.
const TOO_MUCH: usize = 40 << 20;

/// The rows that were asked for by each page, 0 for as many as the service gives.
fn rows_per_page(cloudwatch: &CloudWatch) -> Vec<u64> {
    let calls = cloudwatch.calls_of("GetQueryResults");
    let items = calls.iter().map(|call| call.body["maxItems"].as_u64());
    items.map(Option::unwrap_or_default).collect()
}

#[test]
fn an_answer_that_is_too_large_is_asked_for_with_fewer_rows() {
    let cloudwatch = service().group(small_group("a")).start();
    let padded = Fault::Padded(TOO_MUCH);
    cloudwatch.fault(Operation::GetQueryResults, When::First(2), padded);
    let mut command = tool_at(&cloudwatch);
    let report = report(
        command
            .args(["sweep", "a", "--max-queries", "1"])
            .args(HOUR),
        0,
    );
    assert_eq!(requests(&report), 60);
    assert_eq!(rows_per_page(&cloudwatch)[..3], [0, 1_000, 100]);
    assert_nothing_left_running(&cloudwatch);
}

#[test]
fn rows_that_are_too_large_one_by_one_are_a_gap_that_says_so() {
    let cloudwatch = service().group(small_group("a")).start();
    cloudwatch.fault(
        Operation::GetQueryResults,
        When::Always,
        Fault::Padded(TOO_MUCH),
    );
    let mut command = tool_at(&cloudwatch);
    let run = run(command
        .args(["sweep", "a", "--max-queries", "1", "--format", "json"])
        .args(HOUR));
    assert!(matches!(run.code, Some(1 | 4)), "{:?}", run.code);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("larger than 32 MiB"), "{said}");
    assert_nothing_left_running(&cloudwatch);
}

/// A result has at most 100,000 rows, whatever pages there are.
#[test]
fn pages_of_results_that_do_not_end_are_a_gap() {
    let group = LogGroup::named("/aws/eks/a/cluster").created(0);
    let group = (0..4_000).fold(group, |group, pod| {
        let (millis, event) = stale_event("sa", &format!("pod-{pod}"), pod % 3_600);
        group.event(STREAM, millis, &event)
    });
    let cloudwatch = service().group(group).start();
    cloudwatch.fault(Operation::GetQueryResults, When::Always, Fault::FurtherPage);
    let mut command = tool_at(&cloudwatch);
    let report = report(command.args(["sweep", "a"]).args(HOUR), 4);
    assert!(gaps(&report).contains(&("a".to_owned(), "query_ended".to_owned())));
    let pages = cloudwatch.calls_of("GetQueryResults").len();
    assert!(pages < 200, "{pages}");
    assert_nothing_left_running(&cloudwatch);
}

#[test]
fn a_page_that_leads_to_itself_is_a_gap() {
    let cloudwatch = service().group(small_group("a")).start();
    cloudwatch.fault(Operation::GetQueryResults, When::Always, Fault::SamePage);
    let mut command = tool_at(&cloudwatch);
    let run = run_to(command.args(["sweep", "a"]).args(HOUR), 4);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("pages that do not end"), "{said}");
}

/// Of two pages the second is answered with the first: neither rows counted twice nor rows missing
/// pass for the whole.
#[test]
fn a_page_that_comes_twice_is_a_gap() {
    let cloudwatch = service().group(small_group("a")).page_size(30).start();
    cloudwatch.fault(
        Operation::GetQueryResults,
        When::Nth(2),
        Fault::RepeatedPage,
    );
    let mut command = tool_at(&cloudwatch);
    let run = run_to(
        command
            .args(["export", "a", "--max-queries", "1"])
            .args(HOUR),
        4,
    );
    assert!(
        run.stdout.contains("pages that do not end"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_list_that_leads_back_to_itself_is_told() {
    for (operation, exit, words) in [
        (Operation::DescribeLogGroups, 1, "does not end"),
        // Log groups tell which clusters there are.
        (Operation::ListClusters, 0, "eks:ListClusters: failed"),
    ] {
        let cloudwatch = service().group(small_group("a")).start();
        cloudwatch.fault(operation, When::Always, Fault::SamePage);
        let mut command = tool_at(&cloudwatch);
        let run = run_to(command.args(["sweep", "--all-clusters"]).args(HOUR), exit);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains(words), "{operation}: {said}");
    }
}
