//! What is known of single findings: their rejections, their interruptions, and their pods.

use std::io::{self, Write};

use super::escape::code;
use super::{MOST_LINES, account, write_more};
use crate::render::RenderOptions;
use crate::render::pods;
use crate::render::recurrence;
use crate::render::rejections;
use crate::report::Report;

/// Since when, how often and until when each of the findings was rejected.
pub(super) fn write_rejections(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let rejected = || {
        report.findings.iter().filter_map(|finding| {
            // Of what is over, or accepted by the operator, there is less to say.
            let rejected = rejections::current(report, finding, options.time_zone)
                .or_else(|| rejections::of_finding(finding, options.time_zone))?;
            Some((finding, rejected))
        })
    };
    if rejected().next().is_none() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(output, "### Rejections")?;
    writeln!(output)?;
    for (finding, rejected) in rejected().take(MOST_LINES) {
        writeln!(output, "- {}: {rejected}", account(report, finding))?;
    }
    write_more(rejected().count(), "rejected", output)
}

/// Clients that are interrupted at the end of every token, and silent ones that may have recovered.
pub(super) fn write_recurring(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let recurring = recurrence::words(report, finding, options.time_zone);
        let quiet = recurrence::quiet(report, finding, options.time_zone);
        for remark in recurring.into_iter().chain(quiet) {
            lines.push(format!("- {}: {remark}", account(report, finding)));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(output, "### Interruptions")?;
    writeln!(output)?;
    for line in lines.iter().take(MOST_LINES) {
        writeln!(output, "{line}")?;
    }
    write_more(lines.len(), "interrupted", output)
}

/// The workloads, images and states of the pods, as far as the cluster names them.
pub(super) fn write_pods(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::new();
    for finding in report.findings.iter().filter(|it| !it.needs_no_action()) {
        let known = pods::of_finding(finding).map(|it| code(&it).to_string());
        let remarks = pods::remarks(report, finding).into_iter();
        let whole: Vec<String> = known.into_iter().chain(remarks).collect();
        if !whole.is_empty() {
            lines.push(format!(
                "- {}: {}",
                account(report, finding),
                whole.join("; ")
            ));
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(output, "### In the cluster")?;
    writeln!(output)?;
    for line in lines.iter().take(MOST_LINES) {
        writeln!(output, "{line}")?;
    }
    write_more(lines.len(), "in the cluster", output)
}
