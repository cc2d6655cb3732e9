//! What to type, most urgent first, and what mends it for good.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::style::{FAINT, HEADING, paint};
use crate::render::Page;
use crate::render::actions::{self, Body, Cure, INFERRED, Restart};
use crate::render::kubeconfig;
use crate::render::visible::visible;
use crate::report::Report;

/// The width of the headings on the left.
const LEFT: usize = 10;

const MARGINS: Margins = Margins {
    indent: 2,
    heading: LEFT,
};

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let steps = actions::steps(report);
    let is_restart = |body: &Body<'_>| matches!(body, Body::Restarts(_));
    let last = steps.iter().rposition(|step| is_restart(&step.body));
    let is_inferred = actions::has_inferred(&steps);
    for (index, step) in steps.iter().enumerate() {
        match &step.body {
            Body::Restarts(restarts) => {
                write_restarts(step.heading, restarts, report, page, output)?;
            }
            Body::Cures(cures) => write_cures(step.heading, cures, page, output)?,
        }
        if Some(index) == last && is_inferred {
            let words = paint(FAINT, INFERRED, page.colour);
            writeln!(output, "  {:LEFT$}{words}", "")?;
        }
    }
    if let Some(later) = actions::later(report) {
        let words = format!("{later}; what to do is in --format csv");
        writeln!(output)?;
        list::write("Later", &[words], MARGINS, page, output)?;
    }
    Ok(())
}

fn write_restarts(
    heading: &str,
    restarts: &[Restart<'_>],
    report: &Report,
    page: &Page,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut lines: Vec<String> = Vec::new();
    let mut cluster = None;
    for restart in restarts {
        let another = cluster.replace(restart.cluster) != Some(restart.cluster);
        if another {
            // Two clusters' commands must not be pasted as one.
            if !lines.is_empty() {
                lines.push(String::new());
            }
            let context = kubeconfig::lines(report, restart.cluster).into_iter();
            lines.extend(context.map(|line| visible(&line).into_owned()));
        }
        lines.push(format!(
            "{}   # {}",
            restart.command,
            restart.buys(page.time_zone)
        ));
    }
    for (index, line) in lines.iter().enumerate() {
        let left = if index == 0 {
            writeln!(output)?;
            paint(HEADING, format!("{heading:LEFT$}"), page.colour)
        } else {
            " ".repeat(LEFT)
        };
        writeln!(output, "{}", format!("  {left}{line}").trim_end())?;
    }
    Ok(())
}

/// One line for each piece of advice, with the service accounts that it is for.
fn write_cures(
    heading: &str,
    cures: &[Cure<'_>],
    page: &Page,
    output: &mut dyn Write,
) -> io::Result<()> {
    let lines: Vec<String> = cures
        .iter()
        .map(|cure| {
            let accounts: Vec<String> = cure
                .service_accounts
                .iter()
                .map(ToString::to_string)
                .collect();
            format!("{}: {}", accounts.join(", "), visible(cure.text))
        })
        .collect();
    writeln!(output)?;
    list::write(heading, &lines, MARGINS, page, output)
}
