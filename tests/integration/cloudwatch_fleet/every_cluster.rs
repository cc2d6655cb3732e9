//! Every cluster, not every log group: those in the dark, those that were deleted, and the names
//! by which clusters are asked for.

use loopback_cloudwatch::{Builder, CloudWatch, EksCluster, Fault, Operation, When};
use serde_json::Value;

use super::{HOUR, gaps, report, requests, run_to, service, small_group, tool_at};

fn names(report: &Value) -> Vec<String> {
    let clusters = report["clusters"].as_array().expect("clusters");
    let names = clusters.iter().map(|cluster| {
        let name = cluster["name"].as_str().expect("a name");
        name.to_owned()
    });
    names.collect()
}

fn notes(report: &Value) -> Vec<String> {
    let clusters = report["clusters"].as_array().expect("clusters");
    let notes = clusters
        .iter()
        .flat_map(|cluster| cluster["notes"].as_array().cloned().unwrap_or_default());
    notes
        .map(|note| note["text"].as_str().expect("a text").to_owned())
        .collect()
}

fn sweep(cloudwatch: &CloudWatch, arguments: &[&str], exit: i32) -> Value {
    report(
        tool_at(cloudwatch).arg("sweep").args(arguments).args(HOUR),
        exit,
    )
}

/// Two clusters that log, two in the dark, and a log group that has outlived its cluster.
fn fleet() -> Builder {
    service()
        .groups(["prod-1", "prod-2", "old"].map(small_group))
        .cluster(EksCluster::named("prod-3").without_audit_logging())
        .cluster(EksCluster::named("test-1").without_audit_logging())
        .deleted_cluster("old")
}

#[test]
fn a_cluster_in_the_dark_is_a_gap_with_the_command_that_ends_it() {
    let cloudwatch = fleet().start();
    let report = sweep(&cloudwatch, &["--all-clusters"], 4);
    assert_eq!(names(&report), ["prod-1", "prod-2", "prod-3", "test-1"]);
    assert_eq!(requests(&report), 2 * 60);
    let not_asked = |name: &str| (name.to_owned(), "not_asked".to_owned());
    assert_eq!(gaps(&report), [not_asked("prod-3"), not_asked("test-1")]);
    let detail = report["clusters"][2]["gaps"][0]["detail"]
        .as_str()
        .expect("a detail");
    assert!(
        detail.starts_with("its audit logging is off; enable it: aws eks update-cluster-config --region eu-west-1 --name prod-3 "),
        "{detail}"
    );
    let deleted = "log groups of deleted clusters in eu-west-1 are skipped: old";
    assert!(
        notes(&report).iter().any(|note| note == deleted),
        "{report}"
    );
}

#[test]
fn what_is_known_to_be_in_the_dark_can_be_left_out() {
    let cloudwatch = fleet().start();
    let arguments = [
        "--all-clusters",
        "--exclude-cluster",
        "test-*",
        "--exclude-cluster",
        "prod-3",
    ];
    let report = sweep(&cloudwatch, &arguments, 0);
    assert_eq!(names(&report), ["prod-1", "prod-2"]);
    let report = sweep(&cloudwatch, &["prod-*", "--exclude-cluster", "prod-3"], 0);
    assert_eq!(names(&report), ["prod-1", "prod-2"]);
}

#[test]
fn a_pattern_finds_clusters_in_the_dark_too() {
    let cloudwatch = fleet().start();
    let report = sweep(&cloudwatch, &["prod-*"], 4);
    assert_eq!(names(&report), ["prod-1", "prod-2", "prod-3"]);
    let run = run_to(
        tool_at(&cloudwatch).args(["sweep", "stage-*"]).args(HOUR),
        1,
    );
    assert!(run.stderr.contains("stage-*"), "{}", run.stderr);
}

