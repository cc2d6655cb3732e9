//! The report on the recordings, as people and programs see it. Each snapshot was looked at.

use eks_stale_tokens::cli::Cli;
use eks_stale_tokens::evidence::coverage::Coverages;
use eks_stale_tokens::render::{Format, RenderOptions};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::json;
use eks_stale_tokens::verdict::judge;
use insta::{assert_snapshot, with_settings};

use crate::recordings::{RECORDINGS, audit_log, evidence_in, merged, ninety_days};
use crate::tool::{over_files, run, run_as_it_is, tool};

/// The report on some recordings.
fn report(recordings: &[&str]) -> Report {
    let mut all_coverages = Coverages::default();
    let mut sets = Vec::new();
    for recording in recordings {
        let (evidence, coverages) = evidence_in(recording, &audit_log(recording));
        sets.push(evidence);
        all_coverages.merge(coverages);
    }
    judge(&merged(sets), &all_coverages, &ninety_days())
}

fn rendered(report: &Report, format: Format, width: usize, colour: bool) -> String {
    let options = RenderOptions {
        width,
        colour,
        time_zone: chrono_tz::UTC,
    };
    let mut bytes = Vec::new();
    format
        .render(report, &options, &mut bytes)
        .expect("written to memory");
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn the_table_at_80_columns() {
    let table = rendered(&report(&["timeline"]), Format::Table, 80, false);
    assert_snapshot!("table_80_columns", table);
}

#[test]
fn the_table_of_two_clusters_at_200_columns() {
    let table = rendered(&report(&RECORDINGS), Format::Table, 200, false);
    assert_snapshot!("table_200_columns", table);
}

#[test]
fn the_table_in_colour() {
    let table = rendered(&report(&["recording"]), Format::Table, 120, true);
    assert_snapshot!("table_in_colour", table.replace('\u{1b}', "␛"));
}

#[test]
fn csv() {
    assert_snapshot!("csv", rendered(&report(&RECORDINGS), Format::Csv, 0, false));
}

#[test]
fn json() {
    let mut report = report(&["timeline"]);
    report.findings.truncate(2);
    for finding in &mut report.findings {
        finding.holders.truncate(1);
    }
    assert_snapshot!("json", rendered(&report, Format::Json, 0, false));
}

#[test]
fn no_line_of_the_findings_is_wider_than_the_terminal() {
    let report = report(&RECORDINGS);
    for width in [60, 80, 100, 120, 132, 200] {
        let table = rendered(&report, Format::Table, width, false);
        let findings = table
            .lines()
            .skip_while(|line| !line.contains("SERVICE ACCOUNT"))
            .take_while(|line| !line.is_empty());
        for line in findings {
            assert!(
                unicode_width::UnicodeWidthStr::width(line) <= width,
                "{width}: {line}"
            );
        }
    }
}

#[test]
fn a_report_comes_back_from_its_json() {
    let report = report(&RECORDINGS);
    let written = rendered(&report, Format::Json, 0, false);
    let back = json::read(&written).expect("the form just written");
    assert_eq!(back, report);
    assert_eq!(rendered(&back, Format::Json, 0, false), written);
}

#[test]
fn the_fixtures_show_every_verdict_and_the_readme_shows_the_fixtures() {
    use eks_stale_tokens::report::verdict::Verdict;
    let run = run_as_it_is(tool().args(["sweep", "--input", "fixtures/aws", "--format", "table"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for verdict in Verdict::ALL {
        assert!(run.stdout.contains(verdict.word()), "{verdict}");
    }
    let readme = include_str!("../../README.md");
    let shown = readme
        .split("```text\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the README shows a report");
    assert!((8..14).contains(&shown.lines().count()), "ten lines, about");
    let mut lines = run.stdout.lines();
    for line in shown.lines().filter(|line| line.trim() != "...") {
        assert!(lines.any(|printed| printed == line), "{line}");
    }
}

#[test]
fn a_recorded_log_gives_the_same_bytes_on_every_run() {
    let path = crate::recordings::audit_logs();
    for format in ["table", "json", "csv"] {
        let once = over_files("sweep", &[&path], ["--format", format]);
        let again = over_files("sweep", &[&path], ["--format", format]);
        assert_eq!(once.code, Some(0), "{}", once.stderr);
        assert_eq!(once.stderr, "", "nothing is shown in a pipe");
        assert_eq!(once.stdout, again.stdout, "{format}");
    }
}

#[test]
fn help() {
    use clap::CommandFactory as _;
    for command in ["sweep", "export"] {
        let help = run(tool().args([command, "--help"]).env("COLUMNS", "100"));
        assert_eq!(help.code, Some(0));
        with_settings!({ description => command }, {
            assert_snapshot!(format!("help_{command}"), help.stdout);
        });
    }
    Cli::command().debug_assert();
}
