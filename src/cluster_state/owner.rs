//! Owner references, and the workload at their end.
//!
//! A Deployment owns ReplicaSets and a CronJob owns Jobs, which own the pods; everything else owns
//! its pods itself. Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/>.

use std::sync::Arc;

use crate::audit::name;
use crate::audit::untrusted_text::UntrustedText;

/// The reference to a controller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OwnerReference {
    /// The API group of its kind, empty for the core group: `apps`, `argoproj.io`.
    pub group: Arc<str>,
    /// Its kind.
    pub kind: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

/// A ReplicaSet or a Job: what stands between a pod and its workload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Controller {
    /// `ReplicaSet` or `Job`.
    pub kind: Arc<str>,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

/// The workload that a pod belongs to, by its owner references.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workload {
    /// The API group, empty for the core group.
    pub group: UntrustedText,
    /// The kind: `Deployment`, `Rollout`; `Pod` for a pod that nothing owns, `Node` for a static
    /// pod.
    pub kind: UntrustedText,
    /// The name; for a pod that nothing owns its own.
    pub name: UntrustedText,
}

impl Workload {
    pub(super) fn of(reference: &OwnerReference) -> Self {
        Self {
            group: reference.group.as_ref().into(),
            kind: reference.kind.as_ref().into(),
            name: reference.name.as_ref().into(),
        }
    }

    /// A workload of one of Kubernetes' own kinds.
    pub fn new(group: &str, kind: &str, name: &str) -> Self {
        Self {
            group: group.into(),
            kind: kind.into(),
            name: name.into(),
        }
    }

    /// `deployment/web`, as kubectl takes it; `rollout.argoproj.io/web` for kinds that are not
    /// Kubernetes' own.
    pub fn resource(&self) -> String {
        let kind = self.kind.to_string().to_ascii_lowercase();
        match self.group.unescaped() {
            "" | "apps" | "batch" => format!("{kind}/{}", self.name),
            group => format!("{kind}.{group}/{}", self.name),
        }
    }

    /// Whether nothing owns the pod.
    pub fn is_bare_pod(&self) -> bool {
        self.group.is_empty() && self.kind == "Pod"
    }

    /// Whether the kubelet runs the pod from a file on its node.
    pub fn is_static_pod(&self) -> bool {
        self.group.is_empty() && self.kind == "Node"
    }

    /// The command that gives a pod of the workload a new token: a rolling restart where kubectl
    /// knows one for its kind, else the deletion of `pod`, which its controller replaces. `None`
    /// where neither helps ([`advice`](Self::advice) says what does), and where a name in it is no
    /// valid Kubernetes name. No part of it needs quoting.
    pub fn restart_command(&self, namespace: &str, pod: Option<&str>) -> Option<String> {
        if !name::is_label(namespace) {
            return None;
        }
        match (self.group.unescaped(), self.kind.unescaped()) {
            ("apps", "Deployment" | "DaemonSet" | "StatefulSet") => {
                name::is_subdomain(self.name.unescaped())
                    .then(|| format!("kubectl rollout restart {} -n {namespace}", self.resource()))
            }
            ("batch", "Job" | "CronJob") | ("", "Pod" | "Node") => None,
            _ => {
                let pod = pod.filter(|pod| name::is_subdomain(pod))?;
                Some(format!("kubectl delete pod {pod} -n {namespace}"))
            }
        }
    }

    /// What gives the pod a new token, in words. Holds no text of the cluster.
    pub fn advice(&self) -> &'static str {
        match (self.group.unescaped(), self.kind.unescaped()) {
            ("apps", "Deployment" | "DaemonSet" | "StatefulSet") => {
                "a rolling restart gives each pod a new token"
            }
            ("batch", "CronJob") => "nothing to restart: the next run gets a new token",
            ("batch", "Job") => "let the job end, or delete its pod: the next pod gets a new token",
            ("", "Pod") => {
                "no controller owns this pod: delete it and create it again for a new token"
            }
            ("", "Node") => {
                "static pod: move its manifest out of the node's manifest directory and back, or \
                 restart its container on the node"
            }
            _ => "delete the pod: its controller replaces it by one with a new token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No part of a command needs quoting, and none is given where it would not help.
    #[test]
    fn each_kind_of_workload_has_its_restart_or_its_advice() {
        let delete = Some("kubectl delete pod web-1 -n ns");
        for (group, kind, restart, advice) in [
            (
                "apps",
                "Deployment",
                Some("kubectl rollout restart deployment/web -n ns"),
                "a rolling restart",
            ),
            (
                "apps",
                "StatefulSet",
                Some("kubectl rollout restart statefulset/web -n ns"),
                "a rolling restart",
            ),
            ("apps", "ReplicaSet", delete, "delete the pod"),
            ("argoproj.io", "Rollout", delete, "delete the pod"),
            ("batch", "CronJob", None, "nothing to restart"),
            ("batch", "Job", None, "let the job end"),
            ("", "Pod", None, "no controller owns this pod"),
            ("", "Node", None, "static pod"),
        ] {
            let workload = Workload::new(group, kind, "web");
            let command = workload.restart_command("ns", Some("web-1"));
            assert_eq!(command.as_deref(), restart, "{kind}");
            assert!(workload.advice().starts_with(advice), "{kind}");
            assert_eq!(
                workload.restart_command("n;s", Some("web-1")),
                None,
                "{kind}"
            );
            assert_eq!(workload.is_bare_pod(), kind == "Pod", "{kind}");
            assert_eq!(workload.is_static_pod(), kind == "Node", "{kind}");
        }
        // Kinds of that name in another group are somebody else's.
        assert!(!Workload::new("acme.dev", "Pod", "web").is_bare_pod());
        assert!(!Workload::new("acme.dev", "Node", "web").is_static_pod());
        let deployment = Workload::new("apps", "Deployment", "$(x)");
        assert_eq!(deployment.restart_command("ns", Some("web-1")), None);
        let rollout = Workload::new("argoproj.io", "Rollout", "web");
        assert_eq!(rollout.restart_command("ns", Some("$(x)")), None);
        assert_eq!(rollout.restart_command("ns", None), None);
    }
}
