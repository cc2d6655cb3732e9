//! One query from its start to its last row, or to its stop.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::{QueryStatus, ResultField};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::connect::Connection;
use super::failure::{Cause, Failure};
use super::pause::Pauses;
use super::query::Query;

/// How long a query may take to be stopped: it is the last thing that is done.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A span of whole seconds since 1970, both ends included, as StartQuery takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first second.
    pub first_second: i64,
    /// The last second.
    pub last_second: i64,
}

/// A row by the names of its fields; absent values are left out.
pub type Row = BTreeMap<String, String>;

/// How a query came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was answered.
    Complete,
    /// The service ended it, in this state.
    Ended(String),
    /// We stopped it: its time was up.
    TimeLimit,
    /// We stopped it: the operator broke off.
    Interrupted,
}

/// What a query brought back.
#[derive(Debug)]
pub struct Answer {
    /// How it ended; unless complete, rows are missing.
    pub end: End,
    /// The `@message` of every row.
    pub messages: Vec<String>,
    /// The rows that have none.
    pub rows: Vec<Row>,
    /// Rows that matched, by the service's count.
    pub rows_matched: u64,
    /// Bytes that the service scanned and charges for.
    pub bytes_scanned: u64,
}

/// Runs a query over one log group and brings back every row that it has.
///
/// The query is stopped if it is given up: when `time_limit` is over, when `interrupt` resolves,
/// and when a call fails for good.
pub async fn run(
    connection: &Connection,
    query: &Query<'_>,
    log_group: &str,
    span: Span,
    time_limit: Duration,
    interrupt: impl Future<Output = ()>,
) -> Result<Answer, Failure> {
    let deadline = Instant::now() + time_limit;
    let mut answer = Answer {
        end: End::Complete,
        messages: Vec::new(),
        rows: Vec::new(),
        rows_matched: 0,
        bytes_scanned: 0,
    };
    tokio::pin!(interrupt);
    // A start that is broken off may have started the query all the same, so it is waited for.
    let starting = start(connection, query, log_group, span, deadline);
    tokio::pin!(starting);
    let id = tokio::select! {
        started = &mut starting => started?,
        () = &mut interrupt => {
            answer.end = End::Interrupted;
            if let Ok(Ok(Some(id))) = timeout(STOP_WITHIN, starting).await {
                stop(connection, &id).await;
            }
            return Ok(answer);
        }
    };
    let Some(id) = id else {
        answer.end = End::TimeLimit;
        return Ok(answer);
    };
    let followed = tokio::select! {
        followed = timeout_at(deadline, follow(connection, &id, &mut answer)) => followed,
        () = &mut interrupt => {
            stop(connection, &id).await;
            answer.end = End::Interrupted;
            return Ok(answer);
        }
    };
    match followed {
        Ok(Ok(end)) => answer.end = end,
        Ok(Err(failure)) => {
            stop(connection, &id).await;
            return Err(failure);
        }
        Err(_) => {
            stop(connection, &id).await;
            answer.end = End::TimeLimit;
        }
    }
    Ok(answer)
}

/// Starts the query; `None` if there was no room for it before the deadline.
async fn start(
    connection: &Connection,
    query: &Query<'_>,
    log_group: &str,
    span: Span,
    deadline: Instant,
) -> Result<Option<String>, Failure> {
    let mut pauses = Pauses::new();
    loop {
        let call = connection
            .client
            .start_query()
            .log_group_name(log_group)
            .query_string(query.text)
            .start_time(span.first_second)
            .end_time(span.last_second)
            .send();
        let Ok(started) = timeout_at(deadline, call).await else {
            return Ok(None);
        };
        match started.map_err(|error| Failure::of_call("logs:StartQuery", error)) {
            Ok(started) => {
                let id = started.query_id.unwrap_or_default();
                tracing::debug!(query = query.name, log_group, id, "query started");
                return Ok(Some(id));
            }
            Err(failure) if *failure.cause() == Cause::TooManyQueries => {
                let pause = pauses.next();
                if Instant::now() + pause > deadline {
                    return Err(failure);
                }
                sleep(pause).await;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Looks at the query until it ends, and fetches its rows page by page. Rows that it has while
/// it still runs are kept, in case it is given up.
async fn follow(connection: &Connection, id: &str, answer: &mut Answer) -> Result<End, Failure> {
    let mut pauses = Pauses::new();
    loop {
        sleep(pauses.next()).await;
        let page = look(connection, id, None).await?;
        let status = page.status.clone();
        let mut next = page.next_token.clone();
        answer.messages.clear();
        answer.rows.clear();
        take(answer, page);
        match status {
            Some(QueryStatus::Scheduled | QueryStatus::Running) => continue,
            Some(QueryStatus::Complete) => {}
            Some(status) => return Ok(End::Ended(status.as_str().to_owned())),
            None => return Ok(End::Ended("no state".to_owned())),
        }
        while let Some(token) = next {
            let page = look(connection, id, Some(token.clone())).await?;
            // A token that leads back to itself would lead on for ever.
            next = page.next_token.clone().filter(|next| *next != token);
            take(answer, page);
        }
        tracing::debug!(id, rows = answer.messages.len(), "query complete");
        return Ok(End::Complete);
    }
}

async fn look(
    connection: &Connection,
    id: &str,
    next_token: Option<String>,
) -> Result<GetQueryResultsOutput, Failure> {
    connection
        .client
        .get_query_results()
        .query_id(id)
        .set_next_token(next_token)
        .send()
        .await
        .map_err(|error| Failure::of_call("logs:GetQueryResults", error))
}

fn take(answer: &mut Answer, page: GetQueryResultsOutput) {
    if let Some(statistics) = &page.statistics {
        // The service counts in floating point.
        answer.rows_matched = statistics.records_matched as u64;
        answer.bytes_scanned = statistics.bytes_scanned as u64;
    }
    for row in page.results.unwrap_or_default() {
        let mut row = named(row);
        match row.remove("@message") {
            Some(message) => answer.messages.push(message),
            None => answer.rows.push(row),
        }
    }
}

/// Rows are sparse: fields are found by name.
fn named(row: Vec<ResultField>) -> Row {
    row.into_iter()
        .filter_map(|field| Some((field.field?, field.value?)))
        .collect()
}

/// Stops the query. That it has ended already is no failure, and there is nobody left to tell
/// of any other.
async fn stop(connection: &Connection, id: &str) {
    let stopping = connection.client.stop_query().query_id(id).send();
    match timeout(STOP_WITHIN, stopping).await {
        Ok(Ok(_)) => tracing::debug!(id, "query stopped"),
        Ok(Err(error)) => tracing::debug!(id, ?error, "query not stopped"),
        Err(_) => tracing::debug!(id, "query not stopped in time"),
    }
}
