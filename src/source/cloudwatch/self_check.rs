//! The aggregate query, put to the test by the service that runs it.
//!
//! What Logs Insights makes of a query is documented in part only, and may change. So the tool
//! reads a short piece of a log twice, as the aggregate and as whole events, and compares what both
//! say: once in each Region for each text of the query, and whenever it is asked to.

pub mod comparison;
pub mod piece;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::chunk::Span;
use super::log_group::LogGroup;
use super::queries::audit_evidence;
use super::queries::logs_query::{LogsQuery, RowOrigin};
use super::reading::Reading;
use super::row::Row;
use super::run::{Completion, QuerySpec, run};
use crate::evidence::cluster::Cluster;
use crate::evidence::set::{Collect as _, EvidenceSet};
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::request_filter::RequestFilter;
use comparison::{Construct, Outcome, compare};

/// When the query is put to the test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Verify {
    /// Once in each Region until the query changes; without --previous, on every run.
    #[default]
    Auto,
    /// In each Region.
    Always,
    /// Never.
    Never,
}

/// The text of the query as reports remember it: its name and the beginning of its SHA-256.
pub fn text_id() -> String {
    let text = (audit_evidence::QUERY.text)();
    let hash = Sha256::digest(text.as_bytes());
    let beginning: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {beginning}", audit_evidence::QUERY.name)
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfCheck {
    /// The cluster whose log was read.
    pub cluster: Arc<Cluster>,
    /// The seconds that were read.
    pub span: Span,
    /// The whole events that were read.
    pub events: u64,
    /// Bytes that both readings scanned.
    pub bytes: u64,
    /// Queries that were started.
    pub queries: u64,
    /// Each construct with its outcome.
    pub constructs: Vec<Construct>,
}

impl SelfCheck {
    /// The first construct that was not answered as whole events say.
    pub fn difference(&self) -> Option<&'static str> {
        let differs = |construct: &&Construct| {
            matches!(
                construct.outcome,
                Outcome::Differs { .. } | Outcome::Malformed
            )
        };
        self.constructs.iter().find(differs).map(|it| it.name)
    }

    /// Whether both readings say the same, and something at all.
    pub fn is_equal(&self) -> bool {
        let is_equal = |construct: &Construct| matches!(construct.outcome, Outcome::Equal(_));
        self.difference().is_none() && self.constructs.iter().any(is_equal)
    }
}

/// What a check came to; `None` where there was nothing to compare, or no answer.
type Checked = Option<SelfCheck>;

/// The checks of a run: one in each Region, whoever comes first.
#[derive(Debug, Default)]
pub struct SelfChecks {
    verify: Verify,
    /// The Regions in which this text of the query is known to be answered as expected.
    remembered: BTreeSet<String>,
    by_region: Mutex<BTreeMap<String, Arc<OnceCell<Checked>>>>,
}

impl SelfChecks {
    /// The checks of a run that remembers these Regions.
    pub fn new(verify: Verify, remembered: BTreeSet<String>) -> Self {
        Self {
            verify,
            remembered,
            by_region: Mutex::default(),
        }
    }

    /// Whether an earlier check in this Region counts.
    pub fn is_remembered(&self, region: &str) -> bool {
        self.verify == Verify::Auto && self.remembered.contains(region)
    }

    /// The check of a Region, which the first to ask for it makes; `None` if none is to be made.
    pub fn of(&self, region: &str) -> Option<Arc<OnceCell<Checked>>> {
        if self.verify == Verify::Never || self.is_remembered(region) {
            return None;
        }
        let mut by_region = self
            .by_region
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let cell = by_region.entry(region.to_owned()).or_default();
        Some(Arc::clone(cell))
    }
}

/// What to read twice, and within which bounds.
#[derive(Debug)]
pub struct Checking<'a> {
    /// The connection.
    pub connection: &'a Connection,
    /// The log group.
    pub group: &'a LogGroup,
    /// The requests that count.
    pub filter: RequestFilter,
    /// When to give up.
    pub deadline: Instant,
    /// Cancelled when the operator interrupts the run.
    pub stop: &'a CancellationToken,
}

