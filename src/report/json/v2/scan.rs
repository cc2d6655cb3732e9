//! What was looked at in one cluster.

use super::super::conversion::list;
use super::coverage::{CountedGap, CountedNote, LegacyTokenFinding, Window};
use super::identity::Cluster;
use super::lifetime::JudgedBy;
use super::rejection::RejectedCaller;
use crate::evidence::price::Price;
use crate::report::scan::ClusterScan;
use serde::{Deserialize, Serialize};

/// Millionths of a dollar in a dollar.
const MICRO_DOLLARS: f64 = 1_000_000.0;

/// What was looked at in one cluster, and what may be missing.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Scan {
    #[serde(flatten)]
    cluster: Cluster,
    /// The profile of the AWS configuration by which the cluster's own account was reached, where
    /// one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(flatten)]
    window: Window,
    /// What its dates rest on.
    judged_by: JudgedBy,
    /// The log groups, files or streams that were read.
    places: Vec<String>,
    /// Lines read from files.
    lines: u64,
    /// Bytes read from files, after decompression.
    bytes_read: u64,
    /// Bytes that CloudWatch scanned and charges for.
    bytes_scanned: u64,
    /// What the scan costs, in US dollars.
    #[serde(default)]
    price_usd: Option<f64>,
    /// Whether it costs more, because the price in a Region is not known.
    #[serde(default)]
    price_is_minimum: bool,
    /// Queries started.
    queries: u64,
    /// Queries that were found to be answered here as the events themselves say: the name of each
    /// with a checksum of its text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    verified_queries: Vec<String>,
    /// What could not be seen, with how often.
    gaps: Vec<CountedGap>,
    /// What a reader should know, without anything being missing.
    #[serde(default)]
    notes: Vec<CountedNote>,
    /// The largest age of a token that was still accepted after it should have been rejected: the
    /// lifetime is longer than assumed.
    accepted_at_age_seconds: Option<i64>,
    /// The callers that are rejected and could not be told for certain.
    #[serde(default)]
    rejected_callers: Vec<RejectedCaller>,
    /// Whether no audit event of it was seen, of any kind.
    #[serde(default)]
    without_events: bool,
    /// Whether there were more rejected callers than are kept apart.
    #[serde(default)]
    more_rejected_callers: bool,
    /// How many rejected callers are left out because the operator ignores their address.
    #[serde(default)]
    ignored_callers: usize,
    /// Tokens kept in secrets that were used.
    #[serde(default)]
    legacy_tokens: Vec<LegacyTokenFinding>,
}

impl From<ClusterScan> for Scan {
    fn from(scan: ClusterScan) -> Self {
        Self {
            cluster: scan.cluster.into(),
            profile: scan.profile,
            window: scan.window.into(),
            judged_by: scan.judged_by.into(),
            places: scan.places,
            lines: scan.lines,
            bytes_read: scan.bytes_read,
            bytes_scanned: scan.bytes_scanned,
            price_usd: scan
                .price
                .map(|price| price.micro_dollars as f64 / MICRO_DOLLARS),
            price_is_minimum: scan.price.is_some_and(|price| price.at_least),
            queries: scan.queries,
            verified_queries: scan.verified_queries,
            gaps: list(scan.gaps),
            notes: list(scan.notes),
            accepted_at_age_seconds: scan.accepted_at_age_seconds,
            rejected_callers: list(scan.rejected_callers),
            without_events: scan.without_events,
            more_rejected_callers: scan.more_rejected_callers,
            ignored_callers: scan.ignored_callers,
            legacy_tokens: list(scan.legacy_tokens),
        }
    }
}

impl From<Scan> for ClusterScan {
    fn from(scan: Scan) -> Self {
        Self {
            cluster: scan.cluster.into(),
            profile: scan.profile,
            window: scan.window.into(),
            judged_by: scan.judged_by.into(),
            places: scan.places,
            lines: scan.lines,
            bytes_read: scan.bytes_read,
            bytes_scanned: scan.bytes_scanned,
            price: scan.price_usd.map(|dollars| Price {
                micro_dollars: (dollars * MICRO_DOLLARS).round() as u64,
                at_least: scan.price_is_minimum,
            }),
            queries: scan.queries,
            verified_queries: scan.verified_queries,
            gaps: list(scan.gaps),
            notes: list(scan.notes),
            accepted_at_age_seconds: scan.accepted_at_age_seconds,
            rejected_callers: list(scan.rejected_callers),
            without_events: scan.without_events,
            more_rejected_callers: scan.more_rejected_callers,
            ignored_callers: scan.ignored_callers,
            legacy_tokens: list(scan.legacy_tokens),
        }
    }
}
