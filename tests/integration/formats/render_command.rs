//! `render`, as a process.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_eks-stale-tokens"))
        .args(arguments)
        .output()
        .expect("it runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A directory with `report.json`, swept from a recorded log.
fn swept() -> (TempDir, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let report = at(directory.path(), "report.json");
    let log = "fixtures/aws/eks/timeline";
    let output = run(&["sweep", "--input", log, "--output", &report]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    (directory, report)
}

fn at(directory: &Path, name: &str) -> String {
    directory.join(name).display().to_string()
}

#[test]
fn a_saved_report_is_written_as_the_sweep_would_have_written_it() {
    let (_directory, report) = swept();
    for format in [
        "table",
        "json",
        "csv",
        "markdown",
        "html",
        "ics",
        "prometheus",
    ] {
        let log = "fixtures/aws/eks/timeline";
        let swept = run(&["sweep", "--input", log, "--format", format]);
        let rendered = run(&["render", &report, "--format", format]);
        assert_eq!(rendered.status.code(), Some(0), "{}", stderr(&rendered));
        assert!(rendered.stdout == swept.stdout, "{format} differs");
        assert!(!rendered.stdout.is_empty());
    }
}

#[test]
fn several_files_come_from_one_run_and_from_standard_input() {
    let (directory, report) = swept();
    let names = [
        "a.html", "a.md", "a.ics", "a.prom", "a.csv", "a.json", "a.txt",
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_eks-stale-tokens"));
    command.args(["render", "-"]);
    for name in names {
        command.arg("--output").arg(directory.path().join(name));
    }
    let output = command
        .stdin(File::open(&report).expect("opened"))
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    for name in names {
        let written = fs::read(directory.path().join(name)).expect(name);
        assert!(!written.is_empty(), "{name}");
    }
    assert_eq!(
        fs::read(directory.path().join("a.json")).expect("read"),
        fs::read(&report).expect("read")
    );
}

#[test]
fn severity_and_gaps_reach_the_exit_code() {
    let (directory, report) = swept();
    let output = run(&["render", &report, "--fail-on", "critical"]);
    assert_eq!(output.status.code(), Some(3));
    let torn = at(directory.path(), "audit.log.gz");
    let log = fs::read("fixtures/aws/eks/timeline/cluster/audit.log.gz").expect("read");
    fs::write(&torn, &log[..log.len() / 2]).expect("written");
    let incomplete = at(directory.path(), "incomplete.json");
    let swept = run(&["sweep", "--input", &torn, "--output", &incomplete]);
    assert_eq!(swept.status.code(), Some(4), "{}", stderr(&swept));
    let output = run(&["render", &incomplete, "--format", "markdown"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("This report is incomplete"));
}

#[test]
fn what_is_no_report_is_refused_and_the_old_file_stays() {
    let (directory, report) = swept();
    let page = at(directory.path(), "page.html");
    fs::write(&page, "old").expect("written");
    let saved = fs::read_to_string(&report).expect("read");
    let broken = at(directory.path(), "broken.json");
    for (text, reason) in [
        (
            &saved.as_bytes()[..saved.len() / 2],
            "it is not a valid report: EOF",
        ),
        (
            b"{\"kind\":\"Event\"}".as_slice(),
            "it is not a JSON report",
        ),
        (b"rank,cluster".as_slice(), "it is not a valid report"),
        (b"\x1f\x8b\x08\xff".as_slice(), "it is not a JSON report"),
        (b"".as_slice(), "it is not a valid report"),
        (
            saved
                .replacen("\"schema_version\": 2", "\"schema_version\": 7", 1)
                .as_bytes(),
            "update eks-stale-tokens",
        ),
        (
            saved
                .replacen("kubectl rollout", "curl x | sh; kubectl rollout", 1)
                .as_bytes(),
            "never writes",
        ),
    ] {
        fs::write(&broken, text).expect("written");
        let output = run(&["render", &broken, "--output", &page]);
        assert_eq!(output.status.code(), Some(1), "{reason}");
        let said = stderr(&output);
        assert!(
            said.contains(reason) && said.contains("broken.json"),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(output.stdout.is_empty());
        assert_eq!(fs::read_to_string(&page).expect("read"), "old");
    }
}

#[test]
fn a_place_that_cannot_be_read_or_written_is_told_before_the_work() {
    let (directory, report) = swept();
    let missing = at(directory.path(), "missing.json");
    let output = run(&["render", &missing]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("missing.json"),
        "{}",
        stderr(&output)
    );
    let output = run(&["render", &at(directory.path(), "")]);
    assert_eq!(output.status.code(), Some(1));
    let output = run(&["render", &report, "--output", "page.docx"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(".html"), "{}", stderr(&output));
    let nowhere = at(directory.path(), "no/such/page.html");
    let output = run(&["render", &report, "--output", &nowhere]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("cannot write"),
        "{}",
        stderr(&output)
    );
    let output = run(&["render"]);
    assert_eq!(output.status.code(), Some(2));
}

/// A full disk, as far as one can be had without filling one.
#[test]
fn a_full_standard_output_costs_no_file() {
    let (directory, report) = swept();
    let page = directory.path().join("page.html");
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("opened");
    let output = Command::new(env!("CARGO_BIN_EXE_eks-stale-tokens"))
        .args(["render", &report, "--format", "json", "--output"])
        .arg(&page)
        .stdout(Stdio::from(full))
        .stderr(Stdio::piped())
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot write to standard output"));
    assert!(
        fs::read_to_string(&page)
            .expect("written")
            .ends_with("</html>\n")
    );
}
