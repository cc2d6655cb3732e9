//! The table that a person reads at a terminal, from 60 columns up.
//!
//! - [`heading`]: which clusters and what was found, at a glance
//! - [`changes`]: what changed since an earlier report
//! - [`rejected`]: who is rejected now
//! - [`outage`]: who is rejected next, and why
//! - [`commands`]: what to paste
//! - [`recurring`]: who is interrupted at the end of every token, and who may be back
//! - [`upgrade`]: what an upgrade would break
//! - [`rows`]: the findings that need somebody, by namespace
//! - [`columns`]: which of their columns have room
//! - [`harmless`]: the ones that do not
//! - [`advice`]: what to type, most urgent first, and what fixes it for good
//! - [`callers`]: who else is rejected
//! - [`legacy_tokens`]: tokens kept in secrets
//! - [`holders`]: every holder by itself
//! - [`footing`]: what the report rests on, and what it cannot see
//! - [`list`]: a list under a heading, wrapped
//! - [`style`]: what each colour means
//!
//! It reads as well without colour.

mod advice;
mod callers;
mod changes;
mod columns;
mod commands;
mod footing;
mod harmless;
mod heading;
mod holders;
mod legacy_tokens;
mod list;
mod outage;
mod recurring;
mod rejected;
mod rows;
mod style;
mod upgrade;

use std::io::{self, Write};

use super::Page;
use crate::report::Report;

/// Writes the report.
pub fn render(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    heading::write(report, page, output)?;
    changes::write(report, page, output)?;
    upgrade::write(report, page, output)?;
    rejected::write(report, page, output)?;
    recurring::write(report, page, output)?;
    rows::write(report, page, output)?;
    harmless::write(report, page, output)?;
    advice::write(report, page, output)?;
    upgrade::write_unasked(report, page, output)?;
    callers::write(report, page, output)?;
    legacy_tokens::write(report, page, output)?;
    footing::write(report, page, output)
}

/// What an investigation shows beside the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detail {
    /// Every holder by itself. Without, the answer stays on the screen.
    pub holders: bool,
    /// The numbers that each verdict rests on.
    pub explain: bool,
}

/// Writes for an outage: who is rejected now, who is next, why, then the report, every holder by
/// itself if that is asked for, and last the commands.
pub fn render_in_detail(
    report: &Report,
    detail: Detail,
    page: &Page,
    output: &mut dyn Write,
) -> io::Result<()> {
    heading::write(report, page, output)?;
    upgrade::write(report, page, output)?;
    rejected::write_with_commands(report, page, output)?;
    outage::write_next(report, page, output)?;
    outage::write_causes(report, page, output)?;
    recurring::write(report, page, output)?;
    rows::write(report, page, output)?;
    callers::write(report, page, output)?;
    if detail.holders {
        holders::write(report, detail.explain, page, output)?;
    }
    upgrade::write_unasked(report, page, output)?;
    legacy_tokens::write(report, page, output)?;
    if !detail.holders && !report.findings.is_empty() {
        holders::write_how_to_see(page, output)?;
    }
    footing::write(report, page, output)?;
    commands::write(report, page, output)
}
