//! What the report rests on, and what it cannot see.

use std::io::{self, Write};

use super::style::{FAINT, WARNING, paint};
use crate::render::Page;
use crate::render::basis::{self, NOT_VISIBLE};
use crate::render::visible::visible;
use crate::report::Report;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output)?;
    for scan in &report.clusters {
        if let Some(words) = basis::outlived(scan) {
            let words = format!("{}: {words}", visible(&report.name_of(&scan.cluster)));
            writeln!(output, "  {}", paint(WARNING, words, page.colour))?;
        }
    }
    for counted in report.all_gaps() {
        let words = format!(
            "Incomplete: {}: {}.",
            visible(&counted.gap.place),
            visible(&counted.in_words())
        );
        writeln!(output, "  {}", paint(WARNING, words, page.colour))?;
    }
    for note in basis::notes(report) {
        let words = format!("Note: {}.", visible(&note));
        writeln!(output, "  {}", paint(FAINT, words, page.colour))?;
    }
    let scanned = format!("{}  {NOT_VISIBLE}", basis::read(report));
    writeln!(output, "  {}", paint(FAINT, scanned, page.colour))
}
