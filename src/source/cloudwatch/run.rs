//! One query from its start to its last row, or to its stop.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::operation::RequestId as _;
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::chunk::Span;
use super::log_group::LogGroup;
use super::pause::Pauses;
use super::queries::logs_query::{DEFAULT_ROW_LIMIT, MAXIMUM_ROW_LIMIT};
use super::row::Row;
use crate::source::aws::call::{Repeat, call, call_with};
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::pages::{Endless, Pages};

/// How long a query may take to be stopped: it is the last thing that is done.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// So many answers to polls may state nothing of the query.
const POLLS_WITHOUT_STATE: u32 = 3;

/// So many pages of a result may bring no row.
const EMPTY_PAGES: u64 = 100;

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
        &connection.paces.start_query,
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

struct Poller<'a> {
    connection: &'a Connection,
    id: &'a str,
    spec: &'a QuerySpec<'a>,
    deadline: Instant,
    result: &'a mut QueryResult,
    /// Rows that the query had while it still ran, kept in case it is given up.
    partial_rows: Vec<Row>,
    /// The rows of a page; absent for as many as the service gives.
    page_size: Option<i32>,
    send: &'a mut (dyn FnMut(Vec<Row>) + Send),
}

impl Poller<'_> {
    /// Polls the query until it ends, and fetches its rows page by page. `None` if a poll took
    /// until the deadline.
    async fn poll_until_done(&mut self) -> Result<Option<Completion>, Failure> {
        let mut pauses = Pauses::new();
        let mut without_state = 0;
        loop {
            sleep(pauses.next()).await;
            let Some(page) = self.poll(None).await? else {
                return Ok(None);
            };
            match page.status.clone() {
                Some(QueryStatus::Scheduled | QueryStatus::Running) => {
                    self.partial_rows = self.rows(page);
                }
                Some(QueryStatus::Complete) => return self.fetch(page).await,
                // Something on the way may have answered instead of the service.
                None if without_state < POLLS_WITHOUT_STATE => without_state += 1,
                state => {
                    self.partial_rows = self.rows(page);
                    let state = state.as_ref().map_or("no state", QueryStatus::as_str);
                    return Ok(Some(Completion::Ended(state.to_owned())));
                }
            }
        }
    }

    /// Fetches all pages, from the first.
    async fn fetch(&mut self, first: GetQueryResultsOutput) -> Result<Option<Completion>, Failure> {
        let mut page = first;
        let mut pages = Pages::default();
        loop {
            let token = page.next_token.take();
            let rows = self.rows(page);
            let is_cut_off = self.spec.rows_are_events && self.result.matched > self.spec.limit;
            if is_cut_off && self.spec.can_be_split {
                return Ok(Some(Completion::Full));
            }
            self.result.rows += rows.len() as u64;
            (self.send)(rows);
            // Each page but a few brings a row, and no result has more than that.
            let most = EMPTY_PAGES.saturating_add(self.result.rows);
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            match pages.turn(token, most) {
                Ok(true) if self.result.rows <= MAXIMUM_ROW_LIMIT => {}
                Ok(false) => break,
                Ok(true) | Err(Endless) => {
                    let state = "pages that do not end".to_owned();
                    return Ok(Some(Completion::Ended(state)));
                }
            }
            let Some(next) = self.poll(pages.token()).await? else {
                return Ok(None);
            };
            page = next;
        }
        let QueryResult {
            rows,
            matched,
            expected,
            ..
        } = *self.result;
        tracing::debug!(id = self.id, rows, matched, expected, "query complete");
        // A result that fills its limit may go on, whatever the counts say, and an aggregation may
        // end at the default limit though its text asks for more rows.
        let fills_a_limit =
            rows >= self.spec.limit || (!self.spec.rows_are_events && rows == DEFAULT_ROW_LIMIT);
        Ok(Some(if fills_a_limit || rows < expected {
            Completion::Full
        } else {
            Completion::Complete
        }))
    }

    /// A page, with fewer rows where an answer is too large.
    async fn poll(
        &mut self,
        token: Option<String>,
    ) -> Result<Option<GetQueryResultsOutput>, Failure> {
        loop {
            let polled = self.poll_once(token.clone()).await;
            let is_too_large =
                matches!(&polled, Err(failure) if *failure.cause() == Cause::AnswerTooLarge);
            let Some(smaller) = smaller_page(self.page_size).filter(|_| is_too_large) else {
                return polled;
            };
            tracing::debug!(
                id = self.id,
                rows = smaller,
                "response too large, requesting fewer rows"
            );
            self.page_size = Some(smaller);
        }
    }

    fn poll_once(
        &self,
        token: Option<String>,
    ) -> impl Future<Output = Result<Option<GetQueryResultsOutput>, Failure>> + use<> {
        let (connection, deadline) = (self.connection.clone(), self.deadline);
        let (id, page_size) = (self.id.to_owned(), self.page_size);
        async move {
            call(
                &connection.paces.get_query_results,
                "logs:GetQueryResults",
                deadline,
                || {
                    let request = connection.client.get_query_results().query_id(&id);
                    let request = request.set_max_items(page_size);
                    request.set_next_token(token.clone()).send()
                },
            )
            .await
        }
    }

    fn rows(&mut self, page: GetQueryResultsOutput) -> Vec<Row> {
        if let Some(statistics) = &page.statistics {
            // The service counts in floating point.
            self.result.matched = statistics.records_matched as u64;
            self.result.expected = statistics.result_count as u64;
            self.result.bytes_scanned = statistics.bytes_scanned as u64;
        }
        page.results
            .unwrap_or_default()
            .into_iter()
            .map(Row::from)
            .collect()
    }
}

/// The next smaller size of a page, beginning with the service's own largest (CloudWatch Logs API
/// reference, GetQueryResults); `None` if one row is too large.
fn smaller_page(page_size: Option<i32>) -> Option<i32> {
    match page_size.unwrap_or(10_000) / 10 {
        0 => None,
        smaller => Some(smaller),
    }
}

/// Stops the query. That it has ended already is no failure, and there is nobody left to tell
/// of any other.
async fn stop_query(connection: &Connection, id: &str) {
    let stopped = call(
        &connection.paces.stop_query,
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
