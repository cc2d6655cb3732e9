//! Quotas.

use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use loopback_cloudwatch::{CloudWatch, Operation};

use super::{GROUP, START, client, prompt, start};

#[tokio::test]
async fn only_so_many_queries_run_at_once() {
    let cloudwatch = CloudWatch::builder()
        .group(super::group(1))
        .most_running(2)
        .start();
    let client = client(&cloudwatch);
    let first = start(&client, "fields @message").await;
    start(&client, "fields @message").await;
    let call = client
        .start_query()
        .log_group_name(GROUP)
        .query_string("fields @message");
    let call = call.start_time(START).end_time(START);
    let refused = call.clone().send().await.expect_err("two run already");
    assert_eq!(refused.code(), Some("LimitExceededException"));
    assert_eq!(
        refused.message(),
        Some("Account maximum query concurrency limit of [2] reached.")
    );
    client
        .stop_query()
        .query_id(first)
        .send()
        .await
        .expect("it runs");
    call.send().await.expect("there is room again");
    assert_eq!(cloudwatch.peak_running(), 2);
    assert_eq!(cloudwatch.calls_of("StartQuery").len(), 4);
}

#[tokio::test]
async fn only_so_many_calls_fit_in_a_second() {
    let cloudwatch = prompt(1)
        .most_per_second(Operation::DescribeLogGroups, 3)
        .start();
    let client = client(&cloudwatch);
    let mut refused = 0;
    for _ in 0..5 {
        if let Err(error) = client.describe_log_groups().send().await {
            assert_eq!(error.code(), Some("ThrottlingException"));
            assert_eq!(error.message(), Some("Rate exceeded"));
            refused += 1;
        }
    }
    assert_eq!(refused, 2);
    tokio::time::sleep(std::time::Duration::from_millis(1_010)).await;
    client
        .describe_log_groups()
        .send()
        .await
        .expect("a second has passed");
}
