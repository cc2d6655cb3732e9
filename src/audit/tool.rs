//! Programs that people run with their own kubeconfig, by their user agents.
//!
//! A user agent is chosen by the caller. What it suggests is shown, but decides nothing about a
//! caller that was accepted with a service account's token from the same address.

/// Tools by the product names of their user agents, in lower case.
const TOOLS: &[(&str, &[&str])] = &[
    ("kubectl", &["kubectl", "kubectl.exe", "oc"]),
    (
        "kubectl plugin",
        &["kubectx", "kubens", "stern", "kustomize", "krew"],
    ),
    ("Helm", &["helm", "helm.exe", "helmfile"]),
    ("k9s", &["k9s"]),
    (
        "Lens",
        &["lens", "openlens", "freelens", "headlamp", "octant"],
    ),
    (
        "Terraform",
        &[
            "terraform",
            "opentofu",
            "terraform-provider-kubernetes",
            "terraform-provider-helm",
            "terraform-provider-kubectl",
            "pulumi",
            "pulumi-kubernetes",
            "pulumi-resource-kubernetes",
        ],
    ),
    ("eksctl", &["eksctl"]),
    ("development tool", &["skaffold", "tilt", "devspace"]),
    ("browser", &["mozilla", "opera"]),
    ("curl", &["curl", "wget", "httpie", "postmanruntime"]),
];

/// How many words of a user agent may name the product: Terraform sends
/// `HashiCorp/1.0 Terraform/1.9.5`.
const PRODUCTS: usize = 2;

/// The tool that a user agent names: `kubectl/v1.31.0 (darwin/arm64) kubernetes/9edcffc`.
pub fn tool(user_agent: &str) -> Option<&'static str> {
    products(user_agent).find_map(|product| {
        let product = product.to_ascii_lowercase();
        if product.starts_with("kubectl-") || product.starts_with("kubectl_") {
            return Some("kubectl plugin");
        }
        TOOLS
            .iter()
            .find(|(_, products)| products.contains(&product.as_str()))
            .map(|(tool, _)| *tool)
    })
}

/// Whether a user agent is a kubelet's.
pub fn is_kubelet(user_agent: &str) -> bool {
    user_agent.starts_with("kubelet/")
}

fn products(user_agent: &str) -> impl Iterator<Item = &str> {
    let words = user_agent.split_whitespace().take(PRODUCTS);
    words.map(|word| word.split('/').next().unwrap_or(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_told_from_workloads() {
        for (user_agent, expected) in [
            (
                "kubectl/v1.31.0 (darwin/arm64) kubernetes/9edcffc",
                Some("kubectl"),
            ),
            ("kubectl.exe/v1.29.1 (windows/amd64)", Some("kubectl")),
            ("kubectl-argo-rollouts/v1.6.0", Some("kubectl plugin")),
            ("Helm/3.15.2", Some("Helm")),
            ("k9s/v0.32.5 (darwin/arm64) kubernetes/$Format", Some("k9s")),
            ("Lens/2024.6 (macOS)", Some("Lens")),
            ("HashiCorp/1.0 Terraform/1.9.5", Some("Terraform")),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
                Some("browser"),
            ),
            ("curl/8.5.0", Some("curl")),
            ("helm-controller/v1.0.1 (linux/amd64)", None),
            ("agent/v1.2.3 (linux/amd64) kubernetes/$Format", None),
            ("kubelet/v1.33.1 (linux/amd64) kubernetes/abc", None),
            ("python-requests/2.31.0", None),
            ("", None),
        ] {
            assert_eq!(tool(user_agent), expected, "{user_agent}");
        }
        assert!(is_kubelet("kubelet/v1.33.1 (linux/amd64) kubernetes/abc"));
        assert!(!is_kubelet("not-kubelet/v1"));
    }
}
