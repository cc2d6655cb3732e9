//! Programs known to freeze, and the release that fixed them.
//!
//! For these the fix is a release, not a library. A component is recognized by the image that its
//! pod runs, if the cluster reports it; else by the binary that the user agent names; else, as an
//! inference, by the name of the service account or the pod.
//!
//! A further component is one more line in [`COMPONENTS`].

use super::client::client_of;
use super::image::Image;
use super::owner::owner_of;
use super::version::Version;
use crate::audit::advice::Advice;

/// What fixes a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// The first release that reads its token again.
    Release(&'static str),
    /// Archived without a fix: what to move to.
    Successor(&'static str),
    /// A DaemonSet copied its token into a kubeconfig on the node, for a program that is no pod:
    /// no library fixes that, but the installer that refreshes the copy. What makes it do so.
    Installer(&'static str),
}

/// A program known to freeze.
#[derive(Debug)]
pub struct Component {
    /// Its name.
    pub name: &'static str,
    /// What fixes it.
    pub fix: Fix,
    /// Where that is known from.
    pub source: &'static str,
    /// The names that its user agent begins with.
    binaries: &'static [&'static str],
    /// The repositories of its images, without the registry, as far as they are distinctive:
    /// mirrors keep the last part, and often no more.
    images: &'static [&'static str],
    /// The names of its service account and workload, which may follow a prefix and a hyphen
    /// (`prod-kube2iam`).
    names: &'static [&'static str],
}

const fn component(
    name: &'static str,
    fix: Fix,
    binaries: &'static [&'static str],
    images: &'static [&'static str],
    names: &'static [&'static str],
    source: &'static str,
) -> Component {
    Component {
        name,
        fix,
        source,
        binaries,
        images,
        names,
    }
}

/// Where AWS names the versions of its add-ons.
const AWS: &str = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html";

use Fix::{Installer, Release, Successor};

