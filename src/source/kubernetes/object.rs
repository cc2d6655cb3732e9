//! Kubernetes objects as JSON: the fields that are of use.
//!
//! Only the fields that are needed are read; everything else is skipped without being kept. What
//! has another type than the API gives it is taken for absent: a field that nobody understands
//! must not hide the pod.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Any object, before it is known which.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Object<'a> {
    #[serde(borrow)]
    pub(super) kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) spec: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) status: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) name: Loose<String>,
    pub(super) namespace: Loose<String>,
    pub(super) uid: Loose<String>,
    pub(super) creation_timestamp: Loose<DateTime<Utc>>,
    pub(super) deletion_timestamp: Loose<DateTime<Utc>>,
    pub(super) owner_references: Loose<Vec<Loose<Reference>>>,
    pub(super) labels: Loose<Labels>,
    pub(super) annotations: Loose<Annotations>,
}

/// The labels by which a Deployment, and a Rollout of Argo, tell their ReplicaSets apart
/// (<https://kubernetes.io/docs/reference/labels-annotations-taints/>).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Labels {
    #[serde(rename = "pod-template-hash")]
    pub(super) template_hash: Loose<String>,
    #[serde(rename = "rollouts-pod-template-hash")]
    pub(super) rollout_hash: Loose<String>,
}

/// The annotation of a mirror pod (same source).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Annotations {
    #[serde(rename = "kubernetes.io/config.mirror")]
    pub(super) mirror: Loose<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) controller: Loose<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PodSpec {
    pub(super) node_name: Loose<String>,
    pub(super) service_account_name: Loose<String>,
    pub(super) host_network: Loose<bool>,
    pub(super) containers: Loose<Vec<Loose<ContainerSpec>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContainerSpec {
    pub(super) name: Loose<String>,
    pub(super) image: Loose<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PodStatus {
    pub(super) phase: Loose<String>,
    pub(super) start_time: Loose<DateTime<Utc>>,
    #[serde(rename = "podIP")]
    pub(super) pod_ip: Loose<IpAddr>,
    #[serde(rename = "podIPs")]
    pub(super) pod_ips: Loose<Vec<Loose<Address>>>,
    pub(super) conditions: Loose<Vec<Loose<Condition>>>,
    pub(super) container_statuses: Loose<Vec<Loose<ContainerStatus>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Address {
    pub(super) ip: Loose<IpAddr>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Condition {
    pub(super) r#type: Loose<String>,
    pub(super) status: Loose<String>,
    pub(super) last_transition_time: Loose<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ContainerStatus {
    pub(super) name: Loose<String>,
    pub(super) image: Loose<String>,
    pub(super) restart_count: Loose<u32>,
    pub(super) state: Loose<ContainerState>,
    pub(super) last_state: Loose<ContainerState>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContainerState {
    pub(super) waiting: Loose<Waiting>,
    pub(super) running: Loose<Ran>,
    pub(super) terminated: Loose<Ran>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    pub(super) reason: Loose<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Ran {
    pub(super) started_at: Loose<DateTime<Utc>>,
    pub(super) finished_at: Loose<DateTime<Utc>>,
}

/// A value, or nothing where it is absent or of another type.
#[derive(Debug)]
pub(super) struct Loose<T>(pub(super) Option<T>);

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Loose<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

impl<T> Loose<Vec<Loose<T>>> {
    /// The elements that could be read.
    pub(super) fn elements(self) -> impl Iterator<Item = T> {
        self.0.into_iter().flatten().filter_map(|it| it.0)
    }
}

/// The kind that an object states, or that its list stated for it.
pub(super) fn kind_of(object: &Object<'_>, of_list: Option<&str>) -> Option<String> {
    let own = object
        .kind
        .and_then(|kind| serde_json::from_str::<String>(kind.get()).ok());
    own.or_else(|| {
        of_list
            .and_then(|it| it.strip_suffix("List"))
            .map(str::to_owned)
    })
    .filter(|kind| !kind.is_empty())
}

/// A part of an object, if it can be read.
pub(super) fn part<T: DeserializeOwned>(raw: Option<&RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}
