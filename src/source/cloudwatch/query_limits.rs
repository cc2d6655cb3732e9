//! The window of a run, its limits, and the chunks to begin with.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::budget::Budget;
use super::chunk::{QueryChunk, Span};
use super::log_group::LogGroup;
use super::price::price;
use super::queries::logs_query::{LogsQuery, QuerySpan};
use super::scan_budget::ScanBudget;
use super::self_check::SelfChecks;
use crate::evidence::price::Price;
use crate::source::eks::descriptions::KnownVersions;
use crate::source::progress::Progress;
use crate::source::request_filter::RequestFilter;

/// How long after a request's arrival its event can be written: the API server ends ordinary
/// requests after 60 s (`--request-timeout`), and reports long-running ones when they begin.
const WRITTEN_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// The most log groups of one query (CloudWatch Logs API reference, StartQuery).
pub const GROUPS_OF_A_QUERY: usize = 50;

/// How much of a window's end shows at first whether an audit log is there: a control plane writes
/// events every second, and EKS delivers them within minutes.
pub const FIRST_PROBE: TimeDelta = TimeDelta::minutes(10);

/// Where the windows of a run end, and how near to it an audit log has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowEnd {
    /// The last arrival wanted.
    pub until: DateTime<Utc>,
    /// The time of the run: nothing was written after it.
    pub now: DateTime<Utc>,
    /// How old the newest audit event of a cluster may be at the end of the window.
    pub max_silence: TimeDelta,
}

impl WindowEnd {
    /// Whether the window ends with the run.
    pub fn is_now(&self) -> bool {
        self.until == self.now
    }
}

/// What is the same for every window of a run, and shared by all of its queries.
#[derive(Debug)]
pub struct RunLimits {
    /// What the operator allows.
    pub budget: Budget,
    /// When to give up.
    pub deadline: Instant,
    /// The versions that are known of clusters without their logs.
    pub known_versions: KnownVersions,
    /// Cancelled when the operator interrupts the run.
    pub stop: CancellationToken,
    /// Where the aggregate query is put to the test.
    pub self_checks: Arc<SelfChecks>,
    /// What the run may scan.
    pub scan: ScanBudget,
    /// How far the run has got.
    pub progress: Arc<Progress>,
}

impl RunLimits {
    /// Limits by themselves: nothing is known of clusters, and nobody interrupts the run.
    pub fn new(budget: Budget, deadline: Instant) -> Self {
        Self {
            budget,
            deadline,
            known_versions: KnownVersions::default(),
            stop: CancellationToken::new(),
            self_checks: Arc::default(),
            scan: ScanBudget::new(budget.max_scan.map(|most| most.as_u64())),
            progress: Arc::default(),
        }
    }
}

/// One window of a run and its limits.
#[derive(Debug, Clone)]
pub struct QueryLimits {
    /// The first arrival wanted.
    pub since: DateTime<Utc>,
    /// The start of the look-back before the window; absent if there is none.
    pub look_back: Option<DateTime<Utc>>,
    /// Where the window ends.
    pub end: WindowEnd,
    /// How many queries may run at once in a Region for this window: its share of the budget.
    pub max_queries: usize,
    /// What all windows share.
    pub run: Arc<RunLimits>,
}

impl QueryLimits {
    /// The seconds that a query is about.
    pub fn span(&self, span: QuerySpan) -> Span {
        let written = |since: DateTime<Utc>, until: DateTime<Utc>| Span {
            first_second: since.timestamp(),
            last_second: (until + WRITTEN_WITHIN)
                .min(self.end.now)
                .max(until)
                .timestamp(),
        };
        let arrived = |since: DateTime<Utc>, until: DateTime<Utc>| Span {
            first_second: since.timestamp(),
            last_second: until.timestamp(),
        };
        match span {
            QuerySpan::Written | QuerySpan::SinceRejection => written(self.since, self.end.until),
            QuerySpan::Arrived | QuerySpan::Edges | QuerySpan::Silence => {
                arrived(self.since, self.end.until)
            }
            QuerySpan::LookBack => written(self.look_back.unwrap_or(self.since), self.since),
        }
    }

