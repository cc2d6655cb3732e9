//! Runs queries against the log groups of one Region side by side, and merges their results.
//!
//! - [`part`]: what the rows of a chunk come to
//! - [`ended`]: what becomes of a chunk whose query has ended
//! - [`again`]: what is read again, in smaller chunks or by another query
//! - [`look_back`], [`accepted_since`]: who is rejected, and whether it came back
//! - [`probes`]: whether the logs were seen
//! - [`verification`]: the self-check
//! - [`accounting`]: coverage, gaps and cost

mod accepted_since;
mod accounting;
mod again;
mod ended;
mod look_back;
mod part;
mod probes;
mod verification;

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::FirstAnswers;
use super::Outcome;
use super::chunk::{ChunkQueue, QueryChunk};
use super::log_group::{LogGroup, whose};
use super::queries::logs_query::{LogsQuery, RowOrigin};
use super::query_limits::{QueryLimits, first_chunks};
use super::rejected_addresses::RejectedAddresses;
use super::row::Row;
use super::run::{QueryResult, QuerySpec, run};
use super::self_check::piece::Marks;
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::source::Gathered;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use part::Parts;

/// A query with a filter of its own, which may be empty.
#[derive(Debug, Clone)]
struct FilteredQuery {
    query: LogsQuery,
    filter: Arc<str>,
}

impl From<LogsQuery> for FilteredQuery {
    fn from(query: LogsQuery) -> Self {
        Self {
            query,
            filter: Arc::from(""),
        }
    }
}

/// What a chunk came to, group by group.
type ChunkOutcome<C> = (QueryChunk, Result<(QueryResult, Parts<C>), Failure>);

/// The state of a Region while its queries run.
struct RegionScheduler<C> {
    connection: Arc<Connection>,
    groups: Arc<Vec<LogGroup>>,
    queries: Vec<FilteredQuery>,
    limits: QueryLimits,
    queue: ChunkQueue,
    gathered: Gathered<C>,
    /// Where rejected requests came from, by group.
    rejected: BTreeMap<usize, RejectedAddresses>,
    /// What rows showed of where a self-check should look, by group.
    marks: BTreeMap<usize, Marks>,
    /// What looking up the rejected scanned, by group, and is not noted yet.
    looked_up: BTreeMap<usize, u64>,
    failures: Vec<Failure>,
    /// Who waits for an answer while callers are looked back for.
    first_answers: Option<FirstAnswers<C>>,
}

/// Runs the queries against the log groups. What failed is a gap of the cluster that it concerns,
/// and is returned as well.
pub async fn run_queries<C: Collect + 'static>(
    connection: Arc<Connection>,
    groups: Arc<Vec<LogGroup>>,
    queries: Vec<LogsQuery>,
    limits: QueryLimits,
    first_answers: Option<FirstAnswers<C>>,
) -> Outcome<C> {
    let queue = ChunkQueue::new(first_chunks(&queries, &groups, &limits));
    let mut scheduler = RegionScheduler {
        connection,
        groups,
        queries: queries.into_iter().map(FilteredQuery::from).collect(),
        limits,
        queue,
        gathered: Gathered::default(),
        rejected: BTreeMap::new(),
        marks: BTreeMap::new(),
        looked_up: BTreeMap::new(),
        failures: Vec::new(),
        first_answers,
    };
    scheduler.init_coverage();
    scheduler.run_queries().await;
    let check = scheduler.spawn_check();
    scheduler.complete().await;
    if scheduler.is_refuted(check).await {
        scheduler.start_over_by_whole_events();
        scheduler.run_queries().await;
        scheduler.complete().await;
    }
    scheduler.clamp_beginnings();
    let silences = scheduler.silences();
    Outcome {
        gathered: scheduler.gathered,
        failures: scheduler.failures,
        silences,
    }
}

