//! The findings that need no action, listed for completeness.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::list;
use super::names;
use super::style::{FAINT, paint};
use crate::render::RenderOptions;
use crate::render::harmless;
use crate::report::Report;
use crate::report::finding::Finding;

/// Columns before a finding.
const INDENT: usize = 4;
/// Characters that most reasons take.
const USUAL_REASON: usize = 31;

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let calm: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.needs_no_action())
        .collect();
    if calm.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = calm
        .iter()
        .map(|finding| names::of_finding(report, finding))
        .collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    writeln!(output)?;
    let accepted = calm.iter().any(|finding| finding.accepted.is_some());
    let heading = if accepted {
        "Harmless or accepted"
    } else {
        "Harmless"
    };
    writeln!(output, "  {heading}")?;
    // A column for each, where most of them have room.
    let fits = widest.unwrap_or(0) + 2 + 15 + 2 + USUAL_REASON + INDENT <= options.width;
    for (finding, name) in calm.iter().zip(&names) {
        let why = harmless::words(finding, options.time_zone);
        let width = widest.unwrap_or(0);
        let aligned = format!("{name:width$}  {:15}  {why}", finding.verdict);
        match fits && aligned.width() + INDENT <= options.width {
            true => {
                let line = paint(FAINT, aligned, options.colour);
                writeln!(output, "{:INDENT$}{line}", "")?;
            }
            false => {
                let words = format!("{name}: {}, {why}", finding.verdict);
                list::paragraph(&words, FAINT, INDENT, options, output)?;
            }
        }
    }
    Ok(())
}
