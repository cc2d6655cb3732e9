//! Pod names as recorded with their true owners, as Kubernetes' rules make them, and hostile ones.

use super::*;

/// Checks that each of `suffixes` after `workload` and a hyphen has the expected owner.
fn check(kind: Kind, workload: &str, suffixes: &str) {
    for suffix in suffixes.split_whitespace() {
        let pod = format!("{workload}-{suffix}");
        let owner = owner_of(&pod);
        assert_eq!((owner.kind, owner.name.as_str()), (kind, workload), "{pod}");
    }
}

/// 112 of the 113 distinct pods of two recorded clusters. The other, `maven-agent-7x2lq`, is a bare
/// pod that Jenkins named like a DaemonSet's.
#[test]
fn recorded_pods_have_their_owners() {
    let table = [
        (
            Kind::DaemonSet,
            "kube2iam",
            "klngg 48f2n sshn2 5b5f4 qv5r5 rhcq4 gtlr8 ngpc2 26mgg sffkt",
        ),
        (
            Kind::DaemonSet,
            "aws-node",
            "h2dzm 86w8s cqcbv lfwf6 9qphc pxx2v mwmnd fqtsm bhd4v 4sdzn",
        ),
        (
            Kind::Deployment,
            "cluster-autoscaler",
            "s7q4wlxlz-r788v sr55ksm6q-qqp9x 8fzlfs855-k4z4x",
        ),
        (
            Kind::Deployment,
            "coredns",
            "nndhcv642-nhcqn nndhcv642-cv2xn",
        ),
        (
            Kind::Deployment,
            "aws-load-balancer-controller",
            "qdgsgmpsj-45crm qdgsgmpsj-wnws7",
        ),
        (
            Kind::Deployment,
            "ebs-csi-controller",
            "4f49vlthb-nxh5r 4f49vlthb-gr5sk",
        ),
        (
            Kind::Deployment,
            "kubernetes-external-secrets",
            "zslzkzg64-rx8wj qx7lflpsr-ts62g",
        ),
        (
            Kind::DaemonSet,
            "fluent-bit",
            "6q9lh 249fz jhdq8 mbpfp s7n4g 9d8kw jt94z fqpnb 58scc svcrf",
        ),
        (
            Kind::DaemonSet,
            "fluentd",
            "hxnhw k27qt grnsc zw5p9 l7m67 sqs5w 67g7p c92bd",
        ),
        (Kind::StatefulSet, "prometheus-server", "0 1"),
        (Kind::Deployment, "kube-state-metrics", "z8zg6wg4r-2sll8"),
        (Kind::StatefulSet, "jenkins", "0"),
        (Kind::StatefulSet, "argocd-application-controller", "0"),
        (
            Kind::Deployment,
            "argocd-server",
            "8lc2clzd6-mwxrz 8lc2clzd6-vxddf",
        ),
        (Kind::Deployment, "legacy-scheduler-ui", "xgxcnm9xr-h7z6l"),
        (
            Kind::Deployment,
            "report-builder",
            "fg6mql8zk-c7r46 fg6mql8zk-6nrmn jvsfg9t7x-frjzp jvsfg9t7x-8wc5t",
        ),
        (
            Kind::CronJob,
            "cron-runner",
            "29400000-mnvcf 29401440-k4kq9 29402880-kjq8c 29404320-kgstx 29896971-j7jtg 29898486-lxwg2 29900188-v482v 29900766-nmj7q 29903020-hc78n 29903556-984bs 29905553-wk9wm 29906397-chj85 29908784-tggh4 29909864-lq99w 29910609-kk7x2 29910670-clgpt 29910732-7zhsz 29910793-88xpn 29910854-wtzvn 29910915-jv5tf 29910976-qzp2t 29911536-xt87r 29913123-4vhvn 29914322-x6vz5 29915242-v9x76 29916553-t24nw 29918748-7rjfq 29919725-rmt6w 29921121-dtp9l 29922846-sw6kr 29923569-xc2j4 29923743-w97pg 29923917-r4xwg 29924091-gz5b8 29924265-2qs2b 29924509-wklrt",
        ),
        (Kind::Job, "long-etl-2026-08", "nscz4"),
        (Kind::Job, "long-etl-2026-09", "7zrvt"),
        (
            Kind::Deployment,
            "deployer",
            "xjdzlgps8-f8x42 qptx9kdtq-gndq5",
        ),
        (
            Kind::Deployment,
            "payments-api",
            "cjxgqgz99-smhk9 cjxgqgz99-9vmwm cjxgqgz99-64mxn",
        ),
        (Kind::StatefulSet, "vault", "0"),
        (
            Kind::DaemonSet,
            "nginx-ingress-controller",
            "mmh8h ghrdb 5tx7t l4b2b 8vk5j n7cjc bjdzt",
        ),
    ];
    for (kind, workload, suffixes) in table {
        check(kind, workload, suffixes);
    }
    check(Kind::DaemonSet, "maven-agent", "7x2lq");
}

