//! What queries would scan, before they are run.
//!
//! CloudWatch itself estimates it by the command `estimate`, which is free. Where it does not
//! answer, the estimate is made from what the log groups store.

use chrono::{DateTime, Utc};

use super::chunk::QueryChunk;
use super::fleet::FoundRegion;
use super::log_group::LogGroup;
use super::queries::logs_query::LogsQuery;
use super::query_limits::{QueryLimits, first_chunks, first_probes};
use super::row::Row;
use super::run::{Completion, QuerySpec, run};
use crate::evidence::price::Price;

/// The field of the answer, as it was seen; the documentation does not name it.
const FIELD: &str = "@estimatedBytesScanned";

/// What the queries of one Region would scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Queries to begin with.
    pub queries: usize,
    /// Probes beside them, which prove that audit logs are seen. One that finds nothing is widened,
    /// and one that a finding makes superfluous is not run.
    pub probes: usize,
    /// Bytes of all of them.
    pub bytes: u64,
    /// What they cost.
    pub price: Price,
    /// Queries and probes of which CloudWatch told the bytes; of the others, what is stored had to do.
    pub told: usize,
    /// Clusters of which nothing is known: they come on top.
    pub unknown: usize,
}

/// Estimates what the queries would scan in a Region.
pub async fn estimate(
    region: &FoundRegion,
    queries: &[LogsQuery],
    limits: &QueryLimits,
) -> Estimate {
    let mut estimate = Estimate::default();
    let chunks = first_chunks(queries, &region.groups, limits);
    let probes = first_probes(queries, &region.groups, limits);
    (estimate.queries, estimate.probes) = (chunks.len(), probes.len());
    for chunk in chunks.into_iter().chain(probes) {
        let members: Vec<&LogGroup> = chunk
            .groups
            .iter()
            .map(|place| &region.groups[*place])
            .collect();
        let query = &queries[chunk.query];
        let told = told(region, query, &members, &chunk, limits).await;
        estimate.told += usize::from(told.is_some());
        let (first, last) = within(&chunk, limits);
        estimate.bytes += told.unwrap_or_else(|| {
            let stored = members.iter().map(|group| {
                let bytes = group.bytes_in(first, last, limits.end.now);
                estimate.unknown += usize::from(bytes.is_none());
                bytes.unwrap_or(0)
            });
            stored.sum()
        });
    }
    estimate.price = limits.price(&region.connection.region, estimate.bytes);
    estimate
}

/// The part of the window that a chunk is about.
fn within(chunk: &QueryChunk, limits: &QueryLimits) -> (DateTime<Utc>, DateTime<Utc>) {
    let time = |second| DateTime::from_timestamp(second, 0);
    let first = time(chunk.span.first_second).unwrap_or(limits.since);
    let last = time(chunk.span.last_second).unwrap_or(limits.end.until);
    (first.max(limits.since), last.min(limits.end.until))
}

/// The bytes by CloudWatch's own estimate.
async fn told(
    region: &FoundRegion,
    query: &LogsQuery,
    members: &[&LogGroup],
    chunk: &QueryChunk,
    limits: &QueryLimits,
) -> Option<u64> {
    let text = text_to_estimate(&query.text_for(limits.filter(query.span), ""));
    let spec = QuerySpec {
        name: "estimate",
        text: &text,
        limit: u64::MAX,
        rows_are_events: false,
        can_be_split: false,
        groups: members,
        span: chunk.span,
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut take = |page| rows.extend(page);
    let result = run(
        &region.connection,
        &spec,
        limits.run.deadline,
        &limits.run.stop,
        &mut take,
    )
    .await;
    match result {
        Ok(result) if result.completion == Completion::Complete => {
            rows.first()?.number(FIELD).map(|bytes| bytes as u64)
        }
        Ok(_) => None,
        Err(failure) => {
            tracing::debug!(%failure, "no estimate");
            None
        }
    }
}

/// The query's text with `estimate` as its last command, which no limit may precede.
fn text_to_estimate(text: &str) -> String {
    let commands = text
        .trim_end()
        .lines()
        .filter(|line| !line.starts_with("| limit "));
    let mut text: String = commands.map(|line| format!("{line}\n")).collect();
    text.push_str("| estimate");
    text
}
