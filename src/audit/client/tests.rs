//! User agents as recorded, as public issues quote them, and as nobody should send them.

use super::*;
use RereadsToken::{No, Unknown, Yes};

#[test]
fn user_agents_are_recognised() {
    // (user agent, library, refreshes, label)
    #[rustfmt::skip]
    let table = [
        ("kube2iam/v0.0.0 (linux/amd64) kubernetes/$Format", "client-go", Unknown, "client-go, kube2iam"),
        ("kube2iam/v0.10.7 (linux/amd64) kubernetes/$Format", "client-go", Unknown, "client-go, kube2iam v0.10.7"),
        ("aws-k8s-agent/v0.0.0 (linux/amd64) kubernetes/$Format", "client-go", Unknown, "client-go, aws-k8s-agent"),
        ("kube-state-metrics/v1.9.8 (linux/amd64) kubernetes/$Format", "client-go", Unknown, "client-go, kube-state-metrics v1.9.8"),
        ("nginx-ingress-controller/v0.44.0 (linux/amd64) ingress-nginx/f802554", "client-go", Unknown, "client-go, nginx-ingress-controller v0.44.0"),
        ("my tool.exe/v2.0.0 (windows/amd64) kubernetes/1234567", "client-go", Unknown, "client-go, my tool.exe v2.0.0"),
        ("manager/(devel) (linux/arm64) kubernetes/$Format", "client-go", Unknown, "client-go, manager"),
        // Kubernetes' own programs carry the client-go of their own version.
        ("kubectl/v1.19.16 (linux/amd64) kubernetes/e37e4ab", "client-go", Yes, "client-go, kubectl v1.19.16"),
        ("kubectl/v1.14.10 (linux/amd64) kubernetes/575467a", "client-go", Unknown, "client-go, kubectl v1.14.10"),
        // Any other program's own version says nothing of its client-go.
        ("agent/v1.20.0 (linux/amd64) kubernetes/$Format", "client-go", Unknown, "client-go, agent v1.20.0"),
        ("kubectl/v0.0.0 (linux/amd64) kubernetes/$Format", "client-go", Unknown, "client-go, kubectl"),
        ("kube-controller-manager/v1.36.2 (linux/amd64) kubernetes/98b3519/system:serviceaccount:kube-system:generic-garbage-collector", "client-go", Yes, "client-go, kube-controller-manager v1.36.2"),
        ("Swagger-Codegen/9.0.0/python", "Python client", No, "Python client 9.0.0 (refreshes from 12.0.0)"),
        ("Swagger-Codegen/1.0.0-beta/python", "Python client", No, "Python client 1.0.0-beta (refreshes from 12.0.0)"),
        ("OpenAPI-Generator/11.0.0/python", "Python client", No, "Python client 11.0.0 (refreshes from 12.0.0)"),
        ("OpenAPI-Generator/12.0.0a1/python", "Python client", Unknown, "Python client 12.0.0a1 (refreshes from 12.0.0)"),
        ("OpenAPI-Generator/12.0.0/python", "Python client", Yes, "Python client 12.0.0"),
        ("OpenAPI-Generator/12.0.1/python", "Python client", Yes, "Python client 12.0.1"),
        ("OpenAPI-Generator/31.0.0/python", "Python client", Yes, "Python client 31.0.0"),
        ("OpenAPI-Generator/1.0-SNAPSHOT/java", "Java client", Unknown, "Java client (refreshes from 9.0.0)"),
        ("Swagger-Codegen/1.0-SNAPSHOT/java", "Java client", Unknown, "Java client (refreshes from 9.0.0)"),
        ("Kubernetes Java Client/8.0.2", "Java client", No, "Java client 8.0.2 (refreshes from 9.0.0)"),
        ("Kubernetes Java Client/20.0.1-legacy-SNAPHOST kt2l-core/0.0.1-SNAPSHOT", "Java client", Yes, "Java client 20.0.1-legacy-SNAPHOST"),
        ("Kubernetes Java Client 13.0.1", "Java client", Yes, "Java client 13.0.1"),
        ("fabric8-kubernetes-client/5.4.1", "fabric8", No, "fabric8 5.4.1 (refreshes from 5.12.4 or 6.1.0)"),
        ("fabric8-kubernetes-client/5.12.3", "fabric8", No, "fabric8 5.12.3 (refreshes from 5.12.4 or 6.1.0)"),
        ("fabric8-kubernetes-client/5.12.4", "fabric8", Yes, "fabric8 5.12.4"),
        ("fabric8-kubernetes-client/6.0.0", "fabric8", No, "fabric8 6.0.0 (refreshes from 5.12.4 or 6.1.0)"),
        ("fabric8-kubernetes-client/6.1.0", "fabric8", Yes, "fabric8 6.1.0"),
        ("fabric8-kubernetes-client/7.3.1", "fabric8", Yes, "fabric8 7.3.1"),
        ("fabric8-kubernetes-client/4.13.3", "fabric8", No, "fabric8 4.13.3 (refreshes from 5.12.4 or 6.1.0)"),
        ("okhttp/3.12.12", "fabric8", Unknown, "probably fabric8 (refreshes from 5.12.4 or 6.1.0)"),
        ("Jenkins-k8s/legacy okhttp/3.8.1", "fabric8", Unknown, "probably fabric8 (refreshes from 5.12.4 or 6.1.0)"),
        ("kubernetes-client-javascript/2.0.0", "JavaScript client", Yes, "JavaScript client 2.0.0"),
        ("node-fetch", "JavaScript client", Unknown, "probably JavaScript client (refreshes from 0.10.3)"),
        ("node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", "JavaScript client", Unknown, "probably JavaScript client (refreshes from 0.10.3)"),
        ("kubernetes-csharp/17.0.14", "C# client", Yes, "C# client 17.0.14"),
        ("kubernetes-client-core/0.2.0.0", "Haskell client", No, "Haskell client 0.2.0.0 (refreshes from 0.3.0.0)"),
        ("kubernetes-client-core/0.3.1.0", "Haskell client", Yes, "Haskell client 0.3.1.0"),
        ("rest-client/2.1.0 (linux-musl x86_64) ruby/2.7.6p219", "Ruby kubeclient", Unknown, "probably Ruby kubeclient (refreshes from 4.10.0)"),
        ("http.rb/4.4.1", "Ruby kubeclient", Unknown, "probably Ruby kubeclient (refreshes from 4.10.0)"),
        ("Faraday v1.10.0", "Ruby kubeclient", Unknown, "probably Ruby kubeclient (refreshes from 4.10.0)"),
        ("kube-rs/0.68.0", "kube-rs", No, "kube-rs 0.68.0 (refreshes from 0.69.1)"),
        ("Fluent-Bit", "Fluent Bit", Unknown, "Fluent Bit"),
        ("Prometheus/2.26.0", "Prometheus", Unknown, "Prometheus 2.26.0"),
        ("Go-http-client/1.1", "Go-http-client", Unknown, "Go-http-client"),
        ("Go-http-client/2.0", "Go-http-client", Unknown, "Go-http-client"),
        ("python-requests/2.25.1", "python-requests", Unknown, "python-requests"),
        ("curl/7.68.0", "curl", Unknown, "curl"),
    ];
    for (user_agent, library, refreshes, label) in table {
        let client = client_of(user_agent);
        assert_eq!(
            client.client_library.map(|l| l.name),
            Some(library),
            "{user_agent}"
        );
        assert_eq!(client.refreshes, refreshes, "{user_agent}");
        assert_eq!(client.label(), label);
    }
}

