//! Bad input gets a sentence and an exit code; nothing is lost in silence and nothing panics.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::recordings::audit_log;
use crate::tool::{Run, over_files, run, tool};

/// Some whole events of a recording.
fn events(count: usize) -> String {
    audit_log("recording")
        .lines()
        .filter(|line| line.contains("stale-token"))
        .take(count)
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn file(directory: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, bytes).expect("written");
    path
}

fn sweep(inputs: &[&Path]) -> Run {
    over_files("sweep", inputs, ["--format", "json"])
}

fn gaps(run: &Run) -> Vec<(String, u64)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("a JSON report");
    assert_eq!(report["complete"], false);
    let of_clusters = report["clusters"]
        .as_array()
        .expect("clusters")
        .iter()
        .flat_map(|cluster| cluster["gaps"].as_array().expect("gaps").clone());
    of_clusters
        .chain(report["gaps"].as_array().expect("gaps").clone())
        .map(|gap| {
            (
                gap["kind"].as_str().expect("a kind").to_owned(),
                gap["count"].as_u64().expect("a count"),
            )
        })
        .collect()
}

#[test]
fn what_cannot_be_read_at_all_is_a_failure_in_one_sentence() {
    let directory = tempfile::tempdir().expect("a directory");
    let empty = directory.path().join("empty");
    fs::create_dir(&empty).expect("created");
    let text = file(&directory, "notes.txt", "these are notes\n");
    let binary = file(
        &directory,
        "binary",
        [0_u8, 159, 146, 150, 10, 0, 1, 2].repeat(100),
    );
    let nothing = file(&directory, "nothing.log", "");
    for (path, sentence) in [
        (&directory.path().join("missing.log"), "cannot read"),
        (&empty, "no files in"),
        (&text, "no audit events in"),
        (&binary, "no audit events in"),
        (&nothing, "no audit events in"),
    ] {
        let run = sweep(&[path]);
        assert_eq!(run.code, Some(1), "{}: {}", path.display(), run.stderr);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        assert!(run.stderr.contains(sentence), "{}", run.stderr);
        assert!(
            run.stderr.contains(&path.display().to_string()),
            "{}",
            run.stderr
        );
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn damaged_lines_are_counted_and_named_and_the_rest_is_analysed() {
    let whole = events(40);
    let stale = whole.lines().last().expect("a line");
    let torn = &stale[..stale.len() - 9];
    let without_end = format!("{}}}\n", &stale[..stale.len() - 40]);
    let overlong = format!("{{\"kind\":\"Event\",\"x\":\"{}\"}}\n", "x".repeat(9 << 20));
    let mut not_utf8 = stale.as_bytes().to_vec();
    let agent = stale.find("userAgent").expect("a user agent") + "userAgent\":\"".len();
    not_utf8[agent] = 0xff;
    for (damage, kind) in [
        (torn.as_bytes().to_vec(), "torn_line"),
        (without_end.into_bytes(), "malformed_event"),
        (overlong.into_bytes(), "overlong_line"),
        (not_utf8, "not_utf8"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let path = file(
            &directory,
            "audit.log",
            [whole.as_bytes(), &damage].concat(),
        );
        let damaged = sweep(&[&path]);
        assert_eq!(damaged.code, Some(4), "{kind}: {}", damaged.stderr);
        assert_eq!(gaps(&damaged), [(kind.to_owned(), 1)]);
        let sound = file(&directory, "sound.log", &whole);
        let report = |run: &Run| -> serde_json::Value {
            serde_json::from_str(&run.stdout).expect("a JSON report")
        };
        let accounts = |run: &Run| -> Vec<String> {
            report(run)["findings"]
                .as_array()
                .expect("findings")
                .iter()
                .map(|finding| finding["service_account"].to_string())
                .collect()
        };
        assert_eq!(accounts(&damaged), accounts(&sweep(&[&sound])), "{kind}");
    }
}

#[test]
fn every_format_says_that_it_may_be_incomplete() {
    let directory = tempfile::tempdir().expect("a directory");
    let whole = events(20);
    let path = file(&directory, "audit.log", &whole[..whole.len() - 9]);
    for (format, words) in [
        ("table", "Incomplete: "),
        ("json", "\"complete\": false"),
        ("csv", "# incomplete: "),
    ] {
        let run = over_files("sweep", &[&path], ["--format", format]);
        assert_eq!(run.code, Some(4), "{format}");
        assert!(run.stdout.contains(words), "{format}: {}", run.stdout);
    }
    let export = over_files("export", &[&path], [] as [&str; 0]);
    assert_eq!(export.code, Some(4));
    assert!(
        export.stdout.contains("# incomplete: "),
        "{}",
        export.stdout
    );
    // Findings prevail: what could not be read hides nothing.
    let failing = over_files("sweep", &[&path], ["--fail-on", "notice"]);
    assert_eq!(failing.code, Some(3));
}

#[test]
fn one_bad_file_among_good_ones_is_named_and_the_others_are_analysed() {
    let directory = tempfile::tempdir().expect("a directory");
    let group = directory.path().join("aws/eks/prod-1/cluster");
    fs::create_dir_all(&group).expect("created");
    fs::write(group.join("audit.log"), events(20)).expect("written");
    // A gzip file cut off after its header, of no cluster that anything names.
    file(
        &directory,
        "cut.gz",
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2],
    );
    let run = sweep(&[directory.path()]);
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert_eq!(gaps(&run), [("unreadable".to_owned(), 1)]);
    assert!(run.stdout.contains("cut.gz"));
    assert!(run.stdout.contains("service_account"));
}

#[test]
fn arguments_that_make_no_sense_are_refused_with_exit_code_2() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = file(&directory, "audit.log", events(5));
    let path = path.to_str().expect("UTF-8");
    for (arguments, words) in [
        (&["sweep"][..], "name a cluster"),
        (&["sweep", "fixtures/"], "is not the name of an EKS cluster"),
        (&["sweep", "c", "--since", "soon"], "expected a duration"),
        (
            &[
                "sweep",
                "c",
                "--since",
                "2026-11-02",
                "--until",
                "2026-11-01",
            ],
            "the window ends before it starts",
        ),
        (&["sweep", "c", "--until", "2999-01-01"], "in the future"),
        (
            &[
                "sweep",
                "--input",
                path,
                "--since",
                "2026-11-02",
                "--until",
                "2026-11-01",
            ],
            "the window ends before it starts",
        ),
        (
            &["sweep", "--input", path, "--token-lifetime", "0s"],
            "at least one second",
        ),
        (
            &["sweep", "--input", path, "--token-lifetime", "1h"],
            "must be longer than 3607 s",
        ),
        (
            &["sweep", "--input", path, "--output", "report.docx"],
            "unknown extension",
        ),
        (&["sweep", "--input", path, "c"], "cannot be used with"),
        (
            &["sweep", "--input", "-", "--since", "24h"],
            "standard input",
        ),
        (
            &["sweep", "--input", path, "--time-zone", "Mars/Olympus"],
            "invalid value",
        ),
    ] {
        // `--input` takes every path that follows it, so a cluster stands before it.
        let mut arguments = arguments.to_vec();
        if arguments.last() == Some(&"c") && arguments.contains(&"--input") {
            arguments = vec!["sweep", "c", "--input", path];
        }
        let run = run(tool().args(&arguments));
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_the_work() {
    let directory = tempfile::tempdir().expect("a directory");
    let missing = directory.path().join("missing/report.json");
    // Were the input read first, its absence would be told instead.
    let run = run(tool()
        .args(["sweep", "--input", "no-such-log", "--output"])
        .arg(&missing));
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("cannot write"), "{}", run.stderr);
    assert!(run.stderr.contains("missing/report.json"), "{}", run.stderr);
}

#[test]
fn findings_at_or_above_fail_on_have_their_own_exit_code() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = file(&directory, "audit.log", audit_log("recording"));
    for (arguments, code) in [
        (&[][..], 0),
        (&["--fail-on", "critical"], 3),
        (&["--fail-on", "notice"], 3),
        // Of tokens that live for ten years none dies within a month.
        (&["--fail-on", "critical", "--token-lifetime", "3650d"], 0),
        (&["--fail-on", "notice", "--token-lifetime", "3650d"], 3),
    ] {
        let run = over_files("sweep", &[&path], arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
    }
}
