//! Which cluster a list of pods belongs to, by the API server that it was read from and by the name
//! in its kubeconfig.
//!
//! A name in a kubeconfig can be anything, but the endpoint of an API server belongs to one
//! cluster. The server may be reached at another address, through a tunnel or from inside the
//! cluster, so only two EKS endpoints contradict each other.

use super::known_pods::KnownPods;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverage, Coverages};

/// Whose a list of pods is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    /// This cluster's.
    Of(&'a Cluster),
    /// None of the clusters with logs that were read; the reason, as a sentence.
    Elsewhere(String),
    /// Neither its API server nor a name identifies it.
    Unknown,
}

/// The cluster that a list was read from.
pub(super) fn cluster_of<'a>(pods: &KnownPods, coverages: &'a Coverages) -> Origin<'a> {
    let mut clusters = coverages.0.iter();
    if let Some((cluster, _)) = clusters.find(|(_, it)| is_its_own(pods, it)) {
        return Origin::Of(cluster);
    }
    let Some(named) = &pods.cluster else {
        return Origin::Unknown;
    };
    let mut clusters = coverages.0.iter();
    match clusters.find(|(cluster, coverage)| is_same(named, cluster, coverage)) {
        Some((cluster, coverage)) if is_another(pods, coverage) => Origin::Elsewhere(format!(
            "the kubeconfig names cluster {}, but its API server {} is not that cluster's ({}); \
             renew the entry: aws eks update-kubeconfig --name {0}",
            cluster.name,
            pods.server.as_deref().unwrap_or_default(),
            endpoint(coverage).unwrap_or_default(),
        )),
        Some((cluster, _)) => Origin::Of(cluster),
        // The names of clusters in files are anybody's.
        None if coverages.0.keys().any(|it| it.region.is_none()) => Origin::Unknown,
        None => Origin::Elsewhere(format!(
            "it belongs to cluster {}, and no audit log of that cluster was read",
            named.name
        )),
    }
}

/// Whether a list was read from the API server of another cluster than this one.
pub(super) fn is_another(pods: &KnownPods, coverage: &Coverage) -> bool {
    let (Some(server), Some(endpoint)) = (&pods.server, endpoint(coverage)) else {
        return false;
    };
    match (endpoint_id(server), endpoint_id(endpoint)) {
        (Some(one), Some(other)) => !one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

/// Whether a list was read from this cluster's API server.
fn is_its_own(pods: &KnownPods, coverage: &Coverage) -> bool {
    let (Some(server), Some(endpoint)) = (&pods.server, endpoint(coverage)) else {
        return false;
    };
    let is_same_id = match (endpoint_id(server), endpoint_id(endpoint)) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    };
    is_same_id || host_and_port(server).eq_ignore_ascii_case(host_and_port(endpoint))
}

/// The endpoint of a cluster's API server, as the EKS API states it.
fn endpoint(coverage: &Coverage) -> Option<&str> {
    coverage.control_plane.cluster()?.endpoint.as_deref()
}

/// The host of a URL, with its port where that is not the one of HTTPS.
fn host_and_port(url: &str) -> &str {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    let authority = rest.split('/').next().unwrap_or(rest);
    authority.strip_suffix(":443").unwrap_or(authority)
}

/// What identifies an EKS endpoint: `ID.gr7.REGION.eks.amazonaws.com`, or, for clusters
/// of IPv6, `ID.REGION.eks-cluster.api.aws` and the like (Amazon EKS user guide, page "Cluster API
/// server endpoint"). `None` for any other host.
fn endpoint_id(url: &str) -> Option<&str> {
    let mut labels = host_and_port(url).split('.');
    let id = labels.next()?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_of_eks = labels.any(|label| matches!(label, "eks" | "eks-cluster"));
    (is_id && is_of_eks).then_some(id)
}

/// Whether a cluster is the one that a kubeconfig names, as far as both say.
fn is_same(named: &Cluster, cluster: &Cluster, coverage: &Coverage) -> bool {
    let agree =
        |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
    // arn:aws:eks:REGION:ACCOUNT:cluster/NAME
    let arn = coverage
        .control_plane
        .cluster()
        .and_then(|it| it.arn.as_deref());
    let described = arn.and_then(|arn| arn.split(':').nth(4));
    named.name == cluster.name
        && agree(named.region.as_deref(), cluster.region.as_deref())
        && agree(named.account.as_deref(), cluster.account.as_deref())
        && agree(named.account.as_deref(), described)
}

#[cfg(test)]
mod tests;
