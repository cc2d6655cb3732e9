//! Who is interrupted at the end of every token, and who is silent and may be back.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::rejected::name;
use crate::render::Page;
use crate::render::recurrence;
use crate::report::Report;
use crate::report::finding::Finding;

const MARGINS: Margins = Margins {
    indent: 2,
    heading: 10,
};

/// One line for each finding that recurs, and one for each that may have come back.
pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let of = |words: fn(&Report, &Finding, chrono_tz::Tz) -> Option<String>| -> Vec<String> {
        let findings = report.findings.iter();
        findings
            .filter_map(|finding| {
                let words = words(report, finding, page.time_zone)?;
                Some(format!("{}: {words}", name(report, finding)))
            })
            .collect()
    };
    for (heading, items) in [
        ("Recurring", of(recurrence::words)),
        ("Quiet", of(recurrence::quiet)),
    ] {
        if !items.is_empty() {
            writeln!(output)?;
            list::write(heading, &items, MARGINS, page, output)?;
        }
    }
    Ok(())
}
