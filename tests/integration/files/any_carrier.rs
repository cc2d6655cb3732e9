//! Whatever events are wrapped in, the right report comes out.

use std::path::Path;

use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::source::files::inputs::{Excluded, Inputs};
use eks_stale_tokens::source::files::{self};
use eks_stale_tokens::source::progress::Progress;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::carriers::CARRIERS;
use super::forgeries::forged;
use super::written;
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
