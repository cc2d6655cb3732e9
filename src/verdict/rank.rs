//! The ranking: one order of urgency, total and the same on every run. Every format lists findings
//! in it; grouping by namespace or by cluster is presentation.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::report::finding::Finding;
use crate::report::severity::Severity;
use crate::report::verdict::Verdict;

/// The order of what is most urgent: severity, verdict, date.
pub(super) fn urgency(
    severity: Option<Severity>,
    verdict: Verdict,
    rejected_from: DateTime<Utc>,
) -> impl Ord {
    (Reverse(severity), verdict.order(), rejected_from)
}

/// What a finding is ranked by: its urgency, requests, and then its name, so that two findings never
/// tie.
fn key(finding: &Finding) -> impl Ord {
    let lead = finding.lead();
    (
        urgency(finding.severity, finding.verdict, lead.rejected_from),
        Reverse(finding.requests()),
        &finding.service_account,
        &finding.cluster,
    )
}

/// Orders findings by urgency, over all clusters, and numbers them from 1 without holes.
pub fn rank(findings: &mut [Finding]) {
    findings.sort_by(|one, other| key(one).cmp(&key(other)));
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.rank = index + 1;
    }
}

#[cfg(test)]
mod tests;
