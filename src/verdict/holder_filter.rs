//! A report narrowed to some of its holders.

use super::{fix, rank, upgrade};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::audit::nearest::nearest;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::report::Report;
use crate::report::filtered::Filtered;
use crate::report::finding::{Finding, HolderFinding};
use crate::report::scan::ClusterScan;

/// Which holders to show; all of them if nothing is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HolderFilter {
    /// The namespace.
    pub namespace: Option<String>,
    /// The service account's name, or `NAMESPACE/NAME`.
    pub service_account: Option<String>,
    /// The pod's name.
    pub pod: Option<String>,
}

impl HolderFilter {
    /// Whether everything is wanted.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    fn matches_account(&self, account: &ServiceAccount) -> bool {
        let named = |name: &String| *name == account.name || *name == account.to_string();
        self.namespace
            .as_ref()
            .is_none_or(|namespace| *namespace == account.namespace)
            && self.service_account.as_ref().is_none_or(named)
    }

    fn matches_pod(&self, pod: Option<&str>) -> bool {
        self.pod.is_none() || self.pod.as_deref() == pod
    }

    fn matches_holder(&self, holder: &HolderFinding) -> bool {
        self.matches_pod(holder.pod.as_ref().map(UntrustedText::unescaped))
    }
}

/// A filter that fits nothing, though something that it may have meant is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no {what} {typed:?} among those seen with a stale token; nearest: {}", nearest.join(", "))]
pub struct NoSuchName {
    /// What was looked for: `pod`.
    pub what: &'static str,
    /// Its name, as it was typed.
    pub typed: String,
    /// What may have been meant, the most alike first.
    pub nearest: Vec<String>,
}

/// The names that are suggested after a likely typing error.
const NEAREST: usize = 3;

impl HolderFilter {
    /// The filters that are stated, as they are typed, each with the names it could have.
    fn filters<'a>(&self, report: &'a Report) -> Vec<(&'static str, String, Vec<&'a str>)> {
        let accounts = || {
            report
                .findings
                .iter()
                .map(|finding| &finding.service_account)
        };
        let pods = || {
            let holders = report.findings.iter().flat_map(|finding| &finding.holders);
            holders.filter_map(|holder| holder.pod.as_ref().map(UntrustedText::unescaped))
        };
        let mut filters = Vec::new();
        if let Some(pod) = &self.pod {
            filters.push(("pod", pod.clone(), pods().collect()));
        }
        if let Some(typed) = &self.service_account {
            // The name alone is compared: a namespace that is wrong is another filter's matter.
            let name = typed.rsplit('/').next().unwrap_or(typed).to_owned();
            let names = accounts().map(|account| account.name.as_str()).collect();
            filters.push(("service account", name, names));
        }
        if let Some(namespace) = &self.namespace {
            let names = accounts()
                .map(|account| account.namespace.as_str())
                .collect();
            filters.push(("namespace", namespace.clone(), names));
        }
        filters
    }
}

/// Leaves out of a report what is not wanted, and what is said of the rest because of it. Where
/// nothing is left the report says so, and gives no all-clear.
///
/// Fails if nothing is left and a name that was typed is not known but resembles one that is.
pub fn narrow(report: &mut Report, holder_filter: &HolderFilter) -> Result<(), NoSuchName> {
    if holder_filter.is_open() {
        return Ok(());
    }
    let filters = holder_filter.filters(report);
    let wanted: Vec<String> = filters
        .iter()
        .map(|(what, typed, _)| format!("{what} {typed}"))
        .collect();
    let meant = filters.iter().find_map(|(what, typed, known)| {
        let is_known = known.contains(&typed.as_str());
        let nearest = nearest(typed, known.iter().copied());
        (!is_known && !nearest.is_empty()).then(|| NoSuchName {
            what,
            typed: typed.clone(),
            nearest: nearest
                .into_iter()
                .take(NEAREST)
                .map(str::to_owned)
                .collect(),
        })
    });
    let among = report
        .findings
        .iter()
        .map(|finding| finding.holders.len())
        .sum();
    keep_wanted(report, holder_filter);
    let is_rejected = report
        .clusters
        .iter()
        .any(|scan| !scan.rejected_callers.is_empty());
    if !report.findings.is_empty() || is_rejected {
        return Ok(());
    }
    if let Some(meant) = meant {
        return Err(meant);
    }
    report.filtered = Some(Filtered {
        wanted: wanted.join(", ").into(),
        among,
    });
    Ok(())
}

fn keep_wanted(report: &mut Report, holder_filter: &HolderFilter) {
    let (clusters, target) = (&report.clusters, report.target_version);
    report.findings.retain_mut(|finding| {
        holder_filter.matches_account(&finding.service_account)
            && keep(finding, holder_filter, clusters, target)
    });
    rank::rank(&mut report.findings);
    // A guess names no pod: for one pod, the guesses at its account.
    let accounts: Vec<&ServiceAccount> = report
        .findings
        .iter()
        .map(|finding| &finding.service_account)
        .collect();
    for scan in &mut report.clusters {
        scan.rejected_callers.retain(|caller| {
            let candidates = caller.candidates.iter().any(|candidate| {
                holder_filter.matches_account(&candidate.service_account)
                    && holder_filter
                        .matches_pod(candidate.pod.as_ref().map(UntrustedText::unescaped))
            });
            let guessed = |account: &ServiceAccount| match holder_filter.pod {
                Some(_) => accounts.contains(&account),
                None => holder_filter.matches_account(account),
            };
            candidates || caller.perhaps.iter().any(guessed)
        });
        scan.legacy_tokens
            .retain(|token| holder_filter.matches_account(&token.service_account));
    }
}

/// Keeps the holders that are wanted; whether there are any.
fn keep(
    finding: &mut Finding,
    holder_filter: &HolderFilter,
    clusters: &[ClusterScan],
    target: Option<KubernetesVersion>,
) -> bool {
    let before = finding.holders.len();
    finding
        .holders
        .retain(|holder| holder_filter.matches_holder(holder));
    let Some(lead) = finding.holders.first() else {
        return false;
    };
    if finding.holders.len() == before {
        return true;
    }
    finding.verdict = lead.verdict;
    finding.severity = lead.severity;
    finding.clients = fix::clients(&finding.service_account, &finding.holders);
    if let Some(scan) = clusters.iter().find(|it| it.cluster == finding.cluster) {
        finding.remedies = fix::remedies(
            finding.verdict,
            &finding.service_account.namespace,
            &finding.holders,
            &finding.clients,
            &scan.judged_by,
            scan.window.until,
        );
        upgrade::foresee_one(finding, &scan.judged_by, target);
    }
    // What is accepted is the service account, whichever of its pods are shown.
    if finding.accepted.is_some() {
        finding.severity = None;
    }
    true
}

#[cfg(test)]
mod tests;
