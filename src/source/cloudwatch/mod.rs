//! CloudWatch Logs Insights.
//!
//! - [`connect`]: credentials, Region and endpoint, through the SDK's own chain
//! - [`query`]: the queries, as they stand in `queries/`
//! - [`run`]: one query from its start to its last row, or to its stop
//! - `rejections`: who is rejected, and who was accepted from the same addresses before
//! - [`pause`]: how long to wait between two looks at a query
//! - [`failure`]: what went wrong, and what to do next
//!
//! A query that was started and is no longer needed is always stopped.

pub mod connect;
pub mod failure;
mod pause;
pub mod query;
mod rejections;
pub mod run;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::Gathered;
use super::arrivals::Arrivals;
use super::intake::{Taken, take_in};
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::set::Collect;
use connect::Connection;
use failure::Failure;
use query::{Query, STALE_TOKEN_EVENTS};
use rejections::AcceptedOnly;
use run::{End, Span};

/// How long after a request's arrival its event can be written: the API server ends ordinary
/// requests after 60 s (`--request-timeout`), and reports long-running ones when they begin.
const WRITTEN_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// What is asked of one cluster's log group.
#[derive(Debug, Clone)]
pub struct Target {
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// The first arrival wanted.
    pub since: DateTime<Utc>,
    /// The last arrival wanted.
    pub until: DateTime<Utc>,
    /// From when on to look, before the first arrival wanted, for whoever is rejected; absent
    /// if not at all.
    pub look_back: Option<DateTime<Utc>>,
    /// The time of asking: nothing was written after it.
    pub now: DateTime<Utc>,
}

impl Target {
    /// The log group that EKS writes a cluster's control plane logs to (EKS user guide, page
    /// "Send control plane logs to CloudWatch Logs").
    pub fn log_group(&self) -> String {
        format!("/aws/eks/{}/cluster", self.cluster.name)
    }
}

/// Whether the operator broke the run off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interrupted(pub bool);

/// Collects the evidence in one cluster's log group.
///
/// `interrupt` resolves when the run is to be broken off; what is known by then comes back,
/// marked as incomplete. So it does after `time_limit`.
pub async fn gather<C: Collect>(
    connection: &Connection,
    target: &Target,
    time_limit: Duration,
    interrupt: impl Future<Output = ()>,
) -> Result<(Gathered<C>, Interrupted), Failure> {
    let log_group = target.log_group();
    let deadline = Instant::now() + time_limit;
    tokio::pin!(interrupt);
    let answer = run::run(
        connection,
        &STALE_TOKEN_EVENTS,
        &log_group,
        span(target.since, target.until, target.now),
        time_limit,
        interrupt.as_mut(),
    )
    .await
    .map_err(|failure| failure.concerning(&target.cluster, connection))?;

    let mut accepted: AcceptedOnly<C> = AcceptedOnly::default();
    let mut coverage = Coverage::default();
    coverage.places.insert(log_group.clone());
    coverage.since = Some(target.since);
    coverage.until = Some(target.until);
    let arrivals = Arrivals {
        since: Some(target.since),
        until: Some(target.until),
        look_back: None,
    };
    for message in &answer.messages {
        match take_in(message, &target.cluster, arrivals, &mut accepted) {
            Taken::Event(written) => coverage.saw(written),
            Taken::OtherKind => {}
            Taken::Unusable(kind, detail) => coverage.gap(&log_group, kind, detail),
        }
    }
    coverage.gap_times(
        &log_group,
        GapKind::MalformedEvent,
        "row without a message",
        answer.rows.len() as u64,
    );
    note_end(
        &mut coverage,
        &log_group,
        &STALE_TOKEN_EVENTS,
        &answer,
        time_limit,
    );
    let mut end = answer.end;
    if C::WANTS_REJECTIONS && end == End::Complete {
        let asked = rejections::Asked {
            connection,
            target,
            deadline,
            time_limit,
        };
        end = rejections::gather(&asked, &mut accepted, &mut coverage, interrupt.as_mut())
            .await
            .map_err(|failure| failure.concerning(&target.cluster, connection))?;
    }
    let mut gathered = Gathered {
        collected: accepted.0,
        ..Gathered::default()
    };
    *gathered.coverages.of(&target.cluster) = coverage;
    Ok((gathered, Interrupted(end == End::Interrupted)))
}

/// The seconds in which events of requests that arrived in a span were written.
fn span(since: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>) -> Span {
    Span {
        first_second: since.timestamp(),
        last_second: (until + WRITTEN_WITHIN).min(now).max(until).timestamp(),
    }
}

/// Counts a query, and notes a gap for anything but a complete answer below its limit of rows.
fn note_end(
    coverage: &mut Coverage,
    place: &str,
    query: &Query<'_>,
    answer: &run::Answer,
    time_limit: Duration,
) {
    coverage.queries += 1;
    coverage.bytes_scanned += answer.bytes_scanned;
    let seconds = time_limit.as_secs();
    match &answer.end {
        End::Complete => {}
        End::Ended(state) => coverage.gap(place, GapKind::QueryEnded, state.as_str()),
        End::TimeLimit => coverage.gap(
            place,
            GapKind::TimeLimit,
            format!("no answer within {seconds} s; see --timeout"),
        ),
        End::Interrupted => coverage.gap(place, GapKind::Interrupted, ""),
    }
    let rows = (answer.messages.len() + answer.rows.len()) as u64;
    let matched = answer.rows_matched;
    if rows >= query.limit {
        coverage.gap(
            place,
            GapKind::RowLimit,
            format!("{rows} of {matched} rows; ask for a shorter window"),
        );
    } else if answer.end == End::Complete && rows < matched && !query.aggregates() {
        coverage.gap(
            place,
            GapKind::QueryEnded,
            format!("{rows} of {matched} rows"),
        );
    }
}
