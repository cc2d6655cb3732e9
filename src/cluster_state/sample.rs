//! Parts of a cluster's state, for tests: each test changes what it is about.

use super::owner::{Controller, OwnerReference};
use super::pod::{Phase, Pod};

/// The reference to a controller.
pub fn owner(group: &str, kind: &str, name: &str) -> OwnerReference {
    OwnerReference {
        group: group.into(),
        kind: kind.into(),
        name: name.into(),
    }
}

/// A ReplicaSet or a Job of the namespace `ns`.
pub fn controller(kind: &str, name: &str) -> Controller {
    Controller {
        kind: kind.into(),
        namespace: "ns".into(),
        name: name.into(),
    }
}

/// A pod of `ns/app` that runs, without containers.
pub fn pod(uid: &str, name: &str, address: &str) -> Pod {
    Pod {
        namespace: "ns".into(),
        name: name.into(),
        uid: uid.into(),
        service_account: "app".into(),
        node: None,
        addresses: [address.parse().expect("an address")].into(),
        host_network: false,
        owner: None,
        template_hash: None,
        is_mirror: false,
        started: None,
        phase: Phase::Running,
        ended: None,
        is_deleting: false,
        is_ready: true,
        containers: Box::new([]),
    }
}
