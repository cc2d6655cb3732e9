//! Saved reports: what is written and read again is the same report.

use eks_stale_tokens::render::Format;
use eks_stale_tokens::report::json;

use super::corpus::{bytes, formats, hostile, incomplete, recorded, text};

#[test]
fn a_saved_report_gives_the_same_bytes_in_every_format() {
    for report in [
        recorded(&["recording", "timeline"]),
        incomplete(),
        hostile(),
    ] {
        let saved = text(Format::Json, &report);
        let read = json::read(&saved).expect("a report");
        assert_eq!(read, report);
        for format in formats() {
            assert!(
                bytes(format, &read) == bytes(format, &report),
                "{format:?} differs"
            );
        }
    }
}

/// A report as the first version of its JSON form wrote it: this file never changes, and is read
/// for ever.
#[test]
fn a_report_of_version_1_is_read() {
    let saved = std::fs::read_to_string("tests/integration/formats/saved/report-v1.json")
        .expect("it is there");
    let report = json::read(&saved).expect("a report");
    assert_eq!(report.findings.len(), 10);
    for format in formats() {
        assert!(!bytes(format, &report).is_empty(), "{format:?}");
    }
}

#[test]
fn impossible_times_and_sums_are_refused() {
    let saved = text(Format::Json, &recorded(&["timeline"]));
    let many = u64::MAX.to_string();
    for (from, to) in [
        ("\"since\": \"2026-", "\"since\": \"2027-"),
        ("\"first_used\": \"2026-", "\"first_used\": \"+12026-"),
        ("\"last_seen\": \"2026-", "\"last_seen\": \"0026-"),
        ("\"requests\": 17,", &format!("\"requests\": {many},")),
    ] {
        let changed = saved.replace(from, to);
        assert!(changed != saved, "{from} is there");
        let error = json::read(&changed).expect_err(to).to_string();
        assert!(error.contains("not a valid report"), "{error}");
    }
}
