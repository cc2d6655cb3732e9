//! The commands to paste, last on the screen in an outage: they restart what is rejected and
//! nothing else. What is rejected next is included as comments only.

use std::io::{self, Write};

use super::outage;
use super::style::{HEADING, paint};
use crate::render::RenderOptions;
use crate::render::actions;
use crate::render::command_block;
use crate::render::kubeconfig;
use crate::report::Report;
use crate::report::finding::Finding;

/// The width of the headings on the left, after two spaces.
pub(super) const LEFT: usize = 10;

/// Writes lines to paste under a heading, unchanged: what is pasted is never wrapped.
pub(super) fn write_lines(
    heading: &str,
    lines: &[String],
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    for (index, line) in lines.iter().enumerate() {
        let left = match index {
            0 => paint(HEADING, format!("{heading:LEFT$}"), options.colour).to_string(),
            _ => " ".repeat(LEFT),
        };
        writeln!(output, "{}", format!("  {left}{line}").trim_end())?;
    }
    Ok(())
}

/// Writes restarts under a heading, one block a cluster.
pub(super) fn write_restarts(
    heading: &str,
    restarts: &[actions::Restart<'_>],
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut heading = heading;
    for block in command_block::blocks(report, restarts, options.time_zone) {
        writeln!(output)?;
        write_lines(heading, &block.lines, options, output)?;
        heading = "";
    }
    Ok(())
}

/// Writes the comments for what is rejected next, and then the commands for what is rejected now.
pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let run_now = actions::restarts_now(report);
    let mut heading = "Later";
    for (cluster, comments) in outage::comments(report, &run_now, LEFT, options) {
        writeln!(output)?;
        let context = kubeconfig::lines(report, cluster).into_iter();
        let lines: Vec<String> = context
            .filter(|line| line.starts_with('#'))
            .chain(comments)
            .collect();
        write_lines(heading, &lines, options, output)?;
        heading = "";
    }
    if run_now.is_empty() {
        let words = nothing(report);
        writeln!(output)?;
        return write_lines("Run now", &[words.to_owned()], options, output);
    }
    write_restarts("Run now", &run_now, report, options, output)
}

/// Why there is no command to run now, as a comment.
fn nothing(report: &Report) -> &'static str {
    let is_rejected = |finding: &Finding| {
        finding
            .rejected_holders(report.now(finding))
            .next()
            .is_some()
    };
    if report.findings.iter().any(is_rejected) {
        return "# no command helps: see above for how to fix what is rejected";
    }
    if report.urgent_callers().next().is_some() {
        return "# nothing to restart yet: see above for the rejected callers, which are not identified";
    }
    match report.is_incomplete() {
        true => "# nothing to restart in what could be seen",
        false => "# nothing to restart: no workload is rejected",
    }
}
