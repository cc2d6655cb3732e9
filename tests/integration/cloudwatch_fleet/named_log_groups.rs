//! Log groups that were renamed, and those that centralization fills from several accounts and
//! Regions.

use loopback_cloudwatch::{Builder, CloudWatch, EksCluster, Fault, LogGroup, Operation, When};
use serde_json::Value;

use super::{HOUR, gaps, report, requests, run_to, service, small_group, tool_at};

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

fn clusters(report: &Value) -> Vec<String> {
    let clusters = report["clusters"].as_array().expect("clusters");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let clusters = clusters.iter().map(|cluster| {
        let parts = ["name", "account", "region"].map(|key| text(&cluster[key]));
        parts.join(" ")
    });
    clusters.collect()
}

fn notes(report: &Value) -> String {
    let clusters = report["clusters"].as_array().expect("clusters");
    let notes = clusters.iter().map(|cluster| cluster["notes"].to_string());
    notes.collect()
}

fn sweep(cloudwatch: &CloudWatch, arguments: &[&str], exit: i32) -> Value {
    report(
        tool_at(cloudwatch).arg("sweep").args(arguments).args(HOUR),
        exit,
    )
}

/// A central account in eu-west-1, whose log group prod holds the events of three clusters called
/// so, and whose other log group holds those of clusters of several names.
fn central() -> Builder {
    let name = "/aws/eks/prod/cluster";
    let merged = LogGroup::named(name)
        .centralized(small_group("prod"), ONE, "eu-west-1")
        .centralized(small_group("prod"), ONE, "us-east-1")
        .centralized(small_group("prod"), TWO, "eu-west-1");
    let sources =
        ["prod", "test"]
            .into_iter()
            .fold(LogGroup::named("/central/eks"), |group, cluster| {
                group
                    .centralized(small_group(cluster), ONE, "eu-west-1")
                    .stating_source(&format!("/aws/eks/{cluster}/cluster"))
            });
    let silent_about_source = LogGroup::named("/central/audit")
        .centralized(small_group("prod"), ONE, "eu-west-1")
        .centralized(small_group("test"), TWO, "eu-west-1");
    service()
        .account("999999999999")
        .groups([merged, sources, silent_about_source])
        .group(renamed("/ours/audit-of-prod"))
        .group(renamed(&format!("/central/{TWO}/aws/eks/stage/cluster")))
}

fn renamed(name: &str) -> LogGroup {
    small_group("prod").renamed(name)
}

#[test]
fn clusters_that_share_a_log_group_are_told_apart_by_account_and_region() {
    let cloudwatch = central().start();
    let report = sweep(&cloudwatch, &["--log-group", "/aws/eks/prod/cluster"], 0);
    assert_eq!(
        clusters(&report),
        [
            "prod 111111111111 eu-west-1",
            "prod 222222222222 eu-west-1",
            "prod 111111111111 us-east-1",
        ]
    );
    assert_eq!(requests(&report), 3 * 60);
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 3);
    // What is indexed is not scanned for every cluster again: the log once for its origins, once
    // for holders, once for rejections.
    let scanned: f64 = report["clusters"]
        .as_array()
        .expect("clusters")
        .iter()
        .filter_map(|cluster| cluster["bytes_scanned"].as_f64())
        .sum();
    let one: usize = super::stale_event("sa", "prod-pod", 0).1.len();
    assert!(scanned < (3 * 60 * 3 * (one + 2)) as f64 * 1.2, "{scanned}");
}

#[test]
fn a_cluster_selects_what_it_is_in_a_shared_log_group() {
    let cloudwatch = central().start();
    let group = ["--log-group", "/aws/eks/prod/cluster"];
    let arn = format!("arn:aws:eks:us-east-1:{ONE}:cluster/prod");
    let one = sweep(&cloudwatch, &[&[&*arn][..], &group].concat(), 0);
    assert_eq!(clusters(&one), ["prod 111111111111 us-east-1"]);
    assert_eq!(requests(&one), 60);
    let none = [&["stage"][..], &group].concat();
    let run = run_to(tool_at(&cloudwatch).arg("sweep").args(none).args(HOUR), 1);
    let words = "cluster stage: no audit event of it is in log group /aws/eks/prod/cluster";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    // Beside one that is there, it is a gap.
    let both = [&[&*arn, "stage"][..], &group].concat();
    let report = sweep(&cloudwatch, &both, 4);
    assert_eq!(
        gaps(&report),
        [("stage".to_owned(), "not_asked".to_owned())]
    );
    let excluded = [
        &["--exclude-cluster", "test"][..],
        &["--log-group", "/central/eks"],
    ]
    .concat();
    let report = sweep(&cloudwatch, &excluded, 0);
    assert_eq!(clusters(&report), ["prod 111111111111 eu-west-1"]);
}

