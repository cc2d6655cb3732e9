//! Who is accepted again after a restart: a new token leaves no mark for an hour, and CloudWatch is
//! queried for it.

use chrono::{DateTime, TimeDelta, Utc};
use loopback_cloudwatch::{CloudWatch, LogGroup};
use serde_json::{Value, json};

use super::log_writer::{Log, Pod, at, every};
use crate::cloudwatch_fleet::STREAM;
use crate::pods::list_writer::{Listed, file, list};
use crate::tool::{Run, run, tool_toward};

const NOW: &str = "2026-09-08T13:00:00Z";
/// The end of the pod's token, which lives for a day.
const END: &str = "2026-09-08T12:10:00Z";

fn pod(name: &str, address: &str) -> Pod {
    Pod::new("app", name, address, "2026-09-07T12:10:00Z")
}

/// Accepted until the end of its token, and rejected for the next quarter of an hour.
fn dies(log: &mut Log, pod: &Pod) {
    for time in every(7, at(END) - TimeDelta::hours(20), at(END)) {
        log.accepted(pod, time);
    }
    for time in every(1, at(END) + TimeDelta::minutes(1), rejected_last()) {
        log.rejected(pod, time);
    }
}

fn rejected_last() -> DateTime<Utc> {
    at(END) + TimeDelta::minutes(16)
}

/// Accepted with a new token since then.
fn comes_back(log: &mut Log, pod: &Pod) {
    for time in every(5, rejected_last() + TimeDelta::minutes(2), at(NOW)) {
        log.accepted_fresh(pod, time);
    }
}

fn toward(log: &Log) -> CloudWatch {
    refusing(log, &[])
}

fn refusing(log: &Log, words: &[&str]) -> CloudWatch {
    let group = LogGroup::named("/aws/eks/prod-1/cluster")
        .created(0)
        .events_from_audit_log(STREAM, std::io::Cursor::new(log.text()));
    let builder = CloudWatch::builder()
        .polls_until_complete(0)
        .now(at(NOW).timestamp_millis())
        .group(group);
    let builder = words.iter().fold(builder, |all, words| all.refuses(words));
    builder.start()
}

fn ask(cloudwatch: &CloudWatch, command: &str, arguments: &[&str]) -> Run {
    let asked = run(tool_toward(&cloudwatch.endpoint())
        .args([command, "prod-1", "--until", NOW, "--token-lifetime", "24h"])
        .args(arguments));
    assert_eq!(asked.code, Some(0), "{}{}", asked.stderr, asked.stdout);
    asked
}

fn report(cloudwatch: &CloudWatch, command: &str) -> Value {
    let asked = ask(cloudwatch, command, &["--format", "json"]);
    serde_json::from_str(&asked.stdout).expect("JSON")
}

/// `pod verdict requests`, in order.
fn holders(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let holders = findings
        .iter()
        .flat_map(|it| it["holders"].as_array().expect("holders"));
    let mut words: Vec<String> = holders
        .map(|it| {
            let text = |key: &str| it[key].as_str().expect("a text").to_owned();
            format!("{} {} {}", text("pod"), text("verdict"), it["requests"])
        })
        .collect();
    words.sort();
    words
}

/// The queries that look for one pod each.
fn looks(cloudwatch: &CloudWatch) -> usize {
    let queries = cloudwatch.queries().into_iter();
    queries
        .filter(|query| query.text.contains("limit any 1\n"))
        .count()
}