#[test]
fn names_from_public_logs_have_their_owners() {
    let table = [
        // Real hashes have few characters and 6 to 10 of them.
        (
            Kind::Deployment,
            "neuvector-controller-pod",
            "8665f588b-xkw9x",
        ),
        (
            Kind::Deployment,
            "coredns",
            "5d78c9869d-2qs2b 6f6b8cc4f6-zw5p9 66cb55-dvh8k 79f744b7-7j5b2",
        ),
        (Kind::Deployment, "team.payments", "5d78c9869d-2qs2b"),
        (
            Kind::CronJob,
            "cleanup",
            "1614297600-x2k7p 28012345-x2k7p 29400000-0-x2k7p",
        ),
        (Kind::CronJob, "cleanup-2", "29400000-x2k7p"),
        (Kind::Job, "db-migrate", "x2k7p"),
        (Kind::Job, "etl-20260801", "x2k7p"),
        (Kind::Job, "indexed-3", "x2k7p"),
        (Kind::Job, "pre-install-hook", "x2k7p"),
        (Kind::StatefulSet, "web", "0 7 12 999"),
        (Kind::DaemonSet, "web-v2", "x2k7p"),
        (Kind::DaemonSet, "ojob", "x2k7p"),
    ];
    for (kind, workload, suffixes) in table {
        check(kind, workload, suffixes);
    }
    for pod in [
        "debug",
        "web-1000",
        "web-007",
        "web-abcde",
        "web-x2k7",
        "web-x2k7pq",
        "web-x2k7o",
        "x2k7p",
        "7",
        "kube-proxy-ip-10-0-1-23.ec2.internal",
    ] {
        let owner = owner_of(pod);
        assert_eq!((owner.kind, owner.name.as_str()), (Kind::Pod, pod));
    }
}

#[test]
fn what_fits_several_kinds_says_so() {
    let owner = owner_of("kube2iam-klngg");
    assert_eq!(owner.certainty, Certainty::Ambiguous);
    assert_eq!(owner.alternatives, [Kind::ReplicaSet, Kind::Job]);
    assert_eq!(owner_of("api-8665f588b-xkw9x").certainty, Certainty::Likely);
}

#[test]
fn names_cut_at_58_are_seen() {
    // (workload's length, hash left in the pod's name, owner's kind, certainty)
    let table = [
        (46, "5d78c9869d-", Kind::Deployment, Certainty::Likely),
        (47, "5d78c9869d", Kind::Deployment, Certainty::Likely),
        (53, "5d78", Kind::Deployment, Certainty::Likely),
        (54, "5d7", Kind::Deployment, Certainty::Truncated),
        (57, "", Kind::Deployment, Certainty::Truncated),
    ];
    for (length, hash, kind, certainty) in table {
        let workload = "w".repeat(length);
        let pod = format!("{workload}-{hash}x2k7p");
        assert_eq!(pod.len(), 63);
        let owner = owner_of(&pod);
        assert_eq!((owner.kind, owner.certainty), (kind, certainty), "{pod}");
        if certainty == Certainty::Likely {
            assert_eq!(owner.name, workload);
        } else {
            assert_eq!(owner.restart_command("default"), None);
            assert!(owner.advice().contains("truncated"));
        }
    }
    let whole = "w".repeat(58);
    assert_eq!(
        owner_of(&format!("{whole}x2k7p")).certainty,
        Certainty::Truncated
    );
}

#[test]
fn commands_restart_the_workload() {
    let table = [
        ("kube2iam-klngg", Some("daemonset/kube2iam")),
        ("api-8665f588b-xkw9x", Some("deployment/api")),
        ("a.b-8665f588b-xkw9x", Some("deployment/a.b")),
        ("vault-0", Some("statefulset/vault")),
        ("cron-runner-29400000-mnvcf", None),
        ("long-etl-2026-08-nscz4", None),
        ("debug", None),
    ];
    for (pod, target) in table {
        let expected = target.map(|t| format!("kubectl rollout restart {t} -n kube-system"));
        assert_eq!(owner_of(pod).restart_command("kube-system"), expected);
        assert!(!owner_of(pod).advice().is_empty());
    }
}

