use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::{analysis, gaps, recorded, report, sweep, written};

/// Every shape of the same events: its name and where it was written.
fn every_shape(directory: &Path, log: &str) -> Vec<(&'static str, PathBuf)> {
    let at = |name: &str| directory.join(name);
    let envelopes = written::envelopes(log);
    let zipped: Vec<u8> = envelopes
        .iter()
        .flat_map(|one| written::gzip(one))
        .collect();
    for (number, page) in written::answers(log).iter().enumerate() {
        written::write(&at(&format!("answers/{number}.json")), page.as_bytes());
    }
    let twice = written::gzip(&written::members(log));
    let write = |name: &str, bytes: &[u8]| written::write(&at(name), bytes);
    vec![
        ("lines", write("lines/audit.log", log.as_bytes())),
        (
            "gzip members",
            write("members/audit.log", &written::members(log)),
        ),
        ("gzip in gzip", write("twice/audit.log.gz.gz", &twice)),
        (
            "zstd frames",
            write("frames/audit.log", &written::frames(log)),
        ),
        ("export to S3", written::export(&at("s3"), log)),
        ("envelopes", write("firehose/1", &envelopes.concat())),
        ("envelopes in gzip", write("firehose-gzip/1", &zipped)),
        ("saved answers", at("answers")),
        (
            "console's CSV",
            write("csv/logs-insights-results.csv", &written::console_csv(log)),
        ),
    ]
}

fn sweep_one(path: &Path, more: &[&str]) -> Value {
    let path = path.to_str().expect("a path in UTF-8");
    let arguments = [&["--input", path, "--cluster-name", "timeline"], more].concat();
    report(&sweep(&arguments), 0)
}

#[test]
fn every_shape_of_the_same_events_gives_the_same_report() {
    let directory = TempDir::new().expect("a directory");
    // Every third event is enough to give every verdict a holder.
    let log = recorded();
    let log: Vec<&str> = log.lines().step_by(3).collect();
    let shapes = every_shape(directory.path(), &log.join("\n"));
    for window in [
        &[][..],
        &[
            "--since",
            "2026-11-20T00:00",
            "--until",
            "2026-11-22T12:00",
            // Every third event of a few clients is no steady log.
            "--max-silence",
            "24h",
        ],
        &["--since", "3d"],
    ] {
        let mut expected = None;
        for (name, path) in &shapes {
            let found = analysis(sweep_one(path, window));
            assert_eq!(found["complete"], true, "{name}");
            let expected = expected.get_or_insert_with(|| found.clone());
            assert_ne!(
                found["findings"].as_array().map(Vec::len),
                Some(0),
                "{name}"
            );
            assert_eq!(&found, expected, "{name} {window:?}");
        }
    }
}

#[test]
fn the_cluster_is_the_one_that_the_content_names() {
    let directory = TempDir::new().expect("a directory");
    let log = recorded();
    let log: Vec<&str> = log.lines().take(400).collect();
    let shapes = every_shape(directory.path(), &log.join("\n"));
    for (name, path) in &shapes {
        let path = path.to_str().expect("a path in UTF-8");
        let found = report(&sweep(&["--input", path, "--cluster-name", "stated"]), 0);
        let names: Vec<&Value> = found["clusters"]
            .as_array()
            .expect("clusters")
            .iter()
            .filter(|cluster| cluster["lines"] != 0)
            .map(|cluster| &cluster["name"])
            .collect();
        let named_inside = [
            "envelopes",
            "envelopes in gzip",
            "saved answers",
            "console's CSV",
        ];
        let expected = if named_inside.contains(name) {
            "timeline"
        } else {
            "stated"
        };
        assert_eq!(names, [expected], "{name}");
    }
}

#[test]
fn envelopes_with_sorted_keys_wait_for_their_log_group() {
    let directory = TempDir::new().expect("a directory");
    let log = recorded();
    let sorted: Vec<u8> = written::envelopes(&log)
        .iter()
        .flat_map(|envelope| {
            let envelope: std::collections::BTreeMap<String, Value> =
                serde_json::from_slice(envelope).expect("an envelope");
            serde_json::to_vec_pretty(&envelope).expect("JSON")
        })
        .collect();
    let sorted = written::write(&directory.path().join("sorted"), &sorted);
    let plain = written::write(&directory.path().join("plain"), log.as_bytes());
    assert_eq!(
        analysis(sweep_one(&sorted, &[])),
        analysis(sweep_one(&plain, &[]))
    );
}

#[test]
fn an_answer_that_is_not_whole_says_so() {
    let directory = TempDir::new().expect("a directory");
    let page = written::answers(&recorded()).remove(0);
    let running = page.replace("\"Complete\"", "\"Running\"");
    let full = page.replace("\"recordsMatched\": 1000.0", "\"recordsMatched\": 25000.0");
    for (text, kind, detail) in [
        (running, "query_ended", "status Running"),
        (full, "row_limit", "1000 of 25000 rows were saved"),
    ] {
        assert_ne!(text, page);
        let path = written::write(&directory.path().join("answer.json"), text.as_bytes());
        let found = report(&sweep(&["--input", path.to_str().expect("UTF-8")]), 4);
        assert_eq!(
            gaps(&found),
            [(
                "answer.json".to_owned(),
                kind.to_owned(),
                detail.to_owned(),
                1
            )]
        );
    }
}

#[test]
fn a_shape_is_known_by_its_content_whatever_its_name() {
    let directory = TempDir::new().expect("a directory");
    let log = recorded();
    let plain = written::write(&directory.path().join("audit.log.gz"), log.as_bytes());
    let zipped = written::write(
        &directory.path().join("audit.json"),
        &written::members(&log),
    );
    assert_eq!(
        analysis(sweep_one(&plain, &[])),
        analysis(sweep_one(&zipped, &[]))
    );
    assert!(fs::metadata(&plain).is_ok());
}
