use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

use tempfile::TempDir;

use super::{analysis, command, gaps, recorded, report, sweep, written};

#[test]
fn excluded_patterns_are_left_out() {
    let directory = TempDir::new().expect("a directory");
    let log = recorded();
    let root = directory.path().to_str().expect("UTF-8");
    written::write(&directory.path().join("a/audit.log"), log.as_bytes());
    written::write(&directory.path().join("b/old/audit.log"), log.as_bytes());
    let lines = |arguments: &[&str]| {
        let arguments = [&["--input", root], arguments].concat();
        report(&sweep(&arguments), 0)["clusters"][0]["lines"].clone()
    };
    assert_eq!(lines(&[]), 2 * log.lines().count());
    for pattern in ["old", "b/", "/b/old/**", "b/*/audit.log"] {
        assert_eq!(
            lines(&["--exclude", pattern]),
            log.lines().count(),
            "{pattern}"
        );
    }
    let refused = sweep(&["--input", root, "--exclude", "a[b"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_file_reached_by_two_paths_is_counted_once() {
    let directory = TempDir::new().expect("a directory");
    let log = recorded();
    let file = written::write(&directory.path().join("audit.log"), log.as_bytes());
    symlink(&file, directory.path().join("current.log")).expect("a link");
    let root = directory.path().to_str().expect("UTF-8");
    let file = file.to_str().expect("UTF-8");
    let once = report(&sweep(&["--input", file]), 0);
    let twice = report(&sweep(&["--input", root, file]), 0);
    assert_eq!(analysis(once), analysis(twice));
}

#[test]
fn links_in_a_circle_are_named_and_the_rest_is_read() {
    let directory = TempDir::new().expect("a directory");
    let log = recorded();
    written::write(&directory.path().join("logs/audit.log"), log.as_bytes());
    symlink(directory.path(), directory.path().join("logs/up")).expect("a link");
    let found = report(
        &sweep(&["--input", directory.path().to_str().expect("UTF-8")]),
        4,
    );
    assert_eq!(found["clusters"][0]["lines"], log.lines().count());
    let gaps = gaps(&found);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].2.contains("loop"), "{gaps:?}");
}

#[test]
fn a_directory_without_permission_is_named_and_the_rest_is_read() {
    let directory = TempDir::new().expect("a directory");
    let log = recorded();
    written::write(&directory.path().join("open/audit.log"), log.as_bytes());
    let locked = directory.path().join("locked");
    written::write(&locked.join("audit.log"), log.as_bytes());
    let allow = |mode| {
        std::fs::set_permissions(&locked, PermissionsExt::from_mode(mode)).expect("permissions");
    };
    allow(0o000);
    // Root may read everything, and can show nothing here.
    if std::fs::read_dir(&locked).is_err() {
        let found = report(
            &sweep(&["--input", directory.path().to_str().expect("UTF-8")]),
            4,
        );
        assert_eq!(found["clusters"][0]["lines"], log.lines().count());
        let gaps = gaps(&found);
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert!(gaps[0].2.contains("ermission denied"), "{gaps:?}");
    }
    allow(0o700);
}

#[test]
fn standard_input_streams_whatever_it_holds() {
    let log = recorded();
    let directory = TempDir::new().expect("a directory");
    let path = written::write(&directory.path().join("audit.log"), log.as_bytes());
    let from_file = report(&sweep(&["--input", path.to_str().expect("UTF-8")]), 0);
    for bytes in [
        log.clone().into_bytes(),
        written::members(&log),
        written::frames(&log),
    ] {
        let mut sweeping = command(&["--input", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut input = sweeping.stdin.take().expect("a pipe");
        let writing = std::thread::spawn(move || input.write_all(&bytes));
        let output = sweeping.wait_with_output().expect("ended");
        writing.join().expect("no panic").expect("written");
        assert_eq!(analysis(report(&output, 0)), analysis(from_file.clone()));
    }
}
