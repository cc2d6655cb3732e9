//! What changed since an earlier report.

use std::io::{self, Write};

use super::style::{CRITICAL, FAINT, HEADING, WARNING, paint};
use crate::render::Page;
use crate::render::change::words;
use crate::render::moment::minute;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::changes::{AccountChange, ChangeKind};
use crate::report::verdict::Severity;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let Some(changes) = &report.changes else {
        return Ok(());
    };
    let heading = match changes.since {
        Some(since) => format!(
            "Changes since {} {}",
            minute(since, page.time_zone),
            page.time_zone
        ),
        None => "First report: nothing to compare with".to_owned(),
    };
    writeln!(output)?;
    writeln!(output, "  {}", paint(HEADING, heading, page.colour))?;
    let unchanged = changes.count(ChangeKind::Unchanged) + changes.left_out;
    // On a first run the list below is the list of changes.
    let changed: Vec<&AccountChange> = changes
        .accounts
        .iter()
        .filter(|account| account.kind != ChangeKind::Unchanged && changes.since.is_some())
        .collect();
    let names: Vec<String> = changed
        .iter()
        .map(|account| name(account, report.clusters.len() > 1))
        .collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    for (account, name) in changed.iter().zip(&names) {
        let line = format!(
            "    {:10} {name:width$}  {}",
            account.kind,
            words(
                account,
                report.made_for().unwrap_or_default(),
                page.time_zone
            ),
            width = widest.unwrap_or(0)
        );
        let style = match account.now.and_then(|state| state.severity) {
            Some(Severity::Critical) => Some(CRITICAL),
            Some(Severity::Warning) => Some(WARNING),
            Some(Severity::Notice) => None,
            None => Some(FAINT),
        };
        match style {
            Some(style) => writeln!(output, "{}", paint(style, line, page.colour))?,
            None => writeln!(output, "{line}")?,
        }
    }
    if unchanged > 0 {
        let line = match changes.left_out {
            0 => format!("    {unchanged} unchanged"),
            _ => format!("    {unchanged} unchanged, left out here"),
        };
        writeln!(output, "{}", paint(FAINT, line, page.colour))?;
    }
    Ok(())
}

fn name(account: &AccountChange, several_clusters: bool) -> String {
    if several_clusters {
        format!(
            "{} ({})",
            account.service_account,
            visible(&account.cluster.name)
        )
    } else {
        account.service_account.to_string()
    }
}
