//! What people type: times in their own words and zone, and where output goes.

use crate::recordings::audit_logs;
use crate::tool::{over_files, run_as_it_is as run, tool, tool_toward};

/// The first line of a sweep: the window.
fn window(arguments: &[&str]) -> String {
    let log = audit_logs().join("eks/timeline");
    let arguments = [arguments, &["--max-silence", "300d"]].concat();
    let run = over_files("sweep", &[&log], arguments);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_window_is_typed_and_echoed_in_the_chosen_time_zone() {
    // The log ends on 2026-11-23 at 21:49 UTC.
    for (arguments, expected) in [
        (
            &["--since", "yesterday", "--time-zone", "Europe/Berlin"][..],
            "timeline   2026-11-22 00:00 to 2026-11-23 22:49 Europe/Berlin",
        ),
        (
            &["--since", "yesterday"],
            "timeline   2026-11-22 00:00 to 2026-11-23 21:49 UTC",
        ),
        (
            &["--since", "08:00", "--time-zone", "America/New_York"],
            "timeline   2026-11-23 08:00 to 16:49 America/New_York",
        ),
        (
            &[
                "--since",
                "24 hours ago",
                "--until",
                "2026-11-20T12:00+02:00",
            ],
            "timeline   2026-11-19 10:00 to 2026-11-20 10:00 UTC",
        ),
        (
            &[
                "--since",
                "2026-11-15",
                "--until",
                "2026-11-20 08:00",
                "--time-zone",
                "Asia/Tokyo",
            ],
            "timeline   2026-11-15 00:00 to 2026-11-20 08:00 Asia/Tokyo",
        ),
    ] {
        assert_eq!(window(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_time_that_cannot_be_read_is_refused_with_what_can_be() {
    let refused = run(tool().args(["sweep", "prod", "--since", "tomorrow"]));
    assert_eq!(refused.code, Some(2));
    for form in [
        "90 minutes ago",
        "yesterday",
        "08:00",
        "2026-11-01T08:00+02:00",
    ] {
        assert!(refused.stderr.contains(form), "{}", refused.stderr);
    }
}

#[test]
fn a_query_ends_with_the_link_that_runs_it() {
    let shown = run(tool().args([
        "query",
        "audit-evidence",
        "--cluster",
        "prod-1",
        "--region",
        "eu-west-1",
        "--since",
        "2026-11-01 08:00",
        "--until",
        "2026-11-01 09:00",
        "--time-zone",
        "Europe/Berlin",
    ]));
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let lines: Vec<&str> = shown.stdout.lines().collect();
    let (last, before) = (lines[lines.len() - 1], lines[lines.len() - 2]);
    assert!(
        last.starts_with("# https://eu-west-1.console.aws.amazon.com/"),
        "{last}"
    );
    assert!(
        before.ends_with("2026-11-01 08:00:00 to 2026-11-01 09:00:00 Europe/Berlin"),
        "{before}"
    );
}

#[test]
fn an_export_is_not_written_under_the_name_of_another_format() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = audit_logs().join("eks/timeline");
    for name in ["requests.json", "requests.csv.gz"] {
        let path = directory.path().join(name);
        let refused = over_files("export", &[&log], ["--output".as_ref(), path.as_os_str()]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("export writes CSV only"),
            "{}",
            refused.stderr
        );
        assert!(!path.exists());
    }
    let path = directory.path().join("requests.CSV");
    let written = over_files("export", &[&log], ["-o".as_ref(), path.as_os_str()]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert!(path.exists());
}

#[test]
fn what_is_logged_into_a_pipe_has_no_colour() {
    // Nobody listens there.
    let mut command = tool_toward("http://127.0.0.1:9");
    let failed = run(command.args([
        "sweep",
        "prod",
        "--region",
        "eu-west-1",
        "-vv",
        "--timeout",
        "2s",
    ]));
    assert!(failed.stderr.contains("DEBUG"), "{}", failed.stderr);
    assert!(!failed.stderr.contains('\u{1b}'), "{}", failed.stderr);
}
