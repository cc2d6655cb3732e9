//! Markdown for pasting into an issue. Text from logs is formatted as code: it links nowhere, shows
//! no images and mentions no one.
//!
//! - [`escape`]: text that stays text
//! - [`findings`], [`remarks`]: the findings, and what is known of single ones
//! - [`callers`]: other rejected callers, and tokens kept in secrets
//! - [`what_to_do`]: what to do, and what an upgrade would break

mod callers;
mod escape;
mod findings;
mod remarks;
mod what_to_do;

use std::io::{self, Write};

use super::RenderOptions;
use super::basis::{self, NOT_VISIBLE};
use super::change;
use super::overview;
use super::tally;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::render::headline;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::severity::Severity;
use callers::{write_callers, write_legacy_tokens};
use escape::{code, words};
use findings::{write_findings, write_harmless};
use remarks::{write_pods, write_recurring, write_rejections};
use what_to_do::{write_actions, write_upgrade};

/// The most commands, pieces of advice and gaps in a list. GitHub refuses an issue of more than
/// 65,536 characters.
const MOST_LINES: usize = 50;

/// Writes the report.
pub fn render(report: &Report, options: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "## Stale service-account tokens")?;
    write_basis(report, options, output)?;
    write_tallies(report, output)?;
    write_warnings(report, output)?;
    write_changes(report, options, output)?;
    write_upgrade(report, output)?;
    write_findings(report, options, output)?;
    write_rejections(report, options, output)?;
    write_recurring(report, options, output)?;
    write_pods(report, output)?;
    write_actions(report, options, output)?;
    write_callers(report, options, output)?;
    write_legacy_tokens(report, options, output)?;
    write_harmless(report, options, output)?;
    if overview::counts(report) && report.is_incomplete() {
        writeln!(output)?;
        writeln!(output, "### Not seen")?;
        writeln!(output)?;
        write_gaps(report, output)?;
    }
    writeln!(output)?;
    for note in basis::notes(report).take(MOST_LINES) {
        writeln!(output, "- Note: {}", code(&note))?;
    }
    write_more(basis::notes(report).count(), "notes", output)?;
    if basis::notes(report).next().is_some() {
        writeln!(output)?;
    }
    writeln!(output, "{} {NOT_VISIBLE}", basis::read(report))
}

fn write_basis(report: &Report, options: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output)?;
    if overview::counts(report) {
        writeln!(output, "- {}", overview::summary(report))?;
        for line in overview::windows(report, options) {
            writeln!(output, "- {line}")?;
        }
    } else {
        write_clusters(report, options, output)?;
    }
    for line in basis::lifetimes(report)
        .into_iter()
        .chain(basis::as_of(report))
    {
        writeln!(output, "- {}", words(&line))?;
    }
    Ok(())
}

fn write_clusters(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    for scan in &report.clusters {
        let region = report.region_beside(&scan.cluster).map(code);
        writeln!(
            output,
            "- {}{}: {}",
            code(report.name_of(&scan.cluster)),
            region.map_or_else(String::new, |region| format!(" in {region}")),
            basis::window(scan.window, options)
        )?;
    }
    Ok(())
}

fn write_warnings(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    for scan in &report.clusters {
        if let Some(outlived) = basis::outlived(scan) {
            writeln!(output)?;
            writeln!(
                output,
                "**{}: {outlived}**",
                code(report.name_of(&scan.cluster))
            )?;
        }
    }
    if report.is_incomplete() {
        writeln!(output)?;
        writeln!(
            output,
            "**This report is incomplete: findings may be missing.**"
        )?;
        writeln!(output)?;
        if let Some(unseen) = headline::unseen(report) {
            writeln!(output, "- {}", words(&headline::as_sentence(&unseen)))?;
        }
        if overview::counts(report) {
            for line in overview::reasons(report) {
                writeln!(output, "- {}", words(&line))?;
            }
        } else {
            write_gaps(report, output)?;
        }
    }
    Ok(())
}

/// How many findings have each verdict, and how many need no action.
fn write_tallies(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let pressing = tally::pressing(report);
    let counted: Vec<String> = pressing
        .iter()
        .map(|tally| match tally.severity {
            Some(Severity::Critical) => format!("**{}**", tally.in_words()),
            _ => tally.in_words(),
        })
        .chain(tally::calm(report))
        .collect();
    if counted.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(output, "{}", counted.join("; "))
}

fn write_gaps(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    for counted in report.all_gaps().take(MOST_LINES) {
        let (place, what) = (code(&counted.gap.place), code(counted.in_words()));
        writeln!(output, "- {place}: {what}")?;
    }
    write_more(report.all_gaps().count(), "gaps", output)
}

fn write_changes(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Some(changes) = &report.changes else {
        return Ok(());
    };
    writeln!(output)?;
    writeln!(
        output,
        "### {}",
        change::heading(changes, options.time_zone)
    )?;
    writeln!(output)?;
    let now = report.as_of().unwrap_or_default();
    for account in change::listed(changes).take(MOST_LINES) {
        writeln!(
            output,
            "- {} {}: {}",
            account.kind,
            in_cluster(&account.service_account, report, &account.cluster),
            words(&change::words(account, now, options.time_zone))
        )?;
    }
    write_more(change::listed(changes).count(), "changes", output)?;
    match change::unchanged(changes) {
        Some(unchanged) => writeln!(output, "- {unchanged}"),
        None => Ok(()),
    }
}

fn write_more(all: usize, what: &str, output: &mut dyn Write) -> io::Result<()> {
    match all.saturating_sub(MOST_LINES) {
        0 => Ok(()),
        more => writeln!(output, "- and {more} more {what}: see `--format json`"),
    }
}

fn account(report: &Report, finding: &Finding) -> String {
    in_cluster(&finding.service_account, report, &finding.cluster)
}

/// A service account, with its cluster where there are several.
fn in_cluster(account: &ServiceAccount, report: &Report, cluster: &Cluster) -> String {
    match report.name_among_several(cluster) {
        Some(cluster) => format!("{} in {}", code(account), code(cluster)),
        None => code(account),
    }
}
