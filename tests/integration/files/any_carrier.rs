//! Whatever events are wrapped in, the right report comes out.

use std::path::Path;
use std::sync::Arc;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::source::files::inputs::{Excluded, Inputs};
use eks_stale_tokens::source::files::workers::read_all;
use eks_stale_tokens::source::files::{self};
use eks_stale_tokens::source::progress::Progress;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::carriers::{CARRIERS, Events};
use super::forgeries::forged;
use super::written;
use crate::recordings::audit_log;
use crate::tool::over_files;

/// An event of a service account, marked so many seconds after the warning threshold.
pub(super) fn event(
    account: (&str, &str),
    pod: &str,
    received: &str,
    marked: Option<u32>,
) -> String {
    let (namespace, name) = account;
    let username = format!("system:serviceaccount:{namespace}:{name}");
    let mark = marked.map_or(String::new(), |seconds| {
        format!(
            r#""authentication.k8s.io/stale-token":"subject: {username}, seconds after warning threshold: {seconds}","#
        )
    });
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"5c1f-{pod}-{received}","stage":"ResponseComplete","requestURI":"/api/v1/nodes?limit=500\u0026x=|","verb":"list","user":{{"username":"{username}","groups":["system:authenticated"],"extra":{{"authentication.kubernetes.io/credential-id":["JTI={pod}"],"authentication.kubernetes.io/node-name":["ip-10-40-3-17"],"authentication.kubernetes.io/pod-name":["{pod}"],"authentication.kubernetes.io/pod-uid":["uid-{pod}"]}}}},"sourceIPs":["10.40.3.17"],"userAgent":"Ruby \"quoted\"","objectRef":{{"resource":"nodes","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"{received}.100200Z","stageTimestamp":"{received}.104500Z","annotations":{{{mark}"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"x\""}}}}"#
    )
}

pub(super) fn four_events() -> Vec<String> {
    let fluentd = ("logging", "fluentd");
    let autoscaler = ("kube-system", "cluster-autoscaler");
    vec![
        event(
            fluentd,
            "fluentd-7xk2p",
            "2026-11-24T06:01:27",
            Some(3_456_000),
        ),
        event(
            autoscaler,
            "cluster-autoscaler-6d9f8b7c5-qw7rt",
            "2026-11-24T06:02:00",
            Some(7_600_000),
        ),
        event(
            ("monitoring", "prometheus"),
            "prometheus-0",
            "2026-11-24T06:02:30",
            None,
        ),
        event(
            fluentd,
            "fluentd-7xk2p",
            "2026-11-24T06:31:27",
            Some(3_457_800),
        ),
    ]
}

const ARGUMENTS: [&str; 4] = ["--token-lifetime", "90d", "--cluster-name", "prod-1"];

