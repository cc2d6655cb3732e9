//! The findings that need nobody: told, so that nobody has to wonder.

use std::io::{self, Write};

use super::style::{FAINT, paint};
use crate::render::Page;
use crate::render::moment::{duration, minute};
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::finding::Finding;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let harmless: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.is_calm())
        .collect();
    if harmless.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = harmless
        .iter()
        .map(|finding| name(finding, report))
        .collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    writeln!(output)?;
    let accepted = harmless.iter().any(|finding| finding.accepted.is_some());
    let heading = if accepted {
        "Harmless or accepted"
    } else {
        "Harmless"
    };
    writeln!(output, "  {heading}")?;
    for (finding, name) in harmless.iter().zip(&names) {
        let line = format!(
            "    {name:width$}  {:15}  {}",
            finding.verdict,
            what(finding, page),
            width = widest.unwrap_or(0)
        );
        writeln!(output, "{}", paint(FAINT, line, page.colour))?;
    }
    Ok(())
}

fn name(finding: &Finding, report: &Report) -> String {
    if report.clusters.len() > 1 {
        format!(
            "{} ({})",
            finding.service_account,
            visible(&report.name_of(&finding.cluster))
        )
    } else {
        finding.service_account.to_string()
    }
}

fn what(finding: &Finding, page: &Page) -> String {
    if let Some(accepted) = &finding.accepted {
        return format!(
            "accepted until {}: {}",
            accepted.until,
            visible(&accepted.reason)
        );
    }
    if finding.verdict.is_gone() {
        return format!("last used {}", minute(finding.last_seen(), page.time_zone));
    }
    let oldest = finding
        .holders
        .iter()
        .flat_map(|holder| &holder.tokens)
        .map(|token| token.last_used - token.issued)
        .max();
    let tokens = match finding.tokens() {
        1 => "1 token".to_owned(),
        tokens => format!("{tokens} tokens"),
    };
    match oldest {
        Some(oldest) => format!("{tokens}, none used past {}", duration(oldest)),
        None => tokens,
    }
}