/// Every known component. Of equally good matches the first is taken.
#[rustfmt::skip]
pub const COMPONENTS: &[Component] = &[
    component("kube2iam", Release("0.10.9"), &["kube2iam"], &["kube2iam"], &["kube2iam"], "https://github.com/jtblin/kube2iam/issues/339"),
    component("kiam", Release("4.2"), &["kiam"], &["kiam"], &["kiam", "kiam-server", "kiam-agent"], "https://github.com/uswitch/kiam/issues/515"),
    component("helm-controller", Release("0.22.0"), &["helm-controller"], &["helm-controller"], &["helm-controller"], "https://github.com/fluxcd/helm-controller/issues/479"),
    component("Fluent Bit", Release("1.9.5"), &["Fluent-Bit"], &["fluent-bit"], &["fluent-bit"], "https://github.com/fluent/fluent-bit/issues/5445"),
    component("aws-for-fluent-bit", Release("2.25.0"), &["Fluent-Bit"], &["aws-for-fluent-bit"], &["aws-for-fluent-bit"], "https://github.com/aws/aws-for-fluent-bit/issues/342"),
    component("fluentd-kubernetes-daemonset", Release("1.15.3"), &[], &["fluentd-kubernetes-daemonset"], &["fluentd"], "https://github.com/fluent/fluentd-kubernetes-daemonset/issues/1368"),
    component("keel", Release("0.17.0"), &["keel"], &["keelhq/keel", "keel"], &["keel"], "https://github.com/keel-hq/keel/issues/675"),
    component("Kiali", Release("1.56"), &["kiali"], &["kiali"], &["kiali", "kiali-service-account"], "https://github.com/kiali/kiali/issues/5070"),
    component("VPC CNI", Release("1.8.0"), &["aws-k8s-agent"], &["amazon-k8s-cni"], &["aws-node"], AWS),
    component("CoreDNS", Release("1.8.4"), &["coredns"], &["coredns"], &["coredns"], AWS),
    component("AWS Load Balancer Controller", Release("2.0.0"), &["aws-load-balancer-controller"], &["aws-load-balancer-controller", "aws-alb-ingress-controller"], &["aws-load-balancer-controller", "alb-ingress-controller"], AWS),
    // The first release of each whose go.mod has a client-go that reads its token again.
    component("Prometheus", Release("2.17.0"), &["Prometheus"], &["prom/prometheus", "prometheus/prometheus"], &["prometheus"], "https://github.com/prometheus/prometheus/blob/v2.17.0/go.mod"),
    component("kube-state-metrics", Release("2.0.0"), &["kube-state-metrics"], &["kube-state-metrics"], &["kube-state-metrics"], "https://github.com/kubernetes/kube-state-metrics/blob/v2.0.0/go.mod"),
    component("ingress-nginx", Release("0.34.0"), &["nginx-ingress-controller"], &["ingress-nginx/controller", "nginx-ingress-controller"], &["ingress-nginx", "nginx-ingress-controller"], "https://github.com/kubernetes/ingress-nginx/blob/controller-v0.34.0/go.mod"),
    component("ExternalDNS", Release("0.7.2"), &["external-dns"], &["external-dns"], &["external-dns"], "https://github.com/kubernetes-sigs/external-dns/blob/v0.7.2/go.mod"),
    component("external-provisioner", Release("1.5.0"), &["csi-provisioner"], &["csi-provisioner"], &["csi-provisioner"], "https://github.com/kubernetes-csi/external-provisioner/blob/v1.5.0/go.mod"),
    component("Metrics Server", Release("0.4.0"), &["metrics-server"], &["metrics-server"], &["metrics-server"], "https://github.com/kubernetes-sigs/metrics-server/blob/v0.4.0/go.mod"),
    component("Argo CD", Release("1.6.0"), &["argocd-server", "argocd-application-controller"], &["argoproj/argocd"], &["argocd-server", "argocd-application-controller"], "https://github.com/argoproj/argo-cd/blob/v1.6.0/go.mod"),
    component("cert-manager", Release("0.13.0"), &[], &["cert-manager-controller", "cert-manager-cainjector", "cert-manager-webhook"], &["cert-manager", "cert-manager-cainjector", "cert-manager-webhook"], "https://github.com/cert-manager/cert-manager/blob/v0.13.0/go.mod"),
    // Its releases are numbered as the Kubernetes that they are built from.
    component("Cluster Autoscaler", Release("1.16.0"), &["cluster-autoscaler"], &["cluster-autoscaler"], &["cluster-autoscaler"], "https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler#releases"),
    component("kubernetes-external-secrets", Successor("external-secrets"), &[], &["kubernetes-external-secrets"], &["kubernetes-external-secrets"], "https://github.com/external-secrets/kubernetes-external-secrets/issues/864"),
    component("helm-operator", Successor("helm-controller"), &["helm-operator"], &["fluxcd/helm-operator"], &["helm-operator"], "https://github.com/fluxcd/helm-operator/issues/651"),
    component("Flux v1", Successor("Flux v2"), &["fluxd"], &["fluxcd/flux"], &["flux"], "https://github.com/fluxcd/flux/issues/3610"),
    component("Multus", Installer("use the thick plugin, or let the thin one's entrypoint watch the token"), &["multus"], &["multus-cni"], &["multus", "kube-multus", "kube-multus-ds"], "https://github.com/k8snetworkplumbingwg/multus-cni/issues/852"),
    component("Istio CNI", Installer("update Istio"), &["istio-cni"], &["install-cni"], &["istio-cni", "istio-cni-node"], "https://github.com/istio/istio/issues/38077"),
    component("Calico CNI", Installer("let calico-node manage the CNI kubeconfig (CALICO_MANAGE_CNI), and update Calico"), &["calico-cni"], &["calico/cni"], &["calico-cni-plugin"], "https://github.com/projectcalico/calico/issues/8777"),
    component("linkerd-cni", Installer("update linkerd-cni"), &["linkerd-cni"], &["linkerd/cni-plugin"], &["linkerd-cni"], "https://github.com/linkerd/linkerd2/issues/12573"),
    component("Whereabouts", Installer("update Whereabouts"), &["whereabouts"], &["whereabouts"], &["whereabouts"], "https://github.com/k8snetworkplumbingwg/whereabouts/issues/459"),
];

/// What gave a component away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// The image of its container.
    Image,
    /// The binary that the user agent names; where two components share it, a name besides.
    UserAgent,
    /// The name of the service account: an inference.
    ServiceAccount,
    /// The name of the pod: an inference.
    Pod,
}

/// A component found behind a token.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a> {
    /// The component.
    pub component: &'static Component,
    /// What gave it away.
    pub recognised: Recognised,
    /// Its version as the user agent sends it, or as the image is tagged, raw; None where neither
    /// says anything.
    pub version: Option<&'a str>,
}

