//! Made-up callers: however many somebody sends, they cost one more scan and hide nobody else.

use loopback_cloudwatch::{Builder, LogGroup};
use serde_json::Value;

use super::{HOUR, START, STREAM, gaps, report, requests, service, small_group, tool_at};

/// More than the rows that `stats` gives.
const FLOOD: i64 = 10_500;

/// One rejected request of this caller, at this millisecond of the window.
pub(super) fn rejection(address: &str, agent: &str, millisecond: i64) -> (i64, String) {
    let millis = START * 1_000 + millisecond;
    let time = chrono::DateTime::from_timestamp_millis(millis)
        .expect("a time")
        .format("%Y-%m-%dT%H:%M:%S.%6fZ");
    let event = format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"a","stage":"ResponseStarted","requestURI":"/api/v1/namespaces/ns/pods","verb":"list","user":{{}},"sourceIPs":["{address}"],"userAgent":"{agent}","objectRef":{{"resource":"pods","namespace":"ns","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}},"requestReceivedTimestamp":"{time}","stageTimestamp":"{time}"}}"#
    );
    (millis, event)
}

/// A cluster with a frozen pod, and a caller that is rejected but twice.
fn cluster(name: &str) -> LogGroup {
    [1_000, 3_000_000]
        .into_iter()
        .fold(small_group(name), |group, millisecond| {
            let (millis, event) = rejection("10.0.7.7", "rare", millisecond);
            group.event(STREAM, millis, &event)
        })
}

/// The same, flooded from one address, with so many milliseconds between two callers.
fn flooded(name: &str, callers: i64, apart: i64) -> LogGroup {
    (0..callers).fold(cluster(name), |group, caller| {
        let agent = format!("{:x}-made-up", caller * 7_919);
        let (millis, event) = rejection("10.0.6.6", &agent, 2_000 + caller * apart / 1_000);
        group.event(STREAM, millis, &event)
    })
}

fn bytes(group: &LogGroup) -> u64 {
    u64::try_from(group.size()).expect("a size")
}

/// The callers at an address, with how often each was rejected.
fn callers(report: &Value, address: &str) -> Vec<(String, u64)> {
    let clusters = report["clusters"].as_array().expect("clusters");
    let all = clusters
        .iter()
        .flat_map(|cluster| cluster["rejected_callers"].as_array().expect("callers"));
    all.filter(|caller| caller["address"] == address)
        .map(|caller| {
            let agent = caller["user_agent"].as_str().expect("an agent").to_owned();
            (agent, caller["count"].as_u64().expect("a count"))
        })
        .collect()
}

fn notes(report: &Value) -> String {
    let clusters = report["clusters"].as_array().expect("clusters");
    let notes = clusters
        .iter()
        .flat_map(|cluster| cluster["notes"].as_array().expect("notes"));
    notes.map(|note| format!("{note}\n")).collect()
}

#[test]
fn a_flood_in_an_hour_or_in_a_second_costs_one_more_scan() {
    for apart in [340_000, 50] {
        let group = flooded("a", FLOOD, apart);
        let all = bytes(&group);
        let cloudwatch = service().group(group).start();
        let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), 0);
        assert_eq!(requests(&report), 60);
        assert_eq!(callers(&report, "10.0.7.7"), [("rare".to_owned(), 2)]);
        assert_eq!(gaps(&report), []);
        let words = "rejected under more than 128 user agents from 10.0.6.6";
        assert!(notes(&report).contains(words), "{}", notes(&report));
        assert_eq!(cloudwatch.queries().len(), 2, "{apart}");
        let scanned = report["clusters"][0]["bytes_scanned"].as_u64();
        assert!(scanned <= Some(2 * all), "{scanned:?} of {all}");
    }
}

/// A service that gives few rows and tells how many there are.
fn of_few_rows() -> Builder {
    service().stats_rows(300).counts_cut_rows()
}

#[test]
fn a_flood_in_one_cluster_takes_nothing_from_those_that_share_its_query() {
    let cloudwatch = of_few_rows()
        .group(flooded("a", 400, 1_000))
        .group(cluster("b"))
        .group(flooded("c", 400, 3_000_000))
        .start();
    let sweep = ["sweep", "--all-clusters"];
    let report = report(tool_at(&cloudwatch).args(sweep).args(HOUR), 0);
    assert_eq!(requests(&report), 180);
    let rare = ("rare".to_owned(), 2);
    assert_eq!(
        callers(&report, "10.0.7.7"),
        [rare.clone(), rare.clone(), rare]
    );
    assert_eq!(gaps(&report), []);
}

#[test]
fn a_flood_costs_nothing_more_than_the_scan_that_is_allowed() {
    let group = flooded("a", 400, 1_000);
    let most = (bytes(&group) * 19 / 10).to_string();
    let cloudwatch = of_few_rows().group(group).start();
    let sweep = ["sweep", "a", "--max-scan", &most];
    let report = report(tool_at(&cloudwatch).args(sweep).args(HOUR), 4);
    assert_eq!(requests(&report), 60, "the holders are whole");
    assert_eq!(gaps(&report), [("a".to_owned(), "row_limit".to_owned())]);
    let mut queries = cloudwatch.queries();
    queries.retain(|query| !query.text.contains("| estimate"));
    assert_eq!(queries.len(), 1);
}

/// Rejections of more callers than fit, none of whom floods, are read once more in parts.
#[test]
fn many_addresses_are_read_in_parts_and_what_does_not_fit_is_a_gap() {
    for (apart, exit) in [(8_000_000, 0), (1_000, 4)] {
        let group = (0..400).fold(cluster("a"), |group, caller| {
            let address = format!("10.1.{}.{}", caller / 200, caller % 200);
            let (millis, event) = rejection(&address, "agent", 2_000 + caller * apart / 1_000);
            group.event(STREAM, millis, &event)
        });
        let all = bytes(&group);
        let cloudwatch = of_few_rows().group(group).start();
        let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), exit);
        assert_eq!(requests(&report), 60);
        assert_eq!(gaps(&report).len(), usize::from(exit == 4));
        let scanned = report["clusters"][0]["bytes_scanned"].as_u64();
        assert!(scanned <= Some(all * 2 + all / 20), "{scanned:?} of {all}");
    }
}
