//! What StartQuery takes, and the pages and statistics of results.

use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use aws_sdk_cloudwatchlogs::operation::start_query::StartQueryError;
use loopback_cloudwatch::{CloudWatch, LogGroup};

use super::{GROUP, START, STREAM, client, column, prompt, results, seen, start};

#[tokio::test]
async fn pages_are_followed_by_token_and_hold_every_row_once() {
    let cloudwatch = prompt(25).page_size(10).start();
    let client = client(&cloudwatch);
    let id = start(&client, "fields count").await;
    let mut rows = Vec::new();
    let mut token = None;
    loop {
        let call = client
            .get_query_results()
            .query_id(&id)
            .set_next_token(token);
        let page = call.send().await.expect("the token is good");
        rows.extend(column(&page, "count"));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..25).rev().map(|count| count.to_string()).collect();
    assert_eq!(rows, expected);
    assert_eq!(cloudwatch.calls_of("GetQueryResults").len(), 3);
    let beyond = client
        .get_query_results()
        .query_id(&id)
        .next_token(format!("{id}/99"));
    assert_eq!(
        seen(&beyond.send().await.expect("there is nothing more")).1,
        0
    );
    let foreign = client
        .get_query_results()
        .query_id(&id)
        .next_token("x/1")
        .send()
        .await;
    assert_eq!(
        foreign.expect_err("no such token").code(),
        Some("InvalidParameterException")
    );
}

#[tokio::test]
async fn both_ends_of_the_window_are_whole_seconds_inside_it() {
    let group = LogGroup::named(GROUP)
        .event(STREAM, START * 1_000 - 1, "before")
        .event(STREAM, START * 1_000, "first")
        .event(STREAM, START * 1_000 + 1_999, "last")
        .event(STREAM, START * 1_000 + 2_000, "after");
    let cloudwatch = CloudWatch::builder()
        .group(group)
        .polls_until_complete(0)
        .start();
    let client = client(&cloudwatch);
    let call = client
        .start_query()
        .log_group_identifiers(GROUP)
        .query_string("fields @message");
    let started = call
        .start_time(START)
        .end_time(START + 1)
        .send()
        .await
        .expect("it compiles");
    let found = results(&client, started.query_id().expect("an id")).await;
    assert_eq!(column(&found, "@message"), ["last", "first"]);
}

#[tokio::test]
async fn statistics_count_events_before_aggregation_and_stats_are_cut_silently() {
    let cloudwatch = prompt(30).stats_rows(10).start();
    let client = client(&cloudwatch);
    let id = start(&client, "filter count >= 10 | stats count(*) as n by count").await;
    let found = results(&client, &id).await;
    assert_eq!(seen(&found).1, 10);
    let statistics = found.statistics().expect("every answer has statistics");
    assert_eq!(statistics.records_matched(), 20.0);
    assert_eq!(statistics.records_scanned(), 30.0);
    assert_eq!(statistics.result_count(), 10.0);
    assert_eq!(statistics.log_groups_scanned(), 1.0);
    assert_eq!(statistics.bytes_scanned(), (30 * 24 + 20) as f64);
}

#[tokio::test]
async fn the_rows_that_stats_lost_can_be_told_by_the_result_count() {
    let cloudwatch = prompt(30).stats_rows(10).counts_cut_rows().start();
    let client = client(&cloudwatch);
    let id = start(&client, "stats count(*) as n by count | limit 25").await;
    let found = results(&client, &id).await;
    assert_eq!(seen(&found).1, 10);
    assert_eq!(
        found.statistics().expect("there are some").result_count(),
        25.0
    );
}

#[tokio::test]
async fn the_smaller_of_two_limits_holds() {
    let cloudwatch = prompt(30).start();
    let client = client(&cloudwatch);
    let call = client
        .start_query()
        .log_group_names(GROUP)
        .query_string("fields count | limit 8");
    let call = call.start_time(START).end_time(START + 60).limit(5);
    let started = call.send().await.expect("it compiles");
    assert_eq!(
        seen(&results(&client, started.query_id().expect("an id")).await).1,
        5
    );
}

