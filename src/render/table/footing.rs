//! What the report rests on, and what it cannot see.

use std::io::{self, Write};

use super::list;
use super::style::{FAINT, WARNING};
use crate::render::RenderOptions;
use crate::render::basis::{self, NOT_VISIBLE};
use crate::report::Report;

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    writeln!(output)?;
    for scan in &report.clusters {
        if let Some(words) = basis::outlived(scan) {
            let words = format!("{}: {words}", report.name_of(&scan.cluster));
            list::paragraph(&words, WARNING, 2, options, output)?;
        }
    }
    for counted in report.all_gaps() {
        let words = format!("Incomplete: {}: {}.", counted.gap.place, counted.in_words());
        list::paragraph(&words, WARNING, 2, options, output)?;
    }
    for note in basis::notes(report) {
        let words = format!("Note: {note}.");
        list::paragraph(&words, FAINT, 2, options, output)?;
    }
    let read = basis::read(report);
    if !read.is_empty() {
        list::paragraph(&read, FAINT, 2, options, output)?;
    }
    list::paragraph(NOT_VISIBLE, FAINT, 2, options, output)
}
