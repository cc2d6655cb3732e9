//! The argument that asks what an upgrade would break.

use clap::Args;

use super::evidence_plan::EvidencePlan;
use super::exit::Failure;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::report::Report;

#[derive(Debug, Args)]
pub(super) struct UpgradeArgs {
    /// Report what upgrading the clusters to this version would break: 1.34
    ///
    /// From 1.34 on, EKS accepts a stale token for only 24 hours. Verdicts and dates are not changed.
    /// Findings that would be rejected daily have at least severity warning, so --fail-on warning
    /// works as a gate for upgrades.
    #[arg(long, value_name = "VERSION", help_heading = "Evidence")]
    target_version: Option<KubernetesVersion>,
}

impl UpgradeArgs {
    /// The version of the upgrade that is asked about, if one is.
    pub(super) fn plan(
        &self,
        evidence: &EvidencePlan,
    ) -> Result<Option<KubernetesVersion>, Failure> {
        let Some(target) = self.target_version else {
            return Ok(None);
        };
        if evidence.token_lifetime.is_some() {
            return Err(Failure::Usage(
                "--target-version needs each token's own lifetime: leave out --token-lifetime, or \
                 state the version of today with --kubernetes-version"
                    .to_owned(),
            ));
        }
        if !target.caps_tokens() {
            return Err(Failure::Usage(format!(
                "--target-version {target}: tokens are capped at 24 h from {} on, and an upgrade \
                 to {target} changes nothing for them",
                KubernetesVersion::FIRST_WITH_TOKEN_CAP
            )));
        }
        Ok(Some(target))
    }
}

/// Fails if every cluster is at the target already: then there is nothing to ask about.
pub(super) fn check_clusters(report: &Report) -> Result<(), Failure> {
    let Some(target) = report.target_version else {
        return Ok(());
    };
    let versions: Option<Vec<KubernetesVersion>> = report
        .clusters
        .iter()
        .map(|scan| scan.judged_by.version)
        .collect();
    match versions {
        Some(versions)
            if !versions.is_empty() && versions.iter().all(|version| *version >= target) =>
        {
            Err(Failure::Usage(format!(
                "--target-version {target}: every cluster is already at {target} or later; leave \
                 it out to see today's state"
            )))
        }
        _ => Ok(()),
    }
}
