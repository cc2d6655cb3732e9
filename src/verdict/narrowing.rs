//! A report narrowed to some of its holders.

use super::{cure, rank};
use crate::audit::service_account::ServiceAccount;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding};
use crate::report::scan::ClusterScan;

/// Which holders are wanted; all of them where nothing is stated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// The namespace.
    pub namespace: Option<String>,
    /// The service account's name, or `NAMESPACE/NAME`.
    pub service_account: Option<String>,
    /// The pod's name.
    pub pod: Option<String>,
}

impl Narrowing {
    /// Whether everything is wanted.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    fn wants_account(&self, account: &ServiceAccount) -> bool {
        let named = |name: &String| *name == account.name || *name == account.to_string();
        self.namespace
            .as_ref()
            .is_none_or(|namespace| *namespace == account.namespace)
            && self.service_account.as_ref().is_none_or(named)
    }

    fn wants_pod(&self, pod: Option<&str>) -> bool {
        self.pod.is_none() || self.pod.as_deref() == pod
    }

    fn wants_holder(&self, holder: &HolderFinding) -> bool {
        self.wants_pod(holder.pod.as_deref())
    }
}

/// Leaves out of a report what is not wanted, and what is said of the rest because of it.
pub fn narrow(report: &mut Report, narrowing: &Narrowing) {
    if narrowing.is_open() {
        return;
    }
    let clusters = &report.clusters;
    report.findings.retain_mut(|finding| {
        narrowing.wants_account(&finding.service_account) && keep(finding, narrowing, clusters)
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
                narrowing.wants_account(&candidate.service_account)
                    && narrowing.wants_pod(candidate.pod.as_deref())
            });
            let guessed = |account: &ServiceAccount| match narrowing.pod {
                Some(_) => accounts.contains(&account),
                None => narrowing.wants_account(account),
            };
            candidates || caller.perhaps.iter().any(guessed)
        });
        scan.legacy_tokens
            .retain(|token| narrowing.wants_account(&token.service_account));
    }
}

/// Keeps the holders that are wanted; whether there are any.
fn keep(finding: &mut Finding, narrowing: &Narrowing, clusters: &[ClusterScan]) -> bool {
    let before = finding.holders.len();
    finding
        .holders
        .retain(|holder| narrowing.wants_holder(holder));
    let Some(lead) = finding.holders.first() else {
        return false;
    };
    if finding.holders.len() == before {
        return true;
    }
    finding.verdict = lead.verdict;
    finding.severity = lead.severity;
    finding.clients = cure::clients(&finding.service_account, &finding.holders);
    if let Some(scan) = clusters.iter().find(|it| it.cluster == finding.cluster) {
        finding.remedies = cure::remedies(
            finding.verdict,
            &finding.service_account.namespace,
            &finding.holders,
            &finding.clients,
            &scan.judged_by,
            scan.window.until,
        );
    }
    true
}
