//! Clients that are interrupted at the end of every token, and silent ones that may have recovered.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::names;
use crate::render::RenderOptions;
use crate::render::{pods, recurrence};
use crate::report::Report;
use crate::report::finding::Finding;

const MARGINS: Margins = Margins {
    indent: 2,
    heading: 10,
};

/// One line for each finding that recurs, and one for each that may have come back.
pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let of = |words: fn(&Report, &Finding, chrono_tz::Tz) -> Option<String>| -> Vec<String> {
        let findings = report.findings.iter();
        findings
            .filter_map(|finding| {
                let words = words(report, finding, options.time_zone)?;
                Some(format!("{}: {words}", names::of_finding(report, finding)))
            })
            .collect()
    };
    for (heading, items) in [
        ("Recurring", of(recurring)),
        ("Quiet", of(recurrence::quiet)),
    ] {
        if !items.is_empty() {
            writeln!(output)?;
            list::write(heading, &items, MARGINS, options, output)?;
        }
    }
    Ok(())
}

/// How often a finding was interrupted, with what the cluster says of its pods where the list of
/// the rejected does not have it.
fn recurring(report: &Report, finding: &Finding, time_zone: chrono_tz::Tz) -> Option<String> {
    let mut words = recurrence::words(report, finding, time_zone)?;
    if finding.verdict.is_recurring() {
        for remark in pods::remarks(report, finding) {
            words.push_str("; ");
            words.push_str(&remark);
        }
    }
    Some(words)
}
