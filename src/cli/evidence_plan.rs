//! Which evidence to read, as the arguments say, validated.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use chrono::{DateTime, TimeDelta, Utc};

use super::pods_args::Reads;
use super::time_arg::ZonedTime;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::report::token_lifetime::TokenLifetime;
use crate::source::aws::access::Access;
use crate::source::cloudwatch::price::PricePerGb;
use crate::source::cloudwatch::self_check::Verify;
use crate::source::cloudwatch::wanted::Wanted;
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

impl EvidencePlan {
    /// The files that are read.
    pub(super) fn files(&self) -> &[PathBuf] {
        match &self.from {
            From::Inputs(plan) => &plan.paths,
            From::CloudWatch(_) => &[],
        }
    }
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
    pub(super) access: Access,
    pub(super) cluster_name: Option<String>,
    pub(super) excluded: Excluded,
    pub(super) since: Option<ZonedTime>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) look_back: TimeDelta,
    /// How old the newest audit event may be at the end of a window that was asked for.
    pub(super) max_silence: TimeDelta,
}

/// Log groups in CloudWatch Logs.
#[derive(Debug)]
pub(super) struct CloudWatchPlan {
    pub(super) wanted: Wanted,
    pub(super) linked: bool,
    /// The first moment of the window; absent if each cluster's version decides.
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: DateTime<Utc>,
    /// How long the look back is; absent if there is none.
    pub(super) look_back: Option<TimeDelta>,
    /// How old the newest audit event of a cluster may be.
    pub(super) max_silence: TimeDelta,
    pub(super) now: DateTime<Utc>,
    pub(super) accesses: Vec<Access>,
    pub(super) time_limit: Duration,
    pub(super) max_queries: usize,
    pub(super) max_scan: Option<ByteSize>,
    pub(super) price_per_gb: Option<PricePerGb>,
    pub(super) dry_run: bool,
    /// When the aggregate query is put to the test.
    pub(super) verify: Verify,
    /// Whether the EKS API is asked for the clusters' versions.
    pub(super) describes_clusters: bool,
}

impl EvidencePlan {
    /// When the aggregate query is put to the test; files need none.
    pub(super) fn verify(&mut self, verify: Verify) {
        if let From::CloudWatch(plan) = &mut self.from {
            plan.verify = verify;
        }
    }

    /// Whether audit logs come from files, and one of them from standard input.
    pub(super) fn reads(&self) -> Reads {
        match &self.from {
            From::Inputs(inputs) => Reads {
                files: true,
                standard_input: inputs.paths.iter().any(|path| path.to_str() == Some("-")),
            },
            From::CloudWatch(_) => Reads {
                files: false,
                standard_input: false,
            },
        }
    }
}
