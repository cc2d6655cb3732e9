//! The commands to run, most urgent first, and the fixes.

use std::io::{self, Write};

use super::commands::write_restarts;
use super::list::{self, Margins};
use crate::render::RenderOptions;
use crate::render::actions::{self, Body, Fix};
use crate::report::Report;

/// The width of the headings on the left.
const LEFT: usize = 10;

const MARGINS: Margins = Margins {
    indent: 2,
    heading: LEFT,
};

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    for step in actions::steps(report) {
        match &step.body {
            Body::Restarts(restarts) => {
                write_restarts(step.heading, restarts, report, options, output)?;
            }
            Body::Fixes(fixes) => write_fixes(step.heading, fixes, options, output)?,
        }
    }
    if let Some(later) = actions::later(report) {
        let words = format!("{later}; what to do is in --format csv");
        writeln!(output)?;
        list::write("Later", &[words], MARGINS, options, output)?;
    }
    Ok(())
}

/// One line for each piece of advice, with the service accounts that it is for.
fn write_fixes(
    heading: &str,
    fixes: &[Fix<'_>],
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let lines: Vec<String> = fixes
        .iter()
        .map(|fix| {
            let accounts: Vec<String> = fix
                .service_accounts
                .iter()
                .map(ToString::to_string)
                .collect();
            format!("{}: {}", accounts.join(", "), fix.text)
        })
        .collect();
    writeln!(output)?;
    list::write(heading, &lines, MARGINS, options, output)
}
