//! Markdown for pasting into an issue. Text from logs is formatted as code: it links nowhere, shows
//! no images and mentions no one.
//!
//! - [`escape`]: text that stays text
//! - [`callers`]: other rejected callers, and tokens kept in secrets
//! - [`what_to_do`]: what to do, and what an upgrade would break

mod callers;
mod escape;
mod what_to_do;

use std::borrow::Cow;
use std::io::{self, Write};

use super::RenderOptions;
use super::basis::{self, NOT_VISIBLE};
use super::change;
use super::due::{self, Column};
use super::harmless;
use super::overview;
use super::pods;
use super::recurrence;
use super::rejections;
use super::tally;
use super::time_format::distance;
use crate::evidence::count::{counted, thousands};
use crate::render::headline;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::verdict::Severity;
use callers::{write_callers, write_legacy_tokens};
use escape::{code, words};
use what_to_do::{write_actions, write_upgrade};

/// The most findings in a table. GitHub refuses an issue of more than 65,536 characters.
const MOST_FINDINGS: usize = 100;
/// The most commands, pieces of advice and gaps in a list, for the same reason.
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
        let cluster = if report.clusters.len() > 1 {
            format!(" in {}", code(report.name_of(&account.cluster)))
        } else {
            String::new()
        };
        writeln!(
            output,
            "- {} {}{cluster}: {}",
            account.kind,
            code(account.service_account.to_string()),
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

fn write_findings(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let findings: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| !finding.needs_no_action())
        .collect();
    writeln!(output)?;
    if findings.is_empty() {
        let sentence = headline::as_sentence(&headline::without_findings(report));
        return writeln!(output, "{}", words(&sentence));
    }
    let dates = Column::of(findings.iter().copied());
    let several_clusters = report.clusters.len() > 1;
    let (heading, rule) = if several_clusters {
        ("| Cluster ", "| --- ")
    } else {
        ("", "")
    };
    writeln!(
        output,
        "| Rank {heading}| Service account | Verdict | {} ({}) | Pods | Requests | Client |",
        dates.heading(),
        options.time_zone
    )?;
    writeln!(
        output,
        "| ---: {rule}| --- | --- | --- | ---: | ---: | --- |"
    )?;
    for finding in findings.iter().take(MOST_FINDINGS) {
        let lead = finding.lead();
        let pods = match (finding.holders_with_verdict(), finding.holders.len()) {
            (same, all) if same == all => all.to_string(),
            (same, all) => format!("{same} of {all}"),
        };
        let clients: Vec<_> = finding
            .clients
            .iter()
            .map(|it| words(&it.label.to_string()).into_owned())
            .collect();
        write!(output, "| {} ", finding.rank)?;
        if several_clusters {
            write!(output, "| {} ", code(report.name_of(&finding.cluster)))?;
        }
        writeln!(
            output,
            "| {} | {} | {}{}, {} | {pods} | {} | {} |",
            code(finding.service_account.to_string()),
            verdict(finding),
            dates.before(lead),
            due::date(lead, options.time_zone),
            distance(lead.rejected_from, report.now(finding)),
            thousands(finding.requests()),
            clients.join("; ")
        )?;
    }
    if let Some(key) = dates.key() {
        writeln!(output)?;
        writeln!(output, "{key}")?;
    }
    if findings.len() > MOST_FINDINGS {
        writeln!(output)?;
        writeln!(
            output,
            "{} more: see `--format csv`.",
            counted(findings.len() - MOST_FINDINGS, "finding", "findings")
        )?;
    }
    Ok(())
}

/// Since when, how often and until when each of the findings was rejected.
fn write_rejections(
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
        let account = code(finding.service_account.to_string());
        let cluster = if report.clusters.len() > 1 {
            format!(" in {}", code(report.name_of(&finding.cluster)))
        } else {
            String::new()
        };
        writeln!(output, "- {account}{cluster}: {rejected}")?;
    }
    write_more(rejected().count(), "rejected", output)
}

/// The verdict, in bold where it is critical.
fn verdict(finding: &Finding) -> String {
    match finding.severity {
        Some(Severity::Critical) => format!("**{}**", finding.verdict),
        _ => finding.verdict.to_string(),
    }
}

/// Clients that are interrupted at the end of every token, and silent ones that may have recovered.
fn write_recurring(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let recurring = recurrence::words(report, finding, options.time_zone);
        let quiet = recurrence::quiet(report, finding, options.time_zone);
        for remark in recurring.into_iter().chain(quiet) {
            lines.push(format!(
                "- {}{}: {remark}",
                code(finding.service_account.to_string()),
                in_cluster(report, finding)
            ));
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
fn write_pods(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::new();
    for finding in report.findings.iter().filter(|it| !it.needs_no_action()) {
        let known = pods::of_finding(finding).map(|it| code(&it).to_string());
        let remarks = pods::remarks(report, finding).into_iter();
        let whole: Vec<String> = known.into_iter().chain(remarks).collect();
        if !whole.is_empty() {
            lines.push(format!(
                "- {}{}: {}",
                code(finding.service_account.to_string()),
                in_cluster(report, finding),
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

fn in_cluster(report: &Report, finding: &Finding) -> String {
    match report.clusters.len() {
        0 | 1 => String::new(),
        _ => format!(" in {}", code(report.name_of(&finding.cluster))),
    }
}

fn write_harmless(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let harmless: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.needs_no_action())
        .collect();
    if harmless.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    writeln!(output, "### Harmless")?;
    writeln!(output)?;
    for finding in harmless.iter().take(MOST_LINES) {
        let account = code(finding.service_account.to_string());
        let cluster = if report.clusters.len() > 1 {
            format!(" in {}", code(report.name_of(&finding.cluster)))
        } else {
            String::new()
        };
        let why = harmless::words(finding, options.time_zone);
        // Only the reason of an acceptance is text from elsewhere.
        let why = match finding.accepted {
            Some(_) => words(&why),
            None => Cow::Borrowed(&*why),
        };
        writeln!(output, "- {account}{cluster}: {}, {why}", finding.verdict)?;
    }
    write_more(harmless.len(), "harmless findings", output)
}
