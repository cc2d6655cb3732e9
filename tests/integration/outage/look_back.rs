//! Who is rejected inside the window and was accepted only before it.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use loopback_cloudwatch::{CloudWatch, End, LogGroup, When};
use serde_json::Value;

use crate::cloudwatch_fleet::STREAM;
use crate::recordings::{audit_log, fixtures};
use crate::tool::{Run, over_files, run, tool_toward};

const WINDOW: [&str; 4] = ["--since", "24h", "--until", "2026-11-23T21:49:26"];

fn holders(run: &Run) -> Vec<Value> {
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").clone();
    findings
        .iter()
        .flat_map(|finding| finding["holders"].as_array().expect("holders").clone())
        .map(|mut holder| {
            // A window of CloudWatch begins where its log does, that of files where it was asked to.
            if let Some(rejections) = holder["rejections"].as_object_mut() {
                rejections.remove("at_least_since");
            }
            holder
        })
        .collect()
}

fn over_timeline(arguments: &[&str]) -> Run {
    let directory = fixtures().join("aws/eks/timeline");
    let all = WINDOW.iter().chain(arguments).chain(&["--format", "json"]);
    let run = over_files("investigate", &[&directory], all);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run
}

fn rejected(run: &Run) -> Vec<String> {
    let holders = holders(run);
    let rejected = holders.iter().filter(|it| it["verdict"] == "rejected");
    rejected
        .map(|it| it["pod"].as_str().expect("a pod").to_owned())
        .collect()
}

#[test]
fn a_look_back_tells_who_is_rejected_and_counts_nothing() {
    let week = over_timeline(&[]);
    assert_eq!(rejected(&week).len(), 4, "fluentd died two days before");
    for holder in holders(&week) {
        let before = holder["seen_only_before"] == true;
        assert_eq!(before, holder["requests"] == 0);
        assert!(!before || holder["verdict"] == "rejected");
    }
    // The ingress controllers died twelve days before.
    let longer = over_timeline(&["--look-back", "14d"]);
    assert_eq!(rejected(&longer).len(), 8);
    let none = over_timeline(&["--look-back", "1s"]);
    assert_eq!(rejected(&none).len(), 0);
    // Whoever is alive is judged by the window alone, whatever the look back.
    let alive = |run: &Run| -> Vec<Value> {
        let mut holders = holders(run);
        holders.retain(|it| it["seen_only_before"] != true);
        holders.sort_by_key(|it| it["identity"].to_string());
        holders
    };
    assert_eq!(alive(&week), alive(&none));
    assert_eq!(alive(&week), alive(&longer));
}

#[test]
fn cloudwatch_is_asked_for_the_rejected_addresses_only() {
    let group = LogGroup::named("/aws/eks/timeline/cluster")
        .events_from_audit_log(STREAM, std::io::Cursor::new(audit_log("timeline")));
    let cloudwatch = CloudWatch::builder().group(group).start();
    let investigated = run(tool_toward(&cloudwatch.endpoint())
        .args(["investigate", "timeline", "--format", "json"])
        .args(WINDOW));
    assert_eq!(investigated.code, Some(0), "{}", investigated.stderr);
    // It stops where all that are rejected are known, so it knows less of their past.
    let who = |run: &Run| -> Vec<Value> {
        let what = ["identity", "verdict", "requests", "seen_only_before"];
        let holders = holders(run).into_iter();
        let who = holders.map(|holder| {
            let mut known: Vec<Value> = what.iter().map(|key| holder[key].clone()).collect();
            known.extend(["first", "last", "count"].map(|key| holder["rejections"][key].clone()));
            Value::from(known)
        });
        let mut who: Vec<Value> = who.collect();
        who.sort_by_key(|known| known[0].to_string());
        who
    };
    assert_eq!(who(&investigated), who(&over_timeline(&[])));
    let texts = || {
        let texts = cloudwatch.queries().into_iter().map(|it| it.text);
        // Beside those that prove that the audit log was seen.
        texts
            .filter(|text| !text.contains("auditMark"))
            .collect::<Vec<String>>()
    };
    let (since, asked): (Vec<String>, Vec<String>) = texts()
        .into_iter()
        .partition(|text| text.contains("limit any 1"));
    // Each of the rejected pods that are known by now, and none of them is accepted again.
    assert_eq!(since.len(), 4, "{since:#?}");
    // One scan of the window, and steps of one day, three and seven: of those that died twelve days
    // before nothing is found.
    assert_eq!(asked.len(), 4, "{asked:#?}");
    assert!(
        asked[1].contains(r#"@message like "\"127.21.1.10\"""#),
        "{}",
        asked[1]
    );
    assert!(
        asked[1..].iter().all(|step| !step.contains("127.21.1.2\\")),
        "a pod that is well"
    );
    // Who is known by now is not looked for any further.
    let named = |step: &String| step.matches("@message like \"\\\"").count();
    let named: Vec<usize> = asked[1..].iter().map(named).collect();
    assert!(named[0] >= named[1] && named[1] > named[2], "{named:?}");
    // A sweep does not spend money on it unasked.
    let before = texts().len();
    let swept = run(tool_toward(&cloudwatch.endpoint())
        .args(["sweep", "timeline", "--format", "json"])
        .args(WINDOW));
    assert_eq!(swept.code, Some(0), "{}", swept.stderr);
    assert_eq!(texts().len() - before, 1);
    assert_eq!(rejected(&swept).len(), 0);
}

/// Who is rejected and who dies next is on the screen while it is still being looked for who they are.
#[test]
fn the_first_answer_does_not_wait_for_the_look_back() {
    let group = LogGroup::named("/aws/eks/timeline/cluster")
        .events_from_audit_log(STREAM, std::io::Cursor::new(audit_log("timeline")));
    // The look-back never ends.
    let cloudwatch = CloudWatch::builder()
        .group(group)
        .polls_until_complete(0)
        .queries_end(When::From(2), End::Never)
        .start();
    let mut tool = tool_toward(&cloudwatch.endpoint());
    let tool = tool
        .args(["investigate", "timeline", "--token-lifetime", "90d"])
        .args(WINDOW);
    let mut running = tool
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let told = BufReader::new(running.stderr.take().expect("a pipe"));
    let mut lines = told.lines().map(|line| line.expect("UTF-8"));
    let first = lines.find(|line| line.starts_with("Preliminary result, from the window alone."));
    assert!(first.is_some());
    let named = lines.find(|line| line.contains("127.21.1.10"));
    assert!(named.is_some(), "who is rejected");
    assert!(running.try_wait().expect("a process").is_none());
    running.kill().expect("it still runs");
    running.wait().expect("it ends");
}

/// Where nobody reads along, and where the answer is not for people, nothing is written beside it.
#[test]
fn there_is_no_first_answer_beside_other_formats_nor_in_silence() {
    let group = LogGroup::named("/aws/eks/timeline/cluster")
        .events_from_audit_log(STREAM, std::io::Cursor::new(audit_log("timeline")));
    let cloudwatch = CloudWatch::builder().group(group).start();
    for arguments in [["--format", "json"], ["--quiet", "--explain"]] {
        let mut tool = tool_toward(&cloudwatch.endpoint());
        let run = run(tool
            .args(["investigate", "timeline"])
            .args(WINDOW)
            .args(arguments));
        assert!(!run.stderr.contains("Preliminary result"), "{}", run.stderr);
    }
}
