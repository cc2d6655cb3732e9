//! "No service account is about to be rejected" has to be earned.

use crate::outage::log_writer::{Log, Pod, at, every};
use crate::tool::{Run, run, tool};

const ALL_CLEAR: &str = "o service account is about to be rejected";

fn investigate(log: &str, arguments: &[&str]) -> Run {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("audit.log");
    std::fs::write(&file, log).expect("written");
    run(tool()
        .args(["investigate", "--cluster-name", "prod", "--input"])
        .arg(&file)
        .args(arguments))
}

fn one_frozen_pod() -> String {
    let pod = Pod::new(
        "web",
        "web-7d4b9c8f75-x2klp",
        "10.0.0.1",
        "2026-08-01T00:00:00Z",
    );
    let mut log = Log::default();
    for time in every(30, at("2026-08-29T00:00:00Z"), at("2026-08-30T00:00:00Z")) {
        log.accepted(&pod, time);
    }
    log.text()
}

#[test]
fn a_filter_that_fits_nothing_gives_no_all_clear() {
    let log = one_frozen_pod();
    for (arguments, words) in [
        (
            ["--pod", "web-7d4b9c8f75-x2kl"],
            "nearest: web-7d4b9c8f75-x2klp",
        ),
        (["--pod", "web-7d4b"], "nearest: web-7d4b9c8f75-x2klp"),
        (["--service-account", "wbe"], "nearest: web"),
        (["--service-account", "ns/wbe"], "nearest: web"),
    ] {
        let typo = investigate(&log, &arguments);
        assert_eq!(typo.code, Some(1), "{arguments:?}: {}", typo.stderr);
        assert!(
            typo.stderr.contains(words),
            "{arguments:?}: {}",
            typo.stderr
        );
        assert_eq!(typo.stdout, "");
    }
    for format in ["table", "markdown", "html", "json"] {
        let other = investigate(&log, &["--namespace", "payments", "--format", format]);
        assert_eq!(other.code, Some(0), "{}", other.stderr);
        assert!(!other.stdout.contains(ALL_CLEAR), "{format}");
        let words = match format {
            "json" => r#""wanted": "namespace payments""#,
            _ => "amespace payments was not seen with a stale token, among 1 holder",
        };
        assert!(other.stdout.contains(words), "{format}: {}", other.stdout);
    }
    let there = investigate(&log, &["--pod", "web-7d4b9c8f75-x2klp"]);
    assert_eq!(there.code, Some(0));
    assert!(there.stdout.contains("frozen"));
}

#[test]
fn what_could_not_be_seen_comes_before_any_number() {
    let mut torn = one_frozen_pod();
    // The phrase of its last event is left, its end is not.
    torn.truncate(torn.len() - 9);
    for (format, words) in [
        ("table", "could not read 1 line or event"),
        ("html", "Could not read 1 line or event."),
    ] {
        let run = investigate(&torn, &["--format", format]);
        assert_eq!(run.code, Some(4), "{}", run.stderr);
        let unseen = run.stdout.find(words);
        let number = run.stdout.find("frozen");
        assert!(
            unseen.is_some() && unseen < number,
            "{format}: {}",
            run.stdout
        );
    }
    // Exit code 3 prevails: what could not be read hides nothing.
    let found = investigate(&torn, &["--fail-on", "notice"]);
    assert_eq!(found.code, Some(3));
    let nothing_left = investigate(&torn[torn.len() - 900..], &[]);
    assert!(
        !nothing_left.stdout.contains(ALL_CLEAR),
        "{}",
        nothing_left.stdout
    );
}

#[test]
fn a_file_without_a_mark_is_all_clear() {
    let mut log = Log::default();
    log.goes_on(at("2026-08-30T00:00:00Z"));
    let run = investigate(&log.text(), &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains(ALL_CLEAR), "{}", run.stdout);
}

#[test]
fn a_window_outside_the_log_is_no_health() {
    let log = one_frozen_pod();
    for window in [["--since", "2026-09-01"], ["--until", "2026-08-01"]] {
        let run = investigate(&log, &window);
        assert_eq!(run.code, Some(4), "{window:?}: {}", run.stderr);
        assert!(!run.stdout.contains(ALL_CLEAR), "{}", run.stdout);
        let words = "its events are from 2026-08-29 00:00 UTC to 2026-08-29 23:30 UTC";
        assert!(run.stdout.contains(words), "{}", run.stdout);
        assert!(
            run.stdout.contains("nothing could be read"),
            "{}",
            run.stdout
        );
    }
}
