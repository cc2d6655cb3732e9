//! The table that a person reads at a terminal, from 60 columns up.
//!
//! - [`heading`]: which clusters and what was found, at a glance
//! - [`changes`]: what changed since an earlier report
//! - [`rejected`]: what is rejected now
//! - [`outage`]: what is rejected next, and why
//! - [`commands`]: the commands to paste
//! - [`recurring`]: clients that are interrupted at the end of every token, or may have recovered
//! - [`upgrade`]: what an upgrade would break
//! - [`rows`]: the findings that need action, by namespace
//! - [`columns`]: which of their columns fit
//! - [`harmless`]: the ones that do not
//! - [`advice`]: the commands to run, most urgent first, and the fixes
//! - [`callers`]: other rejected callers
//! - [`legacy_tokens`]: tokens kept in secrets
//! - [`holders`]: each holder separately
//! - [`footing`]: what the report rests on, and what it cannot see
//! - [`names`]: a service account with its cluster
//! - [`list`]: a list under a heading, wrapped
//! - [`style`]: what each colour means
//!
//! It reads equally well without colour.

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
mod names;
mod outage;
mod recurring;
mod rejected;
mod rows;
mod style;
mod upgrade;

use std::io::{self, Write};

use super::RenderOptions;
use crate::report::Report;

/// Writes the report.
pub fn render(report: &Report, options: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    heading::write(report, options, output)?;
    changes::write(report, options, output)?;
    upgrade::write(report, options, output)?;
    rejected::write(report, options, output)?;
    recurring::write(report, options, output)?;
    rows::write(report, options, output)?;
    harmless::write(report, options, output)?;
    advice::write(report, options, output)?;
    upgrade::write_unasked(report, options, output)?;
    callers::write(report, options, output)?;
    legacy_tokens::write(report, options, output)?;
    footing::write(report, options, output)
}

/// What an investigation shows besides the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detail {
    /// Each holder separately. Without it, the result fits on the screen.
    pub holders: bool,
    /// The numbers that each verdict rests on.
    pub explain: bool,
}

/// Writes for an outage: what is rejected now, what is next, why, then the report, each holder
/// separately if requested, and last the commands.
pub fn render_in_detail(
    report: &Report,
    detail: Detail,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    heading::write(report, options, output)?;
    upgrade::write(report, options, output)?;
    rejected::write_with_commands(report, options, output)?;
    outage::write_next(report, options, output)?;
    outage::write_causes(report, options, output)?;
    recurring::write(report, options, output)?;
    rows::write(report, options, output)?;
    callers::write(report, options, output)?;
    if detail.holders {
        holders::write(report, detail.explain, options, output)?;
    }
    upgrade::write_unasked(report, options, output)?;
    legacy_tokens::write(report, options, output)?;
    if !detail.holders && !report.findings.is_empty() {
        holders::write_how_to_see(options, output)?;
    }
    footing::write(report, options, output)?;
    commands::write(report, options, output)
}
