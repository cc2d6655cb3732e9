//! Whether a few audit events of the last hour look as the API server writes them. The scan ends
//! when they are found, so it costs next to nothing.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::check::{Check, CheckStatus};
use crate::evidence::coverage::Coverage;
use crate::source::aws::connection::Connection;
use crate::source::cloudwatch::chunk::Span;
use crate::source::cloudwatch::log_group::LogGroup;
use crate::source::cloudwatch::queries::any_audit_event;
use crate::source::cloudwatch::queries::logs_query::{LogsQuery, RowOrigin};
use crate::source::cloudwatch::row::Row;
use crate::source::cloudwatch::run::{Completion, QuerySpec, run};
use crate::source::request_filter::RequestFilter;

/// The check.
pub(super) async fn check(
    connection: &Connection,
    group: &LogGroup,
    now: DateTime<Utc>,
    deadline: Instant,
) -> Check {
    const NAME: &str = "audit events";
    let LogsQuery {
        name,
        text,
        row_limit,
        rows_are_events,
        read_row,
        ..
    } = any_audit_event::QUERY;
    let spec = QuerySpec {
        name,
        text: text(),
        limit: row_limit,
        rows_are_events,
        can_be_split: false,
        groups: &[group],
        span: Span {
            first_second: (now - TimeDelta::hours(1)).timestamp(),
            last_second: now.timestamp(),
        },
    };
    let origin = RowOrigin {
        cluster: group.cluster.clone(),
        log_group: group.name.clone(),
        filter: RequestFilter::default(),
    };
    let mut coverage = Coverage::default();
    let mut read = |rows: Vec<Row>| {
        for row in rows {
            let _ = read_row.map(|read| read(&row, &origin, &mut Vec::new(), &mut coverage));
        }
    };
    let stop = CancellationToken::new();
    let ended = run(connection, &spec, deadline, &stop, &mut read).await;
    match ended {
        Err(failure) => Check::missing(NAME, &failure.concerning(&group.cluster, connection)),
        Ok(result) if result.completion != Completion::Complete => {
            Check::new(NAME, CheckStatus::Warning, "not read before the timeout")
        }
        Ok(_) if coverage.foreign_events > 0 => {
            let words = "the messages are not audit events: a transformer on the log group may have changed them\n  see aws logs get-transformer, and delete it or sweep another copy of the log";
            Check::new(NAME, CheckStatus::Warning, words)
        }
        Ok(_) => match coverage.control_plane.version() {
            _ if coverage.last_event.is_none() => {
                Check::new(NAME, CheckStatus::Warning, "none in the last hour")
            }
            Some((version, _)) => {
                let words = format!("read as the API server writes them; its version is {version}");
                Check::new(NAME, CheckStatus::Passed, words)
            }
            None => Check::new(
                NAME,
                CheckStatus::Passed,
                "read as the API server writes them",
            ),
        },
    }
}
