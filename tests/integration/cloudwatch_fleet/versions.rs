//! The versions of clusters: which window they decide, and what the EKS API's failures cost.

use std::time::{Duration, Instant};

use loopback_cloudwatch::{CloudWatch, EksCluster, Fault, Operation, When};
use serde_json::Value;

use super::{HOUR, report, requests, run_to, service, small_group, small_group_for_days, tool_at};

/// The hours of each cluster's window, by its name.
fn hours(report: &Value) -> Vec<(String, i64)> {
    let clusters = report["clusters"].as_array().expect("clusters");
    let hours = clusters.iter().map(|cluster| {
        let time = |key: &str| -> chrono::DateTime<chrono::Utc> {
            let text = cluster[key].as_str().expect("a time");
            text.parse().expect("a time")
        };
        let name = cluster["name"].as_str().expect("a name").to_owned();
        (name, (time("until") - time("since")).num_hours())
    });
    hours.collect()
}

fn notes(report: &Value) -> Vec<String> {
    let clusters = report["clusters"].as_array().expect("clusters");
    clusters
        .iter()
        .flat_map(|cluster| cluster["notes"].as_array().cloned().unwrap_or_default())
        .map(|note| format!("{}: {} x{}", note["place"], note["text"], note["count"]))
        .collect()
}

fn sweep(cloudwatch: &CloudWatch, arguments: &[&str]) -> Value {
    report(
        tool_at(cloudwatch)
            .args(["sweep", "--all-clusters"])
            .args(arguments),
        0,
    )
}

const UNTIL: [&str; 2] = ["--until", "2026-11-20T07:00"];

#[test]
fn a_window_of_26_hours_where_tokens_are_capped_and_of_24_elsewhere() {
    let cloudwatch = service()
        .groups(["a", "b", "c"].map(small_group_for_days))
        .cluster(EksCluster::named("a").version("1.33"))
        .cluster(EksCluster::named("b").version("1.34"))
        .cluster(EksCluster::named("c").version("1.100"))
        .start();
    let windows = |arguments: &[&str]| {
        let report = sweep(&cloudwatch, arguments);
        assert_eq!(requests(&report), 3 * 60);
        hours(&report)
    };
    let hours = |a, b, c| [("a", a), ("b", b), ("c", c)].map(|(name, h)| (name.to_owned(), h));
    assert_eq!(windows(&UNTIL), hours(24, 26, 26));
    // What the operator says prevails, and a window that is stated is kept.
    let stated = |version| [&UNTIL[..], &["--kubernetes-version", version]].concat();
    assert_eq!(windows(&stated("v1.33.5-eks-a1b2c3")), hours(24, 24, 24));
    assert_eq!(windows(&stated("1.34+")), hours(26, 26, 26));
    assert_eq!(
        windows(&[&UNTIL[..], &["--since", "7h"]].concat()),
        hours(7, 7, 7)
    );
    // Two windows with one query at a time still run one query at a time.
    assert_eq!(
        windows(&[&UNTIL[..], &["--max-queries", "1"]].concat()),
        hours(24, 26, 26)
    );
    let dry = run_to(
        tool_at(&cloudwatch)
            .args(["sweep", "--all-clusters", "--dry-run"])
            .args(UNTIL),
        0,
    );
    for words in [
        "Window   2026-11-19 07:00:00 to 2026-11-20 07:00:00 UTC",
        "Window   2026-11-19 05:00:00 to 2026-11-20 07:00:00 UTC",
        "2 queries and 4 probes of the window's edges would scan",
    ] {
        assert!(dry.stdout.contains(words), "{words}: {}", dry.stdout);
    }
}

#[test]
fn one_query_at_a_time_is_kept_though_there_are_two_windows() {
    let cloudwatch = service()
        .polls_until_complete(2)
        .groups(["a", "b"].map(small_group_for_days))
        .cluster(EksCluster::named("b").version("1.34"))
        .start();
    sweep(&cloudwatch, &[&UNTIL[..], &["--max-queries", "1"]].concat());
    assert_eq!(cloudwatch.peak_running(), 1);
}

