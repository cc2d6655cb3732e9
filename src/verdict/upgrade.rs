//! What an upgrade to a version that caps tokens at 24 h would do to a finding.

use chrono::TimeDelta;

use super::thresholds::{Thresholds, WARNING_INTERRUPTION};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, TokenFinding};
use crate::report::judged_by::JudgedBy;
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::upgrade::AfterUpgrade;

/// Notes of every finding what becomes of it. With a target version, those that would be rejected
/// daily have at least severity warning.
pub fn foresee(report: &mut Report, target: Option<KubernetesVersion>) {
    report.target_version = target;
    for finding in &mut report.findings {
        let mut scans = report.clusters.iter();
        if let Some(scan) = scans.find(|scan| scan.cluster == finding.cluster) {
            foresee_one(finding, &scan.judged_by, target);
        }
    }
}

/// The same of one finding, by what the dates of its cluster rest on.
pub(super) fn foresee_one(
    finding: &mut Finding,
    judged_by: &JudgedBy,
    target: Option<KubernetesVersion>,
) {
    let reached = target.unwrap_or(KubernetesVersion::FIRST_WITH_TOKEN_CAP);
    finding.after_upgrade = concerns(reached, judged_by, target.is_some())
        .then(|| after_upgrade(finding))
        .flatten();
    let breaks = finding.after_upgrade == Some(AfterUpgrade::RejectedDaily);
    if target.is_some() && breaks {
        finding.severity = finding.severity.max(Some(Severity::Warning));
    }
}

/// Whether the upgrade brings the cap to a cluster. For one with an unknown version, that is
/// assumed only if a target version was given.
fn concerns(target: KubernetesVersion, judged_by: &JudgedBy, is_asked_about: bool) -> bool {
    target.caps_tokens()
        && judged_by
            .version
            .map_or(is_asked_about, |version| !version.caps_tokens())
}

/// What becomes of a finding; `None` where nothing of it is left.
fn after_upgrade(finding: &Finding) -> Option<AfterUpgrade> {
    finding
        .holders
        .iter()
        .filter(|holder| !holder.verdict.is_gone())
        .map(of_holder)
        .min_by_key(|outcome| AfterUpgrade::ALL.iter().position(|it| it == outcome))
}

fn of_holder(holder: &HolderFinding) -> AfterUpgrade {
    let cap = TimeDelta::seconds(TokenLifetime::CAPPED_SECONDS);
    let age = |token: &TokenFinding| token.last_used - token.issued;
    let oldest = holder.tokens.iter().map(age).max();
    if rereads_when_rejected(holder) {
        AfterUpgrade::RecoversByItself
    } else if oldest > Some(cap) {
        AfterUpgrade::RejectedDaily
    } else if holder.verdict.is_refreshing() && oldest <= Some(Thresholds::of(cap).late_age()) {
        AfterUpgrade::No
    } else {
        AfterUpgrade::TooSoonToTell
    }
}

/// Whether every time that it was rejected at the end of a token it was back within a minute.
fn rereads_when_rejected(holder: &HolderFinding) -> bool {
    let is_short = |length: TimeDelta| length < WARNING_INTERRUPTION;
    !holder.interruptions.is_empty()
        && holder
            .interruptions
            .iter()
            .all(|it| it.last_rejection.is_some() && is_short(it.length()))
}

#[cfg(test)]
mod tests;