#[tokio::test]
async fn an_estimate_scans_nothing() {
    let cloudwatch = prompt(30).bytes_factor(1_000).start();
    let client = client(&cloudwatch);
    let id = start(&client, r#"filter @message like "x" | estimate"#).await;
    let found = results(&client, &id).await;
    assert_eq!(column(&found, "@estimatedBytesScanned"), ["740000"]);
    assert_eq!(
        found.statistics().expect("there are some").bytes_scanned(),
        0.0
    );

    let cloudwatch = prompt(1).without_estimate().start();
    let call = super::client(&cloudwatch)
        .start_query()
        .log_group_name(GROUP);
    let call = call
        .start_time(START)
        .end_time(START)
        .query_string("fields count | estimate");
    let refused = call.send().await.expect_err("it does not know the command");
    assert_eq!(refused.code(), Some("MalformedQueryException"));
}

#[tokio::test]
async fn what_is_no_query_is_refused() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    let call = |text: &str| {
        client
            .start_query()
            .query_string(text)
            .start_time(START)
            .end_time(START)
    };
    let refusals = [
        (
            call("fields count | head 5").log_group_name(GROUP),
            "MalformedQueryException",
        ),
        (
            call("fields count").log_group_name("/none"),
            "ResourceNotFoundException",
        ),
        (call("fields count"), "InvalidParameterException"),
        (
            call("fields count")
                .log_group_name(GROUP)
                .log_group_names(GROUP),
            "InvalidParameterException",
        ),
        (
            call("fields count").log_group_name(GROUP).limit(100_001),
            "InvalidParameterException",
        ),
        (
            call("fields count")
                .log_group_name(GROUP)
                .start_time(START + 1),
            "InvalidParameterException",
        ),
        (
            call("fields count")
                .log_group_name(GROUP)
                .end_time(START * 1_000),
            "InvalidParameterException",
        ),
        (
            call(&"fields a|".repeat(1_200)).log_group_name(GROUP),
            "InvalidParameterException",
        ),
        (
            call("fields count").set_log_group_names(Some(vec![GROUP.to_owned(); 51])),
            "InvalidParameterException",
        ),
    ];
    for (call, code) in refusals {
        let text = format!("{call:?}");
        let refused = call.send().await.expect_err("it is refused");
        assert_eq!(refused.code(), Some(code), "{text}");
    }
    assert!(cloudwatch.queries().is_empty());
}

#[tokio::test]
async fn a_query_that_does_not_compile_is_told_where() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    let call = client
        .start_query()
        .log_group_name(GROUP)
        .query_string("fields count | head 5");
    let refused = call
        .start_time(START)
        .end_time(START)
        .send()
        .await
        .expect_err("it is refused");
    let StartQueryError::MalformedQueryException(malformed) = refused.into_service_error() else {
        panic!("it is another error");
    };
    let error = malformed.query_compile_error().expect("it is told what");
    let place = error.location().expect("it is told where");
    assert_eq!(place.start_char_offset(), Some(14));
}

#[tokio::test]
async fn a_window_without_any_kept_event_is_refused() {
    let day = 86_400;
    let group = super::group(1)
        .created((START - 10 * day) * 1_000)
        .retention_days(3);
    let cloudwatch = CloudWatch::builder()
        .group(group)
        .now((START + day) * 1_000)
        .start();
    let client = client(&cloudwatch);
    let call = client
        .start_query()
        .log_group_name(GROUP)
        .query_string("fields @message");
    let refused = call
        .clone()
        .start_time(START - 9 * day)
        .end_time(START - 3 * day)
        .send()
        .await
        .expect_err("everything then is gone");
    assert_eq!(refused.code(), Some("MalformedQueryException"));
    let message = refused.message().expect("it says why");
    assert!(
        message.contains("end date and time is either before the log groups creation time"),
        "{message}"
    );
    call.start_time(START - 9 * day)
        .end_time(START)
        .send()
        .await
        .expect("some is kept");
}
