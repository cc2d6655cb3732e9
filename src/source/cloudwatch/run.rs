//! One query from its start to its last row, or to its stop.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::operation::RequestId as _;
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::log_group::LogGroup;
use super::pause::Pauses;
use super::row::Row;
use super::slice::Span;
use super::stop::Stop;
use crate::source::aws::call::call;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;

/// How long a query may take to be stopped: it is the last thing that is done.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A query to be run.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The query's name.
    pub name: &'static str,
    /// Its text.
    pub text: &'a str,
    /// The rows at which its answer is cut off.
    pub limit: u64,
    /// Whether its rows are the events that matched, so that the number that matched tells
    /// whether the answer is cut off.
    pub rows_are_events: bool,
    /// Whether smaller slices can be asked for instead of an answer that is cut off.
    pub can_be_cut: bool,
    /// The log groups.
    pub groups: &'a [&'a LogGroup],
    /// The seconds.
    pub span: Span,
}

/// How a query came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was answered.
    Complete,
    /// It was answered up to its limit of rows, and not fetched if smaller slices can be.
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
pub struct Answer {
    /// How it ended; unless complete, rows are missing.
    pub end: End,
    /// Rows that came.
    pub rows: u64,
    /// Rows that matched, by the service's count.
    pub matched: u64,
    /// Bytes that the service scanned and charges for.
    pub bytes_scanned: u64,
}

/// Runs a query and sends every row that it has, page by page.
///
/// The query is stopped if it is given up: at the deadline, when the operator breaks off, and
/// when a call fails for good. Rows that it had by then are sent.
pub async fn run(
    connection: &Connection,
    asked: &Asked<'_>,
    deadline: Instant,
    stop: &Stop,
    send: &mut (dyn FnMut(Vec<Row>) + Send),
) -> Result<Answer, Failure> {
    let mut answer = Answer {
        end: End::Complete,
        rows: 0,
        matched: 0,
        bytes_scanned: 0,
    };
    // A start that is broken off may have started the query all the same, so it is waited for.
    let starting = start(connection, asked, deadline);
    tokio::pin!(starting);
    let id = tokio::select! {
        started = &mut starting => started?,
        () = stop.pulled() => {
            answer.end = End::Interrupted;
            if let Ok(Ok(Some(id))) = timeout(STOP_WITHIN, starting).await {
                stop_query(connection, &id).await;
            }
            return Ok(answer);
        }
    };
    let Some(id) = id else {
        answer.end = End::TimeLimit;
        return Ok(answer);
    };
    let mut follower = Follower {
        connection,
        id: &id,
        asked,
        deadline,
        answer: &mut answer,
        early: Vec::new(),
        send,
    };
    let followed = tokio::select! {
        followed = timeout_at(deadline, follower.follow()) => Some(followed),
        () = stop.pulled() => None,
    };
    let early = std::mem::take(&mut follower.early);
    let end = match followed {
        Some(Ok(Ok(Some(end)))) => end,
        Some(Ok(Err(failure))) => {
            stop_query(connection, &id).await;
            return Err(failure);
        }
        Some(Ok(Ok(None)) | Err(_)) => {
            stop_query(connection, &id).await;
            End::TimeLimit
        }
        None => {
            stop_query(connection, &id).await;
            End::Interrupted
        }
    };
    if answer.rows == 0 && !matches!(end, End::Complete | End::Full) {
        answer.rows = early.len() as u64;
        send(early);
    }
    answer.end = end;
    Ok(answer)
}

