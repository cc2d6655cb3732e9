//! What of Kubernetes objects is kept.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::object::{
    Condition, ContainerSpec, ContainerState, ContainerStatus, Loose, Metadata, Object, PodSpec,
    PodStatus, Reference, part,
};
use crate::cluster_state::ClusterState;
use crate::cluster_state::owner::{Controller, OwnerReference};
use crate::cluster_state::pod::{Container, Phase, Pod};

/// Puts objects into the state of a cluster, and keeps each text that they share once.
#[derive(Debug)]
pub(super) struct Intake {
    state: ClusterState,
    texts: HashSet<Arc<str>>,
}

/// The most texts that are kept for sharing: beyond that each pod has its own.
const SHARED_TEXTS: usize = 100_000;

impl Intake {
    pub(super) fn new(state: ClusterState) -> Self {
        Self {
            state,
            texts: HashSet::new(),
        }
    }

    pub(super) fn into_state(self) -> ClusterState {
        self.state
    }

    /// Takes in an object of this kind; whether it is of a kind that is of use, and whole.
    pub(super) fn take(&mut self, kind: &str, object: &Object<'_>) -> Taken {
        let taken = match kind {
            "Pod" => self.pod(object),
            "ReplicaSet" | "Job" => self.controller(kind, object),
            _ => return Taken::OtherKind,
        };
        match taken {
            Some(()) => Taken::Kept,
            None => Taken::Malformed,
        }
    }

    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = text.into();
        if self.texts.len() < SHARED_TEXTS {
            self.texts.insert(Arc::clone(&shared));
        }
        shared
    }

    fn owner(&mut self, references: Loose<Vec<Loose<Reference>>>) -> Option<OwnerReference> {
        let mut references: Vec<Reference> = references.elements().collect();
        let controller = references
            .iter()
            .position(|it| it.controller.0 == Some(true))
            .unwrap_or(0);
        if references.is_empty() {
            return None;
        }
        let reference = references.swap_remove(controller);
        let group = match reference.api_version.split_once('/') {
            Some((group, _)) => group,
            None => "",
        };
        Some(OwnerReference {
            group: self.share(group),
            kind: self.share(&reference.kind),
            name: self.share(&reference.name),
        })
    }

    fn controller(&mut self, kind: &str, object: &Object<'_>) -> Option<()> {
        let metadata: Metadata = part(object.metadata)?;
        let controller = Controller {
            kind: self.share(kind),
            namespace: self.share(&metadata.namespace.0?),
            name: metadata.name.0?.into(),
        };
        let owner = self.owner(metadata.owner_references);
        self.state.add_controller(controller, owner);
        if let Some(created) = metadata.creation_timestamp.0 {
            self.state.saw(created);
        }
        Some(())
    }

    fn pod(&mut self, object: &Object<'_>) -> Option<()> {
        let metadata: Metadata = part(object.metadata)?;
        let spec: PodSpec = part(object.spec).unwrap_or_default();
        let status: PodStatus = part(object.status).unwrap_or_default();
        let annotations = metadata.annotations.0.unwrap_or_default();
        let labels = metadata.labels.0.unwrap_or_default();
        let rollout = labels.rollout_hash.0.map(|hash| ("Rollout", hash));
        let hash = rollout.or(labels.template_hash.0.map(|hash| ("Deployment", hash)));
        let statuses: Vec<ContainerStatus> = status.container_statuses.elements().collect();
        let conditions: Vec<Condition> = status.conditions.elements().collect();
        for moment in conditions
            .iter()
            .filter_map(|it| it.last_transition_time.0)
            .chain(metadata.creation_timestamp.0)
            .chain(statuses.iter().flat_map(moments))
        {
            self.state.saw(moment);
        }
        let phase = match status.phase.0.as_deref() {
            Some("Succeeded" | "Failed") => Phase::Ended,
            _ => Phase::Running,
        };
        let is_true = |it: &Condition| it.status.0.as_deref() == Some("True");
        let is_ready = conditions
            .iter()
            .any(|it| it.r#type.0.as_deref() == Some("Ready") && is_true(it));
        let containers = self.containers(spec.containers, &statuses);
        let mut addresses: Vec<IpAddr> = status
            .pod_ips
            .elements()
            .filter_map(|it| it.ip.0)
            .chain(status.pod_ip.0)
            .map(|address| address.to_canonical())
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        let owner = self.owner(metadata.owner_references);
        let ended = statuses
            .iter()
            .filter_map(|it| it.state.0.as_ref()?.terminated.0.as_ref()?.finished_at.0)
            .max();
        let pod = Pod {
            namespace: self.share(&metadata.namespace.0?),
            name: metadata.name.0?.into(),
            uid: metadata.uid.0?.into(),
            service_account: self
                .share(spec.service_account_name.0.as_deref().unwrap_or("default")),
            node: spec.node_name.0.map(|node| self.share(&node)),
            addresses: addresses.into(),
            host_network: spec.host_network.0.unwrap_or_default(),
            owner,
            template_hash: hash.map(|(kind, hash)| (kind, self.share(&hash))),
            is_mirror: annotations.mirror.0.is_some(),
            started: status.start_time.0.or(metadata.creation_timestamp.0),
            phase,
            ended: ended.filter(|_| phase == Phase::Ended),
            is_deleting: metadata.deletion_timestamp.0.is_some(),
            is_ready,
            containers,
        };
        self.state.add_pod(pod);
        Some(())
    }

    fn containers(
        &mut self,
        specs: Loose<Vec<Loose<ContainerSpec>>>,
        statuses: &[ContainerStatus],
    ) -> Box<[Container]> {
        let containers = specs.elements().filter_map(|spec| {
            let name = spec.name.0?;
            let status = statuses.iter().find(|it| it.name.0.as_ref() == Some(&name));
            let image = spec
                .image
                .0
                .or_else(|| status.and_then(|it| it.image.0.clone()))?;
            let state = status.and_then(|it| it.state.0.as_ref());
            let last = status.and_then(|it| it.last_state.0.as_ref());
            let started = |state: &ContainerState| {
                let ran = state.running.0.as_ref().or(state.terminated.0.as_ref());
                ran.and_then(|it| it.started_at.0)
            };
            let waiting = state.and_then(|it| it.waiting.0.as_ref()?.reason.0.clone());
            Some(Container {
                name: self.share(&name),
                image: self.share(&image),
                started: state.and_then(started).or_else(|| last.and_then(started)),
                restarts: status.and_then(|it| it.restart_count.0).unwrap_or_default(),
                waiting: waiting.map(|reason| self.share(&reason)),
            })
        });
        containers.collect()
    }
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is a part of the state.
    Kept,
    /// It is of a kind that is of no use.
    OtherKind,
    /// It has no name, no namespace or no UID.
    Malformed,
}

fn moments(status: &ContainerStatus) -> impl Iterator<Item = DateTime<Utc>> {
    let states = [&status.state, &status.last_state];
    states
        .into_iter()
        .filter_map(|state| state.0.as_ref())
        .flat_map(|state| [&state.running, &state.terminated])
        .filter_map(|ran| ran.0.as_ref())
        .flat_map(|ran| [ran.started_at.0, ran.finished_at.0])
        .flatten()
}
