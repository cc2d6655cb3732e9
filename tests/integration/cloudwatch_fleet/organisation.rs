//! The measured claim of an organisation: 1,000 clusters in ten Regions and twenty accounts, with
//! the documented quotas on. Not part of the tests: `benches/fleet` runs it.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use loopback_cloudwatch::{CloudWatch, LogGroup, Operation, Quotas};

use super::benchmark::print;
use super::{HOUR, START, STREAM, plain_event, stale_event, tool_at};

const REGIONS: [&str; 10] = [
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "ap-northeast-1",
    "ap-south-1",
];
const ACCOUNTS: usize = 20;
const CLUSTERS_OF_A_PLACE: usize = 5;
const QUERY_LASTS: Duration = Duration::from_secs(5);
/// Queries for holders and for rejections run side by side; then those that prove that the logs
/// were seen.
const PHASES: u32 = 2;
/// Operations of the EKS API each second: our own choice, which the service enforces here.
const EKS_CALLS: usize = 10;

/// The account's log groups in a Region: every cluster logs, and every tenth has a frozen pod.
fn groups(account: usize, region: usize) -> Vec<LogGroup> {
    (0..CLUSTERS_OF_A_PLACE)
        .map(|cluster| {
            let number = (account * REGIONS.len() + region) * CLUSTERS_OF_A_PLACE + cluster;
            let name = format!("c-{number:04}");
            let mut group = LogGroup::named(format!("/aws/eks/{name}/cluster")).created(0);
            for second in [1, 3_599] {
                let (millis, event) = plain_event(second);
                group = group.event(STREAM, millis, &event);
            }
            if number.is_multiple_of(10) {
                let (_, event) = stale_event("sa", &name, 60);
                group = group.event(STREAM, (START + 60) * 1_000, &event);
            }
            group
        })
        .collect()
}

fn key(account: usize) -> String {
    format!("AKIDACCOUNT{account}")
}

#[test]
#[ignore = "a measurement: benches/fleet"]
fn benchmark_of_an_organisation() {
    let places =
        (0..ACCOUNTS).flat_map(|account| (0..REGIONS.len()).map(move |region| (account, region)));
    let services = CloudWatch::start_together(places.map(|(account, region)| {
        CloudWatch::builder()
            .region(REGIONS[region])
            .account(&format!("{:012}", account + 1))
            .access_key(&key(account))
            .groups(groups(account, region))
            .quotas(Quotas::documented())
            .most_per_second(Operation::ListClusters, EKS_CALLS)
            .most_per_second(Operation::DescribeCluster, EKS_CALLS)
            .queries_last(QUERY_LASTS)
    }));
    let mut configuration = tempfile::NamedTempFile::new().expect("a file");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("report.json");
    let mut command = tool_at(&services[0]);
    for account in 0..ACCOUNTS {
        write!(
            configuration,
            "[profile p{account}]\naws_access_key_id = {}\naws_secret_access_key = s\n",
            key(account)
        )
        .expect("written");
        command.args(["--profile", &format!("p{account}")]);
    }
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let mut command = tool_at(&services[0]);
    command
        .env("AWS_CONFIG_FILE", configuration.path())
        .args(["sweep", "--all-clusters", "--token-lifetime", "90d"])
        .args(arguments)
        .args(HOUR)
        .arg("--output")
        .arg(&path);
    for region in REGIONS {
        command.args(["--region", region]);
    }
    let (took, peak) = measured(&mut command);
    let text = std::fs::read_to_string(&path).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let clusters = report["clusters"].as_array().expect("clusters");
    let gaps = clusters.iter().filter_map(|it| it["gaps"].as_array());
    let gaps: usize = gaps.map(Vec::len).sum();
    let calls = |operation: &str| -> usize {
        let calls = services.iter().map(|it| it.calls_of(operation).len());
        calls.sum()
    };
    let bound = QUERY_LASTS * PHASES;
    let mut lines = vec![
        "1,000 clusters in 10 Regions and 20 accounts".to_owned(),
        format!("  clusters                {}", clusters.len()),
        format!("  gaps                    {gaps}"),
        format!(
            "  findings                {}",
            report["findings"].as_array().map_or(0, Vec::len)
        ),
    ];
    for operation in [
        "DescribeLogGroups",
        "ListClusters",
        "DescribeCluster",
        "StartQuery",
        "GetQueryResults",
    ] {
        lines.push(format!("  {operation:23} {}", calls(operation)));
    }
    lines.push(format!("  peak memory             {} MB", peak / 1_000));
    print(&lines, took, bound);
}

/// How long a command takes, and the most memory that it holds, in kB.
fn measured(command: &mut Command) -> (Duration, u64) {
    let began = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let held = std::fs::read_to_string(&status).unwrap_or_default();
        let line = held.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(number.unwrap_or(0));
        if let Some(exit) = child.try_wait().expect("a child") {
            assert!(matches!(exit.code(), Some(0)), "{exit}");
            return (began.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
