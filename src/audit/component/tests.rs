//! Components by binary, account and pod, and what is not one.

use super::*;
use Recognised::{Pod, ServiceAccount, UserAgent};

const KUBE2IAM: &str = "kube2iam/v0.10.7 (linux/amd64) kubernetes/$Format";

#[test]
fn components_are_recognised() {
    // (user agent, service account, pod, component and how it was recognised)
    let go = |binary: &str| format!("{binary}/v0.0.0 (linux/amd64) kubernetes/$Format");
    let ruby = "rest-client/2.1.0 (linux-musl x86_64) ruby/2.7.6p219".to_owned();
    let bit = "Fluent-Bit".to_owned();
    #[rustfmt::skip]
    let table = [
        (go("kube2iam"), "x", None, Some(("kube2iam", UserAgent))),
        (go("kiam"), "kube2iam", None, Some(("kiam", UserAgent))),
        (go("aws-k8s-agent"), "aws-node", Some("aws-node-h2dzm"), Some(("VPC CNI", UserAgent))),
        (go("controller"), "aws-load-balancer-controller", None, Some(("AWS Load Balancer Controller", ServiceAccount))),
        (go("server"), "system:serviceaccount:kube-system:kiam-server", None, Some(("kiam", ServiceAccount))),
        (go("fluxd"), "default", None, Some(("Flux v1", UserAgent))),
        (go("x"), "default", Some("flux-5d8b9bdc6f-x2k7p"), Some(("Flux v1", Pod))),
        (go("x"), "flux-helm-operator", None, Some(("helm-operator", ServiceAccount))),
        (go("x"), "default", Some("prod-kube2iam-klngg"), Some(("kube2iam", Pod))),
        (bit.clone(), "fluent-bit", Some("fluent-bit-6q9lh"), Some(("Fluent Bit", UserAgent))),
        (bit.clone(), "logs", None, Some(("Fluent Bit", UserAgent))),
        (bit, "logs", Some("aws-for-fluent-bit-6q9lh"), Some(("aws-for-fluent-bit", UserAgent))),
        (ruby, "fluentd", Some("fluentd-hxnhw"), Some(("fluentd-kubernetes-daemonset", ServiceAccount))),
        ("Go-http-client/2.0".to_owned(), "coredns", None, Some(("CoreDNS", ServiceAccount))),
        (String::new(), "kubernetes-external-secrets", None, Some(("kubernetes-external-secrets", ServiceAccount))),
        // The names of other programs.
        (String::new(), "external-secrets", None, None),
        (go("node-termination-handler"), "aws-node-termination-handler", Some("aws-node-termination-handler-6q9lh"), None),
        (go("kube2iam-exporter"), "notkube2iam", Some("kube2iam"), Some(("kube2iam", Pod))),
        (go("manager"), "default", Some("coredns-autoscaler-5d8b9bdc6f-x2k7p"), None),
        (String::new(), "", None, None),
        (String::new(), "", Some(""), None),
    ];
    for (user_agent, account, pod, expected) in table {
        let found = component_of(&user_agent, account, pod);
        let found = found.map(|m| (m.component.name, m.recognised));
        assert_eq!(found, expected, "{user_agent} {account} {pod:?}");
    }
}

#[test]
fn remedies_say_what_to_do() {
    let say = |user_agent: &str, account: &str| {
        let found = component_of(user_agent, account, None).expect("a component");
        (found.label(), found.advice().to_string(), found.inferred())
    };
    let expected =
        |label: &str, advice: &str, inferred| (label.to_owned(), advice.to_owned(), inferred);
    assert_eq!(
        say(KUBE2IAM, "x"),
        expected(
            "kube2iam v0.10.7 (fixed in 0.10.9)",
            "update kube2iam to 0.10.9 or later; see https://github.com/jtblin/kube2iam/issues/339",
            false
        )
    );
    assert_eq!(
        say(&KUBE2IAM.replace("0.10.7", "0.11.2"), "x"),
        expected(
            "kube2iam v0.11.2",
            "kube2iam re-reads its token from 0.10.9 on, yet this one is frozen: report it to its maintainers; see https://github.com/jtblin/kube2iam/issues/339",
            false
        )
    );
    assert_eq!(
        say("", "kubernetes-external-secrets"),
        expected(
            "kubernetes-external-secrets (archived)",
            "kubernetes-external-secrets is archived: move to external-secrets; see https://github.com/external-secrets/kubernetes-external-secrets/issues/864",
            true
        )
    );
}

#[test]
fn a_copied_token_is_refreshed_by_its_installer() {
    for (user_agent, account) in [
        ("multus/v3.7 (linux/amd64) kubernetes/$Format", "multus"),
        ("", "istio-cni"),
        ("Go-http-client/2.0", "calico-cni-plugin"),
        ("", "linkerd-cni"),
    ] {
        let found = component_of(user_agent, account, None).expect(account);
        assert!(
            matches!(found.component.fix, Fix::Installer(_)),
            "{account}"
        );
        assert_eq!(found.fixed(), None);
        assert!(
            found.label().ends_with(" (copied token)"),
            "{}",
            found.label()
        );
        let advice = found.advice().what;
        assert!(advice.contains("kubeconfig on the node"), "{advice}");
        assert!(advice.contains("restart the DaemonSet"), "{advice}");
    }
}

#[test]
fn the_table_is_sound() {
    for component in COMPONENTS {
        assert!(
            component.source.starts_with("https://"),
            "{}",
            component.name
        );
        assert!(
            component
                .binaries
                .iter()
                .chain(component.names)
                .all(|n| !n.is_empty())
        );
        if let Fix::Release(release) = component.fix {
            assert!(Version::parse(release).is_some(), "{}", component.name);
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_strings_are_read(user_agent in ".*", account in ".*", pod in ".*") {
        component_of(&user_agent, &account, Some(&pod));
    }
}
