//! What an upgrade would break.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::names;
use crate::render::RenderOptions;
use crate::render::upgrade::{self, Broken, Upgrade};
use crate::report::Report;

const MARGINS: Margins = Margins {
    indent: 2,
    heading: 10,
};

/// The answer to the question about an upgrade.
pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Some(upgrade) = Upgrade::of(report) else {
        return Ok(());
    };
    let mut items = vec![upgrade.summary];
    items.extend(upgrade.broken.iter().map(|it| broken(report, it)));
    items.extend(upgrade.remarks);
    writeln!(output)?;
    list::write("Upgrade", &items, MARGINS, options, output)
}

/// One line for reports without a target version.
pub(super) fn write_unasked(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Some(words) = upgrade::unasked(report) else {
        return Ok(());
    };
    writeln!(output)?;
    list::write("Upgrade", &[words], MARGINS, options, output)
}

fn broken(report: &Report, broken: &Broken<'_>) -> String {
    format!(
        "{} is rejected daily: {}: {}",
        names::of_finding(report, broken.finding),
        broken.clients,
        broken.fix
    )
}
