//! Whether the log group of a cluster is there, how much it keeps, and whether its audit log is
//! written.

use aws_sdk_cloudwatchlogs::types::OrderBy;
use bytesize::ByteSize;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use tokio::time::Instant;

use super::check::{Check, CheckStatus};
use crate::source::aws::call::call;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::log_group::LogGroup;
use crate::source::cloudwatch::price::price;

/// The names of audit streams begin so (EKS user guide, page "Send control plane logs to
/// CloudWatch Logs").
const AUDIT_STREAM: &str = "kube-apiserver-audit-";

/// A busy cluster's audit log is never silent for so long, and delivery takes minutes.
const FRESH_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Streams looked at, the newest first: the API servers of a cluster have one each.
const STREAMS: i32 = 50;

/// The log group, its retention, and what a sweep of it costs.
pub(super) fn checks(
    connection: &Connection,
    group: &LogGroup,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<Check> {
    let Some(described) = &group.described else {
        let words = format!(
            "logs:DescribeLogGroups is not allowed: whether {} exists, its retention and its size cannot be seen\n  allow logs:DescribeLogGroups on arn:aws:logs:{}:*:log-group:*",
            group.name, connection.region
        );
        return vec![Check::new("log group", CheckStatus::Warning, words)];
    };
    let size = ByteSize(described.stored_bytes).display().si();
    let words = format!("{}, class {}, stores {size}", group.name, described.class);
    let mut checks = vec![Check::new("log group", CheckStatus::Passed, words)];
    let kept = match described.retention_days {
        Some(days) => format!("{days} d"),
        None => "for ever".to_owned(),
    };
    checks.push(match group.retained_since(now) {
        Some(retained_since) if retained_since > since => {
            let words = format!(
                "kept {kept}; there is nothing from before {}: {}\n  a sweep sees a frozen token whenever it is used: 24 h are enough for most\n  keep more: aws logs put-retention-policy --region {} --log-group-name {} --retention-in-days 90",
                retained_since.format("%Y-%m-%d %H:%M UTC"),
                group.retention_reason(now),
                connection.region,
                group.name
            );
            Check::new("retention", CheckStatus::Warning, words)
        }
        _ => Check::new("retention", CheckStatus::Passed, format!("kept {kept}")),
    });
    if let Some(bytes) = group.bytes_in(since, now, now) {
        let hours = (now - since).num_hours();
        let words = format!(
            "a sweep over {hours} h scans about {}, {}",
            ByteSize(bytes).display().si(),
            price(&connection.region, bytes, None)
        );
        checks.push(Check::new("price", CheckStatus::Passed, words));
    }
    checks
}

/// Whether audit events still arrive.
pub(super) async fn audit_stream(
    connection: &Connection,
    group: &LogGroup,
    now: DateTime<Utc>,
    deadline: Instant,
) -> Check {
    const NAME: &str = "audit log";
    const ACTION: &str = "logs:DescribeLogStreams";
    let asking = call(&connection.rate_limiters.describe, ACTION, deadline, || {
        connection
            .client
            .describe_log_streams()
            .log_group_name(&group.name)
            .order_by(OrderBy::LastEventTime)
            .descending(true)
            .limit(STREAMS)
            .send()
    });
    let streams = match asking.await {
        Ok(Some(page)) => page.log_streams.unwrap_or_default(),
        Ok(None) => {
            let failure = Failure::during(ACTION, Cause::OutOfTime);
            return Check::missing(NAME, &failure.concerning(&group.cluster, connection));
        }
        Err(failure) => {
            let failure = failure.concerning(&group.cluster, connection);
            // A sweep does not need it.
            return Check::new(NAME, CheckStatus::Warning, failure.to_string());
        }
    };
    let audit = streams.iter().filter(|stream| {
        let name = stream.log_stream_name.as_deref();
        name.is_some_and(|name| name.starts_with(AUDIT_STREAM))
    });
    let newest = audit
        .filter_map(|stream| stream.last_event_timestamp.max(stream.last_ingestion_time))
        .max()
        .and_then(DateTime::<Utc>::from_timestamp_millis);
    let Some(newest) = newest else {
        let failure = Failure::new(Cause::NoAuditLog).concerning(&group.cluster, connection);
        return Check::missing(NAME, &failure);
    };
    let age = (now - newest).max(TimeDelta::zero());
    let seconds = Duration::from_secs(age.num_seconds().unsigned_abs());
    let words = format!(
        "the newest event is {} old",
        humantime::format_duration(seconds)
    );
    if age <= FRESH_WITHIN {
        return Check::new(NAME, CheckStatus::Passed, words);
    }
    let failure = Failure::new(Cause::NoAuditLog).concerning(&group.cluster, connection);
    let words = format!(
        "{words}: audit logging may have been switched off\n  {}",
        failure.hint()
    );
    Check::new(NAME, CheckStatus::Warning, words)
}
