//! `export`: one row an accepted stale request, in time order, safe to open anywhere.

use std::collections::BTreeMap;

use crate::recordings::audit_logs;
use crate::tool::over_files;

const COLUMNS: &str = "time,cluster,namespace,service_account,pod,node,verb,request_uri,status,source_ip,user_agent,elapsed_seconds,issued,age_seconds,rejected_from,credential_id,audit_id,account,region";

fn rows() -> Vec<BTreeMap<String, String>> {
    let run = over_files("export", &[&audit_logs()], [] as [&str; 0]);
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
