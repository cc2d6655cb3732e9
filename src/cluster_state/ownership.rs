//! The workload at the end of a pod's owner references.

use std::collections::HashMap;
use std::sync::Arc;

use super::owner::{Controller, OwnerReference, Workload};
use super::pod::Pod;

/// The workload at the end of a pod's owner references, by the ReplicaSets and Jobs that are known.
pub(super) fn workload_of(
    pod: &Pod,
    controllers: &HashMap<Controller, Option<OwnerReference>>,
) -> Workload {
    let Some(owner) = &pod.owner else {
        return match (pod.is_mirror, &pod.node) {
            (true, Some(node)) => Workload::new("", "Node", node),
            _ => Workload::new("", "Pod", &pod.name),
        };
    };
    let is_between = matches!(
        (&*owner.group, &*owner.kind),
        ("apps", "ReplicaSet") | ("batch", "Job")
    );
    if !is_between {
        return Workload::of(owner);
    }
    let controller = Controller {
        kind: Arc::clone(&owner.kind),
        namespace: Arc::clone(&pod.namespace),
        name: Arc::clone(&owner.name),
    };
    match controllers.get(&controller) {
        Some(Some(above)) => Workload::of(above),
        Some(None) => Workload::of(owner),
        // A list of pods alone: the controller of a Deployment or a Rollout labels the pods with
        // the last part of their ReplicaSet's name.
        None => by_template_hash(pod, owner).unwrap_or_else(|| Workload::of(owner)),
    }
}

fn by_template_hash(pod: &Pod, owner: &OwnerReference) -> Option<Workload> {
    let (kind, hash) = pod.template_hash.as_ref()?;
    let name = owner.name.strip_suffix(&**hash)?.strip_suffix('-')?;
    let group = match *kind {
        "Rollout" => "argoproj.io",
        _ => "apps",
    };
    (!name.is_empty() && &*owner.kind == "ReplicaSet").then(|| Workload::new(group, kind, name))
}
