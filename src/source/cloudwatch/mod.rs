//! CloudWatch Logs Insights.
//!
//! # Architecture
//!
//! - [`discovery`], [`log_group`], [`fleet`]: which log groups there are, and what asking scans
//! - [`query`]: the queries, as they stand in `queries/`
//! - [`question`]: a query, and what to make of a row of its answer
//! - [`slice`]: which groups and seconds a query asks for, and what is asked again; pure
//! - [`run`], [`row`], [`pause`]: one query from its start to its last row, or to its stop
//! - [`request`]: what is asked for, within which bounds
//! - [`asking`]: slices side by side, their answers merged
//! - [`console`]: the link that opens a query in the console
//! - [`examination`]: what a sweep needs, looked at piece by piece
//! - [`stop`]: the operator's wish to break off
//! - [`price`], [`estimate`]: what bytes scanned cost, and what asking would scan
//!
//! A query that was started and is no longer needed is always stopped. What a query could not
//! tell is a gap of its clusters; what failed for one cluster does not keep another from being
//! asked.

pub mod asking;
pub mod console;
pub mod discovery;
pub mod estimate;
pub mod examination;
pub mod fleet;
pub mod log_group;
mod pause;
pub mod price;
pub mod query;
pub mod question;
pub mod request;
pub mod row;
pub mod run;
pub mod slice;
pub mod stop;

use super::Gathered;
use super::aws::failure::Failure;
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::set::Collect;
use asking::ask;
use fleet::Fleet;
use question::Question;
use request::Request;

/// Collects the evidence of a fleet, its Regions side by side.
///
/// What could not be asked is a gap of the cluster that it concerns; the failures come back as
/// well, since each tells what to do next.
pub async fn gather<C: Collect + 'static>(
    fleet: Fleet,
    questions: &[Question<C>],
    request: &Request,
) -> (Gathered<C>, Vec<Failure>) {
    let mut gathered = Gathered {
        coverages: fleet.notes,
        ..Gathered::default()
    };
    let mut failures = Vec::new();
    for missing in fleet.missing {
        let mut coverage = Coverage {
            since: Some(request.since),
            until: Some(request.until),
            ..Coverage::default()
        };
        let place = log_group::name_of(&missing.cluster.name);
        coverage.gap(&place, GapKind::NotAsked, missing.failure.summary());
        gathered.coverages.of(&missing.cluster).merge(coverage);
        failures.push(missing.failure);
    }
    let mut asking = tokio::task::JoinSet::new();
    for region in fleet.regions {
        asking.spawn(ask(
            region.connection,
            region.groups,
            questions.to_vec(),
            request.clone(),
        ));
    }
    for (part, failed) in asking.join_all().await {
        gathered = gathered.merged(part);
        failures.extend(failed);
    }
    (gathered, failures)
}
