//! Version 1 of the report's JSON form.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::CountedGap;
use crate::evidence::note::CountedNote;
use crate::evidence::price::Price;
use crate::report;
use crate::report::changes::Changes;
use crate::report::finding::{ClientFinding, Finding, HolderFinding, Remedy};
use crate::report::legacy_token::LegacyTokenFinding;
use crate::report::rejection::RejectedCaller;
use crate::report::scan::{ClusterScan, Window};
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::{Severity, Verdict};

/// The version that this file describes.
pub const VERSION: u32 = 1;

/// Millionths of a dollar in a dollar.
const MICRO_DOLLARS: f64 = 1_000_000.0;

/// A report. Times are RFC 3339 in UTC, durations whole seconds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    schema_version: u32,
    made_for: Option<DateTime<Utc>>,
    complete: bool,
    token_lifetime: TokenLifetime,
    clusters: Vec<Scan>,
    gaps: Vec<CountedGap>,
    passed_over: Vec<String>,
    findings: Vec<RankedFinding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changes: Option<Changes>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Scan {
    #[serde(flatten)]
    cluster: Cluster,
    #[serde(flatten)]
    window: Window,
    places: Vec<String>,
    lines: u64,
    bytes_read: u64,
    bytes_scanned: u64,
    /// What the scan costs, in US dollars.
    #[serde(default)]
    price_usd: Option<f64>,
    /// Whether it costs more, because the price in a Region is not known.
    #[serde(default)]
    price_is_minimum: bool,
    queries: u64,
    gaps: Vec<CountedGap>,
    #[serde(default)]
    notes: Vec<CountedNote>,
    accepted_at_age_seconds: Option<i64>,
    #[serde(default)]
    rejected_callers: Vec<RejectedCaller>,
    #[serde(default)]
    more_rejected_callers: bool,
    #[serde(default)]
    legacy_tokens: Vec<LegacyTokenFinding>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RankedFinding {
    rank: usize,
    cluster: String,
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    namespace: String,
    service_account: String,
    verdict: Verdict,
    severity: Option<Severity>,
    rejected_from: DateTime<Utc>,
    seconds_left: i64,
    issued: DateTime<Utc>,
    age_seconds: i64,
    requests: u64,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    clients: Vec<ClientFinding>,
    remedies: Vec<Remedy>,
    holders: Vec<HolderFinding>,
}

impl From<&report::Report> for Report {
    fn from(report: &report::Report) -> Self {
        Self {
            schema_version: VERSION,
            made_for: report.made_for(),
            complete: !report.is_incomplete(),
            token_lifetime: report.token_lifetime.clone(),
            clusters: report.clusters.iter().cloned().map(Scan::from).collect(),
            gaps: report.gaps.clone(),
            passed_over: report.passed_over.clone(),
            findings: report
                .findings
                .iter()
                .map(|finding| RankedFinding::of(report, finding))
                .collect(),
            changes: report.changes.clone(),
        }
    }
}

impl From<Report> for report::Report {
    fn from(report: Report) -> Self {
        Self {
            token_lifetime: report.token_lifetime,
            clusters: report.clusters.into_iter().map(ClusterScan::from).collect(),
            gaps: report.gaps,
            passed_over: report.passed_over,
            findings: report.findings.into_iter().map(Finding::from).collect(),
            changes: report.changes,
        }
    }
}

impl From<ClusterScan> for Scan {
    fn from(scan: ClusterScan) -> Self {
        Self {
            cluster: scan.cluster,
            window: scan.window,
            places: scan.places,
            lines: scan.lines,
            bytes_read: scan.bytes_read,
            bytes_scanned: scan.bytes_scanned,
            price_usd: scan
                .price
                .map(|price| price.micro_dollars as f64 / MICRO_DOLLARS),
            price_is_minimum: scan.price.is_some_and(|price| price.at_least),
            queries: scan.queries,
            gaps: scan.gaps,
            notes: scan.notes,
            accepted_at_age_seconds: scan.accepted_at_age_seconds,
            rejected_callers: scan.rejected_callers,
            more_rejected_callers: scan.more_rejected_callers,
            legacy_tokens: scan.legacy_tokens,
        }
    }
}

impl From<Scan> for ClusterScan {
    fn from(scan: Scan) -> Self {
        Self {
            cluster: scan.cluster,
            window: scan.window,
            places: scan.places,
            lines: scan.lines,
            bytes_read: scan.bytes_read,
            bytes_scanned: scan.bytes_scanned,
            price: scan.price_usd.map(|dollars| Price {
                micro_dollars: (dollars * MICRO_DOLLARS).round() as u64,
                at_least: scan.price_is_minimum,
            }),
            queries: scan.queries,
            gaps: scan.gaps,
            notes: scan.notes,
            accepted_at_age_seconds: scan.accepted_at_age_seconds,
            rejected_callers: scan.rejected_callers,
            more_rejected_callers: scan.more_rejected_callers,
            legacy_tokens: scan.legacy_tokens,
        }
    }
}

impl RankedFinding {
    fn of(report: &report::Report, finding: &Finding) -> Self {
        let lead = finding.lead();
        let now = report.window_end(finding).unwrap_or(lead.last_seen);
        Self {
            rank: finding.rank,
            cluster: finding.cluster.name.clone(),
            region: finding.cluster.region.clone(),
            account: finding.cluster.account.clone(),
            namespace: finding.service_account.namespace.clone(),
            service_account: finding.service_account.name.clone(),
            verdict: finding.verdict,
            severity: finding.severity,
            rejected_from: lead.rejected_from,
            seconds_left: (lead.rejected_from - now).num_seconds(),
            issued: lead.issued,
            age_seconds: (now - lead.issued).num_seconds(),
            requests: finding.requests(),
            first_seen: finding.first_seen(),
            last_seen: finding.last_seen(),
            clients: finding.clients.clone(),
            remedies: finding.remedies.clone(),
            holders: finding.holders.clone(),
        }
    }
}

impl From<RankedFinding> for Finding {
    fn from(finding: RankedFinding) -> Self {
        Self {
            rank: finding.rank,
            cluster: Cluster {
                name: finding.cluster,
                region: finding.region,
                account: finding.account,
            },
            service_account: ServiceAccount {
                namespace: finding.namespace,
                name: finding.service_account,
            },
            verdict: finding.verdict,
            severity: finding.severity,
            holders: finding.holders,
            clients: finding.clients,
            remedies: finding.remedies,
        }
    }
}
