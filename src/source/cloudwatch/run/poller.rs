//! A query that runs: polled until it ends, and its rows fetched page by page.

use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use tokio::time::{Instant, sleep};

use super::{Completion, QueryResult, QuerySpec};
use crate::source::aws::call::call;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::poll_backoff::PollBackoff;
use crate::source::cloudwatch::queries::logs_query::{DEFAULT_ROW_LIMIT, MAXIMUM_ROW_LIMIT};
use crate::source::cloudwatch::row::Row;
use crate::source::pages::{Endless, Pages};

/// So many answers to polls may state nothing of the query.
const POLLS_WITHOUT_STATE: u32 = 3;

/// So many pages of a result may bring no row.
const EMPTY_PAGES: u64 = 100;

/// A query that runs.
pub(super) struct Poller<'a> {
    pub(super) connection: &'a Connection,
    pub(super) id: &'a str,
    pub(super) spec: &'a QuerySpec<'a>,
    pub(super) deadline: Instant,
    pub(super) result: &'a mut QueryResult,
    /// Rows that the query had while it still ran, kept in case it is given up.
    pub(super) partial_rows: Vec<Row>,
    /// The rows of a page; absent for as many as the service gives.
    pub(super) page_size: Option<i32>,
    pub(super) send: &'a mut (dyn FnMut(Vec<Row>) + Send),
}

impl Poller<'_> {
    /// Polls the query until it ends, and fetches its rows page by page. `None` if a poll took
    /// until the deadline.
    pub(super) async fn poll_until_done(&mut self) -> Result<Option<Completion>, Failure> {
        let mut pauses = PollBackoff::new();
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
                &connection.rate_limiters.get_query_results,
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
