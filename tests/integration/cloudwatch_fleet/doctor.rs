//! `doctor` and `query`.

use loopback_cloudwatch::{CloudWatch, EksCluster, Fault, LogGroup, Operation, When};

use super::{HOUR, STREAM, run_to, service, small_group, stale_event, tool_at};
use crate::tool::{Run, tool};

fn doctor(cloudwatch: &CloudWatch, cluster: &str, exit: i32) -> Run {
    // Nobody answers for STS.
    let mut command = tool_at(cloudwatch);
    command.env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
    run_to(command.args(["doctor", cluster]), exit)
}

/// A group whose newest event is of a minute ago.
fn fresh(cluster: &str) -> LogGroup {
    let (_, event) = stale_event("sa", "pod", 0);
    let minute_ago = chrono::Utc::now().timestamp_millis() - 60_000;
    LogGroup::named(format!("/aws/eks/{cluster}/cluster"))
        .event(STREAM, minute_ago, &event)
        .created(0)
        .retention_days(30)
}

#[test]
fn a_healthy_cluster_is_said_to_be() {
    let cloudwatch = CloudWatch::builder().group(fresh("a")).start();
    let run = doctor(&cloudwatch, "a", 0);
    for words in [
        "ok       Region                eu-west-1",
        "note     identity",
        "ok       eks:DescribeCluster   allowed",
        "ok       Kubernetes version    1.33: a stale token is accepted for 90 days",
        "ok       log group             /aws/eks/a/cluster, class STANDARD",
        "ok       retention             kept 30 d",
        "a sweep over 24 h scans about",
        "the newest event is",
        "ok       logs:StartQuery       allowed",
        "ok       logs:GetQueryResults  allowed",
        "ok       logs:StopQuery        allowed",
        "ok       audit events          read as the API server writes them",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
    super::assert_nothing_left_running(&cloudwatch);
}

#[test]
fn what_is_missing_comes_with_what_mends_it() {
    let cloudwatch = CloudWatch::builder()
        .group(small_group("stale"))
        .group(LogGroup::named("/aws/eks/other/cluster").created(0).event(
            "kube-scheduler-0123",
            1_795_154_400_000,
            "{}",
        ))
        .group(fresh("a"))
        .start();
    let nowhere = doctor(&cloudwatch, "nowhere", 1);
    assert!(
        nowhere.stdout.contains("missing  log group"),
        "{}",
        nowhere.stdout
    );
    assert!(
        nowhere.stdout.contains("aws eks update-cluster-config"),
        "{}",
        nowhere.stdout
    );
    let other = doctor(&cloudwatch, "other", 1);
    assert!(
        other.stdout.contains("missing  audit log"),
        "{}",
        other.stdout
    );
    let stale = doctor(&cloudwatch, "stale", 0);
    assert!(
        stale.stdout.contains("may have been switched off"),
        "{}",
        stale.stdout
    );
    cloudwatch.fault(Operation::StopQuery, When::Always, Fault::AccessDenied);
    let denied = doctor(&cloudwatch, "a", 1);
    assert!(
        denied.stdout.contains("missing  logs:StopQuery"),
        "{}",
        denied.stdout
    );
    assert!(
        denied.stdout.contains("allow logs:StopQuery on *"),
        "{}",
        denied.stdout
    );
}

#[test]
fn the_version_tells_how_long_tokens_live_and_which_window_a_sweep_has() {
    let cloudwatch = CloudWatch::builder()
        .group(fresh("a"))
        .group(fresh("dark"))
        .group(fresh("gone"))
        .cluster(EksCluster::named("a").version("1.35"))
        .cluster(EksCluster::named("dark").without_audit_logging())
        .deleted_cluster("gone")
        .start();
    let capped = doctor(&cloudwatch, "a", 0);
    for words in [
        "ok       Kubernetes version    1.35: a stale token is accepted for 24 hours",
        "a sweep over 26 h scans about",
    ] {
        assert!(capped.stdout.contains(words), "{words}: {}", capped.stdout);
    }
    let dark = doctor(&cloudwatch, "dark", 1);
    assert!(
        dark.stdout.contains("missing  audit logging"),
        "{}",
        dark.stdout
    );
    let gone = doctor(&cloudwatch, "gone", 0);
    assert!(
        gone.stdout.contains("EKS has no such cluster in eu-west-1"),
        "{}",
        gone.stdout
    );
    cloudwatch.fault(
        Operation::DescribeCluster,
        When::Always,
        Fault::AccessDenied,
    );
    let denied = doctor(&cloudwatch, "a", 0);
    for words in [
        "note     eks:DescribeCluster",
        "allow eks:DescribeCluster on arn:aws:eks:eu-west-1:*:cluster/a",
        "a sweep over 24 h scans about",
    ] {
        assert!(denied.stdout.contains(words), "{words}: {}", denied.stdout);
    }
}

#[test]
fn what_is_logged_has_request_ids_and_no_credentials() {
    let cloudwatch = service().group(small_group("a")).start();
    let run = run_to(
        tool_at(&cloudwatch)
            .env("AWS_ACCESS_KEY_ID", "AKIDVERYOWN")
            .env("AWS_SECRET_ACCESS_KEY", "s3cr3t-of-mine")
            .env("AWS_SESSION_TOKEN", "t0ken-of-mine")
            .args(["sweep", "a", "-vv"])
            .args(HOUR),
        0,
    );
    for words in ["query started", "query complete", "request_id"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    for secret in ["s3cr3t-of-mine", "t0ken-of-mine", "Signature="] {
        assert!(!run.stderr.contains(secret), "{secret}");
    }
}

#[test]
fn a_query_is_printed_as_it_stands_and_with_a_link_it_still_runs() {
    let list = run_to(tool().arg("query"), 0).stdout;
    assert!(list.contains("stale-token-holders  "), "{list}");
    let plain = run_to(tool().args(["query", "stale-token-holders"]), 0).stdout;
    assert_eq!(
        plain,
        include_str!("../../../queries/stale-token-holders.insights")
    );
    let linked = run_to(
        tool()
            .args([
                "query",
                "stale-token-holders",
                "--cluster",
                "prod-1",
                "--region",
                "eu-west-1",
            ])
            .args(HOUR),
        0,
    )
    .stdout;
    let lines: Vec<&str> = linked.lines().rev().collect();
    assert!(
        lines[0].starts_with("# https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights"),
        "{linked}"
    );
    assert_eq!(
        lines[1],
        "# /aws/eks/prod-1/cluster: 2026-11-20 06:00:00 to 2026-11-20 07:00:00 UTC"
    );
    assert!(
        linked.contains("| filter (arrival >= 1795154400000000"),
        "{linked}"
    );
    run_to(
        tool().args(["query", "stale-token-holders", "--cluster", "prod-1"]),
        2,
    );
}
