//! The ranking: one order of urgency, total and the same on every run. Every format lists findings
//! in it; grouping by namespace or by cluster is presentation.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::evidence::cluster::Cluster;
use crate::report::finding::Finding;
use crate::report::verdict::Severity;

/// What a finding is ranked by: severity, verdict, date, requests, and then its name, so that two
/// findings never tie.
type Urgency<'a> = (
    Reverse<Option<Severity>>,
    usize,
    DateTime<Utc>,
    Reverse<u64>,
    &'a str,
    &'a str,
    &'a Cluster,
);

fn urgency(finding: &Finding) -> Urgency<'_> {
    (
        Reverse(finding.severity),
        finding.verdict.order(),
        finding.lead().rejected_from,
        Reverse(finding.requests()),
        &finding.service_account.namespace,
        &finding.service_account.name,
        &finding.cluster,
    )
}

/// Orders findings by urgency, over all clusters, and numbers them from 1 without holes.
pub fn rank(findings: &mut [Finding]) {
    findings.sort_by(|one, other| urgency(one).cmp(&urgency(other)));
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.rank = index + 1;
    }
}
