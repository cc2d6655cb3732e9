//! What each format looks like on a recorded log. Each was looked at.

use eks_stale_tokens::render::Format;
use eks_stale_tokens::report::Report;

use super::corpus::{incomplete, recorded, text};

#[test]
fn every_format_of_a_recorded_log() {
    let report = recorded(&["timeline"]);
    insta::assert_snapshot!("table", text(Format::Table, &report));
    insta::assert_snapshot!("json", text(Format::Json, &report));
    insta::assert_snapshot!("csv", text(Format::Csv, &report));
    insta::assert_snapshot!("markdown", text(Format::Markdown, &report));
    insta::assert_snapshot!("html", without_style_and_script(&report));
    insta::assert_snapshot!("ics", text(Format::Ics, &report));
    insta::assert_snapshot!("prometheus", text(Format::Prometheus, &report));
}

#[test]
fn what_may_be_missing_is_told_in_every_format() {
    let report = incomplete();
    insta::assert_snapshot!("markdown_incomplete", text(Format::Markdown, &report));
    for (format, gap, outlived) in [
        (
            Format::Table,
            "Incomplete: audit.log: 3 truncated lines",
            "91 d",
        ),
        (
            Format::Json,
            "\"complete\": false",
            "\"accepted_at_age_seconds\": 7862400",
        ),
        (
            Format::Csv,
            "# incomplete: audit.log: 3 truncated lines",
            "# note: recording: a token was still accepted at an age of 91 d",
        ),
        (Format::Markdown, "`audit.log`: `3 truncated lines`", "91 d"),
        (Format::Html, "<bdi>3 truncated lines</bdi>", "91 d"),
        (Format::Ics, "the report is incomplete", "91 d"),
        (
            Format::Prometheus,
            "sweep_complete{cluster=\"recording\"} 0",
            "age_seconds{cluster=\"recording\"} 7862400",
        ),
    ] {
        let text = text(format, &report).replace("\r\n ", "");
        assert!(text.contains(gap), "{format:?}: {gap}");
        assert!(text.contains(outlived), "{format:?}: {outlived}");
    }
}

/// The page without its style and script, which have files of their own, and their digests.
fn without_style_and_script(report: &Report) -> String {
    let page = text(Format::Html, report);
    let parts = [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        ("Content-Security-Policy\" content=\"", "\""),
    ];
    parts.iter().fold(page, |page, (begin, end)| {
        let (before, rest) = page.split_once(begin).expect("it is there");
        let (_, after) = rest.split_once(end).expect("it is closed");
        format!("{before}{begin}…{end}{after}")
    })
}
