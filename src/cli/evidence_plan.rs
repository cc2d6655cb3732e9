//! Which evidence to read, as the arguments say, validated.

use std::path::PathBuf;

use super::pods_args::Reads;
use super::window_args::{ClusterWindow, StatedWindow};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::report::token_lifetime::TokenLifetime;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::cloudwatch::budget::Budget;
use crate::source::cloudwatch::fleet::FleetSelection;
use crate::source::cloudwatch::self_check::Verify;
use crate::source::depth::Depth;
use crate::source::files::inputs::Excluded;
use crate::source::s3::location::Location;

/// Which evidence to read, validated.
#[derive(Debug)]
pub(super) struct EvidencePlan {
    pub(super) from: From,
    pub(super) depth: Depth,
    pub(super) token_lifetime: Option<TokenLifetime>,
    /// The version that the operator states.
    pub(super) kubernetes_version: Option<KubernetesVersion>,
}

/// Where evidence is read from.
#[derive(Debug)]
pub(super) enum From {
    Inputs(InputsPlan),
    CloudWatch(CloudWatchPlan),
}

/// Audit logs on disk, standard input or in S3.
#[derive(Debug)]
pub(super) struct InputsPlan {
    pub(super) paths: Vec<PathBuf>,
    pub(super) locations: Vec<Location>,
    /// Where S3 is, and who reads it.
    pub(super) access: AwsTarget,
    pub(super) cluster_name: Option<String>,
    pub(super) excluded: Excluded,
    pub(super) window: StatedWindow,
}

/// Log groups in CloudWatch Logs.
#[derive(Debug)]
pub(super) struct CloudWatchPlan {
    pub(super) fleet: FleetSelection,
    pub(super) window: ClusterWindow,
    pub(super) budget: Budget,
    pub(super) dry_run: bool,
    /// When the aggregate query is put to the test.
    pub(super) verify: Verify,
    /// Whether the EKS API is asked for the clusters' versions.
    pub(super) describes_clusters: bool,
}

impl EvidencePlan {
    /// The files that are read.
    pub(super) fn files(&self) -> &[PathBuf] {
        match &self.from {
            From::Inputs(plan) => &plan.paths,
            From::CloudWatch(_) => &[],
        }
    }

    /// When the aggregate query is put to the test; files need none.
    pub(super) fn verify(&mut self, verify: Verify) {
        if let From::CloudWatch(plan) = &mut self.from {
            plan.verify = verify;
        }
    }

    /// Whether audit logs come from files, and one of them from standard input.
    pub(super) fn reads(&self) -> Reads {
        Reads {
            files: matches!(self.from, From::Inputs(_)),
            standard_input: self.files().iter().any(|path| path.to_str() == Some("-")),
        }
    }
}
