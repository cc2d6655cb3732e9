//! The life of a query.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use loopback_cloudwatch::{End, Fate, When};

use super::{CloudWatch, GROUP, START, client, group, prompt, results, seen, start};

#[tokio::test]
async fn a_query_is_scheduled_runs_with_some_rows_and_completes() {
    let cloudwatch = CloudWatch::builder().group(group(9)).start();
    let client = client(&cloudwatch);
    let id = start(&client, "fields @timestamp").await;
    assert_eq!(
        seen(&results(&client, &id).await),
        (QueryStatus::Scheduled, 0)
    );
    assert_eq!(cloudwatch.running(), 1);
    assert_eq!(
        seen(&results(&client, &id).await),
        (QueryStatus::Running, 6)
    );
    assert_eq!(
        seen(&results(&client, &id).await),
        (QueryStatus::Complete, 9)
    );
    assert_eq!(
        seen(&results(&client, &id).await),
        (QueryStatus::Complete, 9)
    );
    assert_eq!(cloudwatch.running(), 0);
    assert_eq!(cloudwatch.peak_running(), 1);
    let queries = cloudwatch.queries();
    assert_eq!(queries[0].fate, Fate::Ended(End::Complete));
    assert_eq!(queries[0].polls, 4);
    assert_eq!(queries[0].text, "fields @timestamp");
}

#[tokio::test]
async fn a_query_can_run_on_the_clock() {
    let cloudwatch = CloudWatch::builder()
        .group(group(4))
        .queries_last(Duration::from_millis(500))
        .start();
    let client = client(&cloudwatch);
    let id = start(&client, "fields @timestamp").await;
    assert_eq!(cloudwatch.running(), 1);
    tokio::time::sleep(Duration::from_millis(510)).await;
    assert_eq!(cloudwatch.running(), 0);
    assert_eq!(
        seen(&results(&client, &id).await),
        (QueryStatus::Complete, 4)
    );
}

#[tokio::test]
async fn every_end_can_be_ordered() {
    let cloudwatch = prompt(4)
        .queries_end(When::Nth(1), End::Failed)
        .queries_end(When::Nth(2), End::Timeout)
        .queries_end(When::Nth(3), End::Cancelled)
        .queries_end(When::Nth(4), End::Unknown)
        .queries_end(When::Nth(5), End::Never)
        .start();
    let client = client(&cloudwatch);
    let mut ends = Vec::new();
    for _ in 0..6 {
        let id = start(&client, "fields @timestamp").await;
        results(&client, &id).await;
        let (status, rows) = seen(&results(&client, &id).await);
        ends.push((status.as_str().to_owned(), rows));
    }
    let expected = [
        ("Failed", 0),
        ("Timeout", 2),
        ("Cancelled", 2),
        ("Unknown", 0),
        ("Running", 4),
        ("Complete", 4),
    ];
    assert_eq!(
        ends,
        expected.map(|(status, rows)| (status.to_owned(), rows))
    );
}

#[tokio::test]
async fn a_running_query_can_be_stopped_and_an_ended_one_cannot() {
    let cloudwatch = CloudWatch::builder().group(group(4)).start();
    let client = client(&cloudwatch);
    let id = start(&client, "fields @timestamp").await;
    let stopped = client
        .stop_query()
        .query_id(&id)
        .send()
        .await
        .expect("it runs");
    assert!(stopped.success());
    assert_eq!(cloudwatch.running(), 0);
    assert_eq!(cloudwatch.queries()[0].fate, Fate::Stopped);
    assert_eq!(seen(&results(&client, &id).await).0, QueryStatus::Cancelled);

    let again = client
        .stop_query()
        .query_id(&id)
        .send()
        .await
        .expect_err("it has ended");
    assert_eq!(again.code(), Some("InvalidParameterException"));
    let unknown = client
        .stop_query()
        .query_id("none")
        .send()
        .await
        .expect_err("there is none");
    assert_eq!(unknown.code(), Some("ResourceNotFoundException"));
    assert_eq!(cloudwatch.calls_of("StopQuery").len(), 3);
    assert_eq!(cloudwatch.calls_of("StopQuery")[0].body["queryId"], id);
}

#[tokio::test]
async fn a_query_over_too_many_events_times_out() {
    let cloudwatch = prompt(10).times_out_above(5).start();
    let client = client(&cloudwatch);
    let call = client
        .start_query()
        .log_group_name(GROUP)
        .query_string("fields count");
    for (end, status) in [
        (START + 5, QueryStatus::Timeout),
        (START + 4, QueryStatus::Complete),
    ] {
        let started = call
            .clone()
            .start_time(START)
            .end_time(end)
            .send()
            .await
            .expect("it compiles");
        let id = started.query_id.expect("an id");
        assert_eq!(seen(&results(&client, &id).await).0, status);
    }
}

#[tokio::test]
async fn a_test_can_wait_for_a_call() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    let calling = tokio::spawn(async move { start(&client, "fields count").await });
    let waiting = tokio::task::spawn_blocking(move || {
        cloudwatch.wait_for("StartQuery", 1);
        cloudwatch
    });
    waiting.await.expect("it is called");
    calling.await.expect("it is answered");
}