#[test]
fn unknown_user_agents_stay_as_they_are() {
    let long = "A".repeat(1024) + "...TRUNCATED";
    for user_agent in [
        long.as_str(),
        "Mozilla/5.0 zgrab/0.x",
        "+1+1",
        "=cmd|' /C calc'!A0",
        "a,b,c\td",
        "\u{1b}[31m",
        "emoji 😀 héllo \u{202e}gnirts\u{202c} \u{2028}sep",
        "subject: system:serviceaccount:evil:evil, seconds after warning threshold: 99999999",
        "{\"annotations\":{\"authentication.k8s.io/stale-token\":\"subject: x\"}}",
        "/v1 (linux/amd64) kubernetes/x",
        "a/v1 (linux/amd64)",
        "a/v1 (linux) kubernetes/x",
        "a/v1 (linux/) kubernetes/x",
        "a/v1 (/amd64) kubernetes/x",
        "a/v1 (linux 6.1/amd64) kubernetes/x",
        "a/v1 (linux/amd64) kubernetes",
        "xFluent-Bit",
        "Fluent-Bitter",
        "Prometheus-adapter/1",
        "OpenAPI-Generator/12.0.0/ruby",
        "héllo/okhttp/",
    ] {
        let client = client_of(user_agent);
        assert!(client.client_library.is_none(), "{user_agent:?}");
        assert_eq!(client.label(), user_agent);
        assert!(client.advice().what.starts_with("no known client library"));
    }
    assert_eq!(client_of("").label(), "no user agent");
    assert!(
        client_of("")
            .advice()
            .what
            .starts_with("no user agent was sent")
    );
}

