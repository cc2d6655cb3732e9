//! Laws of carriers: events wrapped in whatever comes to mind, and inputs that are torn.

use std::sync::Arc;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::source::files::inputs::{Excluded, Inputs};
use eks_stale_tokens::source::files::workers::read_all;
use eks_stale_tokens::source::files::{self};
use eks_stale_tokens::source::progress::Progress;
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use super::any_carrier::{evidence, four_events};
use super::carriers::{CARRIERS, Events};
use super::written;
use crate::recordings::audit_log;

fn of_cluster(evidence: &EvidenceSet) -> bool {
    evidence
        .holders()
        .all(|(holder, _)| holder.cluster == Arc::new(Cluster::named("prod-1")))
}

/// Wraps every event once more.
#[derive(Debug, Clone)]
enum Wrapping {
    Member(Vec<String>),
    Text(Vec<String>),
    Prefix(String),
}

fn wrapping() -> impl Strategy<Value = Wrapping> {
    let keys = prop::collection::vec("[a-zA-Z_@.]{1,12}", 1..3);
    prop_oneof![
        keys.clone().prop_map(Wrapping::Member),
        keys.prop_map(Wrapping::Text),
        "[a-z0-9:+<>/-]{1,20}( [a-z0-9:.-]{1,20}){0,4}".prop_map(Wrapping::Prefix),
    ]
}

/// Whether a key says whose log a record is of, and so may refuse it.
fn is_naming(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["stream", "container", "pod", "namespace", "kind", "stage"]
        .iter()
        .any(|word| key.contains(word))
}

fn wrapped(line: &str, wrapping: &Wrapping) -> String {
    match wrapping {
        Wrapping::Prefix(prefix) => format!("{prefix} {line}"),
        Wrapping::Member(keys) | Wrapping::Text(keys) => {
            let is_json = line.starts_with('{');
            let mut value = match wrapping {
                Wrapping::Member(_) if is_json => line.to_owned(),
                _ => Value::from(line).to_string(),
            };
            for key in keys {
                value = format!(
                    r#"{{"n":1,{}:{value},"after":"x"}}"#,
                    Value::from(key.as_str())
                );
            }
            value
        }
    }
}

fn recorded_events() -> Vec<String> {
    let log = audit_log("timeline");
    let wanted = |line: &&str| line.contains("stale-token") || line.contains("\"code\":401");
    log.lines()
        .filter(wanted)
        .step_by(40)
        .map(str::to_owned)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Recorded events in random carriers inside random carriers give the same evidence.
    #[test]
    fn wrapping_and_wrapping_again_changes_nothing(
        wrappings in prop::collection::vec(wrapping(), 1..3),
        outer in prop::sample::select((0..CARRIERS.len()).collect::<Vec<_>>()),
        in_carrier: bool,
    ) {
        let keys: usize = wrappings
            .iter()
            .map(|wrapping| match wrapping {
                Wrapping::Prefix(_) => 0,
                Wrapping::Member(keys) | Wrapping::Text(keys) => keys.len(),
            })
            .sum();
        prop_assume!(keys <= 4);
        let named = wrappings.iter().any(|wrapping| matches!(wrapping, Wrapping::Member(keys) | Wrapping::Text(keys) if keys.iter().any(|key| is_naming(key))));
        prop_assume!(!named);
        // What begins like a number or with a brace is cut elsewhere.
        let events = recorded_events();
        let expected = evidence((events.join("\n") + "\n").as_bytes());
        let mut lines = events;
        for wrapping in &wrappings {
            lines = lines.iter().map(|line| wrapped(line, wrapping)).collect();
        }
        let is_prefixed = !lines[0].starts_with('{');
        let bytes = if in_carrier && !is_prefixed && takes_any_text(CARRIERS[outer].name) {
            (CARRIERS[outer].write)(&lines)
        } else {
            (lines.join("\n") + "\n").into_bytes()
        };
        let found = evidence(&bytes);
        prop_assert!(of_cluster(&found));
        prop_assert!(found == expected, "{:?} in {:?}", wrappings, CARRIERS[outer].name);
    }
}

/// Whether a carrier holds text, of which it needs to know nothing, not too deep for another.
fn takes_any_text(name: &str) -> bool {
    [
        "jq .events[].message",
        "docker json-file",
        "logcli -o jsonl",
        "log-events-viewer-result.csv",
        "containerd",
        "kubectl logs --prefix",
    ]
    .contains(&name)
}