/// Finds the component that sends `user_agent` with the token of `service_account` (its name, or
/// `system:serviceaccount:NAMESPACE:NAME`) from `pod`. A binary counts for more than any name, and
/// a long name for more than a short one that it ends in.
pub fn component_of<'a>(
    user_agent: &'a str,
    service_account: &str,
    pod: Option<&str>,
) -> Option<Match<'a>> {
    let program = client_of(user_agent).program;
    let account = service_account.rsplit(':').next().unwrap_or("");
    let workload = pod.map_or_else(String::new, |pod| owner_of(pod).name);
    let mut best = None;
    let mut best_score = (false, 0);
    for component in COMPONENTS {
        let binary = program.is_some_and(|p| component.binaries.contains(&p.name));
        let by_account = component.named(account);
        let by_pod = component.named(&workload);
        let score = (binary, by_account.max(by_pod));
        if score > best_score {
            best_score = score;
            best = Some(Match {
                component,
                recognised: match (binary, by_account) {
                    (true, _) => Recognised::UserAgent,
                    (false, 0) => Recognised::Pod,
                    (false, _) => Recognised::ServiceAccount,
                },
                version: program.filter(|_| binary).and_then(|p| p.version),
            });
        }
    }
    best
}

/// The component that an image holds, by the longest repository that fits.
pub fn component_of_image<'a>(image: &Image<'a>) -> Option<Match<'a>> {
    let length = |component: &Component| {
        let fitting = component.images.iter().filter(|path| image.ends_in(path));
        fitting.map(|path| path.len()).max()
    };
    let (_, component) = COMPONENTS
        .iter()
        .rev()
        .filter_map(|component| Some((length(component)?, component)))
        .max_by_key(|(length, _)| *length)?;
    Some(Match {
        component,
        recognised: Recognised::Image,
        version: image.tag.filter(|tag| Version::parse(tag).is_some()),
    })
}

/// The components whose user agent begins with this name.
pub fn components_of_binary(name: &str) -> impl Iterator<Item = &'static Component> {
    let of_name = move |it: &&Component| it.binaries.contains(&name);
    COMPONENTS.iter().filter(of_name)
}

impl Component {
    /// The length of the longest of the component's names that `name` is, or ends in after a
    /// hyphen; 0 for none.
    fn named(&self, name: &str) -> usize {
        let fits = |own: &&&str| {
            name.strip_suffix(**own)
                .is_some_and(|before| before.is_empty() || before.ends_with('-'))
        };
        let lengths = self.names.iter().filter(fits).map(|own| own.len());
        lengths.max().unwrap_or(0)
    }
}

impl Match<'_> {
    /// Whether it was recognized by names, which can be chosen freely.
    pub fn inferred(&self) -> bool {
        !matches!(self.recognised, Recognised::UserAgent | Recognised::Image)
    }

    /// Whether the version in the user agent or the image has the fix; None if that is not
    /// known.
    pub fn fixed(&self) -> Option<bool> {
        match self.component.fix {
            Fix::Release(release) => {
                Version::parse(self.version?)?.at_least(&Version::parse(release)?)
            }
            Fix::Successor(_) => Some(false),
            // The version of the program says nothing of who refreshes its copy.
            Fix::Installer(_) => None,
        }
    }

    /// A short text for a column: `kube2iam v0.10.7 (fixed in 0.10.9)`, `Flux v1 (archived)`.
    /// Holds raw text of the log.
    pub fn label(&self) -> String {
        let version = self.version.map(|v| format!(" {v}")).unwrap_or_default();
        let fix = match (self.component.fix, self.fixed()) {
            (Fix::Release(_), Some(true)) => String::new(),
            (Fix::Release(release), _) => format!(" (fixed in {release})"),
            (Fix::Successor(_), _) => " (archived)".to_owned(),
            (Fix::Installer(_), _) => " (copied token)".to_owned(),
        };
        format!("{}{version}{fix}", self.component.name)
    }

    /// What to do and where that is known from, in one sentence without a full stop. Holds no text
    /// of the log.
    pub fn advice(&self) -> Advice {
        let name = self.component.name;
        let what = match (self.component.fix, self.fixed()) {
            (Fix::Release(release), Some(true)) => format!(
                "{name} re-reads its token from {release} on, yet this one is frozen: report it to its maintainers"
            ),
            (Fix::Release(release), _) => format!("update {name} to {release} or later"),
            (Fix::Successor(successor), _) => {
                format!("{name} is archived: move to {successor}")
            }
            (Fix::Installer(refresh), _) => format!(
                "its DaemonSet copied the token into a kubeconfig on the node and has to refresh the copy: {refresh}; until then restart the DaemonSet"
            ),
        };
        Advice::with_source(what, self.component.source)
    }
}

#[cfg(test)]
mod tests;
