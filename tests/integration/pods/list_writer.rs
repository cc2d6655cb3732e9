//! Lists of pods as `kubectl get pods,replicasets,jobs -A -o json` prints them.

use std::io::Write as _;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::outage::log_writer::Pod;

/// A pod in a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) account: String,
    pub(crate) node: String,
    pub(crate) address: String,
    pub(crate) host_network: bool,
    /// API version, kind and name.
    pub(crate) owner: Option<(&'static str, &'static str, String)>,
    pub(crate) labels: Value,
    pub(crate) annotations: Value,
    pub(crate) started: DateTime<Utc>,
    pub(crate) phase: &'static str,
    pub(crate) is_ready: bool,
    pub(crate) containers: Vec<Container>,
}

/// A container of it.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    pub(crate) name: &'static str,
    pub(crate) image: String,
    pub(crate) started: DateTime<Utc>,
    pub(crate) restarts: u32,
    /// Why it waits, where it does not run.
    pub(crate) waiting: Option<&'static str>,
}

impl Listed {
    /// The pod of an audit log, running since shortly before its token was issued.
    pub(crate) fn of(pod: &Pod) -> Self {
        Self {
            namespace: pod.namespace.to_owned(),
            name: pod.name.clone(),
            uid: pod.uid.clone(),
            account: pod.account.to_owned(),
            node: pod.node.to_owned(),
            address: pod.address.clone(),
            host_network: false,
            owner: None,
            labels: json!({}),
            annotations: json!({}),
            started: pod.issued,
            phase: "Running",
            is_ready: true,
            containers: vec![Container {
                name: "main",
                image: "registry.example/team/app:1.0".to_owned(),
                started: pod.issued,
                restarts: 0,
                waiting: None,
            }],
        }
    }

    pub(crate) fn owned_by(
        mut self,
        api_version: &'static str,
        kind: &'static str,
        name: &str,
    ) -> Self {
        self.owner = Some((api_version, kind, name.to_owned()));
        self
    }

    pub(crate) fn running(mut self, image: &str) -> Self {
        self.containers[0].image = image.to_owned();
        self
    }

    /// Its only container was started again.
    pub(crate) fn restarted(mut self, at: DateTime<Utc>, restarts: u32) -> Self {
        self.containers[0].started = at;
        self.containers[0].restarts = restarts;
        self
    }

    /// The pod as the API server shows it.
    pub(crate) fn object(&self) -> Value {
        let statuses: Vec<Value> = self.containers.iter().map(status).collect();
        let containers: Vec<Value> = self
            .containers
            .iter()
            .map(|it| json!({"name": it.name, "image": it.image, "env": [{"name": "A", "value": "b"}]}))
            .collect();
        let mut metadata = json!({
            "annotations": self.annotations,
            "creationTimestamp": self.started,
            "labels": self.labels,
            "name": self.name,
            "namespace": self.namespace,
            "resourceVersion": "1",
            "uid": self.uid,
        });
        if let Some((api_version, kind, name)) = &self.owner {
            metadata["ownerReferences"] = json!([{
                "apiVersion": api_version, "blockOwnerDeletion": true, "controller": true,
                "kind": kind, "name": name, "uid": format!("uid-of-{name}"),
            }]);
        }
        let ready = if self.is_ready { "True" } else { "False" };
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {
                "containers": containers,
                "hostNetwork": self.host_network,
                "nodeName": self.node,
                "serviceAccountName": self.account,
            },
            "status": {
                "conditions": [{"lastTransitionTime": self.started, "status": ready, "type": "Ready"}],
                "containerStatuses": statuses,
                "phase": self.phase,
                "podIP": self.address,
                "podIPs": [{"ip": self.address}],
                "startTime": self.started,
            },
        })
    }
}

fn status(container: &Container) -> Value {
    let ran = json!({"startedAt": container.started});
    let (state, last) = match container.waiting {
        None => (json!({"running": ran}), json!({})),
        Some(reason) => (
            json!({"waiting": {"reason": reason}}),
            json!({"terminated": {"startedAt": container.started, "exitCode": 1}}),
        ),
    };
    json!({
        "image": container.image, "lastState": last, "name": container.name,
        "restartCount": container.restarts, "state": state,
    })
}

/// A ReplicaSet or a Job with its owner.
pub(crate) fn controller(
    kind: &str,
    namespace: &str,
    name: &str,
    owner: Option<(&str, &str, &str)>,
) -> Value {
    let owners: Vec<Value> = owner
        .into_iter()
        .map(|(api_version, kind, name)| {
            json!({"apiVersion": api_version, "kind": kind, "name": name, "controller": true})
        })
        .collect();
    json!({
        "apiVersion": if kind == "Job" { "batch/v1" } else { "apps/v1" },
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "ownerReferences": owners},
        "spec": {"replicas": 1},
    })
}

/// The list as kubectl prints it.
pub(crate) fn list(pods: &[Listed], others: &[Value]) -> String {
    let items: Vec<Value> = pods
        .iter()
        .map(Listed::object)
        .chain(others.iter().cloned())
        .collect();
    let list = json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}});
    serde_json::to_string_pretty(&list).expect("JSON")
}

/// A file with this text.
pub(crate) fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    file
}