/// Wherever an envelope is torn, the others' events are read, whatever the order of their keys.
#[test]
fn a_tear_costs_one_envelope() {
    let events: Vec<String> = recorded_events().into_iter().take(12).collect();
    for carrier in CARRIERS
        .iter()
        .filter(|carrier| carrier.name.starts_with("subscription, s"))
    {
        let chunk = |events: Events<'_>| (carrier.write)(events);
        let [first, torn, last] = [&events[..4], &events[4..6], &events[6..]].map(chunk);
        let whole = evidence(&[first.clone(), last.clone()].concat());
        for cut in (1..torn.len()).step_by(97) {
            let found = evidence(&[&first, &torn[..cut], &last[..]].concat());
            let holders = |evidence: &EvidenceSet| -> Vec<String> {
                evidence
                    .holders()
                    .map(|(holder, _)| format!("{holder:?}"))
                    .collect()
            };
            for holder in holders(&whole) {
                assert!(
                    holders(&found).contains(&holder),
                    "{}: cut at {cut}",
                    carrier.name
                );
            }
        }
    }
}

/// What is cut or put into such text is an error of its own: see `utf_16`.
fn is_utf_16(bytes: &[u8]) -> bool {
    bytes[..16].iter().filter(|byte| **byte == 0).count() >= 7
}

/// Whether a cut from `start` on has made one whole value of two events: a value is told of once.
fn is_of_two_events(bytes: &[u8], start: usize) -> bool {
    let before = bytes[..start].rsplit(|byte| *byte == b'\n').next();
    let behind = bytes[start..].split(|byte| *byte == b'\n').next();
    let line = [before.unwrap_or_default(), behind.unwrap_or_default()].concat();
    serde_json::from_slice::<Value>(&line).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// The law of marks: whatever is cut out of, put into or mixed up in an input, each value
    /// that holds the phrase of a stale token is told of.
    #[test]
    fn no_mark_is_passed_over_in_silence(
        carrier in prop::sample::select((0..CARRIERS.len()).collect::<Vec<_>>()),
        other in prop::sample::select((0..CARRIERS.len()).collect::<Vec<_>>()),
        cut in any::<prop::sample::Index>(),
        length in 0_usize..600,
        mixed: bool,
    ) {
        let events = four_events();
        let mut bytes = (CARRIERS[carrier].write)(&events);
        prop_assume!(!bytes.starts_with(&[0x1f, 0x8b]) && !is_utf_16(&bytes));
        let start = cut.index(bytes.len());
        let cut: Vec<u8> = bytes.drain(start..(start + length).min(bytes.len())).collect();
        prop_assume!(!cut.contains(&b'\n') || !is_of_two_events(&bytes, start));
        if mixed {
            prop_assume!(CARRIERS[other].name != "added keys");
            let more = (CARRIERS[other].write)(&events);
            prop_assume!(!more.starts_with(&[0x1f, 0x8b]) && !is_utf_16(&more));
            bytes.push(b'\n');
            bytes.extend(more);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let marked: usize = ["3456000", "7600000", "3457800"]
            .iter()
            .map(|seconds| {
                let mark = format!("seconds after warning threshold: {seconds}");
                // A carrier that holds each event twice holds one of them elsewhere.
                let twice = |name: &str| if name == "added keys" { 2 } else { 1 };
                text.matches(&mark).count().div_ceil(twice(CARRIERS[carrier].name))
            })
            .sum();
        let directory = TempDir::new().expect("a directory");
        let path = written::write(&directory.path().join("input"), &bytes);
        let inputs = Inputs::find(&[path], Some("prod-1"), &Excluded::default()).expect("found");
        let (_, found) = read_all::<EvidenceSet>(&inputs, &Progress::default());
        let marks = found[0].marks();
        let known = marks.all() - marks.unread;
        prop_assert!(known as usize >= marked || marks.unread > 0, "{marks:?}, {marked} in {text}");
        // What was not read is a gap, or an error if nothing else was read.
        let is_told = match files::read::<EvidenceSet>(&inputs, &Progress::default()) {
            Ok(gathered) => gathered.coverages.0.values().any(|coverage| !coverage.gaps.is_empty()),
            Err(_) => true,
        };
        prop_assert!(is_told || marks.unread == 0, "{marks:?} in {text}");
    }
}
