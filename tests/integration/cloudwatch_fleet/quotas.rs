//! Quotas are kept on our side, and slices that come back short are cut.

use super::{
    HOUR, START, STREAM, assert_nothing_left_running, gaps, report, requests, run_to, service,
    small_group, stale_event, tool_at,
};
use crate::loopback::{LogGroup, Operation, Quotas};

#[test]
fn the_documented_quotas_are_never_met() {
    let groups = (0..30).map(|number| small_group(&format!("c-{number:02}")));
    let names: Vec<String> = (0..30).map(|number| format!("c-{number:02}")).collect();
    let cloudwatch = service()
        .groups(groups)
        .quotas(Quotas {
            running: 5,
            ..Quotas::documented()
        })
        .polls_until_complete(2)
        // Listing is refused, so each cluster is a query of its own.
        .fault(
            Operation::DescribeLogGroups,
            crate::loopback::When::Always,
            crate::loopback::Fault::AccessDenied,
        )
        .start();
    let report = report(
        tool_at(&cloudwatch)
            .args(["sweep", "--max-queries", "5"])
            .args(&names)
            .args(HOUR),
        0,
    );
    assert_eq!(requests(&report), 30 * 60);
    assert!(cloudwatch.peak_running() <= 5);
    assert_eq!(
        cloudwatch.calls_of("StartQuery").len(),
        30,
        "none was refused"
    );
    assert_eq!(
        cloudwatch.calls_of("GetQueryResults").len(),
        30 * 3,
        "none was refused"
    );
    assert_nothing_left_running(&cloudwatch);
}

#[test]
fn a_query_that_times_out_is_cut_until_it_does_not() {
    let cloudwatch = service()
        .group(small_group("a"))
        .group(small_group("b"))
        .times_out_above(9)
        .start();
    let report = report(tool_at(&cloudwatch).args(["sweep", "a", "b"]).args(HOUR), 0);
    assert_eq!(requests(&report), 120);
    assert!(gaps(&report).is_empty());
    let queries = cloudwatch.queries();
    assert!((15..60).contains(&queries.len()), "{}", queries.len());
    // Those that were answered share no second of a group, and leave none out.
    let mut answered: Vec<_> = queries
        .iter()
        .filter(|query| query.fate == crate::loopback::Fate::Ended(crate::loopback::End::Complete))
        .flat_map(|query| {
            query
                .groups
                .iter()
                .map(|group| (group.clone(), query.start, query.end))
        })
        .collect();
    answered.sort();
    for pair in answered.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        assert_eq!(pair[0].2 + 1, pair[1].1);
    }
}

#[test]
fn an_export_past_the_limit_of_rows_loses_none() {
    // 100,200 events over an hour: more than one query can answer with.
    let mut group = LogGroup::named("/aws/eks/busy/cluster");
    for number in 0..100_200 {
        let (millis, event) = stale_event("sa", "pod", number % 3_600);
        group = group.event(STREAM, millis, &event);
    }
    let cloudwatch = service().group(group).start();
    let run = run_to(tool_at(&cloudwatch).args(["export", "busy"]).args(HOUR), 0);
    assert_eq!(run.stdout.lines().count(), 1 + 100_200);
    let times: Vec<&str> = run.stdout.lines().skip(1).map(|row| &row[..20]).collect();
    assert!(times.is_sorted(), "in order of time");
    assert!(times[0].starts_with("2026-11-20T06:00:00"), "{START}");
    // The first shows that it is too much, without its rows being fetched.
    assert_eq!(cloudwatch.queries().len(), 3);
    assert!(cloudwatch.calls_of("GetQueryResults").len() < 20);
}