impl<C: Collect + 'static> RegionScheduler<C> {
    /// Looks for what the window alone does not tell: who is rejected and whether it came back, and
    /// whether the logs were seen.
    async fn complete(&mut self) {
        self.look_back().await;
        self.look_for_accepted().await;
        self.await_versions().await;
        for probed in self.probed() {
            self.plan_probes(probed);
            self.run_queries().await;
        }
    }

    /// Runs chunks until none is left.
    async fn run_queries(&mut self) {
        let progress = Arc::clone(&self.limits.run.progress);
        let mut known = 0;
        let mut running: JoinSet<ChunkOutcome<C>> = JoinSet::new();
        loop {
            let most = match self.queue.is_probing() {
                true => 1,
                false => self.limits.max_queries,
            };
            while running.len() < most {
                let waiting = self.queue.len();
                progress.queries.expect(waiting.saturating_sub(known));
                let Some(chunk) = self.queue.next_chunk() else {
                    break;
                };
                known = waiting - 1;
                if self.limits.run.stop.is_cancelled() {
                    progress.queries.drop_waiting();
                    self.gap(&chunk, GapKind::Interrupted, "");
                } else if self.limits.run.deadline <= Instant::now() {
                    progress.queries.drop_waiting();
                    self.time_is_up(&chunk);
                } else {
                    running.spawn(self.run_chunk(chunk));
                }
            }
            match running.join_next().await {
                None => break,
                Some(Ok((chunk, Ok((result, parts))))) => self.on_complete(&chunk, &result, parts),
                Some(Ok((chunk, Err(failure)))) => self.on_failure(&chunk, failure),
                // A panic has been printed; its chunk is lost.
                Some(Err(error)) => {
                    let failure = Failure::during(
                        "a query",
                        Cause::Other {
                            reason: error.to_string(),
                        },
                    );
                    self.failures.push(failure.in_region(&self.connection));
                }
            }
        }
    }

    /// One chunk, from the start of its query to the last of its rows.
    fn run_chunk(&self, chunk: QueryChunk) -> impl Future<Output = ChunkOutcome<C>> + use<C> {
        let (connection, groups) = (Arc::clone(&self.connection), Arc::clone(&self.groups));
        let FilteredQuery { query, filter } = self.queries[chunk.query].clone();
        let limits = self.limits.clone();
        async move {
            let members: Vec<&LogGroup> =
                chunk.groups.iter().map(|place| &groups[*place]).collect();
            let window = limits.filter(query.span);
            let origins: Vec<RowOrigin> = members
                .iter()
                .map(|group| RowOrigin {
                    cluster: Arc::clone(&group.cluster),
                    log_group: group.name.clone(),
                    filter: window,
                })
                .collect();
            let condition = members.first().and_then(|group| group.condition());
            let _running = limits
                .run
                .progress
                .queries
                .begin(about(&connection, &members));
            let text = LogsQuery::selecting(&query.text_for(window, &filter), condition);
            let spec = QuerySpec {
                name: query.name,
                text: &text,
                limit: query.row_limit,
                rows_are_events: query.rows_are_events,
                can_be_split: chunk.can_be_split(),
                groups: &members,
                span: chunk.span,
            };
            let mut parts: Parts<C> = Parts::default();
            let mut read = |rows: Vec<Row>| {
                for row in rows {
                    let Some(member) = whose(&members, row.get("@log")) else {
                        let first = parts.of(chunk.groups[0]);
                        let place = &origins[0].log_group;
                        let detail = "row of a log group that was not queried";
                        first
                            .reading
                            .coverage
                            .gap(place, GapKind::MalformedEvent, detail);
                        continue;
                    };
                    parts.read(chunk.groups[member], &query, &row, &origins[member]);
                }
            };
            let result = run(
                &connection,
                &spec,
                limits.run.deadline,
                &limits.run.stop,
                &mut read,
            )
            .await;
            (chunk, result.map(|result| (result, parts)))
        }
    }
}

/// What a query is about, for whoever waits for it: `eu-west-1, prod-1 and 49 more`.
fn about(connection: &Connection, members: &[&LogGroup]) -> String {
    let first = members
        .first()
        .map_or("", |group| group.cluster.name.unescaped());
    let more = match members.len() {
        0 | 1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    format!("{}, {first}{more}", connection.region)
}
