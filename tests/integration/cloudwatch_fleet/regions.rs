//! Several clusters, Regions, profiles and accounts in one sweep.

use std::io::Write as _;

use loopback_cloudwatch::{CloudWatch, Fault, LogGroup, Operation, When};

use super::{
    HOUR, assert_nothing_left_running, gaps, report, requests, run_to, service, small_group,
    tool_at,
};

fn groups(prefix: &str, count: usize) -> Vec<LogGroup> {
    (0..count)
        .map(|number| small_group(&format!("{prefix}-{number:03}")))
        .collect()
}

#[test]
fn all_clusters_of_all_regions_are_found_and_share_queries() {
    let regions = CloudWatch::start_together([
        service()
            .region("eu-west-1")
            .groups(groups("a", 120))
            .group(LogGroup::named("/aws/eks/x/other")),
        service().region("us-east-1").groups(groups("b", 3)),
    ]);
    let report = report(
        tool_at(&regions[0])
            .args([
                "sweep",
                "--all-clusters",
                "--region",
                "eu-west-1",
                "--region",
                "us-east-1",
            ])
            .args(HOUR),
        0,
    );
    assert_eq!(report["clusters"].as_array().expect("clusters").len(), 123);
    assert_eq!(report["findings"].as_array().expect("findings").len(), 123);
    assert_eq!(requests(&report), 123 * 60);
    // Three pages of 50, three queries of at most 50 groups.
    assert_eq!(regions[0].calls_of("DescribeLogGroups").len(), 3);
    let queries = super::of_holders(&regions[0]);
    let mut sizes: Vec<usize> = queries.iter().map(|query| query.groups.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [20, 50, 50]);
    assert_eq!(super::of_holders(&regions[1]).len(), 1);
    let queries: u64 = report["clusters"]
        .as_array()
        .expect("clusters")
        .iter()
        .filter_map(|cluster| cluster["queries"].as_u64())
        .sum();
    assert_eq!(queries, 4);
    regions.iter().for_each(assert_nothing_left_running);
}

#[test]
fn two_profiles_see_two_accounts_and_the_same_name_is_two_clusters() {
    let accounts = CloudWatch::start_together([
        service()
            .account("111111111111")
            .access_key("AKIDONE")
            .group(small_group("prod")),
        service()
            .account("222222222222")
            .access_key("AKIDTWO")
            .group(small_group("prod")),
    ]);
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    write!(
        file,
        "[one]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n[two]\naws_access_key_id = AKIDTWO\naws_secret_access_key = s\n"
    )
    .expect("written");
    let report = report(
        tool_at(&accounts[0])
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY")
            .env("AWS_SHARED_CREDENTIALS_FILE", file.path())
            .args(["sweep", "prod", "--profile", "one", "--profile", "two"])
            .args(HOUR),
        0,
    );
    let accounts: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["account"].as_str().expect("an account"))
        .collect();
    assert_eq!(accounts, ["111111111111", "222222222222"]);
    assert_eq!(requests(&report), 120);
}

#[test]
fn linked_accounts_are_asked_by_arn_and_told_apart() {
    let cloudwatch = service()
        .group(small_group("prod"))
        .group(small_group("prod").linked_account("999999999999"))
        .start();
    let sweep = |more: &[&str]| {
        report(
            tool_at(&cloudwatch)
                .args(["sweep", "--all-clusters"])
                .args(more)
                .args(HOUR),
            0,
        )
    };
    assert_eq!(requests(&sweep(&[])), 60);
    let linked = sweep(&["--linked-accounts"]);
    assert_eq!(requests(&linked), 120);
    assert_eq!(linked["clusters"].as_array().expect("clusters").len(), 2);
    assert_eq!(linked["clusters"][1]["account"], "999999999999");
}

#[test]
fn a_group_that_is_too_young_or_keeps_too_little_does_not_spoil_the_others() {
    let now = 1_795_500_600_000;
    let cloudwatch = service()
        .group(small_group("whole"))
        .group(small_group("half").created((super::START + 1_800) * 1_000))
        .group(small_group("young").created(now))
        .group(small_group("short").retention_days(1))
        .start();
    let report = report(
        tool_at(&cloudwatch)
            .args(["sweep", "--all-clusters"])
            .args(HOUR),
        4,
    );
    assert_eq!(requests(&report), 60 + 30);
    let not_asked = |name: &str| (name.to_owned(), "not_asked".to_owned());
    assert_eq!(gaps(&report), [not_asked("short"), not_asked("young")]);
    let half = &report["clusters"][0];
    assert_eq!(half["name"], "half");
    assert_eq!(half["since"], "2026-11-20T06:30:00Z");
    let note = half["notes"][0]["text"].as_str().expect("a note");
    assert!(
        note.contains("2026-11-20 06:30 UTC: the log group was created then"),
        "{note}"
    );
    assert_eq!(cloudwatch.queries().len(), 1, "nothing was refused");
}

#[test]
fn a_cluster_that_is_refused_is_a_gap_and_the_others_are_reported() {
    let cloudwatch = service().groups(groups("c", 4)).start();
    // Whoever may not list is not told of windows: each group is asked apart.
    cloudwatch.fault(
        Operation::DescribeLogGroups,
        When::Always,
        Fault::AccessDenied,
    );
    cloudwatch.fault(Operation::StartQuery, When::Nth(2), Fault::AccessDenied);
    let run = super::run_to(
        tool_at(&cloudwatch)
            .args([
                "sweep", "c-000", "c-001", "c-002", "c-003", "--format", "json",
            ])
            .args(HOUR),
        4,
    );
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("a report");
    assert_eq!(requests(&report), 3 * 60);
    assert_eq!(gaps(&report).len(), 1);
    assert!(
        run.stderr.contains("warning: cluster c-00"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("allow logs:StartQuery on arn:"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_region_without_clusters_or_without_leave_to_list_is_said() {
    let regions = CloudWatch::start_together([
        service().region("eu-west-1").group(small_group("a")),
        // Without the list of clusters, no log group is no proof that there is no cluster.
        service().region("eu-west-2").fault(
            Operation::ListClusters,
            When::Always,
            Fault::AccessDenied,
        ),
        service().region("eu-west-3").fault(
            Operation::DescribeLogGroups,
            When::Always,
            Fault::AccessDenied,
        ),
    ]);
    let run = run_to(
        tool_at(&regions[0])
            .args([
                "sweep",
                "--all-clusters",
                "--region",
                "eu-west-1",
                "--region",
                "eu-west-2",
            ])
            .args(["--region", "eu-west-3"])
            .args(HOUR),
        4,
    );
    for words in [
        "no log group /aws/eks/*/cluster in eu-west-2",
        "aws eks list-clusters --region eu-west-2",
        "logs:DescribeLogGroups is not allowed in eu-west-3",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert!(run.stdout.contains("Incomplete"), "{}", run.stdout);
}
