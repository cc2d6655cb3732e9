//! Version 1 of the report's JSON form. It is published, so nothing here ever changes. A report of
//! this version is read into these types, and made one of the next version; nothing else uses them.
//!
//! - [`finding`]: holders, their tokens, their clients, and what to do
//! - [`verdict`]: verdicts, severities and the token lifetime
//! - [`rejection`]: who is rejected, and how it is known
//! - [`coverage`]: what was looked at, and what could not be seen
//! - [`changes`]: what changed since an earlier report
//! - [`identity`]: clusters and service accounts

mod changes;
mod coverage;
mod finding;
mod identity;
mod rejection;
mod verdict;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::v2;

use changes::Changes;
use coverage::{CountedGap, CountedNote, LegacyTokenFinding, Window};
use finding::{ClientFinding, HolderFinding, Remedy};
use identity::Cluster;
use rejection::RejectedCaller;
use verdict::{Severity, TokenLifetime, Verdict};

/// The version that this file describes.
pub(super) const VERSION: u32 = 1;

/// A report. Times are RFC 3339 in UTC, durations whole seconds.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Report {
    /// The version of this form. Fields may be added to a version; what is there stays.
    schema_version: u32,
    /// The time the report was made for: the latest end of a cluster's window.
    #[serde(rename = "made_for")]
    as_of: Option<DateTime<Utc>>,
    /// Whether everything that was asked for could be read. If not, findings may be missing.
    complete: bool,
    /// How long a stale token is taken to be accepted.
    token_lifetime: TokenLifetime,
    /// What was looked at, by cluster.
    clusters: Vec<Scan>,
    /// What could not be seen and belongs to none of these clusters.
    gaps: Vec<CountedGap>,
    /// Files that hold no audit events.
    #[serde(rename = "passed_over")]
    skipped_files: Vec<String>,
    /// The findings in rank order.
    findings: Vec<RankedFinding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changes: Option<Changes>,
}

/// What was looked at in one cluster, and what may be missing.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Scan {
    #[serde(flatten)]
    cluster: Cluster,
    #[serde(flatten)]
    window: Window,
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
    /// Whether there were more rejected callers than are kept apart.
    #[serde(default)]
    more_rejected_callers: bool,
    /// Tokens kept in secrets that were used.
    #[serde(default)]
    legacy_tokens: Vec<LegacyTokenFinding>,
}

/// A service account of one cluster, with its worst verdict and its earliest rejection.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RankedFinding {
    /// Its place among all findings, from 1.
    rank: usize,
    /// The cluster's name.
    cluster: String,
    /// Its AWS Region, where the evidence came from one.
    region: Option<String>,
    /// The AWS account, where the cluster was found in a linked one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// The namespace of the service account.
    namespace: String,
    /// The name of the service account.
    service_account: String,
    /// The worst holder's verdict.
    verdict: Verdict,
    /// The worst holder's severity; none for a harmless one.
    severity: Option<Severity>,
    /// When the API server starts to reject the first of the worst holders, at the earliest.
    rejected_from: DateTime<Utc>,
    /// Seconds from the end of the cluster's window to that moment; negative once it has passed.
    seconds_left: i64,
    /// When that holder's token was issued: the earliest estimate.
    issued: DateTime<Utc>,
    /// Seconds from then to the end of the cluster's window.
    age_seconds: i64,
    /// Requests of all holders.
    requests: u64,
    /// The arrival of the first request of any holder.
    first_seen: DateTime<Utc>,
    /// The arrival of the last request of any holder.
    last_seen: DateTime<Utc>,
    /// The clients behind the user agents, most requests first.
    clients: Vec<ClientFinding>,
    /// What to do, most effective first; empty for a harmless finding.
    remedies: Vec<Remedy>,
    /// The holders, the worst and the first to be rejected first.
    holders: Vec<HolderFinding>,
}

impl Report {
    /// The report in the next version of the form: its one lifetime is that of every token.
    pub(super) fn upgraded(self) -> serde_json::Result<v2::Report> {
        let lifetime = serde_json::to_value(&self.token_lifetime)?;
        let mut report = serde_json::to_value(self)?;
        report["schema_version"] = v2::VERSION.into();
        let judged_by = serde_json::json!({ "lifetime": lifetime });
        for cluster in members(&mut report["clusters"]) {
            cluster["judged_by"] = judged_by.clone();
        }
        for finding in members(&mut report["findings"]) {
            finding["token_lifetime"] = lifetime.clone();
            for holder in members(&mut finding["holders"]) {
                holder["lifetime"] = lifetime.clone();
                for token in members(&mut holder["tokens"]) {
                    token["lifetime"] = lifetime.clone();
                }
            }
        }
        serde_json::from_value(report)
    }
}

fn members(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}
