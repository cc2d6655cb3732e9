use super::*;

fn allowed(record: &str) -> (bool, bool) {
    let mut names = Names::default();
    for (key, value) in members(record.as_bytes()).0 {
        names.see_member(key, value);
    }
    (names.allow(), names.name_the_source())
}

#[test]
fn only_the_api_server_s_audit_log_is_read() {
    let hex = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    for (record, expected) in [
        (r#"{"stream":"stdout","time":"t"}"#.to_owned(), (true, false)),
        (format!(r#"{{"logStream":"kube-apiserver-audit-{hex}"}}"#), (true, true)),
        (format!(r#"{{"logStreamName":"kube-scheduler-{hex}"}}"#), (false, false)),
        (format!(r#"{{"@logStream":"authenticator-{hex}"}}"#), (false, false)),
        (r#"{"kubernetes":{"container_name":"app","pod_name":"p"}}"#.to_owned(), (false, false)),
        (
            r#"{"kubernetes":{"container_name":"kube-apiserver","pod_name":"kube-apiserver-1","namespace_name":"kube-system"}}"#.to_owned(),
            (true, true),
        ),
        (
            r#"{"kubernetes":{"container_name":"kube-apiserver","pod_name":"kube-apiserver-1","namespace_name":"default"}}"#.to_owned(),
            (false, true),
        ),
        (r#"{"kubernetes":{"container":{"name":"app"}}}"#.to_owned(), (false, false)),
        (r#"{"log":{"file":{"path":"/var/log/kubernetes/kube-apiserver-audit.log"}}}"#.to_owned(), (true, true)),
        (
            r#"{"log":{"file":{"path":"/var/log/containers/audit_default_audit-0123.log"}}}"#.to_owned(),
            (false, false),
        ),
        (
            r#"{"filename":"/var/log/pods/kube-system_kube-apiserver-1_u/kube-apiserver/0.log"}"#.to_owned(),
            (true, true),
        ),
        (r#"{"tag":"kubernetes.var.log.containers.a_default_audit-01.log"}"#.to_owned(), (false, false)),
        (r#"{"resource":{"attributes":[{"key":"k8s.container.name","value":{"stringValue":"app"}}]}}"#.to_owned(), (false, false)),
        (r#"{"data_stream":{"namespace":"default"}}"#.to_owned(), (true, false)),
    ] {
        assert_eq!(allowed(&record), expected, "{record}");
    }
}

#[test]
fn a_prefix_names_its_stream() {
    let hex = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    for (prefix, expected) in [
        ("2026-11-24T06:01:27Z".to_owned(), (true, false)),
        (format!("2026 kube-apiserver-audit-{hex}"), (true, true)),
        (format!("2026 kube-scheduler-{hex}"), (false, false)),
        (
            "[pod/kube-apiserver-1/kube-apiserver]".to_owned(),
            (true, true),
        ),
        ("[pod/evil/kube-apiserver]".to_owned(), (false, true)),
    ] {
        let mut names = Names::default();
        names.see_prefix(prefix.as_bytes());
        assert_eq!(
            (names.allow(), names.name_the_source()),
            expected,
            "{prefix}"
        );
    }
    let mut names = Names::default();
    names.see_prefix(b"/aws/eks/prod-1/cluster x");
    assert_eq!(names.cluster.as_deref(), Some("prod-1"));
}
