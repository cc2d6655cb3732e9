//! Version 2 of the report's JSON form. Once it is published, nothing here ever changes: what the
//! program works with is converted to these types and back, and nothing else uses them.
//!
//! - [`finding`]: holders, their tokens, their clients, and what to do
//! - [`verdict`]: verdicts and severities
//! - [`lifetime`]: how long tokens are accepted, and who says so
//! - [`pod_status`]: what the cluster says of pods
//! - [`rejection`]: who is rejected, and how it is known
//! - [`coverage`]: what was looked at, and what could not be seen
//! - [`changes`]: what changed since an earlier report
//! - [`identity`]: clusters and service accounts

mod changes;
mod coverage;
mod finding;
mod identity;
mod lifetime;
mod pod_status;
mod rejection;
mod scan;
mod upgrade;
mod verdict;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::conversion::{Written, list, optional};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::report;
use changes::Changes;
use coverage::{CountedGap, Filtered};
use finding::{Accepted, ClientFinding, HolderFinding, Remedy, RememberedHolder};
use lifetime::TokenLifetime;
use rejection::{Confidence, RememberedCaller};
use scan::Scan;
use upgrade::AfterUpgrade;
use verdict::{Severity, Verdict};

/// The version that this file describes.
pub(super) const VERSION: u32 = 2;

/// A report. Times are RFC 3339 in UTC, durations whole seconds.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(
        rename = "Report",
        bound = "Findings: schemars::JsonSchema, Remembered: schemars::JsonSchema + Default + Serialize"
    )
)]
pub(super) struct Report<Findings = Vec<RankedFinding>, Remembered = Vec<RememberedHolder>> {
    /// The version of this form. Fields may be added to a version; what is there stays.
    schema_version: u32,
    /// The time the report was made for: the latest end of a cluster's window.
    #[serde(rename = "made_for")]
    as_of: Option<DateTime<Utc>>,
    /// Whether everything that was asked for could be read. If not, findings may be missing.
    complete: bool,
    /// What was looked at, by cluster.
    clusters: Vec<Scan>,
    /// What could not be seen and belongs to none of these clusters.
    gaps: Vec<CountedGap>,
    /// Files that hold no audit events.
    #[serde(rename = "passed_over")]
    skipped_files: Vec<String>,
    /// The version of a planned upgrade, where one was asked about.
    #[serde(default)]
    target_version: Option<KubernetesVersion>,
    /// What was looked for, where a filter left no finding.
    #[serde(default)]
    filtered: Option<Filtered>,
    /// What to know beside the clusters' notes.
    #[serde(default)]
    notes: Vec<UntrustedText>,
    /// The findings in rank order.
    findings: Findings,
    /// Holders of earlier reports that none of the findings names, for the next sweep to know.
    #[serde(default)]
    remembered: Remembered,
    /// Rejected callers that an earlier report told of, for the next sweep to know.
    #[serde(default)]
    remembered_callers: Vec<RememberedCaller>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changes: Option<Changes>,
}

/// A service account of one cluster, with its worst verdict and its earliest rejection.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "RankedFinding"))]
pub(in crate::report::json) struct RankedFinding<Holders = Vec<HolderFinding>> {
    /// Its place among all findings, from 1.
    rank: usize,
    /// The cluster's name.
    cluster: UntrustedText,
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
    /// Until when and why the operator accepts it, so that it has no severity.
    #[serde(default)]
    accepted: Option<Accepted>,
    /// When the API server starts to reject the first of the worst holders, at the earliest.
    rejected_from: DateTime<Utc>,
    /// Whether the token is rejected at that very moment, and not from then on at some time.
    #[serde(default)]
    rejected_from_is_exact: bool,
    /// Seconds from the end of the cluster's window to that moment; negative once it has passed.
    seconds_left: i64,
    /// How long that token is accepted, and who says so.
    token_lifetime: TokenLifetime,
    /// The Kubernetes version of the cluster, where it is known.
    #[serde(default)]
    kubernetes_version: Option<String>,
    /// How often its holders were rejected at the end of a token and came back.
    #[serde(default)]
    interruptions: usize,
    /// The longest time that this took; absent where it did not happen.
    #[serde(default)]
    longest_interruption_seconds: Option<i64>,
    /// What becomes of it after the upgrade to the version that was asked for.
    #[serde(default)]
    after_upgrade: Option<AfterUpgrade>,
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
    /// Rejections that its holders most likely caused inside the window.
    #[serde(default)]
    rejections: u64,
    /// The arrival of the first of them; from before the window where the earlier report knew it.
    #[serde(default)]
    first_rejection: Option<DateTime<Utc>>,
    /// Whether there may have been earlier ones: the first came as soon as the window began.
    #[serde(default)]
    rejected_at_least_since: bool,
    /// The arrival of the last.
    #[serde(default)]
    last_rejection: Option<DateTime<Utc>>,
    /// What they and the accepted requests have in common.
    #[serde(default)]
    rejection_confidence: Option<Confidence>,
    /// The clients behind the user agents, most requests first.
    clients: Vec<ClientFinding>,
    /// What to do, most effective first; empty for a harmless finding.
    remedies: Vec<Remedy>,
    /// The holders, the worst and the first to be rejected first.
    holders: Holders,
}

