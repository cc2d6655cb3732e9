//! The table that a person reads at a terminal, from 60 columns up.
//!
//! - [`heading`]: which clusters and what was found, at a glance
//! - [`changes`]: what changed since an earlier report
//! - [`rows`]: the findings that need somebody, by namespace
//! - [`harmless`]: the ones that do not
//! - [`advice`]: what to type, most urgent first, and what mends it for good
//! - [`footing`]: what the report rests on, and what it cannot see
//! - [`style`]: what each colour means
//!
//! It reads as well without colour.

mod advice;
mod changes;
mod footing;
mod harmless;
mod heading;
mod rows;
mod style;

use std::io::{self, Write};

use super::Page;
use crate::report::Report;

/// Writes the report.
pub fn render(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    heading::write(report, page, output)?;
    changes::write(report, page, output)?;
    rows::write(report, page, output)?;
    harmless::write(report, page, output)?;
    advice::write(report, page, output)?;
    footing::write(report, page, output)
}
