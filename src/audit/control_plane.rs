//! Requests of the control plane itself, whose user agents contain the cluster's version.

use super::kubernetes_version::KubernetesVersion;

/// The programs of the control plane that run the cluster's own version. Node agents are not
/// among them: a kubelet may be older.
const PRODUCTS: [&str; 3] = [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
];

/// The users that the control plane's programs authenticate as (Kubernetes,
/// `staging/src/k8s.io/apiserver/pkg/authentication/user/user.go`).
const USERS: [&str; 3] = [
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-scheduler",
];

/// The prefix of the user names of EKS' own components. EKS refuses such a name in any other
/// access entry (EKS user guide, page "Create access entries").
const EKS_USERS: &str = "eks:";

/// The cluster's version, by the user agent of one of its own programs.
///
/// A user agent alone proves nothing, since its sender writes it: who sent it must be the control
/// plane, by the name that the API server authenticated (`user.username`, and not an
/// impersonated one).
pub fn believable(username: &str, user_agent: &str) -> Option<KubernetesVersion> {
    if !USERS.contains(&username) && !username.starts_with(EKS_USERS) {
        return None;
    }
    let product = user_agent.split(' ').next()?;
    let (name, version) = product.split_once('/')?;
    PRODUCTS.contains(&name).then(|| version.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_control_planes_own_programs_are_believed() {
        // (user name, user agent, version)
        let table = [
            (
                "system:apiserver",
                "kube-apiserver/v1.33.5 (linux/amd64) kubernetes/a1b2c3d",
                Some("1.33"),
            ),
            (
                "system:kube-controller-manager",
                "kube-controller-manager/v1.34.1-eks-a1b2c3 (linux/amd64) kubernetes/a1b2c3d/leader-election",
                Some("1.34"),
            ),
            (
                "system:kube-scheduler",
                "kube-scheduler/v1.35.0",
                Some("1.35"),
            ),
            (
                "eks:kube-controller-manager",
                "kube-controller-manager/v1.33.5 (linux/arm64)",
                Some("1.33"),
            ),
            // Whoever else claims to be the control plane.
            (
                "system:serviceaccount:shop:kube-apiserver",
                "kube-apiserver/v1.34.0",
                None,
            ),
            ("system:anonymous", "kube-apiserver/v1.34.0", None),
            ("", "kube-apiserver/v1.34.0", None),
            ("system:apiserver2", "kube-apiserver/v1.34.0", None),
            ("notsystem:apiserver", "kube-apiserver/v1.34.0", None),
            // Programs with a version of their own.
            ("system:apiserver", "kubelet/v1.34.0", None),
            ("eks:addon-manager", "kubectl/v1.34.0", None),
            ("eks:node-manager", "kube-apiserver2/v1.34.0", None),
            ("eks:x", "xkube-apiserver/v1.34.0", None),
            ("eks:x", "Kube-Apiserver/v1.34.0", None),
            ("eks:x", "curl kube-apiserver/v1.34.0", None),
            // No version.
            (
                "system:apiserver",
                "kube-apiserver/v0.0.0-master+$Format",
                None,
            ),
            ("system:apiserver", "kube-apiserver", None),
            ("system:apiserver", "kube-apiserver/", None),
            ("system:apiserver", "", None),
        ];
        for (username, user_agent, expected) in table {
            let version = believable(username, user_agent).map(|version| version.to_string());
            assert_eq!(version.as_deref(), expected, "{username} {user_agent}");
        }
    }
}
