//! Which cluster a context of the kubeconfig is: evidence of one is never judged by the pods of
//! another.

use super::*;

#[test]
fn a_context_that_is_not_there_gets_the_nearest_name() {
    let server = ApiServer::start(objects());
    let run = sweep(&server, bearer(), &["--context", "prud"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("no context \"prud\"; nearest: prod"),
        "{}",
        run.stderr
    );
    let run = over_files(
        "sweep",
        &[file(&log().text()).path()],
        [
            "--cluster-name",
            "a",
            "--kubeconfig",
            "/nowhere/config",
            "--live",
        ],
    );
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("/nowhere/config"), "{}", run.stderr);
}

/// A context of another cluster is never joined to this one's evidence.
#[test]
fn a_context_of_another_cluster_is_not_used() {
    let stranger = Pod {
        node: "node-of-another-cluster",
        ..Pod::new("web", "other-x2klp", "10.9.9.9", "2026-06-12T13:00:00Z")
    };
    let server = ApiServer::start(Objects {
        pods: vec![without_kind(Listed::of(&stranger).object())],
        ..Objects::default()
    });
    let kubeconfig = server.kubeconfig("another", bearer());
    let log = file(&log().text());
    let run = over_files(
        "sweep",
        &[log.path()],
        [
            "--cluster-name",
            "prod-1",
            "--live",
            "--kubeconfig",
            kubeconfig.to_str().expect("a path"),
        ],
    );
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(run.stdout.contains("context prod"), "{}", run.stdout);
    assert!(
        run.stdout.contains("it may belong to another cluster"),
        "{}",
        run.stdout
    );
}

/// Toward CloudWatch the API server tells whose pods they are, whatever the kubeconfig names.
#[test]
fn a_context_is_of_the_cluster_that_has_its_api_server() {
    let server = ApiServer::start(objects());
    let group = |cluster: &str| {
        LogGroup::named(format!("/aws/eks/{cluster}/cluster"))
            .created(0)
            .events_from_audit_log(STREAM, std::io::Cursor::new(log().text()))
    };
    let cloudwatch = CloudWatch::builder()
        .polls_until_complete(0)
        .now(at(NOW).timestamp_millis())
        .groups(["prod-1", "prod-2"].map(group))
        .cluster(EksCluster::named("prod-2").endpoint(&server.url()))
        .start();
    let kubeconfig = server.kubeconfig(ARN, bearer());
    let swept = |clusters: &[&str]| {
        let swept = run(tool_toward(&cloudwatch.endpoint())
            .arg("sweep")
            .args(clusters)
            .args(["--until", NOW, "--live", "--format", "csv", "--kubeconfig"])
            .arg(&kubeconfig));
        assert_eq!(swept.code, Some(0), "{}", swept.stderr);
        let rows = swept.stdout.lines();
        let owned = rows.filter(|row| row.contains("deployment/web-frontend"));
        owned.map(str::to_owned).collect::<Vec<String>>()
    };
    // The kubeconfig names prod-1, but that is the API server of prod-2.
    let owned = swept(&["prod-1", "prod-2"]);
    assert!(!owned.is_empty());
    assert!(owned.iter().all(|row| row.contains("prod-2")), "{owned:#?}");
    // Through a tunnel the address tells nothing, and the name counts.
    let owned = swept(&["prod-1"]);
    assert!(!owned.is_empty());
}