    /// What a scan of so many bytes costs in a Region.
    pub fn price(&self, region: &str, bytes: u64) -> Price {
        price(region, bytes, self.run.budget.price_per_gb)
    }

    /// The requests that count for a query.
    pub fn filter(&self, span: QuerySpan) -> RequestFilter {
        let is_before = span == QuerySpan::LookBack;
        RequestFilter {
            since: Some(self.since),
            // Of the look back nothing of the window itself: it is here already.
            until: Some(if is_before {
                DateTime::<Utc>::MIN_UTC
            } else {
                self.end.until
            }),
            look_back: self.look_back.filter(|_| is_before),
        }
    }
}

/// The groups of as few queries as can read these: one that the operator named is read by itself,
/// by the condition that selects its cluster's events, and so is one of another class than
/// Standard, where `@log` may be missing from the rows.
pub fn sets(groups: &[LogGroup], places: &[usize]) -> Vec<Vec<usize>> {
    let (alone, shared): (Vec<usize>, Vec<usize>) = places
        .iter()
        .partition(|place| groups[**place].named.is_some() || !groups[**place].is_standard());
    let full = shared.chunks(GROUPS_OF_A_QUERY).map(<[usize]>::to_vec);
    let alone = alone.into_iter().map(|place| vec![place]);
    full.chain(alone).collect()
}

/// The chunks to begin with: as many groups to a query as fit. A group whose window is not known
/// to exist is queried by itself: if it does not, the whole query is refused.
pub fn first_chunks(
    queries: &[LogsQuery],
    groups: &[LogGroup],
    limits: &QueryLimits,
) -> Vec<QueryChunk> {
    let sets = sets_of_groups(groups, limits);
    let first = |(_, query): &(usize, &LogsQuery)| query.span.is_first();
    let queries = queries.iter().enumerate().filter(first);
    let chunks = queries.flat_map(|(place, query)| {
        let span = limits.span(query.span);
        sets.iter().map(move |groups| QueryChunk {
            query: place,
            groups: groups.clone(),
            span,
        })
    });
    chunks.collect()
}

/// The probes that prove that audit logs are seen, as far as no finding proves it and none has to
/// be widened: the first and the last minutes of the window.
pub fn first_probes(
    queries: &[LogsQuery],
    groups: &[LogGroup],
    limits: &QueryLimits,
) -> Vec<QueryChunk> {
    let whole = limits.span(QuerySpan::Edges);
    let probed = FIRST_PROBE.min(limits.end.max_silence).num_seconds();
    let is_whole = whole.last_second - whole.first_second <= probed;
    let span = match is_whole {
        true => QuerySpan::Silence,
        false => QuerySpan::Edges,
    };
    let Some(query) = queries.iter().position(|query| query.span == span) else {
        return Vec::new();
    };
    let edges = if is_whole {
        vec![whole]
    } else {
        let beginning = Span {
            last_second: whole.first_second + probed,
            ..whole
        };
        let end = Span {
            first_second: whole.last_second - probed,
            ..whole
        };
        vec![end, beginning]
    };
    let sets = sets_of_groups(groups, limits);
    let chunks = edges.into_iter().flat_map(|span| {
        sets.iter().map(move |groups| QueryChunk {
            query,
            groups: groups.clone(),
            span,
        })
    });
    chunks.collect()
}

/// The groups by the queries that they share.
fn sets_of_groups(groups: &[LogGroup], limits: &QueryLimits) -> Vec<Vec<usize>> {
    let (mut shared, mut alone) = (Vec::new(), Vec::new());
    for (place, group) in groups.iter().enumerate() {
        match group.retained_since(limits.end.now) {
            Some(retained_since) if retained_since > limits.end.until => {}
            Some(_) => shared.push(place),
            None => alone.push(vec![place]),
        }
    }
    let full = sets(groups, &shared);
    full.into_iter().chain(alone).collect()
}