/// How often a piece is read: halved if it holds more events than fit, and once more if the readings
/// differ.
const ATTEMPTS: u32 = 6;

/// How old events are at least that are read twice: of newer ones some may be delivered between
/// both readings.
const DELIVERED_WITHIN: TimeDelta = TimeDelta::minutes(15);

/// The seconds of a window that can be read twice: those whose events have been delivered.
pub fn delivered(window: Span, now: DateTime<Utc>) -> Option<Span> {
    let last_second = window.last_second.min((now - DELIVERED_WITHIN).timestamp());
    (window.first_second <= last_second).then_some(Span {
        last_second,
        ..window
    })
}

impl Checking<'_> {
    /// Reads these seconds twice and compares; `None` if one of the answers did not come whole.
    pub async fn check(&self, span: Span) -> Result<Option<SelfCheck>, Failure> {
        let mut span = span;
        let (mut bytes, mut queries) = (0, 0);
        let mut is_repeated = false;
        for _ in 0..ATTEMPTS {
            let sample = audit_evidence::SAMPLE;
            // Both to their end, so that none is left running.
            let (events, aggregate) = tokio::join!(
                self.read(&sample, span),
                self.read(&audit_evidence::QUERY, span)
            );
            let ((events, answer), (mut aggregate, rows)) = (events?, aggregate?);
            bytes += answer.bytes + rows.bytes;
            queries += 2;
            match answer.completion {
                Completion::Complete => {}
                Completion::Full if span.seconds() > 1 => {
                    span.first_second = span.last_second - span.seconds() / 2 + 1;
                    continue;
                }
                _ => return Ok(None),
            }
            if rows.completion != Completion::Complete {
                return Ok(None);
            }
            // Events that the aggregate counts and leaves to another query.
            if aggregate.needs_raw_events
                && let Some(remainder) = audit_evidence::QUERY.remainder
            {
                let (rest, answer) = self.read(remainder, span).await?;
                bytes += answer.bytes;
                queries += 1;
                aggregate.collected.merge(rest.collected);
            }
            let checked = SelfCheck {
                cluster: Arc::clone(&self.group.cluster),
                span,
                events: answer.rows,
                bytes,
                queries,
                constructs: compare(&aggregate, &events),
            };
            if checked.difference().is_none() || is_repeated {
                return Ok(Some(checked));
            }
            is_repeated = true;
        }
        Ok(None)
    }

    async fn read(
        &self,
        query: &LogsQuery,
        span: Span,
    ) -> Result<(Reading<EvidenceSet>, Answer), Failure> {
        let text = query.text_for(self.filter, "");
        let spec = QuerySpec {
            name: query.name,
            text: &LogsQuery::selecting(&text, self.group.condition()),
            limit: query.row_limit,
            rows_are_events: query.rows_are_events,
            can_be_split: false,
            groups: &[self.group],
            span,
        };
        let origin = RowOrigin {
            cluster: Arc::clone(&self.group.cluster),
            log_group: self.group.name.clone(),
            filter: self.filter,
        };
        let mut reading = Reading::<EvidenceSet>::default();
        let mut consume = |rows: Vec<Row>| {
            for row in rows {
                for observation in reading.row(query, &row, &origin) {
                    reading.collected.record(&origin.cluster, observation);
                }
            }
        };
        let result = run(
            self.connection,
            &spec,
            self.deadline,
            self.stop,
            &mut consume,
        )
        .await?;
        let answer = Answer {
            completion: result.completion,
            rows: result.rows,
            bytes: result.bytes_scanned,
        };
        Ok((reading, answer))
    }
}

/// How one reading was answered.
struct Answer {
    completion: Completion,
    rows: u64,
    bytes: u64,
}
