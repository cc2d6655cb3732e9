//! Audit logs from files, directories and standard input.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::recordings::{audit_log, audit_logs, fixtures};
use crate::tool::{Run, over_files, run, tool};

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).expect("a JSON report")
}

/// The findings without what depends on where the log was.
fn findings(run: &Run) -> serde_json::Value {
    json(run)["findings"].clone()
}

#[test]
fn a_file_a_directory_and_standard_input_give_the_same_findings() {
    let text = audit_log("timeline");
    let directory = tempfile::tempdir().expect("a directory");
    let nested = directory.path().join("2026/11");
    fs::create_dir_all(&nested).expect("created");
    let half = text[..text.len() / 2].rfind('\n').expect("a line") + 1;
    fs::write(nested.join("a.log"), &text[half..]).expect("written");
    fs::write(directory.path().join("z.log"), &text[..half]).expect("written");
    let file = directory.path().join("whole");
    let from_directory = over_files("sweep", &[directory.path()], ["--format", "json"]);
    fs::write(&file, &text).expect("written");
    let from_file = over_files("sweep", &[&file], ["--format", "json"]);

    let mut child = tool()
        .args([
            "sweep",
            "--input",
            "-",
            "--format",
            "json",
            "--token-lifetime",
            "90d",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("standard input");
    input.write_all(text.as_bytes()).expect("written");
    drop(input);
    let from_standard_input = Run::from(child.wait_with_output().expect("the program ends"));

    for run in [&from_directory, &from_file, &from_standard_input] {
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(run.stderr, "");
    }
    assert!(findings(&from_file).as_array().expect("findings").len() > 5);
    assert_eq!(findings(&from_directory), findings(&from_file));
    assert_eq!(findings(&from_standard_input), findings(&from_file));
}

#[test]
fn compressed_logs_are_read_as_they_are() {
    let recording = fixtures().join("aws/eks/recording/cluster/audit.log.zst");
    let timeline = fixtures().join("aws/eks/timeline/cluster/audit.log.gz");
    for (path, cluster) in [(&recording, "recording"), (&timeline, "timeline")] {
        let packed = over_files("sweep", &[path], ["--format", "json"]);
        assert_eq!(packed.code, Some(0), "{}", packed.stderr);
        let directory = tempfile::tempdir().expect("a directory");
        let plain = directory.path().join("plain");
        fs::write(&plain, audit_log(cluster)).expect("written");
        let unpacked = over_files(
            "sweep",
            &[&plain],
            ["--format", "json", "--cluster-name", cluster],
        );
        assert_eq!(findings(&packed), findings(&unpacked));
    }
}

#[test]
fn the_cluster_is_named_by_the_path_else_by_the_operator() {
    let directory = tempfile::tempdir().expect("a directory");
    let group = directory.path().join("aws/eks/prod-1/cluster");
    fs::create_dir_all(&group).expect("created");
    fs::write(group.join("a.log"), audit_log("recording")).expect("written");
    fs::write(directory.path().join("b.log"), audit_log("timeline")).expect("written");
    let names = |arguments: &[&str]| -> Vec<String> {
        let run = over_files(
            "sweep",
            &[directory.path()],
            ["--format", "json"].iter().chain(arguments),
        );
        json(&run)["clusters"]
            .as_array()
            .expect("clusters")
            .iter()
            .map(|cluster| cluster["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names(&[]), ["prod-1", "unnamed"]);
    assert_eq!(names(&["--cluster-name", "kind"]), ["kind", "prod-1"]);
}

#[test]
fn a_window_leaves_out_requests_by_their_arrival() {
    let whole = over_files("sweep", &[&audit_logs()], ["--format", "json"]);
    let last_day = over_files(
        "sweep",
        &[&audit_logs()],
        ["--since", "24h", "--format", "json"],
    );
    let until = over_files(
        "sweep",
        &[&audit_logs()],
        ["--until", "2026-11-10", "--format", "json"],
    );
    // Two of the logs began after that day: nothing is known of them.
    for (run, code) in [(&whole, 0), (&last_day, 0), (&until, 4)] {
        assert_eq!(run.code, Some(code), "{}", run.stderr);
    }
    let requests = |run: &Run| -> u64 {
        findings(run)
            .as_array()
            .expect("findings")
            .iter()
            .map(|finding| finding["requests"].as_u64().expect("a number"))
            .sum()
    };
    assert_eq!(requests(&whole), 1_694 + 1_048 + 16 + 3_454);
    assert!(requests(&last_day) < requests(&whole));
    // Each window ends with its own cluster's last event, so the recording, which lasts six
    // minutes, is whole.
    assert!(requests(&last_day) > 1_694);
    for finding in findings(&last_day).as_array().expect("findings") {
        let first_seen = finding["first_seen"].as_str().expect("a time");
        // Whoever is rejected inside the window may have been accepted only before it.
        if finding["holders"][0]["seen_only_before"] == true {
            assert_eq!(
                (&finding["verdict"], &finding["requests"]),
                (&"rejected".into(), &0.into())
            );
        } else {
            assert!(first_seen > "2026-11-22T21:49", "{first_seen}");
        }
    }
    for finding in findings(&until).as_array().expect("findings") {
        let last_seen = finding["last_seen"].as_str().expect("a time");
        assert!(last_seen <= "2026-11-10T00:00:00", "{last_seen}");
    }
    // The recording began after that day: its window is there, and it is empty.
    assert!(json(&until)["clusters"][1]["until"] == "2026-11-10T00:00:00Z");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = tool()
        .args(["export", "--input"])
        .arg(audit_logs())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().expect("the program ends"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn several_files_are_written_in_one_run_each_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let run = run(tool()
        .args(["sweep", "--input"])
        .arg(audit_logs())
        .arg("--output")
        .arg(path("report.json"))
        .arg("--output")
        .arg(path("report.csv"))
        .arg("--output")
        .arg(path("report.txt")));
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), ""),
        "{}",
        run.stderr
    );
    for (name, format) in [
        ("report.json", "json"),
        ("report.csv", "csv"),
        ("report.txt", "table"),
    ] {
        let alone = over_files("sweep", &[&audit_logs()], ["--format", format]);
        let written = fs::read_to_string(path(name)).expect("written");
        assert_eq!(written, alone.stdout, "{name}");
    }
    let left = fs::read_dir(directory.path()).expect("listed").count();
    assert_eq!(left, 3, "nothing temporary is left");
}