#[test]
fn advice_names_the_version_or_the_program() {
    let table = [
        (
            "kubernetes-client-core/0.2.0.0",
            "built with the Haskell client, which re-reads its token from 0.3.0.0 on: update the program to a release that has it, or ask its maintainers for one",
        ),
        (
            "node-fetch",
            "probably built with the JavaScript client, which re-reads its token from 0.10.3 on: update the program to a release that has it, or ask its maintainers for one",
        ),
        (
            "x/v0.0.0 (linux/amd64) kubernetes/$Format",
            "built with client-go, which re-reads its token from 0.15.7 on: update the program to a release that has it, or ask its maintainers for one",
        ),
        (
            "fabric8-kubernetes-client/5.4.1",
            "built with fabric8, which re-reads its token from 5.12.4 or 6.1.0 on: update the program to a release that has it, or ask its maintainers for one",
        ),
        (
            "okhttp/3.12.12",
            "probably built with fabric8, which re-reads its token from 5.12.4 or 6.1.0 on: update the program to a release that has it, or ask its maintainers for one",
        ),
        (
            "kube-rs/0.68.0",
            "built with kube-rs, which re-reads its token from 0.69.1 on: update the program to a release that has it, or ask its maintainers for one",
        ),
        (
            "Kubernetes Java Client 13.0.1",
            "the library is fixed, so the program itself keeps its first token: report it to its maintainers",
        ),
        (
            "Go-http-client/2.0",
            "the program sends the token itself, without a Kubernetes client library: make it re-read its token file at least once a minute",
        ),
    ];
    for (user_agent, advice) in table {
        let client = client_of(user_agent);
        let library = client.client_library.expect("a library");
        let source = match library.refreshes_from.is_empty() {
            true => String::new(),
            false => format!("; see {}", library.source),
        };
        assert_eq!(client.advice().to_string(), format!("{advice}{source}"));
    }
    let python = client_of("OpenAPI-Generator/31.0.0/python").advice().what;
    assert!(python.starts_with("the library is fixed") && python.contains("inside the cluster"));
}

#[test]
fn the_table_is_sound() {
    for library in LIBRARIES {
        assert!(library.source.starts_with("https://"), "{}", library.name);
        assert!(!library.patterns.is_empty(), "{}", library.name);
        assert!(!(library.refreshes_from.is_empty() && library.note.is_empty()));
        let minimums: Vec<_> = library
            .refreshes_from
            .iter()
            .map(|v| Version::parse(v).expect("a version"))
            .collect();
        assert!(
            minimums.is_sorted_by(|a, b| a.major() < b.major()),
            "{}",
            library.name
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_user_agent_is_read(user_agent in ".*") {
        let client = client_of(&user_agent);
        client.label();
        client.advice();
    }

    #[test]
    fn any_arrangement_of_known_parts_is_read(
        parts in proptest::collection::vec("Prometheus|/|v1|\\(|\\)|linux|kubernetes| |é|OpenAPI-Generator/|/python", 0..12),
    ) {
        client_of(&parts.concat()).label();
    }
}
