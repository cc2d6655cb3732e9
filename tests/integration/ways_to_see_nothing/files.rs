//! Through files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{
    Outcome, assert_outcome, assert_remembered, assert_rows, fails, incomplete, refused, silent,
};
use crate::files::written::gzip;
use crate::outage::log_writer::{Log, Pod, at, every};
use crate::tool::{run, tool};

/// The day that is swept.
const DAY: (&str, &str) = ("2026-08-29T00:00:00Z", "2026-08-30T00:00:00Z");

/// A way to see nothing: what it writes below a directory, the arguments, and the outcome.
struct Row {
    name: &'static str,
    inputs: fn(&Path),
    arguments: &'static [&'static str],
    outcome: Outcome,
}

/// A day with a pod that never reads its token again, and the day before it.
fn frozen_pod() -> String {
    let pod = Pod::new("web", "web-0", "10.0.0.1", "2026-08-01T00:00:00Z");
    let mut log = Log::default();
    for time in every(30, at("2026-08-28T00:00:00Z"), at("2026-08-30T00:10:00Z")) {
        log.accepted(&pod, time);
    }
    log.text()
}

/// A log of nobody's tokens, from one time to another.
fn healthy(from: &str, to: &str) -> String {
    let mut log = Log::default();
    for time in every(10, at(from), at(to)) {
        log.goes_on(time);
    }
    log.text()
}

fn day() -> String {
    healthy(DAY.0, "2026-08-30T00:01:00Z")
}

fn marked() -> String {
    frozen_pod().lines().last().expect("an event").to_owned() + "\n"
}

fn write(path: PathBuf, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, bytes).expect("written");
}

