//! The outage that people met in the field, 92 days after their cluster was made: kube2iam and
//! kubernetes-external-secrets lose their tokens, some pods are younger than others, and one
//! works from time to time.

use std::io::Write as _;

use chrono::TimeDelta;
use eks_stale_tokens::report::finding::Remedy;
use eks_stale_tokens::report::verdict::Verdict;

use super::log_writer::{Log, Pod, at, every, holder};
use crate::tool::{over_files, run, tool};

/// The cluster's first hour, when most of its pods started.
const CREATED: &str = "2026-06-08T13:00:00Z";
/// 92 days later.
const NOW: &str = "2026-09-08T13:00:00Z";

const KUBE2IAM: &str = "kube2iam/v0.10.7 (linux/amd64) kubernetes/$Format";

fn kube2iam(suffix: &str, node: &'static str, address: &str, issued: &str) -> Pod {
    Pod {
        namespace: "kube-system",
        node,
        agent: KUBE2IAM,
        ..Pod::new("kube2iam", &format!("kube2iam-{suffix}"), address, issued)
    }
}

fn external_secrets() -> Pod {
    Pod {
        namespace: "external-secrets",
        // Its client sends no user agent of its own.
        agent: "",
        uri: "/apis/kubernetes-client.io/v1/externalsecrets",
        ..Pod::new(
            "kubernetes-external-secrets",
            "kubernetes-external-secrets-6d4b9c8f75-x2klp",
            "10.0.3.17",
            "2026-06-08T13:40:00Z",
        )
    }
}

/// The last three days of the log.
pub(super) fn log() -> Log {
    let mut log = Log::default();
    let begin = at(NOW) - TimeDelta::hours(72);
    let two_old = [
        kube2iam("b4kxz", "node-1", "10.0.1.10", CREATED),
        kube2iam("c9mwq", "node-2", "10.0.2.10", "2026-06-08T13:10:00Z"),
    ];
    for pod in two_old.iter().chain([&external_secrets()]) {
        let death = pod.issued + TimeDelta::days(90);
        for time in every(7, begin, death) {
            log.accepted(pod, time);
        }
        for time in every(7, death + TimeDelta::minutes(2), at(NOW)) {
            log.rejected(pod, time);
        }
    }
    // On a node that joined five days later.
    let younger = kube2iam("d7tnv", "node-3", "10.0.4.10", "2026-06-13T09:00:00Z");
    for time in every(7, begin, at(NOW)) {
        log.accepted(&younger, time);
    }
    // One API server still has the old signing key: every other request is accepted.
    let from_time_to_time = kube2iam("f2hjr", "node-4", "10.0.5.10", "2026-06-08T13:05:00Z");
    let death = from_time_to_time.issued + TimeDelta::days(90);
    for (index, time) in every(7, begin, at(NOW)).enumerate() {
        if time < death || index % 2 == 0 {
            log.accepted(&from_time_to_time, time);
        } else {
            log.rejected(&from_time_to_time, time);
        }
    }
    log
}

#[test]
fn both_are_named_with_the_date_of_each_death_and_what_to_restart() {
    let report = log().report();
    let dead = [
        ("kube2iam-b4kxz", "2026-09-06T13:00:00Z"),
        ("kube2iam-c9mwq", "2026-09-06T13:10:00Z"),
        (
            "kubernetes-external-secrets-6d4b9c8f75-x2klp",
            "2026-09-06T13:40:00Z",
        ),
    ];
    for (pod, death) in dead {
        let holder = holder(&report, pod);
        assert_eq!(holder.verdict, Verdict::Rejected, "{pod}");
        assert_eq!(holder.rejected_from, at(death), "{pod}");
        let rejections = holder.rejections.as_ref().expect("rejections");
        assert!(holder.last_seen < at(death) && at(death) < rejections.first);
        assert!(!rejections.accepted_in_between);
    }
    let younger = holder(&report, "kube2iam-d7tnv");
    assert_eq!(younger.verdict, Verdict::Frozen);
    assert_eq!(younger.rejected_from, at("2026-09-11T09:00:00Z"));

    let both = holder(&report, "kube2iam-f2hjr");
    assert!(matches!(both.verdict, Verdict::Frozen | Verdict::Rejected));
    assert!(
        both.rejections
            .as_ref()
            .expect("rejections")
            .accepted_in_between
    );
    assert!(report.clusters[0].accepted_at_age_seconds > Some(90 * 86_400));

    let commands: Vec<&str> = report
        .findings
        .iter()
        .flat_map(|finding| &finding.remedies)
        .filter_map(|remedy| match remedy {
            Remedy::Restart { command, .. } => Some(command.as_str()),
            Remedy::Advice { .. } => None,
        })
        .collect();
    assert_eq!(
        commands,
        [
            "kubectl rollout restart daemonset/kube2iam -n kube-system",
            "kubectl rollout restart deployment/kubernetes-external-secrets -n external-secrets",
        ]
    );
}

#[test]
fn the_program_tells_the_story() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(log().text().as_bytes()).expect("written");
    let told = over_files("investigate", &[file.path()], ["--cluster-name", "prod-1"]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let first_screen: Vec<&str> = told.stdout.lines().take(24).collect();
    insta::assert_snapshot!("story_first_screen", first_screen.join("\n"));
    for needle in [
        "kube-system/kube2iam",
        "external-secrets/kubernetes-external-secrets",
    ] {
        assert!(
            first_screen.iter().any(|line| line.contains(needle)),
            "{needle}"
        );
    }
}

#[test]
fn one_pod_is_explained() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(log().text().as_bytes()).expect("written");
    let run = run(tool()
        .args(["investigate", "--cluster-name", "prod-1", "--explain"])
        .args([
            "--namespace",
            "kube-system",
            "--service-account",
            "kube2iam",
        ])
        .args(["--pod", "kube2iam-f2hjr", "--input"])
        .arg(file.path()));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stdout.contains("external-secrets"));
    assert!(!run.stdout.contains("kube2iam-b4kxz"));
    insta::assert_snapshot!("story_one_pod_explained", run.stdout);
}
