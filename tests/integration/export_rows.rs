//! `export`: one row an accepted stale request, in time order, safe to open anywhere.

use std::collections::BTreeMap;

use crate::recordings::audit_logs;
use crate::tool::{over_files, run_as_it_is, tool};

const COLUMNS: &str = "time,cluster,namespace,service_account,pod,node,verb,request_uri,status,source_ip,user_agent,elapsed_seconds,issued,age_seconds,rejected_from,credential_id,audit_id,account,region,outcome,confidence,time_utc,issued_utc,rejected_from_utc";

fn rows() -> Vec<BTreeMap<String, String>> {
    exported(&[])
}

fn exported(flags: &[&str]) -> Vec<BTreeMap<String, String>> {
    let run = over_files("export", &[&audit_logs()], flags);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout.lines().next(), Some(COLUMNS));
    csv::Reader::from_reader(run.stdout.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("rows of the same length")
}

#[test]
fn every_request_has_one_row_in_time_order() {
    let rows = rows();
    // As many as the recordings hold, stale events less the ends of watches; and as the log of the
    // cluster with capped tokens holds.
    assert_eq!(rows.len(), 1_694 + 1_048 + 16 + 3_454);
    assert!(rows.is_sorted_by(|one, next| one["time"] <= next["time"]));
    assert!(rows.iter().all(|row| row["time"].ends_with('Z')));
    // Eleven requests share an audit ID that a caller chose, and all are there.
    let chosen = rows
        .iter()
        .filter(|row| row["audit_id"] == "dup-0000-constant");
    assert_eq!(chosen.count(), 11);
}

#[test]
fn a_token_has_one_time_of_issue() {
    let mut issued: BTreeMap<[String; 3], String> = BTreeMap::new();
    for row in rows() {
        let token = ["cluster", "pod", "credential_id"].map(|column| row[column].clone());
        let known = issued.entry(token).or_insert_with(|| row["issued"].clone());
        assert_eq!(*known, row["issued"], "{}", row["pod"]);
        let age: i64 = row["age_seconds"].parse().expect("a number");
        let elapsed: i64 = row["elapsed_seconds"].parse().expect("a number");
        assert!(
            (0..=11).contains(&(age - elapsed - 3607)),
            "{age} {elapsed}"
        );
    }
    assert!(issued.len() > 60);
}

#[test]
fn no_cell_is_a_formula_and_nothing_acts_on_a_terminal() {
    let rows = rows();
    let mut neutralised = 0;
    for row in &rows {
        for (column, cell) in row {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{column}: {cell}"
            );
            assert!(!cell.chars().any(char::is_control), "{column}: {cell}");
            neutralised += usize::from(cell.starts_with('\''));
        }
    }
    assert!(
        neutralised > 0,
        "the recording holds cells that would be formulas"
    );
    assert!(
        rows.iter()
            .any(|row| row["request_uri"].contains("%1b%5b31m"))
    );
}

/// A time that every spreadsheet reads: the same as in RFC 3339, without what only machines read.
#[test]
fn times_are_there_for_a_spreadsheet() {
    for row in exported(&["--rejected"]) {
        for column in ["time", "issued", "rejected_from"] {
            let time: String = row[column].chars().take(19).collect();
            assert_eq!(row[&format!("{column}_utc")], time.replace('T', " "));
        }
    }
}

type Caller = (String, String);

/// What the report says of rejections: how many there were and when the last one was, by cluster and
/// service account, and how many of those that nobody explains, by cluster and address.
fn reported() -> (BTreeMap<Caller, (u64, String)>, BTreeMap<Caller, u64>) {
    let run = over_files("sweep", &[&audit_logs()], ["--format", "csv"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(run.stdout.as_bytes());
    let headers = reader.headers().expect("columns").clone();
    let unknown = regex::Regex::new(
        r"^# rejected: (?<cluster>\S+): .*: address (?<address>\S+): (?<count>\d+) rejections? ",
    )
    .expect("a pattern");
    let (mut joined, mut unexplained) = (BTreeMap::new(), BTreeMap::new());
    for record in reader.records() {
        let record = record.expect("a row");
        let cell = |name: &str| {
            let place = headers.iter().position(|header| header == name);
            record[place.expect(name)].to_owned()
        };
        if let Some(found) = unknown.captures(&record[0]) {
            let caller = (found["cluster"].to_owned(), found["address"].to_owned());
            let count: u64 = found["count"].parse().expect("a number");
            *unexplained.entry(caller).or_default() += count;
        } else if record.len() == headers.len() && !cell("rejections").is_empty() {
            let account = format!("{}/{}", cell("namespace"), cell("service_account"));
            let count: u64 = cell("rejections").parse().expect("a number");
            let last = cell("last_rejection_utc");
            joined.insert((cell("cluster"), account), (count, last));
        }
    }
    (joined, unexplained)
}

#[test]
fn rejected_requests_are_those_of_the_report_each_with_its_holder() {
    let accepted = rows();
    assert!(accepted.iter().all(|row| row["outcome"] == "accepted"));
    let all = exported(&["--rejected"]);
    let is_accepted = |row: &&BTreeMap<String, String>| row["outcome"] == "accepted";
    let kept: Vec<_> = all.iter().filter(is_accepted).cloned().collect();
    assert_eq!(kept, accepted, "accepted requests stay as they are");
    assert!(all.is_sorted_by(|one, next| one["time"] <= next["time"]));

    let mut joined: BTreeMap<Caller, (u64, String)> = BTreeMap::new();
    let mut unexplained: BTreeMap<Caller, u64> = BTreeMap::new();
    for row in all.iter().filter(|row| row["outcome"] == "rejected") {
        assert_eq!(row["status"], "401");
        assert!(row["elapsed_seconds"].is_empty());
        let cluster = row["cluster"].clone();
        if row["service_account"].is_empty() {
            assert!(row["confidence"].is_empty() && row["pod"].is_empty());
            let caller = (cluster, row["source_ip"].clone());
            *unexplained.entry(caller).or_default() += 1;
            continue;
        }
        assert!(row["confidence"].starts_with("address, agent"), "{row:?}");
        let account = format!("{}/{}", row["namespace"], row["service_account"]);
        let (count, last) = joined.entry((cluster, account)).or_default();
        *count += 1;
        *last = row["time_utc"].clone();
    }
    let (reported_joined, reported_unexplained) = reported();
    assert_eq!(joined, reported_joined);
    assert_eq!(unexplained, reported_unexplained);
    assert!(joined.len() > 5 && unexplained.len() > 5);
}

/// Who died is rejected from the end of its token on, and the rows say so.
#[test]
fn a_rejection_of_the_dead_comes_behind_the_end_of_its_token() {
    let run = run_as_it_is(
        tool()
            .args(["export", "--rejected", "--input"])
            .arg("fixtures/aws/eks/capped"),
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let rows: Vec<BTreeMap<String, String>> = csv::Reader::from_reader(run.stdout.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("rows of the same length");
    let is_of_the_dead = |row: &&BTreeMap<String, String>| {
        row["outcome"] == "rejected" && row["service_account"] == "exporter"
    };
    let rejected: Vec<_> = rows.iter().filter(is_of_the_dead).collect();
    assert!(rejected.len() > 50);
    for row in rejected {
        assert!(row["rejected_from_utc"] <= row["time_utc"], "{row:?}");
        assert_eq!(row["pod"], "exporter-0");
        assert_eq!(row["rejected_from_utc"], "2026-11-24 03:00:00");
    }
}