#[test]
fn the_source_of_an_event_names_its_cluster_where_it_is_stated() {
    let cloudwatch = central().start();
    let report = sweep(&cloudwatch, &["--log-group", "/central/eks"], 0);
    assert_eq!(
        clusters(&report),
        ["prod 111111111111 eu-west-1", "test 111111111111 eu-west-1"]
    );
    assert_eq!(requests(&report), 120);
    // Where it is not, account and Region still tell apart, and the report says what is unknown.
    let report = sweep(&cloudwatch, &["--log-group", "/central/audit"], 0);
    assert_eq!(
        clusters(&report),
        [
            "/central/audit 111111111111 eu-west-1",
            "/central/audit 222222222222 eu-west-1"
        ]
    );
    assert!(
        notes(&report).contains("its name states no cluster"),
        "{}",
        notes(&report)
    );
}

#[test]
fn a_renamed_log_group_has_the_name_in_it_or_the_one_that_is_given() {
    let cloudwatch = central().start();
    let path = format!("/central/{TWO}/aws/eks/stage/cluster");
    let report = sweep(&cloudwatch, &["--log-group", &path], 0);
    assert_eq!(clusters(&report), ["stage 999999999999 eu-west-1"]);
    let group = "arn:aws:logs:eu-west-1:999999999999:log-group:/ours/audit-of-prod:*";
    let report = sweep(&cloudwatch, &["prod", "--log-group", group], 0);
    assert_eq!(clusters(&report), ["prod 999999999999 eu-west-1"]);
    assert_eq!(requests(&report), 60);
    assert!(!notes(&report).contains("states no cluster"));
}

#[test]
fn a_cluster_of_another_account_or_region_is_not_taken_for_one_here() {
    // The account that centralizes has a cluster of the same name, of another version.
    let cloudwatch = central()
        .cluster(EksCluster::named("prod").version("1.35"))
        .start();
    let report = sweep(&cloudwatch, &["--log-group", "/aws/eks/prod/cluster"], 0);
    assert!(!report.to_string().contains("1.35"), "{report}");
    assert!(
        notes(&report).contains("does not reach other accounts"),
        "{}",
        notes(&report)
    );
    // Nor is one that is not here taken for deleted.
    let cloudwatch = central().deleted_cluster("prod").start();
    let report = sweep(&cloudwatch, &["--log-group", "/aws/eks/prod/cluster"], 0);
    assert!(!notes(&report).contains("outlived"), "{}", notes(&report));
}

#[test]
fn silence_of_one_of_them_is_a_gap_with_what_to_look_at() {
    let group = LogGroup::named("/aws/eks/prod/cluster")
        .centralized(small_group("prod"), ONE, "eu-west-1")
        .centralized(first_minute(), TWO, "eu-west-1");
    let cloudwatch = service().group(group).start();
    let arguments = [
        "--log-group",
        "/aws/eks/prod/cluster",
        "--max-silence",
        "30m",
    ];
    let report = sweep(&cloudwatch, &arguments, 4);
    let stopped = ("prod".to_owned(), "audit_log_stopped".to_owned());
    assert_eq!(gaps(&report), [stopped]);
    assert_eq!(report["clusters"][1]["account"], TWO);
    let detail = report["clusters"][1]["gaps"][0]["detail"].to_string();
    assert!(
        detail.contains("list-centralization-rules-for-organization"),
        "{detail}"
    );
}

fn first_minute() -> LogGroup {
    let (millis, event) = super::stale_event("sa", "pod", 0);
    LogGroup::named("/aws/eks/prod/cluster").event(super::STREAM, millis, &event)
}

#[test]
fn a_log_group_that_is_not_there_gets_the_nearest_name() {
    let cloudwatch = central().start();
    let run = run_to(
        tool_at(&cloudwatch)
            .args(["sweep", "--log-group", "/central/ekss"])
            .args(HOUR),
        1,
    );
    let words = "there is no log group /central/ekss in eu-west-1\n  did you mean /central/eks?";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    for (arguments, words) in [
        (&["--log-group", "a b"][..], "neither the name nor the ARN"),
        (
            &["--log-group", "a", "--all-clusters"],
            "cannot be used with",
        ),
    ] {
        let run = run_to(tool_at(&cloudwatch).arg("sweep").args(arguments), 2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn what_cannot_be_told_apart_is_a_gap() {
    let cloudwatch = central().start();
    cloudwatch.fault(Operation::StartQuery, When::Nth(1), Fault::AccessDenied);
    let arguments = [
        "sweep",
        "--log-group",
        "/central/eks",
        "--log-group",
        "/central/audit",
    ];
    let run = run_to(tool_at(&cloudwatch).args(arguments).args(HOUR), 4);
    assert!(
        run.stderr.contains("allow logs:StartQuery on"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout.contains("Incomplete: /central/"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_dry_run_starts_no_query_that_costs_anything() {
    let cloudwatch = central().start();
    let run = run_to(
        tool_at(&cloudwatch)
            .args(["sweep", "--dry-run", "--log-group", "/central/eks"])
            .args(HOUR),
        0,
    );
    assert!(run.stdout.contains("/central/eks"), "{}", run.stdout);
    let queries = cloudwatch.queries();
    assert!(queries.iter().all(|it| it.text.ends_with("| estimate")));
}
