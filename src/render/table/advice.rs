//! What to type, most urgent first, and what mends it for good.

use std::io::{self, Write};

use super::answer::INFERRED;
use super::list::{self, Margins};
use super::style::{FAINT, HEADING, paint};
use crate::render::Page;
use crate::render::moment::day;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::finding::{Finding, Remedy};
use crate::report::verdict::Severity;

/// The width of the headings on the left.
const LEFT: usize = 10;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    for (heading, severity) in [("Now", Severity::Critical), ("Soon", Severity::Warning)] {
        write_restarts(heading, severity, report, page, output)?;
    }
    let restarts = urgent(report)
        .into_iter()
        .flat_map(|finding| &finding.remedies)
        .any(|remedy| matches!(remedy, Remedy::Restart { .. }));
    if restarts {
        let words = paint(FAINT, INFERRED, page.colour);
        writeln!(output, "  {:LEFT$}{words}", "")?;
    }
    write_cures(report, page, output)?;
    let later = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Some(Severity::Notice))
        .count();
    if later > 0 {
        let heading = paint(HEADING, format!("{:LEFT$}", "Later"), page.colour);
        writeln!(output)?;
        writeln!(
            output,
            "  {heading}{later} more with over 30 days left; what to do is in --format csv"
        )?;
    }
    Ok(())
}

/// The most urgent first, cluster by cluster: a context is switched once.
fn urgent(report: &Report) -> Vec<&Finding> {
    let mut urgent: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.severity >= Some(Severity::Warning))
        .collect();
    urgent.sort_by_key(|finding| {
        (
            &finding.cluster,
            finding.verdict,
            finding.lead().rejected_from,
        )
    });
    urgent
}

fn write_restarts(
    heading: &str,
    severity: Severity,
    report: &Report,
    page: &Page,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut lines: Vec<String> = Vec::new();
    let mut clusters = Vec::new();
    let wanted = |finding: &&Finding| finding.severity == Some(severity);
    for finding in urgent(report).into_iter().filter(wanted) {
        for remedy in &finding.remedies {
            let Remedy::Restart { command, new_date } = remedy else {
                continue;
            };
            if report.clusters.len() > 1 && clusters.last() != Some(&&finding.cluster) {
                clusters.push(&finding.cluster);
                lines.push(format!("# {}", visible(&finding.cluster.name)));
            }
            lines.push(format!(
                "{command}   # new date {}",
                day(*new_date, page.time_zone)
            ));
        }
    }
    write_list(heading, &lines, page, output)
}

/// One line for each piece of advice, with the service accounts that it is for.
fn write_cures(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let mut cures: Vec<(&str, Vec<String>)> = Vec::new();
    for finding in urgent(report) {
        for remedy in &finding.remedies {
            let Remedy::Advice { text } = remedy else {
                continue;
            };
            let account = finding.service_account.to_string();
            match cures.iter_mut().find(|(known, _)| known == text) {
                Some((_, accounts)) if accounts.contains(&account) => {}
                Some((_, accounts)) => accounts.push(account),
                None => cures.push((text, vec![account])),
            }
        }
    }
    let lines: Vec<String> = cures
        .into_iter()
        .map(|(text, accounts)| format!("{}: {text}", accounts.join(", ")))
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let margins = Margins {
        indent: 2,
        heading: LEFT,
    };
    writeln!(output)?;
    list::write("Then", &lines, margins, page, output)
}

fn write_list(
    heading: &str,
    lines: &[String],
    page: &Page,
    output: &mut dyn Write,
) -> io::Result<()> {
    for (index, line) in lines.iter().enumerate() {
        let left = if index == 0 {
            writeln!(output)?;
            paint(HEADING, format!("{heading:LEFT$}"), page.colour)
        } else {
            " ".repeat(LEFT)
        };
        writeln!(output, "  {left}{line}")?;
    }
    Ok(())
}