#[test]
fn without_leave_to_list_clusters_it_works_and_says_what_cannot_be_seen() {
    for fault in [Fault::AccessDenied, Fault::UnknownCredentials] {
        let cloudwatch = fleet()
            .fault(Operation::ListClusters, When::Always, fault)
            .start();
        let report = sweep(&cloudwatch, &["--all-clusters"], 0);
        assert_eq!(names(&report), ["old", "prod-1", "prod-2"]);
        let words = "in eu-west-1: clusters whose audit logging was never enabled cannot be seen";
        assert!(
            notes(&report).iter().any(|note| note.ends_with(words)),
            "{report}"
        );
    }
}

#[test]
fn all_pages_of_clusters_are_read() {
    let cloudwatch = (0..250)
        .map(|number| EksCluster::named(format!("c-{number:03}")))
        .fold(service().group(small_group("prod")), Builder::cluster)
        .start();
    let report = sweep(&cloudwatch, &["--all-clusters"], 4);
    assert_eq!(names(&report).len(), 251);
    assert_eq!(cloudwatch.calls_of("ListClusters").len(), 3);
}

#[test]
fn a_region_that_has_no_clusters_is_no_gap() {
    let regions = CloudWatch::start_together([
        service().region("eu-west-1").group(small_group("a")),
        service().region("eu-west-2"),
    ]);
    let both = ["--region", "eu-west-1", "--region", "eu-west-2"];
    let arguments = [&["--all-clusters"][..], &both].concat();
    assert_eq!(names(&sweep(&regions[0], &arguments, 0)), ["a"]);
    let run = run_to(
        tool_at(&regions[0])
            .args(["sweep", "--all-clusters", "--region", "eu-west-2"])
            .args(HOUR),
        1,
    );
    assert!(
        run.stderr
            .contains("aws eks list-clusters --region eu-west-2"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_typo_gets_the_nearest_name_and_a_cluster_in_the_dark_its_command() {
    let cloudwatch = fleet().start();
    let typo = run_to(tool_at(&cloudwatch).args(["sweep", "prd-1"]).args(HOUR), 1);
    assert!(
        typo.stderr.contains("did you mean prod-1?"),
        "{}",
        typo.stderr
    );
    let dark = run_to(tool_at(&cloudwatch).args(["sweep", "test-1"]).args(HOUR), 1);
    for words in ["cluster test-1: its audit logging is off", "--name test-1"] {
        assert!(dark.stderr.contains(words), "{}", dark.stderr);
    }
}

#[test]
fn an_arn_names_its_region_and_account() {
    let regions = CloudWatch::start_together([
        service().region("eu-west-1").group(small_group("prod")),
        service().region("us-east-1").group(small_group("prod")),
    ]);
    for arn in [
        "arn:aws:eks:us-east-1:111122223333:cluster/prod",
        "arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/prod/cluster:*",
    ] {
        let report = sweep(&regions[0], &[arn], 0);
        assert_eq!(report["clusters"][0]["region"], "us-east-1");
        assert_eq!(requests(&report), 60);
    }
    assert_eq!(regions[0].calls().len(), 0);
    // Beside a bare name, which is looked for in the default Region.
    let both = ["prod", "arn:aws:eks:us-east-1:111122223333:cluster/prod"];
    assert_eq!(requests(&sweep(&regions[0], &both, 0)), 120);
    let group = sweep(&regions[0], &["/aws/eks/prod/cluster"], 0);
    assert_eq!(group["clusters"][0]["region"], "eu-west-1");
    // Another account's is not this one's.
    let foreign = "arn:aws:eks:us-east-1:999999999999:cluster/prod";
    run_to(tool_at(&regions[0]).args(["sweep", foreign]).args(HOUR), 1);
}

#[test]
fn what_names_no_cluster_is_refused() {
    for (text, words) in [
        ("./audit.log", "use --input"),
        ("prod-[", "is not the name of an EKS cluster"),
        ("arn:aws:s3:::bucket", "is not the name of an EKS cluster"),
    ] {
        let run = run_to(crate::tool::tool().args(["sweep", text]), 2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}
