//! Which cluster a list of pods belongs to.
//!
//! Addresses and names repeat from cluster to cluster, and a list that is matched to the wrong
//! cluster would name the wrong workloads. UIDs of pods do not repeat. So a list belongs to the
//! clusters that have pods in it by UID. If there are none, it belongs to the cluster that best
//! matches its nodes, names and addresses. If none matches, it is not used.
//!
//! A list from an API server belongs first of all to the cluster of that API server
//! ([`api_server`]).
//!
//! A missing pod means something only if the list certainly belongs to its cluster: by a UID, or by
//! most of the nodes, whose names contain their addresses.

use super::api_server::{self, Origin};
use super::known_pods::KnownPods;
use crate::cluster_state::ClusterState;
use crate::evidence::cluster::Cluster;
use crate::evidence::count::pluralize;
use crate::evidence::coverage::Coverages;
use crate::evidence::gap::Gap;
use crate::evidence::holder::Identity;
use crate::evidence::set::EvidenceSet;
use std::collections::{BTreeMap, BTreeSet};

/// What is known about a cluster's pods.
#[derive(Debug, Clone, Copy)]
pub struct Pods<'a> {
    /// The pods.
    pub state: &'a ClusterState,
    /// Whether they are certainly those of the cluster, so that a pod that is not among them is
    /// gone.
    pub is_certain: bool,
}

/// The pods of each cluster, and what could not be decided.
#[derive(Debug, Default)]
pub(super) struct Assigned<'a> {
    states: BTreeMap<&'a Cluster, Pods<'a>>,
    /// Lists that were not used.
    pub gaps: Vec<Gap>,
}

impl<'a> Assigned<'a> {
    /// Gives each list to the cluster that it belongs to.
    pub(super) fn of(
        known: &'a [KnownPods],
        evidence: &EvidenceSet,
        coverages: &'a Coverages,
    ) -> Self {
        let mut assigned = Self::default();
        if known.is_empty() {
            return assigned;
        }
        let traces = traces(evidence);
        for pods in known {
            if pods.malformed > 0 {
                assigned.gaps.push(pods.gap(format!(
                    "{} in it without a name, namespace or UID",
                    pluralize(pods.malformed, "object", "objects")
                )));
            }
            match api_server::cluster_of(pods, coverages) {
                Origin::Of(cluster) => {
                    let certain = Pods {
                        state: &pods.state,
                        is_certain: true,
                    };
                    assigned.states.insert(cluster, certain);
                    continue;
                }
                Origin::Elsewhere(why) => {
                    assigned.gaps.push(pods.gap(why));
                    continue;
                }
                Origin::Unknown => {}
            }
            let possible = coverages.0.iter();
            let possible = possible.filter(|(_, it)| !api_server::is_another(pods, it));
            let fits = possible.filter_map(|(cluster, _)| {
                let fit = traces.get(&**cluster)?.fit(&pods.state);
                (fit != Fit::default()).then_some((fit, &**cluster))
            });
            let fits: Vec<(Fit, &'a Cluster)> = fits.collect();
            let best = fits.iter().map(|(fit, _)| *fit).max();
            let by_uid = |fit: &Fit| fit.uids > 0;
            // If any fits by UID, so does the best, and only those are chosen.
            let chosen: Vec<&'a Cluster> = fits
                .iter()
                .filter(|(fit, _)| by_uid(fit) || Some(*fit) == best)
                .map(|(_, cluster)| *cluster)
                .collect();
            match &chosen[..] {
                // Without a name or an address in the evidence there is nothing to compare.
                [] if traces.is_empty() => {}
                [] => assigned.gaps.push(
                    pods.gap(
                        "none of its pods, nodes, names or addresses occur in the audit logs that were \
                     read; it may belong to another cluster"
                            .to_owned(),
                    ),
                ),
                [_, _, ..] if !best.is_some_and(|best| by_uid(&best)) => {
                    let names: Vec<&str> = chosen.iter().map(|it| it.name.unescaped()).collect();
                    assigned.gaps.push(pods.gap(format!(
                        "its names and addresses occur in several clusters ({}), and it \
                         has none of their pods by UID; select one cluster",
                        names.join(", ")
                    )));
                }
                _ => {
                    let state = &pods.state;
                    let of_cluster = |cluster: &'a Cluster| {
                        let traces = traces.get(cluster);
                        let is_certain = traces.is_some_and(|it| it.fit(state).is_certain(it));
                        (cluster, Pods { state, is_certain })
                    };
                    assigned.states.extend(chosen.into_iter().map(of_cluster));
                }
            }
        }
        let unasked: Vec<&str> = known
            .iter()
            .filter(|it| !it.is_asked_for)
            .map(|it| it.place.as_str())
            .collect();
        assigned
            .gaps
            .retain(|gap| !unasked.contains(&gap.place.unescaped()));
        assigned
    }

    /// What is known about a cluster's pods.
    pub(super) fn get(&self, cluster: &Cluster) -> Option<Pods<'a>> {
        self.states.get(cluster).copied()
    }
}

/// How much a list and the evidence of a cluster have in common; the most conclusive first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    uids: usize,
    nodes: usize,
    names: usize,
    addresses: usize,
}

impl Fit {
    fn is_certain(self, traces: &Traces<'_>) -> bool {
        self.uids > 0 || self.nodes * 2 > traces.nodes.len()
    }
}

/// What the evidence of a cluster says of pods.
#[derive(Default)]
struct Traces<'a> {
    uids: BTreeSet<&'a str>,
    nodes: BTreeSet<&'a str>,
    names: BTreeSet<(&'a str, &'a str)>,
    addresses: BTreeSet<&'a str>,
}

impl Traces<'_> {
    fn fit(&self, state: &ClusterState) -> Fit {
        let uids = self.uids.iter().filter(|uid| state.pod(uid).is_some());
        let names = self.names.iter();
        let names = names.filter(|(namespace, name)| state.pod_named(namespace, name).is_some());
        let at = |address: &&&str| {
            let address = address.parse().ok();
            address.is_some_and(|address| state.pods_at(address).next().is_some())
        };
        Fit {
            nodes: self.nodes.iter().filter(|it| state.has_node(it)).count(),
            uids: uids.count(),
            names: names.count(),
            addresses: self.addresses.iter().filter(at).count(),
        }
    }
}

fn traces(evidence: &EvidenceSet) -> BTreeMap<&Cluster, Traces<'_>> {
    let mut traces: BTreeMap<&Cluster, Traces<'_>> = BTreeMap::new();
    for (holder, token_use) in evidence.holders().chain(evidence.earlier()) {
        let of_cluster = traces.entry(&holder.cluster).or_default();
        if let Identity::Pod { uid } = &holder.identity {
            of_cluster.uids.insert(uid.unescaped());
        }
        let namespace = holder.service_account.namespace.as_str();
        let pods = token_use.pods.iter().map(|(pod, _)| (namespace, pod));
        of_cluster.names.extend(pods);
        let nodes = token_use.nodes.iter().map(|(node, _)| node);
        of_cluster.nodes.extend(nodes);
        let addresses = token_use.addresses.iter().map(|(address, _)| address);
        of_cluster.addresses.extend(addresses);
    }
    for (caller, _) in evidence.rejected() {
        let of_cluster = traces.entry(&caller.cluster).or_default();
        of_cluster.addresses.insert(&caller.address);
    }
    traces
}

#[cfg(test)]
mod tests;
