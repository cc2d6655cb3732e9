//! What to type, most urgent first, and what mends it for good.

use std::io::{self, Write};

use super::answer::INFERRED;
use super::list::{self, Margins};
use super::style::{FAINT, HEADING, paint};
use crate::render::Page;
use crate::render::actions::{Actions, Cure, Restart, later_than};
use crate::render::moment::day;
use crate::render::visible::visible;
use crate::report::Report;

/// The width of the headings on the left.
const LEFT: usize = 10;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let actions = Actions::of(report);
    write_restarts("Now", &actions.now, report, page, output)?;
    write_restarts("Soon", &actions.soon, report, page, output)?;
    if !actions.now.is_empty() || !actions.soon.is_empty() {
        let words = paint(FAINT, INFERRED, page.colour);
        writeln!(output, "  {:LEFT$}{words}", "")?;
    }
    write_cures(&actions.then, page, output)?;
    if actions.later > 0 {
        let heading = paint(HEADING, format!("{:LEFT$}", "Later"), page.colour);
        writeln!(output)?;
        writeln!(
            output,
            "  {heading}{} more {}; what to do is in --format csv",
            actions.later,
            later_than()
        )?;
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
        if report.clusters.len() > 1 && another {
            lines.push(format!("# {}", visible(&report.name_of(restart.cluster))));
        }
        lines.push(format!(
            "{}   # new date {}",
            restart.command,
            day(restart.new_date, page.time_zone)
        ));
    }
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

/// One line for each piece of advice, with the service accounts that it is for.
fn write_cures(cures: &[Cure<'_>], page: &Page, output: &mut dyn Write) -> io::Result<()> {
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
