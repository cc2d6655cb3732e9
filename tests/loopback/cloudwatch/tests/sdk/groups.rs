//! Finding groups and streams.

use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use aws_sdk_cloudwatchlogs::types::{LogGroupClass, OrderBy};
use loopback_cloudwatch::{CloudWatch, LogClass, LogGroup};

use super::{GROUP, START, STREAM, client};

fn clusters(count: usize) -> impl Iterator<Item = LogGroup> {
    (0..count).map(|number| LogGroup::named(format!("/aws/eks/cluster-{number:03}/cluster")))
}

#[tokio::test]
async fn groups_come_in_pages_of_fifty() {
    let cloudwatch = CloudWatch::builder()
        .groups(clusters(120))
        .group(LogGroup::named("/other"))
        .start();
    let client = client(&cloudwatch);
    let mut pages = client
        .describe_log_groups()
        .log_group_name_prefix("/aws/eks/")
        .include_linked_accounts(false)
        .into_paginator()
        .send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.expect("a page").log_groups().len());
    }
    assert_eq!(sizes, [50, 50, 20]);
    let refused = client
        .describe_log_groups()
        .limit(51)
        .send()
        .await
        .expect_err("50 is the most");
    assert_eq!(refused.code(), Some("InvalidParameterException"));
}

#[tokio::test]
async fn a_group_is_described_in_full_unless_a_pattern_finds_it() {
    let group = LogGroup::named(GROUP)
        .class(LogClass::InfrequentAccess)
        .retention_days(30)
        .created(START * 1_000)
        .stored_bytes(41_200_000_000);
    let cloudwatch = CloudWatch::builder()
        .region("eu-west-1")
        .group(group)
        .start();
    let client = client(&cloudwatch);
    let call = client
        .describe_log_groups()
        .log_group_class(LogGroupClass::InfrequentAccess);
    let found = call.send().await.expect("an answer");
    let group = &found.log_groups()[0];
    assert_eq!(group.log_group_name(), Some(GROUP));
    assert_eq!(group.stored_bytes(), Some(41_200_000_000));
    assert_eq!(group.retention_in_days(), Some(30));
    assert_eq!(group.creation_time(), Some(START * 1_000));
    assert_eq!(
        group.log_group_class(),
        Some(&LogGroupClass::InfrequentAccess)
    );
    let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{GROUP}");
    assert_eq!(group.log_group_arn(), Some(arn.as_str()));
    assert_eq!(group.arn(), Some(format!("{arn}:*").as_str()));

    let found = client
        .describe_log_groups()
        .log_group_name_pattern("prod-1")
        .send()
        .await;
    let found = found.expect("an answer");
    assert_eq!(found.log_groups()[0].stored_bytes(), None);
    assert_eq!(found.log_groups()[0].creation_time(), Some(START * 1_000));

    let found = client
        .describe_log_groups()
        .log_group_identifiers(arn)
        .send()
        .await;
    assert_eq!(found.expect("an answer").log_groups().len(), 1);
    let call = client
        .describe_log_groups()
        .log_group_name_pattern("a")
        .log_group_name_prefix("b");
    let refused = call.send().await.expect_err("they exclude each other");
    assert_eq!(refused.code(), Some("InvalidParameterException"));
}

#[tokio::test]
async fn streams_are_ordered_by_name_or_by_their_last_event() {
    let group = LogGroup::named(GROUP)
        .event("authenticator-a", START * 1_000 + 5, "x")
        .event(STREAM, START * 1_000, "x")
        .event(STREAM, START * 1_000 + 9, "x");
    let cloudwatch = CloudWatch::builder().group(group).start();
    let client = client(&cloudwatch);
    let call = client.describe_log_streams().log_group_name(GROUP);
    let found = call
        .clone()
        .order_by(OrderBy::LastEventTime)
        .descending(true)
        .limit(1)
        .send()
        .await;
    let found = found.expect("an answer");
    assert_eq!(found.log_streams()[0].log_stream_name(), Some(STREAM));
    assert_eq!(
        found.log_streams()[0].last_event_timestamp(),
        Some(START * 1_000 + 9)
    );
    assert!(found.next_token().is_some());
    let found = call
        .clone()
        .log_stream_name_prefix("auth")
        .send()
        .await
        .expect("an answer");
    assert_eq!(found.log_streams().len(), 1);
    let call = call
        .order_by(OrderBy::LastEventTime)
        .log_stream_name_prefix("auth");
    let refused = call.send().await.expect_err("they exclude each other");
    assert_eq!(refused.code(), Some("InvalidParameterException"));
}
