//! A recorded log with the pods that its cluster had at its end, against the ledger: the owner of
//! every pod is the one that it had, and who was deleted is gone.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::tool::{over_files, run, tool};

const LOG: &str = "fixtures/aws/eks/timeline";
const PODS: &str = "fixtures/pods/timeline.json.gz";

/// Every pod of the ledger by its UID.
fn ledger() -> BTreeMap<String, Value> {
    let file = std::fs::File::open("fixtures/ledgers/timeline.jsonl.zst").expect("the ledger");
    let text = std::io::read_to_string(zstd::Decoder::new(file).expect("zstd")).expect("text");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines
        .filter(|entry| entry["what"] == "pod")
        .map(|pod| (pod["uid"].as_str().expect("a UID").to_owned(), pod))
        .collect()
}

fn report(arguments: &[&str]) -> Value {
    let fixed = ["--format", "json"];
    let run = over_files(
        "sweep",
        &[LOG.as_ref()],
        fixed.iter().chain(arguments).copied(),
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("JSON")
}

fn holders(report: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.flat_map(|finding| {
        let holders = finding["holders"].as_array().expect("holders").iter();
        holders.map(move |holder| (finding, holder))
    })
}

#[test]
fn every_owner_is_the_one_that_the_pod_had() {
    let (ledger, report) = (ledger(), report(&["--pods", PODS]));
    let (mut owned, mut gone) = (0, 0);
    for (_, holder) in holders(&report) {
        let uid = holder["identity"]["pod"]["uid"].as_str().expect("a pod");
        let (truth, status) = (&ledger[uid], &holder["pod_status"]);
        if truth.get("deleted").is_some() {
            assert_eq!(status["state"], "gone", "{truth}");
            assert!(
                ["gone", "recurring"]
                    .iter()
                    .any(|it| holder["verdict"] == *it),
                "{holder:#}"
            );
            gone += 1;
            continue;
        }
        assert_eq!(status["state"], "ready", "{truth}");
        assert_eq!(status["workload"]["kind"], truth["kind"], "{truth}");
        assert_eq!(status["workload"]["name"], truth["workload"], "{truth}");
        owned += 1;
    }
    assert!(owned > 20 && gone > 2, "{owned} {gone}");
}

/// The list changes nothing in the verdict on a pod that it has and that was never restarted.
#[test]
fn the_living_and_the_dead_are_judged_as_without_a_list() {
    let (with, without) = (report(&["--pods", PODS]), report(&[]));
    let judged = |report: &Value| -> BTreeMap<String, (Value, Value, Value)> {
        holders(report)
            .map(|(_, holder)| {
                let uid = holder["identity"]["pod"]["uid"].as_str().expect("a pod");
                let of = |key: &str| holder[key].clone();
                (
                    uid.to_owned(),
                    (of("verdict"), of("rejected_from"), of("rejections")),
                )
            })
            .collect()
    };
    let ledger = ledger();
    let (with, without) = (judged(&with), judged(&without));
    assert_eq!(with.len(), without.len());
    for (uid, judged) in &with {
        if ledger[uid].get("deleted").is_none() {
            assert_eq!(judged, &without[uid], "{}", ledger[uid]);
        }
    }
}

/// What a restart is typed for exists.
#[test]
fn commands_are_for_workloads_of_the_ledger() {
    let ledger = ledger();
    let told = run(tool().args(["investigate", "--input", LOG, "--pods", PODS]));
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(!told.stdout.contains("inferred"), "{}", told.stdout);
    let commands: Vec<&str> = told
        .stdout
        .lines()
        .filter_map(|line| line.split_once("kubectl rollout restart "))
        .map(|(_, rest)| rest)
        .collect();
    assert!(!commands.is_empty(), "{}", told.stdout);
    for command in commands {
        let (resource, namespace) = command.split_once(" -n ").expect("a namespace");
        let (kind, name) = resource.split_once('/').expect("a resource");
        let exists = ledger.values().any(|pod| {
            let kind_of = pod["kind"].as_str().unwrap_or_default();
            kind_of.eq_ignore_ascii_case(kind) && pod["workload"] == name && pod["ns"] == namespace
        });
        assert!(exists, "{command}");
    }
}
