//! What changed since an earlier report.

use std::io::{self, Write};

use anstyle::Style;

use super::list;
use super::names::with_cluster;
use super::style::{CRITICAL, FAINT, HEADING, WARNING, paint};
use crate::render::RenderOptions;
use crate::render::change;
use crate::report::Report;
use crate::report::changes::AccountChange;
use crate::report::severity::Severity;

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Some(changes) = &report.changes else {
        return Ok(());
    };
    let heading = change::heading(changes, options.time_zone);
    writeln!(output)?;
    writeln!(output, "  {}", paint(HEADING, heading, options.colour))?;
    let changed: Vec<&AccountChange> = change::listed(changes).collect();
    let names: Vec<String> = changed
        .iter()
        .map(|account| with_cluster(&account.service_account, report, &account.cluster))
        .collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    for (account, name) in changed.iter().zip(&names) {
        let line = format!(
            "{:10} {name:width$}  {}",
            account.kind,
            change::words(
                account,
                report.as_of().unwrap_or_default(),
                options.time_zone
            ),
            width = widest.unwrap_or(0)
        );
        let style = match account.now.and_then(|state| state.severity) {
            Some(Severity::Critical) => CRITICAL,
            Some(Severity::Warning) => WARNING,
            Some(Severity::Notice) => Style::new(),
            None => FAINT,
        };
        list::paragraph(&line, style, 4, options, output)?;
    }
    if let Some(unchanged) = change::unchanged(changes) {
        list::paragraph(&unchanged, FAINT, 4, options, output)?;
    }
    Ok(())
}
