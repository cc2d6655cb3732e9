//! How long tokens are accepted, and who says so.

use serde::{Deserialize, Serialize};

use super::super::conversion::{both_ways, one, optional};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::control_plane;
use crate::report::{judged_by, token_lifetime};

/// A token lifetime and where it was learnt.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TokenLifetime {
    /// Seconds from a token's issue to its earliest rejection.
    pub(super) seconds: i64,
    /// Who says so.
    pub(super) source: LifetimeSource,
}

/// Where a token lifetime comes from.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum LifetimeSource {
    /// The EKS user guide, for clusters of every version.
    AwsDocumentation,
    /// The operator stated it.
    CommandLine,
    /// The Kubernetes version of the cluster when the token was issued.
    KubernetesVersion,
    /// The token itself: it was accepted when a capped one would have been rejected.
    AcceptedPastCap,
    /// Nobody: the version is unknown, and this is the earlier of the two dates.
    Assumed,
}

/// What the dates of a cluster rest on.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct JudgedBy {
    /// The cluster's Kubernetes version.
    #[serde(default)]
    pub(super) version: Option<KubernetesVersion>,
    /// Where that was learnt.
    #[serde(default)]
    pub(super) version_source: Option<VersionSource>,
    /// How long a token is accepted that the cluster issues at the end of the window.
    pub(super) lifetime: TokenLifetime,
    /// How many tokens were accepted past 24 h although the cluster issues none that live so long.
    #[serde(default)]
    pub(super) uncapped_tokens: usize,
}

/// Where a cluster's version was learnt.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum VersionSource {
    /// `--kubernetes-version`.
    CommandLine,
    /// eks:DescribeCluster.
    DescribeCluster,
    /// The user agents of the control plane's own requests.
    AuditLog,
}

both_ways!(struct TokenLifetime, token_lifetime::TokenLifetime { seconds, source: one });
both_ways!(enum LifetimeSource, token_lifetime::LifetimeSource {
    AwsDocumentation, CommandLine, KubernetesVersion, AcceptedPastCap, Assumed,
});
both_ways!(struct JudgedBy, judged_by::JudgedBy {
    version, version_source: optional, lifetime: one, uncapped_tokens,
});
both_ways!(enum VersionSource, control_plane::VersionSource {
    CommandLine, DescribeCluster, AuditLog,
});
