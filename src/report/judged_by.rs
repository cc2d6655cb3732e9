//! What the dates of a cluster rest on: its version, and how long its tokens are accepted.

use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::control_plane::VersionSource;

use super::token_lifetime::TokenLifetime;

/// What the dates of a cluster rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedBy {
    /// The cluster's Kubernetes version.
    pub version: Option<KubernetesVersion>,
    /// Where that was learnt.
    pub version_source: Option<VersionSource>,
    /// How long a token is accepted that the cluster issues at the end of the window.
    pub lifetime: TokenLifetime,
    /// How many tokens were accepted past 24 h although the cluster issues none that live so
    /// long: they were issued before it was upgraded, or outlived it.
    pub uncapped_tokens: usize,
}
