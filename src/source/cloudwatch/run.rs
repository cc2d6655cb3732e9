//! One query from its start to its last row, or to its stop.
//!
//! - [`poller`]: its state while it runs, and its pages

mod poller;

use std::time::Duration;

use aws_sdk_cloudwatchlogs::operation::RequestId as _;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::chunk::Span;
use super::log_group::LogGroup;
use super::row::Row;
use crate::source::aws::call::{Repeat, call, call_with};
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use poller::Poller;

/// How long a query may take to be stopped: it is the last thing that is done.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A query to be run.
#[derive(Debug, Clone, Copy)]
pub struct QuerySpec<'a> {
    /// The query's name.
    pub name: &'static str,
    /// Its text.
    pub text: &'a str,
    /// The rows at which its result is cut off.
    pub limit: u64,
    /// Whether its rows are the events that matched, so that the number that matched tells
    /// whether the result is cut off.
    pub rows_are_events: bool,
    /// Whether smaller chunks can be queried instead of a result that is cut off.
    pub can_be_split: bool,
    /// The log groups.
    pub groups: &'a [&'a LogGroup],
    /// The seconds.
    pub span: Span,
}

/// How a query came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// It was answered.
    Complete,
    /// Its rows are not all there: it filled its limit, or the service counted more than came.
    /// The rest is not fetched if smaller chunks can be.
    Full,
    /// The service ended it, in this state.
    Ended(String),
    /// We stopped it: its time was up.
    TimeLimit,
    /// We stopped it: the operator broke off.
    Interrupted,
}

/// What a query came to; its rows went where they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryResult {
    /// How it ended; unless complete, rows are missing.
    pub completion: Completion,
    /// Rows that came.
    pub rows: u64,
    /// Events that matched, by the service's count before any aggregation.
    pub matched: u64,
    /// Rows of the whole result, by the service's count; 0 if it did not count them.
    pub expected: u64,
    /// Bytes that the service scanned and charges for.
    pub bytes_scanned: u64,
}

/// Runs a query and sends every row that it has, page by page.
///
/// The query is stopped if it is given up: at the deadline, when the operator breaks off, and
/// when a call fails for good. Rows that it had by then are sent.
pub async fn run(
    connection: &Connection,
    spec: &QuerySpec<'_>,
    deadline: Instant,
    stop: &CancellationToken,
    send: &mut (dyn FnMut(Vec<Row>) + Send),
) -> Result<QueryResult, Failure> {
    let mut result = QueryResult {
        completion: Completion::Complete,
        rows: 0,
        matched: 0,
        expected: 0,
        bytes_scanned: 0,
    };
    // A start that is broken off may have started the query all the same, so it is waited for.
    let starting = start(connection, spec, deadline);
    tokio::pin!(starting);
    let id = tokio::select! {
        started = &mut starting => started?,
        () = stop.cancelled() => {
            result.completion = Completion::Interrupted;
            if let Ok(Ok(Some(id))) = timeout(STOP_WITHIN, starting).await {
                stop_query(connection, &id).await;
            }
            return Ok(result);
        }
    };
    let Some(id) = id else {
        result.completion = Completion::TimeLimit;
        return Ok(result);
    };
    let mut poller = Poller {
        connection,
        id: &id,
        spec,
        deadline,
        result: &mut result,
        partial_rows: Vec::new(),
        page_size: None,
        send,
    };
    let followed = tokio::select! {
        followed = timeout_at(deadline, poller.poll_until_done()) => Some(followed),
        () = stop.cancelled() => None,
    };
    let partial_rows = std::mem::take(&mut poller.partial_rows);
    let completion = match followed {
        Some(Ok(Ok(Some(Completion::Ended(state))))) => {
            if !has_ended(&state) {
                stop_query(connection, &id).await;
            }
            Completion::Ended(state)
        }
        Some(Ok(Ok(Some(completion)))) => completion,
        Some(Ok(Err(failure))) => {
            stop_query(connection, &id).await;
            return Err(failure);
        }
        Some(Ok(Ok(None)) | Err(_)) => {
            stop_query(connection, &id).await;
            Completion::TimeLimit
        }
        None => {
            stop_query(connection, &id).await;
            Completion::Interrupted
        }
    };
    if result.rows == 0 && !matches!(completion, Completion::Complete | Completion::Full) {
        result.rows = partial_rows.len() as u64;
        send(partial_rows);
    }
    result.completion = completion;
    Ok(result)
}

/// Whether a query in this state does not run any more. What is in none that is known may.
fn has_ended(state: &str) -> bool {
    let ended = [
        QueryStatus::Complete,
        QueryStatus::Failed,
        QueryStatus::Cancelled,
        QueryStatus::Timeout,
    ];
    ended.iter().any(|it| it.as_str() == state)
}

/// Starts the query; `None` if there was no room for it before the deadline.
async fn start(
    connection: &Connection,
    spec: &QuerySpec<'_>,
    deadline: Instant,
) -> Result<Option<String>, Failure> {
    let one_is_linked = spec.groups.iter().any(|group| group.linked_arn.is_some());
    let started = call_with(
        Repeat::Unsafe,
        &connection.rate_limiters.start_query,
        "logs:StartQuery",
        deadline,
        || {
            let mut request = connection
                .client
                .start_query()
                .query_string(spec.text)
                .start_time(spec.span.first_second)
                .end_time(spec.span.last_second);
            for group in spec.groups {
                request = match &group.linked_arn {
                    Some(arn) => request.log_group_identifiers(arn),
                    None if one_is_linked => request.log_group_identifiers(&group.name),
                    None => request.log_group_names(&group.name),
                };
            }
            request.send()
        },
    )
    .await?;
    let Some(started) = started else {
        return Ok(None);
    };
    let request_id = started.request_id().unwrap_or_default().to_owned();
    let Some(id) = started.query_id.filter(|id| !id.is_empty()) else {
        let reason = format!("the answer holds no queryId (request {request_id})");
        return Err(Failure::during("logs:StartQuery", Cause::Other { reason }));
    };
    let Span {
        first_second,
        last_second,
    } = spec.span;
    tracing::debug!(
        query = spec.name,
        id,
        groups = spec.groups.len(),
        first_second,
        last_second,
        request_id,
        "query started"
    );
    Ok(Some(id))
}

/// Stops the query. That it has ended already is no failure, and there is nobody left to tell
/// of any other.
async fn stop_query(connection: &Connection, id: &str) {
    let stopped = call(
        &connection.rate_limiters.stop_query,
        "logs:StopQuery",
        Instant::now() + STOP_WITHIN,
        || connection.client.stop_query().query_id(id).send(),
    );
    match stopped.await {
        Ok(Some(_)) => tracing::debug!(id, "query stopped"),
        Ok(None) => tracing::debug!(id, "query not stopped in time"),
        Err(error) => tracing::debug!(id, ?error, "query not stopped"),
    }
}