#[test]
fn a_restart_that_helped_shows_at_once_and_one_that_did_not_stays_rejected() {
    let (back, dead) = (pod("back-0", "10.0.1.1"), pod("dead-0", "10.0.1.2"));
    let mut log = Log::default();
    dies(&mut log, &back);
    comes_back(&mut log, &back);
    dies(&mut log, &dead);
    let cloudwatch = toward(&log);

    let swept = report(&cloudwatch, "sweep");
    assert_eq!(
        holders(&swept),
        ["back-0 rejected 172", "dead-0 rejected 172"]
    );
    assert_eq!(looks(&cloudwatch), 0, "a sweep does not look");

    let found = report(&cloudwatch, "investigate");
    assert_eq!(looks(&cloudwatch), 2);
    // Nothing more is counted.
    assert_eq!(
        holders(&found),
        ["back-0 recurring 172", "dead-0 rejected 172"]
    );
    let all = found["findings"][0]["holders"].as_array().expect("holders");
    let recurs = all.iter().find(|it| it["pod"] == "back-0").expect("back-0");
    let [interruption] = &recurs["interruptions"].as_array().expect("a list")[..] else {
        panic!("{recurs:#}");
    };
    assert_eq!(interruption["rejections"], 15);
    assert_eq!(interruption["last_rejection"], "2026-09-08T12:25:00Z");
    // Its new token cannot be older than the hour without a mark, nor than a file when it is read.
    let issued: DateTime<Utc> = recurs["issued"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("a time");
    assert!(
        issued >= at("2026-09-08T11:25:00Z") && issued < at(NOW),
        "{issued}"
    );

    let table = ask(&cloudwatch, "investigate", &[]).stdout;
    assert!(
        table.contains("1 of 2 pods accepted again since 12:"),
        "{table}"
    );
    let explained = ask(&cloudwatch, "investigate", &["--explain"]).stdout;
    assert!(explained.contains("without a mark"), "{explained}");
    assert!(
        table.contains("checked whether rejected pods are accepted again"),
        "{table}"
    );
}

#[test]
fn with_the_list_of_its_pods_it_was_restarted_and_is_accepted_since() {
    let pod = pod("back-0", "10.0.1.1");
    let mut log = Log::default();
    dies(&mut log, &pod);
    comes_back(&mut log, &pod);
    let started = rejected_last() + TimeDelta::minutes(1);
    let listed = Listed::of(&pod)
        .owned_by("apps/v1", "StatefulSet", "back")
        .restarted(started, 1);
    let list = file(&list(&[listed], &[]));
    let path = list.path().to_str().expect("a path");
    let cloudwatch = toward(&log);
    let table = ask(&cloudwatch, "investigate", &["--pods", path]).stdout;
    assert!(
        table.contains("restarted 33 m ago, accepted since"),
        "{table}"
    );
    let json = ask(
        &cloudwatch,
        "investigate",
        &["--pods", path, "--format", "json"],
    );
    let found: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let holder = &found["findings"][0]["holders"][0];
    assert_eq!(holder["verdict"], "recurring");
    assert_eq!(
        holder["pod_status"]["restarted"],
        json!({"at": "2026-09-08T12:27:00Z", "since": "accepted"})
    );
}

/// Beside the dead program of a pod another one may refresh its token.
#[test]
fn another_program_of_the_pod_proves_nothing() {
    let dead = pod("app-0", "10.0.1.1");
    let beside = Pod {
        agent: "sidecar/v2.0 (linux/amd64) kubernetes/abcdef0",
        ..dead.clone()
    };
    let mut log = Log::default();
    dies(&mut log, &dead);
    comes_back(&mut log, &beside);
    let cloudwatch = toward(&log);
    let found = report(&cloudwatch, "investigate");
    assert_eq!(looks(&cloudwatch), 1);
    assert_eq!(holders(&found), ["app-0 rejected 172"]);
}

/// A user agent that would have to be escaped does not get into a query.
#[test]
fn hostile_text_is_not_put_into_a_query() {
    let hostile = Pod {
        agent: "x\" or 1 = 1 | limit 10000 #",
        ..pod("app-0", "10.0.1.1")
    };
    let mut log = Log::default();
    dies(&mut log, &hostile);
    comes_back(&mut log, &hostile);
    let cloudwatch = toward(&log);
    let found = report(&cloudwatch, "investigate");
    assert_eq!(looks(&cloudwatch), 0);
    assert_eq!(holders(&found), ["app-0 rejected 172"]);
}

#[test]
fn a_look_that_is_refused_is_a_note_and_no_failure() {
    let pod = pod("app-0", "10.0.1.1");
    let mut log = Log::default();
    dies(&mut log, &pod);
    comes_back(&mut log, &pod);
    let cloudwatch = refusing(&log, &["limit any 1\n"]);
    let found = report(&cloudwatch, "investigate");
    assert_eq!(holders(&found), ["app-0 rejected 172"]);
    assert_eq!(found["complete"], true);
    let notes = found["clusters"][0]["notes"].to_string();
    assert!(notes.contains("could not be checked"), "{notes}");
}

#[test]
fn so_many_rejected_pods_cost_so_many_queries_and_no_more() {
    let mut log = Log::default();
    for number in 0..25 {
        let pod = pod(&format!("app-{number}"), &format!("10.0.1.{number}"));
        log.accepted(&pod, at(END) - TimeDelta::minutes(1));
        log.rejected(&pod, at(END) + TimeDelta::minutes(2));
    }
    log.runs_version("1.34.1", at(NOW));
    let cloudwatch = toward(&log);
    let found = report(&cloudwatch, "investigate");
    assert_eq!(looks(&cloudwatch), 20);
    let notes = found["clusters"][0]["notes"].to_string();
    assert!(
        notes.contains("5 rejected pods were not checked"),
        "{notes}"
    );
}