#[test]
fn each_cluster_that_is_judged_is_described_once_and_an_export_asks_nothing() {
    let cloudwatch = service()
        .group(small_group("a"))
        .group(small_group("b"))
        .start();
    run_to(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), 0);
    let described = cloudwatch.calls_of("DescribeCluster");
    assert_eq!(described.len(), 1);
    assert_eq!(described[0].body["name"], "a");
    run_to(tool_at(&cloudwatch).args(["export", "b"]).args(HOUR), 0);
    assert_eq!(cloudwatch.calls_of("DescribeCluster").len(), 1);
}

#[test]
fn an_eks_api_that_refuses_costs_one_note_however_many_clusters_there_are() {
    let faults = [
        (Fault::AccessDenied, "is not allowed in eu-west-1"),
        (Fault::UnknownCredentials, "failed in eu-west-1"),
    ];
    for (fault, words) in faults {
        let cloudwatch = service()
            .groups(["a", "b", "c"].map(small_group_for_days))
            .fault(Operation::DescribeCluster, When::Always, fault)
            .start();
        let report = sweep(&cloudwatch, &UNTIL);
        assert_eq!(requests(&report), 3 * 60);
        assert!(hours(&report).iter().all(|(_, hours)| *hours == 24));
        let notes = notes(&report);
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains(words), "{notes:?}");
        assert!(notes[0].ends_with("x3"), "{notes:?}");
    }
}

#[test]
fn an_eks_api_that_throttles_is_asked_again() {
    let cloudwatch = service()
        .group(small_group_for_days("a"))
        .cluster(EksCluster::named("a").version("1.35"))
        .fault(Operation::DescribeCluster, When::First(2), Fault::Throttle)
        .start();
    let report = sweep(&cloudwatch, &UNTIL);
    assert_eq!(hours(&report), [("a".to_owned(), 26)]);
    assert_eq!(notes(&report), Vec::<String>::new());
    assert_eq!(cloudwatch.calls_of("DescribeCluster").len(), 3);
}

#[test]
fn an_eks_api_that_hangs_delays_the_report_by_seconds_and_costs_a_note() {
    for fault in [Fault::Hang, Fault::Throttle, Fault::Unavailable] {
        let cloudwatch = service()
            .group(small_group_for_days("a"))
            .fault(Operation::DescribeCluster, When::Always, fault)
            .start();
        let began = Instant::now();
        let report = sweep(&cloudwatch, &HOUR);
        assert!(began.elapsed() < Duration::from_secs(8));
        assert_eq!(requests(&report), 60);
        let notes = notes(&report);
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains("eks:DescribeCluster"), "{notes:?}");
    }
}

#[test]
fn a_cluster_of_a_linked_account_is_not_taken_for_its_namesake() {
    let cloudwatch = service()
        .group(small_group_for_days("prod"))
        .group(small_group_for_days("prod").linked_account("999999999999"))
        .cluster(EksCluster::named("prod").version("1.35"))
        .start();
    let report = sweep(&cloudwatch, &[&UNTIL[..], &["--linked-accounts"]].concat());
    let prod = |hours| ("prod".to_owned(), hours);
    assert_eq!(hours(&report), [prod(26), prod(24)]);
    let notes = notes(&report);
    assert!(
        notes[0].contains("does not reach other accounts"),
        "{notes:?}"
    );
}

#[test]
fn what_is_no_version_is_refused() {
    for text in ["1", "0.33", "latest", "2.0"] {
        let run = run_to(
            crate::tool::tool().args(["sweep", "a", "--kubernetes-version", text]),
            2,
        );
        let words = "not a version of Kubernetes; expected one such as 1.33";
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}
