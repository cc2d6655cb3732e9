//! The findings as a table, and those that need nobody as a list.

use std::borrow::Cow;
use std::io::{self, Write};

use super::escape::{code, words};
use super::{MOST_LINES, account, write_more};
use crate::evidence::count::{pluralize, thousands};
use crate::render::RenderOptions;
use crate::render::due::{self, Column};
use crate::render::harmless;
use crate::render::headline;
use crate::render::time_format::distance;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::severity::Severity;

/// The most findings in a table. GitHub refuses an issue of more than 65,536 characters.
const MOST_FINDINGS: usize = 100;

pub(super) fn write_findings(
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
            pluralize(findings.len() - MOST_FINDINGS, "finding", "findings")
        )?;
    }
    Ok(())
}

/// The verdict, in bold where it is critical.
fn verdict(finding: &Finding) -> String {
    match finding.severity {
        Some(Severity::Critical) => format!("**{}**", finding.verdict),
        _ => finding.verdict.to_string(),
    }
}

pub(super) fn write_harmless(
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
        let account = account(report, finding);
        let why = harmless::words(finding, options.time_zone);
        // Only the reason of an acceptance is text from elsewhere.
        let why = match finding.accepted {
            Some(_) => words(&why),
            None => Cow::Borrowed(&*why),
        };
        writeln!(output, "- {account}: {}, {why}", finding.verdict)?;
    }
    write_more(harmless.len(), "harmless findings", output)
}
