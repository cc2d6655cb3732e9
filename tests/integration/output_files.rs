//! `--output` replaces files, and nothing else.

use std::path::Path;
use std::process::Command;

use crate::recordings::{audit_log, audit_logs};
use crate::tool::{Run, run, tool};

/// A sweep of a recording, into a file.
fn sweep_into(input: &Path, output: &Path) -> Run {
    run(tool()
        .arg("sweep")
        .arg("--input")
        .arg(input)
        .arg("--output")
        .arg(output))
}

fn recording() -> std::path::PathBuf {
    audit_logs()
}

#[test]
fn a_pipe_and_a_device_are_refused_before_anything_is_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let pipe = directory.path().join("pipe.json");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let device = directory.path().join("null.json");
    std::os::unix::fs::symlink("/dev/null", &device).expect("linked");
    for output in [&pipe, &device] {
        let run = sweep_into(&recording(), output);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
        assert!(
            run.stderr.contains("redirect standard output"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn the_input_is_not_overwritten() {
    let directory = tempfile::tempdir().expect("a directory");
    let input = directory.path().join("events.json");
    let log = audit_log("capped");
    std::fs::write(&input, &log).expect("written");
    let link = directory.path().join("link.csv");
    std::os::unix::fs::symlink("events.json", &link).expect("linked");
    for output in [&input, &link] {
        let swept = sweep_into(&input, output);
        assert_eq!(swept.code, Some(2), "{}", swept.stderr);
        assert!(
            swept.stderr.contains("it is also the input"),
            "{}",
            swept.stderr
        );
        let exported = run(tool()
            .arg("export")
            .arg("--input")
            .arg(&input)
            .arg("--output")
            .arg(output));
        assert_eq!(exported.code, Some(2), "{}", exported.stderr);
    }
    let mut from_standard_input = tool();
    from_standard_input
        .args(["sweep", "--input", "-", "--output"])
        .arg(&input);
    from_standard_input.stdin(std::fs::File::open(&input).expect("opened"));
    assert_eq!(run(&mut from_standard_input).code, Some(2));
    assert!(std::fs::read_to_string(&input).expect("read") == log);
}

#[test]
fn a_link_is_followed() {
    let directory = tempfile::tempdir().expect("a directory");
    let link = directory.path().join("latest.json");
    std::os::unix::fs::symlink("report-1.json", &link).expect("linked");
    let run = sweep_into(&recording(), &link);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        std::fs::symlink_metadata(&link)
            .expect("there")
            .is_symlink()
    );
    let report = std::fs::read_to_string(directory.path().join("report-1.json")).expect("read");
    assert!(report.contains("schema_version"));
}