const ROWS: &[Row] = &[
    Row {
        name: "an empty file",
        inputs: |it| write(it.join("audit.log"), ""),
        arguments: &["--input", "audit.log"],
        outcome: fails("no audit events in audit.log; it looks like an empty file"),
    },
    Row {
        name: "an empty directory",
        inputs: |it| fs::create_dir(it.join("logs")).expect("a directory"),
        arguments: &["--input", "logs"],
        outcome: fails("no files in logs"),
    },
    Row {
        name: "nothing on standard input",
        inputs: |_| {},
        arguments: &["--input", "-"],
        outcome: fails("no audit events in standard input"),
    },
    Row {
        name: "no such file",
        inputs: |_| {},
        arguments: &["--input", "audit.log"],
        outcome: fails("cannot read audit.log: No such file"),
    },
    Row {
        name: "everything excluded",
        inputs: |it| write(it.join("logs/audit.log"), day()),
        arguments: &["--input", "logs", "--exclude", "*.log"],
        outcome: fails("no files in logs"),
    },
    Row {
        name: "the audit log of Linux",
        inputs: |it| {
            let line = "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2\n";
            write(it.join("audit.log"), line.repeat(50));
        },
        arguments: &["--input", "audit.log"],
        outcome: fails("auditd"),
    },
    Row {
        name: "the authenticator's log",
        inputs: |it| {
            let line = "time=\"2026-08-29T00:00:00Z\" level=info msg=\"access granted\" arn=\"arn:aws:iam::1:role/x\" method=POST path=/authenticate\n";
            write(it.join("audit.log"), line.repeat(50));
        },
        arguments: &["--input", "audit.log"],
        outcome: fails("the authenticator's log"),
    },
    Row {
        name: "events that a transformer changed",
        inputs: |it| {
            let line = "{\"activity_id\":1,\"class_uid\":6003,\"metadata\":{\"product\":{\"name\":\"Amazon EKS\"}}}\n";
            write(it.join("audit.log"), line.repeat(50));
        },
        arguments: &["--input", "audit.log"],
        outcome: fails("no audit events in audit.log"),
    },
    Row {
        name: "the result of a query without @message",
        inputs: |it| {
            let rows = "@timestamp,@ptr\n2026-08-29 00:00:00.000,Cm8K\n";
            write(it.join("results.csv"), rows);
        },
        arguments: &["--input", "results.csv"],
        outcome: fails("no audit events in results.csv"),
    },
    Row {
        name: "a window before the log",
        inputs: |it| write(it.join("audit.log"), day()),
        arguments: &["--input", "audit.log", "--until", "2026-08-01"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "a window behind the log",
        inputs: |it| write(it.join("audit.log"), day()),
        arguments: &["--input", "audit.log", "--since", "2026-09-01"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "a window in a hole of the log",
        inputs: |it| {
            let later = healthy("2026-09-03T00:00:00Z", "2026-09-04T00:00:00Z");
            write(it.join("audit.log"), day() + &later);
        },
        arguments: &[
            "--input",
            "audit.log",
            "--since",
            "2026-09-01",
            "--until",
            "2026-09-02",
        ],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "a log that stopped before the window's end",
        inputs: |it| write(it.join("audit.log"), day()),
        arguments: &["--input", "audit.log", "--until", "2026-09-01"],
        outcome: incomplete(
            "could not see all of a: audit log stopped",
            &[("a", "audit_log_stopped")],
        ),
    },
    Row {
        name: "a log that stopped under a pod that is silent for it",
        inputs: |it| write(it.join("audit.log"), frozen_pod()),
        arguments: &["--input", "audit.log", "--until", "2026-09-10"],
        outcome: incomplete(
            "could not see all of a: audit log stopped",
            &[("a", "audit_log_stopped")],
        ),
    },
    Row {
        name: "events whose annotations were dropped on the way",
        inputs: |it| {
            let annotations = r#","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}"#;
            let stripped = day().replace(annotations, "");
            assert_ne!(stripped, day());
            write(it.join("audit.log"), stripped);
        },
        arguments: &["--input", "audit.log"],
        outcome: incomplete("nothing could be read", &[("a", "no_annotations")]),
    },
    Row {
        name: "a window that ends before it begins",
        inputs: |it| write(it.join("audit.log"), day()),
        arguments: &[
            "--input",
            "audit.log",
            "--since",
            "2026-08-30",
            "--until",
            "2026-08-29",
        ],
        outcome: refused("the window ends before it starts"),
    },
    Row {
        name: "a second file that quotes the phrase",
        inputs: |it| {
            write(it.join("logs/audit.log"), day());
            let line = "msg=\"authentication.k8s.io/stale-token: subject: system:serviceaccount:ns:web, seconds after warning threshold: 9\"\n";
            write(it.join("logs/other.log"), line);
        },
        arguments: &["--input", "logs"],
        outcome: incomplete(
            "could not read 1 line or event",
            &[("a", "malformed_event")],
        ),
    },
    Row {
        name: "a second path without an audit event",
        inputs: |it| {
            write(it.join("audit.log"), day());
            write(it.join("other.log"), "hello\n");
        },
        arguments: &["--input", "audit.log", "other.log"],
        outcome: incomplete(
            "could not see all of a: no audit events in it",
            &[("a", "not_an_audit_log")],
        ),
    },
    Row {
        name: "a fleet of which one cluster has other streams only",
        inputs: |it| {
            write(it.join("aws/eks/b/cluster/audit.log"), day());
            let line = "time=\"2026-08-29T00:00:00Z\" level=info msg=\"access granted\" path=/authenticate\n";
            write(it.join("aws/eks/a/cluster/authenticator.log"), line);
        },
        arguments: &["--input", "aws"],
        outcome: incomplete("could not see 1 of 2 clusters: a", &[("a", "no_events")]),
    },
    Row {
        name: "gzip that is cut off",
        inputs: |it| {
            let zipped = gzip(day().as_bytes());
            write(it.join("audit.log.gz"), &zipped[..zipped.len() / 2]);
        },
        arguments: &["--input", "audit.log.gz"],
        outcome: incomplete(
            "could not see all of a: not read to the end: the gzip data is truncated",
            &[("a", "unreadable")],
        ),
    },
    Row {
        name: "a cut event that holds the phrase",
        inputs: |it| {
            let event = marked();
            write(it.join("audit.log"), day() + &event[..event.len() - 9]);
        },
        arguments: &["--input", "audit.log"],
        outcome: incomplete("could not read 1 line or event", &[("a", "torn_line")]),
    },
    Row {
        name: "a marked event that another writer broke",
        inputs: |it| {
            let event = marked().replace(
                "\"requestReceivedTimestamp\":\"2026",
                "\"requestReceivedTimestamp\":\"MMXX",
            );
            write(it.join("audit.log"), day() + &event);
        },
        arguments: &["--input", "audit.log"],
        outcome: incomplete(
            "could not read 1 line or event",
            &[("a", "malformed_event")],
        ),
    },
];

/// With filters, which are of `investigate`.
#[test]
fn a_filter_that_finds_nothing_clears_nobody() {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path().join("audit.log"), frozen_pod());
    for (filter, outcome) in [
        (["--pod", "web-O"], fails("nearest: web-0")),
        (["--service-account", "wep"], fails("nearest: web")),
        (
            ["--namespace", "payments"],
            silent("amespace payments was not seen with a stale token, among 1 holder"),
        ),
    ] {
        let run = run(tool()
            .current_dir(directory.path())
            .args(["investigate", "--input", "audit.log"])
            .args(filter));
        let said = format!("{filter:?}: {}\n{}", run.stdout, run.stderr);
        assert_eq!(run.code, Some(outcome.code), "{said}");
        assert!(said.contains(outcome.words), "{said}");
        assert!(!said.contains(super::ALL_CLEAR), "{said}");
    }
}

fn sweep(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = tool();
    command
        .current_dir(directory)
        .stdin(Stdio::null())
        .args(["sweep", "--quiet", "--cluster-name", "a"])
        .args(arguments);
    command
}

#[test]
fn no_file_gives_an_all_clear_that_was_not_earned() {
    assert_rows(
        ROWS,
        |row| row.name,
        |row| {
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path();
            write(path.join("before/audit.log"), frozen_pod());
            let state = path.join("state.json");
            let mut first = sweep(
                path,
                &["--input", "before", "--until", "2026-08-29T00:00:00Z"],
            );
            let first = run(first.arg("--output").arg(&state));
            assert_eq!(first.code, Some(0), "{}", first.stderr);
            (row.inputs)(path);
            assert_outcome(
                row.name,
                &mut sweep(path, row.arguments),
                &state,
                &row.outcome,
            );
            let mut after = sweep(path, &["--input", "before", "--until", DAY.1]);
            assert_remembered(row.name, &mut after, &state);
        },
    );
}

/// What shows that the table can fail.
#[test]
fn what_was_seen_is_all_clear() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    write(path.join("audit.log"), day());
    write(path.join("logs/notes.txt"), "hello\n");
    write(path.join("logs/audit.log"), day());
    for arguments in [
        &["--input", "audit.log"][..],
        &["--input", "logs"],
        &["--input", "audit.log", "--until", "2026-08-30T00:59:00Z"],
        &[
            "--input",
            "audit.log",
            "--since",
            "2026-08-29T12:00",
            "--until",
            DAY.1,
        ],
        &[
            "--input",
            "audit.log",
            "--until",
            "2026-09-01",
            "--max-silence",
            "72h",
        ],
    ] {
        let run = run(&mut sweep(path, arguments));
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        assert!(
            run.stdout.contains(super::ALL_CLEAR),
            "{arguments:?}: {}",
            run.stdout
        );
    }
}
