//! Quotas are kept on our side, and slices that come back short are cut.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use eks_stale_tokens::evidence::accepted::StaleTokenRequest;
use eks_stale_tokens::evidence::gap::{Gap, GapKind};
use eks_stale_tokens::evidence::single_request::SingleRequest;
use eks_stale_tokens::source::cloudwatch::budget::Budget;
use eks_stale_tokens::source::cloudwatch::cluster_selection::ClusterSelection;
use eks_stale_tokens::source::cloudwatch::discovery::discover;
use eks_stale_tokens::source::cloudwatch::fleet::{Fleet, FoundRegion};
use eks_stale_tokens::source::cloudwatch::queries::logs_query::LogsQuery;
use eks_stale_tokens::source::cloudwatch::queries::stale_token_events;
use eks_stale_tokens::source::cloudwatch::query_limits::{QueryLimits, RunLimits, WindowEnd};
use eks_stale_tokens::source::cloudwatch::{Outcome, gather};
use eks_stale_tokens::source::single_requests::SingleRequests;
use loopback_cloudwatch::{CloudWatch, End, Fate, Fault, LogGroup, Operation, Quotas, When};

use super::{
    HOUR, START, STREAM, assert_nothing_left_running, connection, gaps, report, requests, service,
    small_group, stale_event, tool_at,
};

#[test]
fn the_documented_quotas_are_never_met() {
    let groups = (0..12).map(|number| small_group(&format!("c-{number:02}")));
    let names: Vec<String> = (0..12).map(|number| format!("c-{number:02}")).collect();
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
            When::Always,
            Fault::AccessDenied,
        )
        .start();
    let report = report(
        tool_at(&cloudwatch)
            .args(["sweep", "--max-queries", "5"])
            .args(&names)
            .args(HOUR),
        0,
    );
    assert_eq!(requests(&report), 12 * 60);
    assert!(cloudwatch.peak_running() <= 5);
    assert_eq!(
        cloudwatch.calls_of("StartQuery").len(),
        12,
        "none was refused"
    );
    assert_eq!(
        cloudwatch.calls_of("GetQueryResults").len(),
        12 * 3,
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
    let queries = super::of_holders(&cloudwatch);
    assert!((15..60).contains(&queries.len()), "{}", queries.len());
    // Those that were answered share no second of a group, and leave none out.
    let mut answered: Vec<_> = queries
        .iter()
        .filter(|query| query.fate == Fate::Ended(End::Complete))
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

/// The query for events, with a limit that a test can fill.
const EVENTS_BY_THE_HUNDRED: LogsQuery = LogsQuery {
    text: || {
        static TEXT: LazyLock<String> = LazyLock::new(|| {
            let text = (stale_token_events::QUERY.text)();
            text.replace("| limit 100000", "| limit 100")
        });
        &TEXT
    },
    row_limit: 100,
    ..stale_token_events::QUERY
};

/// What that query brings back from all groups of a service, and what is missing.
fn asked_for_events(cloudwatch: &CloudWatch) -> (Vec<StaleTokenRequest>, Vec<Gap>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let connection = connection(cloudwatch.endpoint());
        let deadline = tokio::time::Instant::now() + Duration::from_secs(120);
        let groups = discover(
            &connection,
            &ClusterSelection::all(Vec::new()),
            false,
            deadline,
        )
        .await
        .expect("found")
        .groups;
        let time =
            |second: i64| chrono::DateTime::from_timestamp(START + second, 0).expect("a time");
        let budget = Budget {
            max_queries: 8,
            max_scan: None,
            price_per_gb: None,
            time_limit: Duration::from_secs(120),
        };
        let limits = QueryLimits {
            since: time(0),
            look_back: None,
            end: WindowEnd {
                until: time(3_600),
                now: time(4_000),
                max_silence: chrono::TimeDelta::hours(1),
            },
            max_queries: budget.max_queries,
            run: Arc::new(RunLimits::new(budget, deadline)),
        };
        let fleet = Fleet {
            regions: vec![FoundRegion {
                connection: Arc::new(connection),
                groups: Arc::new(groups),
            }],
            ..Fleet::default()
        };
        let outcome: Outcome<SingleRequests<false>> =
            gather(fleet, &[EVENTS_BY_THE_HUNDRED], &limits, None).await;
        let Outcome {
            gathered, failures, ..
        } = outcome;
        assert!(failures.is_empty(), "{failures:?}");
        let coverages = gathered.coverages.0.into_values();
        let gaps = coverages
            .flat_map(|coverage| coverage.gaps.into_keys())
            .collect();
        let rows = gathered.collected.in_time_order().expect("readable");
        let rows = rows.map(|row| match row.expect("a row") {
            SingleRequest::Accepted(row) => row.evidence,
            SingleRequest::Rejected { .. } => unreachable!("they were not asked for"),
        });
        let rows = rows.collect();
        (rows, gaps)
    })
}

#[test]
fn rows_past_the_limit_are_neither_lost_nor_counted_twice() {
    // Two thousand events in two groups, unevenly: a tenth of them within ten seconds.
    let mut groups = ["a", "b"].map(|name| LogGroup::named(format!("/aws/eks/{name}/cluster")));
    for number in 0..2_000_i64 {
        let second = match number % 10 {
            0 => 1_800 + number % 7,
            _ => number * 7 % 3_600,
        };
        let (millis, event) = stale_event("sa", "pod", second);
        let event = event.replace(r#""auditID":"a""#, &format!(r#""auditID":"{number}""#));
        let group = usize::from(number % 3 == 0);
        groups[group] = std::mem::replace(&mut groups[group], LogGroup::named(""))
            .event(STREAM, millis, &event);
    }
    let cloudwatch = service().groups(groups).page_size(30).start();
    let (rows, gaps) = asked_for_events(&cloudwatch);
    assert!(gaps.is_empty(), "{gaps:?}");
    assert!(rows.is_sorted_by_key(|evidence| evidence.received));
    let mut ids: Vec<i64> = rows
        .iter()
        .map(|row| row.audit_id.parse().expect("a number"))
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..2_000).collect::<Vec<_>>());
    assert!(
        cloudwatch.queries().len() < 100,
        "{}",
        cloudwatch.queries().len()
    );
    assert_nothing_left_running(&cloudwatch);
}

#[test]
fn a_second_that_holds_more_than_the_limit_is_said_to_be_incomplete() {
    let mut group = LogGroup::named("/aws/eks/a/cluster");
    for number in 0..400 {
        let second = if number < 250 { 1_234 } else { number };
        let (millis, event) = stale_event("sa", "pod", second);
        group = group.event(STREAM, millis, &event);
    }
    let cloudwatch = service().group(group).start();
    let (rows, gaps) = asked_for_events(&cloudwatch);
    // All of the other seconds, and of that one what could be had.
    assert_eq!(rows.len(), 150 + 100);
    let [gap] = &gaps[..] else {
        panic!("{gaps:?}");
    };
    assert_eq!(gap.kind, GapKind::RowLimit);
    let detail = "2026-11-20 06:20:34 to 2026-11-20 06:20:34 UTC: 100 of 250 rows";
    assert!(gap.detail.unescaped().starts_with(detail), "{}", gap.detail);
}
