//! What a cluster says of its own pods: who owns them, where they are, what they run, and how they
//! are.
//!
//! - [`pod`]: one pod and its containers
//! - [`owner`]: owner references, and workloads
//! - [`ownership`]: which workload a pod belongs to
//!
//! Pure: how the objects were read is the source's matter ([`crate::source::kubernetes`]). Every
//! text in here was written by whoever may create pods, and is as hostile as a log's.

pub mod owner;
mod ownership;
pub mod pod;
#[cfg(test)]
pub mod sample;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use owner::{Controller, OwnerReference, Workload};
use ownership::workload_of;
use pod::Pod;

/// The pods of one cluster, with the ReplicaSets and Jobs between them and their workloads.
#[derive(Debug, Default)]
pub struct ClusterState {
    pods: Vec<Pod>,
    by_uid: HashMap<Box<str>, usize>,
    by_name: HashMap<(Arc<str>, Box<str>), usize>,
    by_address: HashMap<IpAddr, Vec<usize>>,
    by_account: HashMap<(Arc<str>, Arc<str>), Vec<usize>>,
    controllers: HashMap<Controller, Option<OwnerReference>>,
    namespaces: HashSet<Arc<str>>,
    nodes: HashSet<Arc<str>>,
    taken_after: Option<DateTime<Utc>>,
    is_live: bool,
}

impl ClusterState {
    /// The state of a cluster that was listed just now, all namespaces of it.
    pub fn live(now: DateTime<Utc>) -> Self {
        Self {
            taken_after: Some(now),
            is_live: true,
            ..Self::default()
        }
    }

    /// Adds a pod. Of two with the same UID, as in a list that was paged while it changed, the
    /// later one counts.
    pub fn add_pod(&mut self, pod: Pod) {
        self.saw_namespace(&pod.namespace);
        if let Some(node) = pod.node.as_ref().filter(|it| !self.nodes.contains(*it)) {
            self.nodes.insert(Arc::clone(node));
        }
        if let Some(at) = self.by_uid.get(&pod.uid) {
            let at = *at;
            let forget = |places: Option<&mut Vec<usize>>| {
                if let Some(places) = places {
                    places.retain(|it| *it != at);
                }
            };
            for address in &self.pods[at].addresses {
                forget(self.by_address.get_mut(address));
            }
            forget(self.by_account.get_mut(&account(&self.pods[at])));
            self.index(at, &pod);
            self.pods[at] = pod;
            return;
        }
        let at = self.pods.len();
        self.index(at, &pod);
        self.pods.push(pod);
    }

    fn index(&mut self, at: usize, pod: &Pod) {
        self.by_uid.insert(pod.uid.clone(), at);
        self.by_name
            .insert((Arc::clone(&pod.namespace), pod.name.clone()), at);
        self.by_account.entry(account(pod)).or_default().push(at);
        for address in &pod.addresses {
            self.by_address.entry(*address).or_default().push(at);
        }
    }

    /// Adds a ReplicaSet or a Job with its owner.
    pub fn add_controller(&mut self, controller: Controller, owner: Option<OwnerReference>) {
        self.saw_namespace(&controller.namespace);
        self.controllers.insert(controller, owner);
    }

    fn saw_namespace(&mut self, namespace: &Arc<str>) {
        if !self.namespaces.contains(namespace) {
            self.namespaces.insert(Arc::clone(namespace));
        }
    }

    /// Notes a moment that an object states: the list was taken no earlier.
    pub fn saw(&mut self, moment: DateTime<Utc>) {
        if !self.is_live {
            self.taken_after = self.taken_after.max(Some(moment));
        }
    }

    /// All pods.
    pub fn pods(&self) -> &[Pod] {
        &self.pods
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.pods.is_empty() && self.controllers.is_empty()
    }

    /// The pod with this UID.
    pub fn pod(&self, uid: &str) -> Option<&Pod> {
        self.by_uid.get(uid).map(|at| &self.pods[*at])
    }

    /// The pod that has this name now.
    pub fn pod_named(&self, namespace: &str, name: &str) -> Option<&Pod> {
        // The key borrows nothing, but a look-up happens once a holder.
        let key = (Arc::from(namespace), Box::from(name));
        self.by_name.get(&key).map(|at| &self.pods[*at])
    }

    /// Whether a pod runs on a node of this name.
    pub fn has_node(&self, name: &str) -> bool {
        self.nodes.contains(name)
    }

    /// The pods that state this address, those on the host network of a node among them.
    pub fn pods_at(&self, address: IpAddr) -> impl Iterator<Item = &Pod> {
        let pods = self.by_address.get(&address.to_canonical());
        pods.into_iter().flatten().map(|at| &self.pods[*at])
    }

    /// The pods that run under a service account.
    pub fn pods_of(&self, namespace: &str, name: &str) -> impl Iterator<Item = &Pod> {
        let key = (Arc::from(namespace), Arc::from(name));
        let pods = self.by_account.get(&key);
        pods.into_iter().flatten().map(|at| &self.pods[*at])
    }

    /// The workload at the end of a pod's owner references.
    pub fn workload_of(&self, pod: &Pod) -> Workload {
        workload_of(pod, &self.controllers)
    }

    /// The owner of a ReplicaSet or Job of this name; `Some(None)` if it has none.
    pub fn controller(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<Option<&OwnerReference>> {
        let key = Controller {
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        };
        self.controllers.get(&key).map(Option::as_ref)
    }

    /// Whether a pod of this namespace that existed at this moment and is not in the list is gone:
    /// the list covers its namespace and was taken later.
    pub fn would_list(&self, namespace: &str, existed: DateTime<Utc>) -> bool {
        let covers = self.is_live || self.namespaces.contains(namespace);
        covers && self.taken_after.is_some_and(|taken| taken >= existed)
    }

    /// The latest moment that anything in the list states; the moment of the list if it is live.
    pub fn taken_after(&self) -> Option<DateTime<Utc>> {
        self.taken_after
    }
}

fn account(pod: &Pod) -> (Arc<str>, Arc<str>) {
    (Arc::clone(&pod.namespace), Arc::clone(&pod.service_account))
}

#[cfg(test)]
mod tests;