/// Starts the query; `None` if there was no room for it before the deadline.
async fn start(
    connection: &Connection,
    asked: &Asked<'_>,
    deadline: Instant,
) -> Result<Option<String>, Failure> {
    let one_is_linked = asked.groups.iter().any(|group| group.linked_arn.is_some());
    let started = call(
        &connection.paces.start_query,
        "logs:StartQuery",
        deadline,
        || {
            let mut request = connection
                .client
                .start_query()
                .query_string(asked.text)
                .start_time(asked.span.first_second)
                .end_time(asked.span.last_second);
            for group in asked.groups {
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
    Ok(started.map(|started| {
        let request_id = started.request_id().unwrap_or_default().to_owned();
        let id = started.query_id.unwrap_or_default();
        let groups = asked.groups.len();
        let Span {
            first_second,
            last_second,
        } = asked.span;
        tracing::debug!(
            query = asked.name,
            id,
            groups,
            first_second,
            last_second,
            request_id,
            "query started"
        );
        id
    }))
}

struct Follower<'a> {
    connection: &'a Connection,
    id: &'a str,
    asked: &'a Asked<'a>,
    deadline: Instant,
    answer: &'a mut Answer,
    /// Rows that the query had while it still ran, kept in case it is given up.
    early: Vec<Row>,
    send: &'a mut (dyn FnMut(Vec<Row>) + Send),
}

impl Follower<'_> {
    /// Looks at the query until it ends, and fetches its rows page by page. `None` if a look took
    /// until the deadline.
    async fn follow(&mut self) -> Result<Option<End>, Failure> {
        let mut pauses = Pauses::new();
        loop {
            sleep(pauses.next()).await;
            let Some(page) = self.look(None).await? else {
                return Ok(None);
            };
            match page.status.clone() {
                Some(QueryStatus::Scheduled | QueryStatus::Running) => {
                    self.early = self.rows(page);
                }
                Some(QueryStatus::Complete) => return self.fetch(page).await,
                state => {
                    self.early = self.rows(page);
                    let state = state.as_ref().map_or("no state", QueryStatus::as_str);
                    return Ok(Some(End::Ended(state.to_owned())));
                }
            }
        }
    }

    /// Fetches all pages, from the first.
    async fn fetch(&mut self, first: GetQueryResultsOutput) -> Result<Option<End>, Failure> {
        let mut page = first;
        loop {
            let token = page.next_token.clone();
            let rows = self.rows(page);
            let is_cut_off = self.asked.rows_are_events && self.answer.matched > self.asked.limit;
            if is_cut_off && self.asked.can_be_cut {
                return Ok(Some(End::Full));
            }
            self.answer.rows += rows.len() as u64;
            (self.send)(rows);
            let Some(token) = token else {
                break;
            };
            let Some(next) = self.look(Some(token.clone())).await? else {
                return Ok(None);
            };
            page = next;
            // A token that leads back to itself would lead on for ever.
            page.next_token = page.next_token.take().filter(|next| *next != token);
        }
        let Answer { rows, matched, .. } = *self.answer;
        tracing::debug!(id = self.id, rows, matched, "query complete");
        let whole = self.asked.rows_are_events && matched > 0 && rows == matched;
        Ok(Some(if rows >= self.asked.limit && !whole {
            End::Full
        } else {
            End::Complete
        }))
    }

    fn look(
        &self,
        token: Option<String>,
    ) -> impl Future<Output = Result<Option<GetQueryResultsOutput>, Failure>> + use<> {
        let (connection, deadline) = (self.connection.clone(), self.deadline);
        let id = self.id.to_owned();
        async move {
            call(
                &connection.paces.get_query_results,
                "logs:GetQueryResults",
                deadline,
                || {
                    let request = connection.client.get_query_results().query_id(&id);
                    request.set_next_token(token.clone()).send()
                },
            )
            .await
        }
    }

    fn rows(&mut self, page: GetQueryResultsOutput) -> Vec<Row> {
        if let Some(statistics) = &page.statistics {
            // The service counts in floating point.
            self.answer.matched = statistics.records_matched as u64;
            self.answer.bytes_scanned = statistics.bytes_scanned as u64;
        }
        page.results
            .unwrap_or_default()
            .into_iter()
            .map(Row::from)
            .collect()
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
