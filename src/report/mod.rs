//! The report as data: everything that a format needs, with nothing left to compute.
//!
//! - [`severity`]: how urgent something is
//! - [`verdict`]: verdicts and severities, with all their properties
//! - [`acceptance`]: findings that the operator accepts for a time
//! - [`finding`]: findings, their holders and their tokens
//! - [`filtered`]: a filtered report with nothing left in it
//! - [`interruption`]: when a client was rejected at the end of a token and came back
//! - [`scan`]: what was read from each cluster, and what may be missing
//! - [`rejection`]: who is rejected already, and how it is known
//! - [`pod_status`]: what the cluster reports about the pods
//! - [`restart`]: how to give a pod a new token
//! - [`remembered`]: holders of earlier reports that are no longer seen
//! - [`legacy_token`]: tokens kept in secrets that are still in use
//! - [`token_lifetime`], [`judged_by`]: how long a token is accepted, and where that comes from
//! - [`upgrade`]: what an upgrade to a version that caps tokens would break
//! - [`changes`]: what changed since an earlier report
//! - [`exact_duration`]: durations in explanations
//! - [`json`]: the versioned JSON format
//!
//! A report is a value: it contains the time that it is as of, and rendering it twice gives the
//! same bytes.

pub mod acceptance;
pub mod changes;
mod cluster_names;
pub mod exact_duration;
pub mod filtered;
pub mod finding;
pub mod interruption;
pub mod json;
pub mod judged_by;
pub mod legacy_token;
pub mod pod_status;
pub mod rejection;
pub mod remembered;
pub mod restart;
pub mod scan;
pub mod severity;
pub mod token_lifetime;
pub mod upgrade;
pub mod verdict;

#[cfg(test)]
pub mod sample;

use chrono::{DateTime, Utc};

use crate::audit::kubernetes_version::KubernetesVersion;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::gap::CountedGap;
use changes::Changes;
use filtered::Filtered;
use finding::Finding;
use judged_by::JudgedBy;
use rejection::RejectedCaller;
use remembered::{RememberedCaller, RememberedHolder};
use scan::ClusterScan;
use severity::Severity;
use verdict::Verdict;

/// The findings of all clusters, ranked, with what they rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was looked at, by cluster.
    pub clusters: Vec<ClusterScan>,
    /// What could not be seen and belongs to none of these clusters.
    pub gaps: Vec<CountedGap>,
    /// Files that hold no audit events.
    pub skipped_files: Vec<String>,
    /// The version of a planned upgrade, if one was given.
    pub target_version: Option<KubernetesVersion>,
    /// What was looked for, where a filter left no finding.
    pub filtered: Option<Filtered>,
    /// Notes besides those of the clusters, in sentences without a full stop.
    pub notes: Vec<UntrustedText>,
    /// The findings in rank order.
    pub findings: Vec<Finding>,
    /// Holders of earlier reports that none of the findings names.
    pub remembered: Vec<RememberedHolder>,
    /// Callers of earlier reports that were already reported.
    pub remembered_callers: Vec<RememberedCaller>,
    /// What changed since an earlier report, where there was one to compare with.
    pub changes: Option<Changes>,
}

impl Report {
    /// Whether something could not be seen, so that findings may be missing.
    pub fn is_incomplete(&self) -> bool {
        self.all_gaps().next().is_some()
    }

    /// Whether nothing at all was seen of what was requested.
    pub fn saw_nothing(&self) -> bool {
        let is_blind = |scan: &ClusterScan| {
            scan.without_events || scan.gaps.iter().any(|gap| gap.gap.kind.hides_everything())
        };
        let is_asked = self.is_incomplete() || !self.clusters.is_empty();
        self.findings.is_empty() && is_asked && self.clusters.iter().all(is_blind)
    }

    /// Everything that could not be seen, in any cluster or in none.
    pub fn all_gaps(&self) -> impl Iterator<Item = &CountedGap> {
        let of_clusters = self.clusters.iter().flat_map(|scan| &scan.gaps);
        of_clusters.chain(&self.gaps)
    }

    /// The time the report was made for: the latest end of a cluster's window.
    pub fn as_of(&self) -> Option<DateTime<Utc>> {
        self.clusters.iter().map(|scan| scan.window.until).max()
    }

    /// The highest severity among the findings and the rejected callers.
    pub fn worst_severity(&self) -> Option<Severity> {
        let of_findings = self.findings.iter().filter_map(|finding| finding.severity);
        let of_callers = self.urgent_callers().filter_map(|(_, it)| it.severity);
        of_findings.chain(of_callers).max()
    }

    /// The rejected callers that look like workloads and are rejected all the time, each with its
    /// cluster's scan; the most severe first.
    pub fn urgent_callers(&self) -> impl Iterator<Item = (&ClusterScan, &RejectedCaller)> {
        let of_severity = |severity| {
            self.clusters.iter().flat_map(move |scan| {
                let callers = scan.rejected_callers.iter();
                callers
                    .filter(move |caller| caller.severity == Some(severity))
                    .map(move |caller| (scan, caller))
            })
        };
        Severity::ALL.into_iter().flat_map(of_severity)
    }

    /// How many findings are accepted, and have no severity for that.
    pub fn accepted(&self) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.accepted.is_some())
            .count()
    }

    /// How many findings have this verdict, and are not accepted.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.verdict == verdict && finding.accepted.is_none())
            .count()
    }

    /// The window's end of a finding's cluster: the moment that its ages count to.
    pub fn window_end(&self, finding: &Finding) -> Option<DateTime<Utc>> {
        self.clusters
            .iter()
            .find(|scan| scan.cluster == finding.cluster)
            .map(|scan| scan.window.until)
    }

    /// The moment that a finding's ages count to: its cluster's window's end.
    pub fn now(&self, finding: &Finding) -> DateTime<Utc> {
        self.window_end(finding).unwrap_or(finding.lead().last_seen)
    }

    /// What the dates of a finding's cluster rest on.
    pub fn judged_by(&self, finding: &Finding) -> Option<&JudgedBy> {
        self.clusters
            .iter()
            .find(|scan| scan.cluster == finding.cluster)
            .map(|scan| &scan.judged_by)
    }

    /// The findings with this severity, in rank order.
    pub fn of_severity(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.severity == Some(severity))
    }
}

#[cfg(test)]
mod tests;
