//! The findings that need nobody: told, so that nobody has to wonder.

use std::io::{self, Write};

use super::style::{FAINT, paint};
use crate::render::Page;
use crate::render::harmless;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::finding::Finding;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let calm: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.is_calm())
        .collect();
    if calm.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = calm.iter().map(|finding| name(finding, report)).collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    writeln!(output)?;
    let accepted = calm.iter().any(|finding| finding.accepted.is_some());
    let heading = if accepted {
        "Harmless or accepted"
    } else {
        "Harmless"
    };
    writeln!(output, "  {heading}")?;
    for (finding, name) in calm.iter().zip(&names) {
        let line = format!(
            "    {name:width$}  {:15}  {}",
            finding.verdict,
            visible(&harmless::words(finding, page.time_zone)),
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
