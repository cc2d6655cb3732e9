//! CloudWatch Logs Insights.
//!
//! # Architecture
//!
//! - [`cluster_selection`], [`selector`], [`named_log_group`]: which clusters are wanted, as an operator names
//!   them, and in which log groups
//! - [`discovery`], [`log_group`], [`fleet`], [`unseen_cluster`]: which of them there are, what asking scans,
//!   and what cannot be queried
//! - [`origins`]: whose events a log group holds that the operator named
//! - [`queries`]: each query with the meaning of its rows
//! - [`chunk`]: which groups and seconds a query reads, and what is split and read again; pure
//! - [`run`], [`row`], [`poll_backoff`]: one query from its start to its last row, or to its stop
//! - [`reading`]: what rows come to
//! - [`query_limits`]: the windows of a run, and their limits
//! - [`budget`], [`scan_budget`]: what a run may take, and what it has scanned
//! - [`scheduler`]: chunks side by side, their results merged
//! - [`rejected_addresses`]: whom to look back for
//! - [`self_check`]: the aggregate query put to the test by the service that runs it
//! - [`silence`]: clusters whose audit log did not prove that it was seen
//! - [`console`]: the link that opens a query in the console
//! - [`preflight`]: what a sweep needs, looked at piece by piece
//! - [`price`], [`estimate`]: what bytes scanned cost, and what asking would scan
//!
//! A query that was started and is no longer needed is always stopped. What a query could not
//! tell is a gap of its clusters; what failed for one cluster does not keep another from being
//! asked.

pub mod budget;
pub mod chunk;
pub mod cluster_selection;
pub mod console;
pub mod discovery;
pub mod estimate;
pub mod fleet;
pub mod log_group;
pub mod named_log_group;
pub mod origins;
mod poll_backoff;
pub mod preflight;
pub mod price;
pub mod queries;
pub mod query_limits;
mod reading;
mod rejected_addresses;
pub mod row;
pub mod run;
pub mod scan_budget;
pub mod scheduler;
pub mod selector;
pub mod self_check;
pub mod silence;
pub mod transformer;
pub mod unseen_cluster;

use super::Gathered;
use super::aws::cause::Cause;
use super::aws::failure::Failure;
use crate::evidence::coverage::Coverage;
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use fleet::Fleet;
use queries::logs_query::LogsQuery;
use query_limits::QueryLimits;
use scheduler::run_queries;
use silence::Silence;
use tokio::sync::mpsc::UnboundedSender;

/// What queries came to.
#[derive(Debug)]
pub struct Outcome<C> {
    /// The evidence.
    pub gathered: Gathered<C>,
    /// What failed, with the next step.
    pub failures: Vec<Failure>,
    /// Clusters without an audit event near the end of the window, to be settled once it is known
    /// what became of them.
    pub silences: Vec<Silence>,
}

impl<C: Collect> Default for Outcome<C> {
    fn default() -> Self {
        Self {
            gathered: Gathered::default(),
            failures: Vec::new(),
            silences: Vec::new(),
        }
    }
}

impl<C: Collect> Outcome<C> {
    /// Adds what others came to.
    pub fn merge(&mut self, other: Self) {
        self.gathered = std::mem::take(&mut self.gathered).merged(other.gathered);
        self.failures.extend(other.failures);
        self.silences.extend(other.silences);
    }
}

/// Where to send what the window alone tells of a Region, before anything is looked back for.
pub type FirstAnswers<C> = UnboundedSender<Gathered<C>>;

/// Collects the evidence of a fleet with these queries, its Regions side by side.
///
/// What could not be queried is a gap of the cluster that it concerns; the failures are returned
/// as well, since each has a next step.
pub async fn gather<C: Collect + 'static>(
    fleet: Fleet,
    queries: &[LogsQuery],
    limits: &QueryLimits,
    first_answers: Option<&FirstAnswers<C>>,
) -> Outcome<C> {
    let mut outcome = Outcome::default();
    outcome.gathered.coverages = fleet.notes;
    for missing in fleet.missing {
        let mut coverage = Coverage {
            since: Some(limits.since),
            until: Some(limits.end.until),
            ..Coverage::default()
        };
        let place = missing.failure.log_group();
        let mut detail = missing.failure.summary();
        // Whoever reads the report alone should be able to end it.
        if *missing.failure.cause() == Cause::AuditLoggingOff {
            detail = format!("{detail}; {}", missing.failure.hint());
        }
        coverage.gap(&place, GapKind::NotQueried, detail);
        outcome
            .gathered
            .coverages
            .of(&missing.cluster)
            .merge(coverage);
        outcome.failures.push(missing.failure);
    }
    let mut running = tokio::task::JoinSet::new();
    for region in fleet.regions {
        running.spawn(run_queries(
            region.connection,
            region.groups,
            queries.to_vec(),
            limits.clone(),
            first_answers.cloned(),
        ));
    }
    for part in running.join_all().await {
        outcome.merge(part);
    }
    outcome
}
