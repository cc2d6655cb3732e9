//! The reports that the formats are tried on.

use crate::recordings::ninety_days;
use std::collections::HashMap;

use chrono::DateTime;
use clap::ValueEnum as _;
use eks_stale_tokens::evidence::gap::{CountedGap, Gap, GapKind};
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::render::{Format, RenderOptions};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::json;
use eks_stale_tokens::report::verdict::Verdict;
use eks_stale_tokens::source::files::{
    self,
    inputs::{Excluded, Inputs},
};
use eks_stale_tokens::source::progress::Progress;
use eks_stale_tokens::verdict::changes::changes;
use eks_stale_tokens::verdict::judge;
use serde_json::Value;

/// What callers may write where a log or a file name takes it over.
const HOSTILE: &[&str] = &[
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r\n=1+1",
    "＝1+1",
    "|calc",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</style></title><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "<!-- ",
    "&lt;b&gt;",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "[click](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "http://evil.example/",
    "see www.evil.example",
    "somebody@evil.example",
    "@octocat",
    "#1",
    "GH-1",
    "octo/repo#1",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "a | b |\n|---|---|\n| c | d |",
    "`` ` ``",
    "a`<b>`",
    "```\n# heading\n~~~",
    "\n\n# heading\n",
    "<https://evil.example>",
    "[ref]: http://evil.example",
    "**bold** _it_ ~~no~~ \\",
    "- [ ] task",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]8;;http://evil.example\u{7}x\u{1b}]8;;\u{7}",
    "\u{202e}txt.exe",
    "\u{2066}a\u{2069}",
    "a\u{200b}\u{feff}b",
    "a\u{0}b",
    "\u{9b}31m",
    "a\r\nBEGIN:VALARM\r\nACTION:EMAIL\r\nEND:VALARM",
    "a;b,c\\n:d",
    "a\u{2028}END:VEVENT",
    "a\"} 1\nfake_metric 1\n#",
    "\\",
    "\\\"",
    "<!channel>",
    "<@U123>",
    "",
    "   ",
    "日本語 😀 größe",
    "עברית",
];

/// Keys whose values are not text from elsewhere: words of ours, and names that are checked.
const OURS: &[&str] = &[
    "verdict",
    "severity",
    "kind",
    "source",
    "confidence",
    "rejection_confidence",
    "version",
    "kubernetes_version",
    "version_source",
    "namespace",
    "command",
];

/// The report on the recorded logs of these clusters.
pub(super) fn recorded(clusters: &[&str]) -> Report {
    let paths: Vec<_> = clusters
        .iter()
        .map(|cluster| format!("fixtures/aws/eks/{cluster}").into())
        .collect();
    let inputs = Inputs::find(&paths, None, &Excluded::default()).expect("the fixtures are there");
    let gathered = files::read::<EvidenceSet>(&inputs, &Progress::default()).expect("read");
    judge(&gathered.collected, &gathered.coverages, &ninety_days())
}

/// Both recorded logs, with everything that may be missing or assumed wrongly.
pub(super) fn incomplete() -> Report {
    let mut report = recorded(&["recording", "timeline"]);
    let gap = |place: &str, kind, detail: &str, count| CountedGap {
        gap: Gap {
            place: place.into(),
            kind,
            detail: detail.into(),
        },
        count,
    };
    report.gaps = vec![gap("lost/", GapKind::Unreadable, "permission denied", 1)];
    let scan = &mut report.clusters[0];
    scan.gaps = vec![
        gap("audit.log", GapKind::TornLine, "", 3),
        gap("audit.log.gz", GapKind::Unreadable, "unexpected end", 1),
    ];
    scan.accepted_at_age_seconds = Some(91 * 86_400);
    let mut earlier = report.clone();
    earlier.findings.remove(0);
    for finding in &mut earlier.findings[..3] {
        finding.verdict = Verdict::Undecided;
    }
    report.changes = Some(changes(Some(&earlier), &report));
    report
}

/// The same report with hostile text wherever text comes from elsewhere.
pub(super) fn hostile() -> Report {
    written_over(|index| format!("{}{}", HOSTILE[index % HOSTILE.len()], mark(index)))
}

/// The report with harmless text in the same places.
pub(super) fn harmless_twin() -> Report {
    written_over(|index| format!("text {index}"))
}

/// What keeps different texts different.
fn mark(index: usize) -> String {
    match index / HOSTILE.len() {
        0 => String::new(),
        round => format!(" {round}"),
    }
}

/// The incomplete report with each text from elsewhere replaced by the text of its number.
fn written_over(text: impl Fn(usize) -> String) -> Report {
    let mut value: Value =
        serde_json::from_slice(&bytes(Format::Json, &incomplete())).expect("JSON");
    let mut numbers = HashMap::new();
    write_over(&mut value, "", &mut |original| {
        let next = numbers.len();
        text(*numbers.entry(original.to_owned()).or_insert(next))
    });
    assert!(numbers.len() > HOSTILE.len(), "every text has a place");
    json::read(&value.to_string()).expect("still a report")
}

fn write_over(value: &mut Value, key: &str, with: &mut impl FnMut(&str) -> String) {
    match value {
        Value::String(text) => {
            let ours = OURS.contains(&key) || DateTime::parse_from_rfc3339(text).is_ok();
            if !ours {
                *text = with(text);
            }
        }
        Value::Array(values) => {
            for value in values {
                write_over(value, key, with);
            }
        }
        Value::Object(members) => {
            // The names of service accounts are checked when a report is read.
            for (key, value) in members.iter_mut().filter(|it| it.0 != "service_account") {
                write_over(value, key, with);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every format.
pub(super) fn formats() -> impl Iterator<Item = Format> {
    Format::value_variants().iter().copied()
}

const PAGE: RenderOptions = RenderOptions {
    width: 120,
    colour: false,
    time_zone: chrono_tz::UTC,
};

/// The report in a format.
pub(super) fn bytes(format: Format, report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    format
        .render(report, &PAGE, &mut bytes)
        .expect("written to memory");
    bytes
}

/// The report in a format, as text.
pub(super) fn text(format: Format, report: &Report) -> String {
    String::from_utf8(bytes(format, report)).expect("every format is UTF-8")
}