/// The report in this version, converted while it is written.
pub(super) fn written(report: &report::Report) -> impl Serialize {
    let findings = report.findings.iter();
    let remembered = report.remembered.iter();
    Report {
        schema_version: VERSION,
        as_of: report.as_of(),
        complete: !report.is_incomplete(),
        clusters: list(report.clusters.clone()),
        gaps: list(report.gaps.clone()),
        skipped_files: report.skipped_files.clone(),
        target_version: report.target_version,
        filtered: optional(report.filtered.clone()),
        findings: Written(findings.map(|finding| ranked(report, finding))),
        notes: report.notes.clone(),
        remembered: Written(remembered.cloned().map(RememberedHolder::from)),
        remembered_callers: list(report.remembered_callers.clone()),
        changes: optional(report.changes.clone()),
    }
}

impl From<Report> for report::Report {
    fn from(report: Report) -> Self {
        Self {
            clusters: list(report.clusters),
            gaps: list(report.gaps),
            skipped_files: report.skipped_files,
            target_version: report.target_version,
            filtered: optional(report.filtered),
            findings: list(report.findings),
            notes: report.notes,
            remembered: list(report.remembered),
            remembered_callers: list(report.remembered_callers),
            changes: optional(report.changes),
        }
    }
}

fn ranked<'a>(
    report: &report::Report,
    finding: &'a report::finding::Finding,
) -> RankedFinding<impl Serialize + use<'a>> {
    let lead = finding.lead();
    let now = report.window_end(finding).unwrap_or(lead.last_seen);
    let rejections = finding.rejections();
    let holders = finding.holders.iter();
    RankedFinding {
        rank: finding.rank,
        cluster: finding.cluster.name.clone(),
        region: finding.cluster.region.clone(),
        account: finding.cluster.account.clone(),
        namespace: finding.service_account.namespace.clone(),
        service_account: finding.service_account.name.clone(),
        verdict: finding.verdict.into(),
        severity: optional(finding.severity),
        accepted: optional(finding.accepted.clone()),
        rejected_from: lead.rejected_from,
        rejected_from_is_exact: lead.lifetime.is_exact(),
        token_lifetime: lead.lifetime.into(),
        kubernetes_version: report
            .judged_by(finding)
            .and_then(|judged_by| judged_by.version)
            .map(|version| version.to_string()),
        interruptions: finding.interruptions().len(),
        longest_interruption_seconds: finding
            .longest_interruption()
            .map(|length| length.num_seconds()),
        after_upgrade: optional(finding.after_upgrade),
        seconds_left: (lead.rejected_from - now).num_seconds(),
        issued: lead.issued,
        age_seconds: (now - lead.issued).num_seconds(),
        requests: finding.requests(),
        first_seen: finding.first_seen(),
        last_seen: finding.last_seen(),
        rejections: rejections.map_or(0, |it| it.count),
        first_rejection: rejections.map(|it| it.first),
        rejected_at_least_since: rejections.is_some_and(|it| it.at_least_since),
        last_rejection: rejections.map(|it| it.last),
        rejection_confidence: optional(rejections.map(|it| it.confidence)),
        clients: list(finding.clients.clone()),
        remedies: list(finding.remedies.clone()),
        holders: Written(holders.cloned().map(HolderFinding::from)),
    }
}

impl From<RankedFinding> for report::finding::Finding {
    fn from(finding: RankedFinding) -> Self {
        Self {
            rank: finding.rank,
            cluster: crate::evidence::cluster::Cluster {
                name: finding.cluster,
                region: finding.region,
                account: finding.account,
            },
            service_account: ServiceAccount {
                namespace: finding.namespace,
                name: finding.service_account,
            },
            verdict: finding.verdict.into(),
            severity: optional(finding.severity),
            accepted: optional(finding.accepted),
            after_upgrade: optional(finding.after_upgrade),
            holders: list(finding.holders),
            clients: list(finding.clients),
            remedies: list(finding.remedies),
        }
    }
}
