//! The measured claim of a fleet: 300 clusters in three Regions, with the documented quotas on.
//! Not part of the tests: `benches/fleet` runs it and prints what it says.

use std::time::{Duration, Instant};

use loopback_cloudwatch::{CloudWatch, Fault, LogGroup, Operation, Quotas, When};

use super::{HOUR, START, STREAM, report, requests, stale_event, tool_at};

const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "ap-northeast-1"];
const CLUSTERS_OF_A_REGION: usize = 100;
const QUERY_LASTS: Duration = Duration::from_secs(2);
const MAX_QUERIES: usize = 20;

fn name(region: usize, cluster: usize) -> String {
    format!("r{region}-{cluster:03}")
}

fn regions() -> Vec<CloudWatch> {
    CloudWatch::start_together(REGIONS.iter().enumerate().map(|(region, name_of_region)| {
        let groups = (0..CLUSTERS_OF_A_REGION).map(|cluster| {
            let name = name(region, cluster);
            let (_, event) = stale_event("sa", &name, 60);
            LogGroup::named(format!("/aws/eks/{name}/cluster")).event(
                STREAM,
                (START + 60) * 1_000,
                &event,
            )
        });
        CloudWatch::builder()
            .region(name_of_region)
            .groups(groups)
            .quotas(Quotas::documented())
            .queries_last(QUERY_LASTS)
    }))
}

/// The least time that the quotas and the service allow for what was asked of the busiest Region.
/// Clusters are described while their logs are queried.
fn lower_bound(queries: usize, pages: usize, described: usize) -> Duration {
    // The first of ten calls a second costs nothing.
    let calls = |calls: usize| calls.saturating_sub(10).div_ceil(10) as f64;
    let rounds = queries.div_ceil(MAX_QUERIES) as f64 * QUERY_LASTS.as_secs_f64();
    let starts = calls(queries) + QUERY_LASTS.as_secs_f64();
    Duration::from_secs_f64(calls(pages) + rounds.max(starts).max(calls(described)))
}

fn measure(title: &str, one_by_one: bool) {
    let regions = regions();
    let mut command = tool_at(&regions[0]);
    command.arg("sweep").args(HOUR);
    for region in REGIONS {
        command.args(["--region", region]);
    }
    if one_by_one {
        for service in &regions {
            service.fault(
                Operation::DescribeLogGroups,
                When::Always,
                Fault::AccessDenied,
            );
        }
        // Whoever may not list asks for the clusters of one Region by name.
        command = tool_at(&regions[0]);
        command.arg("sweep").args(HOUR);
        command.args((0..CLUSTERS_OF_A_REGION).map(|cluster| name(0, cluster)));
    } else {
        command.arg("--all-clusters");
    }
    let swept = if one_by_one {
        &regions[..1]
    } else {
        &regions[..]
    };
    let stored: i64 = swept.iter().map(CloudWatch::stored_bytes).sum();
    let began = Instant::now();
    let report = report(&mut command, 0);
    let took = began.elapsed();
    let calls = |operation: &str| -> usize {
        regions
            .iter()
            .map(|service| service.calls_of(operation).len())
            .sum()
    };
    let busiest = |operation: &str| {
        regions
            .iter()
            .map(|service| service.calls_of(operation).len())
            .max()
            .unwrap_or(0)
    };
    let clusters = report["clusters"].as_array().expect("clusters");
    let scanned = clusters
        .iter()
        .filter_map(|cluster| cluster["bytes_scanned"].as_f64());
    let scanned: f64 = scanned.sum();
    let peak = regions
        .iter()
        .map(CloudWatch::peak_running)
        .max()
        .unwrap_or(0);
    let bound = lower_bound(
        busiest("StartQuery"),
        busiest("DescribeLogGroups"),
        busiest("DescribeCluster"),
    );
    let lines = [
        title.to_owned(),
        format!(
            "  clusters                {}",
            report["clusters"].as_array().map_or(0, Vec::len)
        ),
        format!("  requests found          {}", requests(&report)),
        format!(
            "  bytes scanned           {:.2} of those stored",
            scanned / stored as f64
        ),
        format!("  DescribeLogGroups       {}", calls("DescribeLogGroups")),
        format!("  DescribeCluster         {}", calls("DescribeCluster")),
        format!("  StartQuery              {}", calls("StartQuery")),
        format!("  GetQueryResults         {}", calls("GetQueryResults")),
        format!("  peak of running queries {peak} in a Region"),
    ];
    print(&lines, took, bound);
}

/// Prints what was measured, and how long it took beside the least that it can take.
pub(super) fn print(lines: &[String], took: Duration, bound: Duration) {
    let (took, bound) = (took.as_secs_f64(), bound.as_secs_f64());
    let text = format!(
        "{}\n  wall time               {took:.2} s\n  quotas and service      {bound:.2} s at the least\n  ratio                   {:.2}\n\n",
        lines.join("\n"),
        took / bound
    );
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).expect("written");
}

#[test]
#[ignore = "a measurement: benches/fleet"]
fn benchmark_of_a_fleet() {
    measure("300 clusters in three Regions, 50 to a query", false);
    measure("100 clusters of one Region, one to a query", true);
}
