//! Which clusters and what was found, at a glance.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::list;
use super::style::{FAINT, HEADING, WARNING, of_severity, paint};
use crate::render::RenderOptions;
use crate::render::basis;
use crate::render::headline;
use crate::render::overview;
use crate::render::tally;
use crate::report::Report;
use crate::report::scan::ClusterScan;

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    if overview::counts(report) {
        write_overview(report, options, output)?;
    } else {
        write_clusters(report, options, output)?;
    }
    for line in basis::lifetimes(report)
        .into_iter()
        .chain(basis::as_of(report))
    {
        list::paragraph(&line, FAINT, 0, options, output)?;
    }
    writeln!(output)?;
    if let Some(unseen) = headline::unseen(report) {
        list::paragraph(&unseen, WARNING, 2, options, output)?;
    }
    if overview::counts(report) {
        write_reasons(report, options, output)?;
    }
    write_summary(report, options, output)
}

/// How many clusters there are, and their windows.
fn write_overview(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    for line in list::wrapped(&overview::summary(report), options.width) {
        writeln!(output, "{}", paint(HEADING, line, options.colour))?;
    }
    for line in overview::windows(report, options) {
        writeln!(output, "{line}")?;
    }
    Ok(())
}

/// Why clusters could not be seen; each gap with its fix is listed at the end.
fn write_reasons(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    for reason in overview::reasons(report) {
        list::paragraph(&reason, WARNING, 4, options, output)?;
    }
    Ok(())
}

/// Each cluster with its window.
fn write_clusters(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let widest = report
        .clusters
        .iter()
        .map(|scan| name(report, scan).chars().count())
        .max()
        .unwrap_or(0);
    for scan in &report.clusters {
        let window = basis::window(scan.window, options);
        let name = format!("{:widest$}", name(report, scan));
        if name.width() + 3 + window.len() <= options.width {
            writeln!(
                output,
                "{}   {window}",
                paint(HEADING, name, options.colour)
            )?;
        } else {
            list::paragraph(name.trim_end(), HEADING, 0, options, output)?;
            writeln!(output, "  {window}")?;
        }
    }
    Ok(())
}

fn write_summary(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let (pressing, calm) = summary(report);
    let width = |parts: &[Part]| {
        let widths = parts.iter().map(|(_, words)| words.width() + GAP);
        widths.sum::<usize>()
    };
    let join = |parts: &[Part]| -> String {
        let painted = parts
            .iter()
            .map(|(style, words)| paint(*style, words, options.colour));
        painted.collect::<Vec<_>>().join(&" ".repeat(GAP))
    };
    if !calm.is_empty() && width(&pressing) + width(&calm) + 2 * GAP <= options.width {
        let gap = " ".repeat(2 * GAP + 1);
        return writeln!(output, "  {}{gap}{}", join(&pressing), join(&calm));
    }
    for parts in [pressing, calm] {
        let mut line: Vec<Part> = Vec::new();
        for part in parts {
            if !line.is_empty() && width(&line) + part.1.width() + 2 > options.width {
                writeln!(output, "  {}", join(&line))?;
                line.clear();
            }
            match part.1.width() + 2 > options.width {
                true => list::paragraph(&part.1, part.0, 2, options, output)?,
                false => line.push(part),
            }
        }
        if !line.is_empty() {
            writeln!(output, "  {}", join(&line))?;
        }
    }
    Ok(())
}

fn name(report: &Report, scan: &ClusterScan) -> String {
    let name = report.name_of(&scan.cluster);
    match report.region_beside(&scan.cluster) {
        Some(region) => format!("{name}   {region}"),
        None => name.to_string(),
    }
}

/// Blanks between two parts of the summary.
const GAP: usize = 3;

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
        pressing.push((Style::new(), words));
    }
    let calm = tally::calm(report).into_iter();
    (pressing, calm.map(|words| (FAINT, words)).collect())
}
