//! What to do, and what an upgrade would break.

use std::io::{self, Write};

use super::escape::{code, line, words};
use super::{MOST_LINES, account, write_more};
use crate::render::RenderOptions;
use crate::render::actions::{self, Body, Fix, Restart};
use crate::render::command_block;
use crate::render::upgrade::{self, Upgrade};
use crate::report::Report;

/// What to do, step by step.
pub(super) fn write_actions(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    for step in actions::steps(report) {
        writeln!(output)?;
        writeln!(output, "### {}: {}", step.heading, step.purpose)?;
        writeln!(output)?;
        match &step.body {
            Body::Restarts(restarts) => write_restarts(restarts, report, options, output)?,
            Body::Fixes(fixes) => write_fixes(fixes, output)?,
        }
    }
    if let Some(later) = actions::later(report) {
        writeln!(output)?;
        writeln!(output, "Later: {later}; what to do is in `--format csv`.")?;
    }
    Ok(())
}

fn write_fixes(fixes: &[Fix<'_>], output: &mut dyn Write) -> io::Result<()> {
    for fix in fixes.iter().take(MOST_LINES) {
        let accounts: Vec<String> = fix
            .service_accounts
            .iter()
            .map(|account| code(account.to_string()))
            .collect();
        writeln!(
            output,
            "- {}: {}",
            accounts.join(", "),
            words(&fix.text.to_string())
        )?;
    }
    write_more(fixes.len(), "things to do", output)
}

/// What an upgrade would break.
pub(super) fn write_upgrade(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let Some(upgrade) = Upgrade::of(report) else {
        let Some(unasked) = upgrade::unasked(report) else {
            return Ok(());
        };
        writeln!(output)?;
        return writeln!(output, "Upgrade: {}", words(&unasked));
    };
    writeln!(output)?;
    writeln!(output, "### Upgrade {}", upgrade.summary)?;
    writeln!(output)?;
    for broken in upgrade.broken.iter().take(MOST_LINES) {
        writeln!(
            output,
            "- {} is rejected daily: {}: {}",
            account(report, broken.finding),
            words(&broken.clients),
            words(&broken.fix)
        )?;
    }
    write_more(upgrade.broken.len(), "that are rejected daily", output)?;
    for remark in &upgrade.remarks {
        writeln!(output, "- {}", words(remark))?;
    }
    Ok(())
}

fn write_restarts(
    restarts: &[Restart<'_>],
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let shown = &restarts[..restarts.len().min(MOST_LINES)];
    let blocks = command_block::blocks(report, shown, options.time_zone);
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 {
            writeln!(output)?;
        }
        // Two clusters' commands must not be copied as one.
        writeln!(output, "```sh")?;
        for command in &block.lines {
            writeln!(output, "{}", line(command))?;
        }
        if index + 1 == blocks.len() && restarts.len() > MOST_LINES {
            let more = restarts.len() - MOST_LINES;
            writeln!(output, "# and {more} more: see --format csv")?;
        }
        writeln!(output, "```")?;
    }
    Ok(())
}