/// Namespace, account, verdict and date of each finding, and the notes.
fn swept(path: &Path, code: i32) -> (Vec<[String; 4]>, Vec<String>) {
    let run = over_files(
        "sweep",
        &[path],
        [&ARGUMENTS[..], &["--format", "json"]].concat(),
    );
    assert_eq!(run.code, Some(code), "{}: {}", path.display(), run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let findings = findings
        .iter()
        .map(|finding| {
            ["namespace", "service_account", "verdict", "rejected_from"]
                .map(|key| finding[key].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let notes = report["clusters"]
        .as_array()
        .expect("clusters")
        .iter()
        .flat_map(|cluster| cluster["notes"].as_array().expect("notes").clone())
        .map(|note| note["text"].as_str().expect("a text").to_owned())
        .collect();
    (findings, notes)
}

fn right() -> Vec<[String; 4]> {
    [
        [
            "kube-system",
            "cluster-autoscaler",
            "frozen",
            "2026-11-26T05:55:13.100200Z",
        ],
        [
            "logging",
            "fluentd",
            "frozen",
            "2027-01-13T05:01:20.100200Z",
        ],
    ]
    .map(|finding| finding.map(str::to_owned))
    .to_vec()
}

#[test]
fn every_carrier_of_the_same_events_gives_the_right_answer() {
    let directory = TempDir::new().expect("a directory");
    let events = four_events();
    for (number, carrier) in CARRIERS.iter().enumerate() {
        let path = directory.path().join(format!("{number}/input"));
        written::write(&path, &(carrier.write)(&events));
        let (findings, notes) = swept(&path, 0);
        assert_eq!(findings, right(), "{}", carrier.name);
        let is_unsourced = notes
            .iter()
            .any(|note| note.contains("do not name their source"));
        assert_eq!(
            is_unsourced, !carrier.names_source,
            "{}: {notes:?}",
            carrier.name
        );
        let export = over_files("export", &[&path], ARGUMENTS);
        let rows = export.stdout.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(rows.count(), 1 + 3, "{}", carrier.name);
    }
}

#[test]
fn a_directory_may_hold_every_carrier() {
    let directory = TempDir::new().expect("a directory");
    let events = four_events();
    for (number, carrier) in CARRIERS.iter().enumerate() {
        let path = directory.path().join(format!("{number}"));
        written::write(&path, &(carrier.write)(&events));
    }
    assert_eq!(swept(directory.path(), 0).0, right());
}

/// Evidence in a file, by library.
pub(super) fn evidence(bytes: &[u8]) -> EvidenceSet {
    let directory = TempDir::new().expect("a directory");
    let path = written::write(&directory.path().join("input"), bytes);
    let inputs = Inputs::find(&[path], Some("prod-1"), &Excluded::default()).expect("found");
    let gathered = files::read::<EvidenceSet>(&inputs, &Progress::default());
    gathered.map_or_else(|_| EvidenceSet::default(), |gathered| gathered.collected)
}

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

/// A request that had arrived before the first event was written is in the window.
#[test]
fn the_window_begins_with_the_first_arrival() {
    let directory = TempDir::new().expect("a directory");
    let slow = event(("ns", "app"), "app-0", "2026-11-24T06:00:00", Some(100_000))
        .replace("06:00:00.104500Z", "06:30:00.000000Z");
    let path = written::write(
        &directory.path().join("one"),
        format!("{slow}\n").as_bytes(),
    );
    let export = over_files("export", &[&path], ARGUMENTS);
    assert_eq!(
        export
            .stdout
            .lines()
            .filter(|line| !line.starts_with('#'))
            .count(),
        2
    );
    let run = over_files(
        "sweep",
        &[&path],
        [&ARGUMENTS[..], &["--format", "json"]].concat(),
    );
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    assert_eq!(report["findings"][0]["requests"], 1);
}

/// The result of the query that AWS documents, as the console and the CLI save it.
#[test]
fn rows_without_events_give_accounts_without_pods() {
    let rows = [
        (
            "2026-11-24 06:01:27.104",
            "system:serviceaccount:logging:fluentd",
            " 3456000",
        ),
        (
            "2026-11-24 06:02:00.104",
            "system:serviceaccount:kube-system:cluster-autoscaler",
            " 7600000",
        ),
        (
            "2026-11-24 06:31:27.104",
            "system:serviceaccount:logging:fluentd",
            " 3457800",
        ),
    ];
    let csv: String = rows
        .iter()
        .map(|(time, subject, seconds)| format!("{time},{subject},{seconds}\n"))
        .collect();
    let objects: Vec<Value> = rows
        .iter()
        .map(|(time, subject, seconds)| json!({"@timestamp": time, "subject": subject, "elapsedtime": seconds}))
        .collect();
    let cells: Vec<Value> = rows
        .iter()
        .map(|(time, subject, seconds)| {
            json!([{"field": "@timestamp", "value": time}, {"field": "subject", "value": subject}, {"field": "elapsedtime", "value": seconds}, {"field": "@ptr", "value": "x"}])
        })
        .collect();
    let answer =
        json!({"results": cells, "status": "Complete", "statistics": {"recordsMatched": 3.0}});
    let directory = TempDir::new().expect("a directory");
    for (name, text) in [
        ("csv", format!("@timestamp,subject,elapsedtime\n{csv}")),
        ("json", json!(objects).to_string()),
        (
            "answer",
            serde_json::to_string_pretty(&answer).expect("JSON"),
        ),
    ] {
        let path = written::write(&directory.path().join(name), text.as_bytes());
        let (findings, notes) = swept(&path, 0);
        let dates: Vec<&str> = findings.iter().map(|finding| &finding[3][..16]).collect();
        assert_eq!(dates, ["2026-11-26T05:55", "2027-01-13T05:01"], "{name}");
        assert!(
            notes.iter().any(|note| note.contains("@timestamp")),
            "{name}: {notes:?}"
        );
    }
}

#[test]
fn what_holds_no_events_is_named_with_what_makes_it_readable() {
    let directory = TempDir::new().expect("a directory");
    let forged = forged();
    for (name, text, words) in [
        ("auditd", "type=SYSCALL msg=audit(1795500087.104:1): arch=c000003e\n".to_owned(), "auditd"),
        ("ocsf", r#"{"class_uid":6003,"category_name":"x","unmapped":{"kind":"Event","apiVersion":"audit.k8s.io/v1","annotations.authentication.k8s.io/stale-token":"seconds after warning threshold: 1"}}"#.to_owned(), "Security Lake"),
        ("firehose", r#"{"requestId":"1","records":[{"data":"H4sIAAAAAAACA"}]}"#.to_owned(), "base64 -d"),
        ("query", "@timestamp,verb,user\n2026-11-24 06:01:27.104,get,a\n".to_owned(), "fields @timestamp, @message"),
        ("other", json!({"log": forged, "kubernetes": {"container_name": "app"}}).to_string() + "\n", "other logs, streams or containers"),
        ("empty", String::new(), "an empty file"),
    ] {
        let path = written::write(&directory.path().join(name), text.as_bytes());
        let run = over_files("sweep", &[&path], ARGUMENTS);
        assert_eq!(run.code, Some(1), "{name}: {}", run.stdout);
        assert!(run.stderr.contains(words), "{name}: {}", run.stderr);
    }
}

/// A file that is passed over among others and holds the phrase makes the report incomplete.
#[test]
fn a_file_without_events_that_holds_the_phrase_is_a_gap() {
    let directory = TempDir::new().expect("a directory");
    written::write(
        &directory.path().join("audit.log"),
        four_events().join("\n").as_bytes(),
    );
    written::write(
        &directory.path().join("notes.txt"),
        b"nothing of interest\n",
    );
    assert_eq!(swept(directory.path(), 0).0, right());
    let line = "see authentication.k8s.io/stale-token, seconds after warning threshold: 1\n";
    written::write(
        &directory.path().join("other.txt"),
        line.repeat(3).as_bytes(),
    );
    let run = over_files(
        "sweep",
        &[directory.path()],
        [&ARGUMENTS[..], &["--format", "json"]].concat(),
    );
    assert_eq!(run.code, Some(4));
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let gaps = super::gaps(&report);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((gaps[0].0.as_str(), gaps[0].3), ("other.txt", 3));
}

/// The versions that the control plane's own requests state, and no one else's.
#[test]
fn the_control_plane_s_version_is_read_from_its_own_requests() {
    use eks_stale_tokens::evidence::coverage::Coverages;
    let versioned = |user: &str, agent: &str| {
        event(("a", "b"), "p", "2026-11-24T06:00:00", None)
            .replace("system:serviceaccount:a:b", user)
            .replace(r#"Ruby \"quoted\""#, agent)
    };
    let directory = TempDir::new().expect("a directory");
    let forged = "kube-apiserver/v1.99.0 (linux/amd64) kubernetes/x";
    let own = "kube-controller-manager/v1.33.5-eks-1 (linux/amd64) kubernetes/x/leader-election";
    let all = [
        versioned("system:serviceaccount:a:b", forged),
        versioned("system:kube-controller-manager", own),
        event(("a", "b"), "p", "2026-11-24T06:00:01", None),
    ];
    for carrier in CARRIERS {
        let path = written::write(&directory.path().join("input"), &(carrier.write)(&all));
        let inputs = Inputs::find(&[path], Some("prod-1"), &Excluded::default()).expect("found");
        let gathered = files::read::<EvidenceSet>(&inputs, &Progress::default()).expect("read");
        let Coverages(coverages) = gathered.coverages;
        let versions: Vec<String> = coverages
            .values()
            .flat_map(|coverage| coverage.control_plane.logged.keys())
            .map(ToString::to_string)
            .collect();
        assert_eq!(versions, ["1.33"], "{}", carrier.name);
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

/// The four events in each carrier, for people and other programs to read: `UPDATE_FIXTURES=1 cargo
/// test` writes them anew.
#[test]
fn the_fixtures_hold_each_carrier() {
    let folder = std::path::Path::new("fixtures/carriers");
    let events = four_events();
    let mut expected = std::collections::BTreeSet::new();
    for carrier in CARRIERS {
        let name = carrier.name.to_lowercase();
        let name: String = name
            .chars()
            .map(|character| match character {
                'a'..='z' | '0'..='9' => character,
                _ => '-',
            })
            .collect();
        let path = folder.join(name);
        let bytes = (carrier.write)(&events);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::create_dir_all(folder).expect("a folder");
            std::fs::write(&path, &bytes).expect("written");
        }
        let committed = std::fs::read(&path).unwrap_or_default();
        // Another version of the library may compress otherwise.
        let is_same = committed == bytes || committed.starts_with(&[0x1f, 0x8b]);
        assert!(is_same && !committed.is_empty(), "{}", path.display());
        assert!(expected.insert(path), "{}", carrier.name);
    }
    let found = std::fs::read_dir(folder).expect("the fixtures");
    let found: std::collections::BTreeSet<_> =
        found.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(found, expected);
}

/// Each of them gives the right report, as the program reads it.
#[test]
fn each_carrier_among_the_fixtures_gives_the_same_findings() {
    let paths = std::fs::read_dir("fixtures/carriers").expect("the fixtures");
    for path in paths.map(|entry| entry.expect("an entry").path()) {
        let run = crate::tool::run_as_it_is(
            crate::tool::tool()
                .args([
                    "sweep",
                    "--token-lifetime",
                    "90d",
                    "--format",
                    "json",
                    "--input",
                ])
                .arg(&path),
        );
        assert_eq!(run.code, Some(0), "{}: {}", path.display(), run.stderr);
        let report: Value = serde_json::from_str(&run.stdout).expect("a report");
        let mut found: Vec<(&str, &str)> = report["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .map(|finding| {
                let text = |key: &str| finding[key].as_str().expect("a text");
                (text("service_account"), &text("rejected_from")[..16])
            })
            .collect();
        found.sort_unstable();
        let expected = [
            ("cluster-autoscaler", "2026-11-26T05:55"),
            ("fluentd", "2027-01-13T05:01"),
        ];
        assert_eq!(found, expected, "{}", path.display());
    }
}