#[test]
fn hostile_names_give_no_command() {
    let long = "a".repeat(300);
    let hostile = [
        "",
        " ",
        "-",
        "--all",
        "-x",
        "x-",
        "$(id)",
        "`id`",
        "a'b",
        "a\"b",
        "a\nb",
        "a\0b",
        "a;b",
        "a|b",
        "a b",
        "A",
        "a/b",
        "../a",
        "a..b",
        "a_b",
        "é",
        "\u{202e}a",
        "\u{1b}[31m",
        long.as_str(),
    ];
    for name in hostile {
        for suffix in ["", "-0", "-x2k7p", "-8665f588b-xkw9x", "-29400000-mnvcf"] {
            let pod = format!("{name}{suffix}");
            let command = owner_of(&pod).restart_command("default");
            assert_eq!(command, None, "{pod:?}");
        }
        assert_eq!(owner_of("vault-0").restart_command(name), None, "{name:?}");
    }
    assert_eq!(owner_of("vault-0").restart_command("a.b"), None);
}

/// Whether `command` is made of words that a shell takes as they are.
fn is_safe(command: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./ ".contains(c);
    let words: Vec<_> = command.split(' ').collect();
    command.chars().all(plain)
        && words.len() == 6
        && words[..3] == ["kubectl", "rollout", "restart"]
        && words[4] == "-n"
        && !words[3].starts_with('-')
        && !words[5].starts_with('-')
}

proptest::proptest! {
    #[test]
    fn any_string_has_an_owner_and_a_safe_command(pod in ".*", namespace in ".*") {
        let owner = owner_of(&pod);
        owner.advice();
        proptest::prop_assert!(owner.restart_command(&namespace).is_none_or(|c| is_safe(&c)));
    }

    #[test]
    fn any_plausible_name_has_a_safe_command(
        pod in "[a-z0-9.$'\\n-]{0,60}(-[0-9]{1,10})?(-[4-9bcdf]{0,10})?(-?[b-z0-9]{5}|-[0-9])?",
        namespace in "-?[a-z0-9.]{0,64}",
    ) {
        let command = owner_of(&pod).restart_command(&namespace);
        proptest::prop_assert!(command.is_none_or(|c| is_safe(&c)));
    }

    #[test]
    fn a_deployment_is_found_whatever_its_hash(
        name in "[a-z]([a-z0-9-]{0,30}[a-z0-9])?", number in 100_000_u32.., random in "[bcdfghjklmnpqrstvwxz2456789]{5}",
    ) {
        // As SafeEncodeString does it.
        let safe = SAFE.as_bytes();
        let hash: String = number.to_string().bytes().map(|b| char::from(safe[usize::from(b) % safe.len()])).collect();
        let owner = owner_of(&format!("{name}-{hash}-{random}"));
        proptest::prop_assert_eq!((owner.kind, owner.name), (Kind::Deployment, name));
    }
}

#[test]
fn a_kind_is_spelled_as_kubernetes_does() {
    for (kind, word) in [
        (Kind::Deployment, "Deployment"),
        (Kind::DaemonSet, "DaemonSet"),
        (Kind::StatefulSet, "StatefulSet"),
        (Kind::ReplicaSet, "ReplicaSet"),
        (Kind::CronJob, "CronJob"),
        (Kind::Job, "Job"),
        (Kind::Pod, "Pod"),
    ] {
        assert_eq!(kind.as_str(), word);
    }
}

#[test]
fn a_truncated_name_may_be_of_several_kinds() {
    let owner = owner_of(&format!("{}-bcdfg", "a".repeat(BASE_MAX - 1)));
    assert_eq!(owner.certainty, Certainty::Truncated);
    assert_eq!(owner.alternatives, [Kind::DaemonSet, Kind::Job]);
}

#[test]
fn ten_digits_are_a_time_only_if_they_can_be_one() {
    assert_eq!(owner_of("app-1600000000-bcdfg").kind, Kind::CronJob);
    assert_eq!(owner_of("app-2111111111-bcdfg").kind, Kind::Job);
}
