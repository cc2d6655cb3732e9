//! Which clusters and what was found, at a glance.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::list;
use super::style::{FAINT, HEADING, WARNING, of_severity, paint};
use crate::render::Page;
use crate::render::basis;
use crate::render::headline;
use crate::render::overview;
use crate::render::tally;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::scan::ClusterScan;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    if overview::counts(report) {
        write_overview(report, page, output)?;
    } else {
        write_clusters(report, page, output)?;
    }
    for line in basis::lifetimes(report) {
        for line in list::wrapped(&visible(&line), page.width) {
            writeln!(output, "{}", paint(FAINT, line, page.colour))?;
        }
    }
    writeln!(output)?;
    if let Some(unseen) = headline::unseen(report) {
        let words = visible(&unseen).into_owned();
        writeln!(output, "  {}", paint(WARNING, words, page.colour))?;
    }
    if overview::counts(report) {
        write_reasons(report, page, output)?;
    }
    write_summary(report, page, output)
}

/// How many clusters there are, and their windows.
fn write_overview(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    for line in list::wrapped(&overview::summary(report), page.width) {
        writeln!(output, "{}", paint(HEADING, line, page.colour))?;
    }
    for line in overview::windows(report, page) {
        writeln!(output, "{line}")?;
    }
    Ok(())
}

/// Why clusters could not be seen; each gap by itself, with what ends it, stands at the end.
fn write_reasons(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    for reason in overview::reasons(report) {
        for (index, line) in list::wrapped(&visible(&reason), page.width.saturating_sub(4))
            .into_iter()
            .enumerate()
        {
            let inset = if index == 0 { "" } else { "  " };
            let line = paint(WARNING, line, page.colour);
            writeln!(output, "    {inset}{line}")?;
        }
    }
    Ok(())
}

/// Each cluster with its window.
fn write_clusters(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let widest = report
        .clusters
        .iter()
        .map(|scan| name(report, scan).chars().count())
        .max()
        .unwrap_or(0);
    for scan in &report.clusters {
        let name = format!("{:widest$}", name(report, scan));
        writeln!(
            output,
            "{}   {}",
            paint(HEADING, name, page.colour),
            basis::window(scan.window, page)
        )?;
    }
    Ok(())
}

fn write_summary(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let (summary, harmless) = summary(report);
    let colour = |(style, words): Part| paint(style, words, page.colour);
    let width = |parts: &[Part]| {
        parts
            .iter()
            .map(|(_, words)| words.width() + 3)
            .sum::<usize>()
    };
    let fits = width(&summary) + width(&harmless) + 6 <= page.width;
    let parted = if fits { "       " } else { "\n  " };
    let join = |parts: Vec<Part>| -> String {
        parts
            .into_iter()
            .map(colour)
            .collect::<Vec<_>>()
            .join("   ")
    };
    let parts: Vec<String> = [join(summary), join(harmless)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    writeln!(output, "  {}", parts.join(parted))
}

fn name(report: &Report, scan: &ClusterScan) -> String {
    let name = report.name_of(&scan.cluster);
    match report.region_beside(&scan.cluster) {
        Some(region) => format!("{}   {}", visible(&name), visible(region)),
        None => visible(&name).into_owned(),
    }
}

/// Some words of the summary and their style.
type Part = (Style, String);

/// `1 rejected   2 frozen, the first dies in 2 d 4 h       3 refreshing late, 2 gone: harmless`
fn summary(report: &Report) -> (Vec<Part>, Vec<Part>) {
    let mut pressing: Vec<Part> = tally::pressing(report)
        .iter()
        .map(|tally| (of_severity(tally.severity), tally.in_words()))
        .collect();
    if pressing.is_empty() {
        let words = headline::without_findings(report);
        pressing.push((Style::new(), visible(&words).into_owned()));
    }
    let calm = tally::calm(report).into_iter();
    (pressing, calm.map(|words| (FAINT, words)).collect())
}
