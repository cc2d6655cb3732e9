//! The arguments that say which evidence to read.
//!
//! A group of flags makes one value, and the value is carried whole to whatever acts on it: a new
//! flag is a line of its group and of its group's value.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::Args;

use super::budget_args::BudgetArgs;
use super::clusters_args::ClustersArgs;
use super::evidence_plan::{CloudWatchPlan, EvidencePlan, From};
use super::exit::Failure;
use super::inputs_args::InputsArgs;
use super::time_arg::duration;
use super::window_args::WindowArgs;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::accepted::WARN_AFTER_SECONDS;
use crate::report::token_lifetime::TokenLifetime;
use crate::source::cloudwatch::self_check::Verify;
use crate::source::depth::Depth;

#[derive(Debug, Args)]
pub(super) struct EvidenceArgs {
    #[command(flatten)]
    inputs: InputsArgs,

    #[command(flatten)]
    window: WindowArgs,

    /// How long the cluster accepts a stale token
    ///
    /// By default this follows from the cluster's version: on EKS 24 hours from 1.34 on, 90 days
    /// before. Other Kubernetes clusters accept a stale token for a year: 365d.
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Evidence")]
    token_lifetime: Option<TimeDelta>,

    /// The Kubernetes version of the clusters: 1.33
    ///
    /// It determines how long a stale token lives: on EKS 24 hours from 1.34 on, 90 days before. The
    /// default comes from eks:DescribeCluster or, without that, from the control plane's own requests
    /// in the audit log.
    #[arg(long, value_name = "VERSION", help_heading = "Evidence")]
    kubernetes_version: Option<KubernetesVersion>,

    #[command(flatten)]
    clusters: ClustersArgs,

    #[command(flatten)]
    budget: BudgetArgs,
}

impl EvidenceArgs {
    pub(super) fn plan(
        self,
        now: DateTime<Utc>,
        depth: Depth,
        zone: Tz,
    ) -> Result<EvidencePlan, Failure> {
        let token_lifetime = self.token_lifetime()?;
        let window = self.window.stated(now, zone)?;
        let from = if self.inputs.is_empty() {
            // Who was rejected is looked for before the window even where that costs money.
            let looks_back = matches!(depth, Depth::Investigate | Depth::ExportRejected);
            From::CloudWatch(CloudWatchPlan {
                fleet: self.clusters.fleet()?,
                window: window.of_clusters(now, looks_back)?,
                budget: self.budget.budget(),
                dry_run: self.budget.dry_run,
                verify: Verify::Never,
                // Only a verdict needs the versions.
                describes_clusters: !matches!(depth, Depth::Export | Depth::ExportRejected),
            })
        } else {
            From::Inputs(self.inputs.plan(window, self.clusters.access, now)?)
        };
        Ok(EvidencePlan {
            from,
            depth,
            token_lifetime,
            kubernetes_version: self.kubernetes_version,
        })
    }

    fn token_lifetime(&self) -> Result<Option<TokenLifetime>, Failure> {
        let Some(lifetime) = self.token_lifetime else {
            return Ok(None);
        };
        if lifetime.num_seconds() <= WARN_AFTER_SECONDS {
            return Err(Failure::Usage(format!(
                "--token-lifetime must be longer than {WARN_AFTER_SECONDS} s, the age at which a token becomes stale"
            )));
        }
        Ok(Some(TokenLifetime::stated(lifetime.num_seconds())))
    }
}
