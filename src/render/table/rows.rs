//! The findings that need action, by namespace.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::Style;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};

use super::columns::{CLIENT_HEADING, Columns, Distance, Line};
use super::list;
use super::names::with_cluster;
use super::style::{FAINT, cell};
use crate::render::RenderOptions;
use crate::report::Report;
use crate::report::finding::Finding;

pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let groups = groups(report);
    if groups.is_empty() {
        return Ok(());
    }
    let lines: Vec<Vec<Line<'_>>> = groups
        .iter()
        .map(|group| {
            let findings = group.iter().copied();
            findings.map(|it| Line::of(report, it, options)).collect()
        })
        .collect();
    let columns = Columns::fitting(lines.iter().flatten(), options.width);
    let mut table = Table::new();
    // Whatever does not fit is left out before, so that nothing is cut or wrapped here.
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    if options.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(header(&columns));
    for line in lines.iter().flatten() {
        table.add_row(row(line, &columns));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding(if index == 0 { (2, 2) } else { (0, 2) });
    }
    writeln!(output)?;
    let mut printed = table.lines();
    let mut print = |count: usize, output: &mut dyn Write| -> io::Result<()> {
        for line in printed.by_ref().take(count) {
            writeln!(output, "{}", line.trim_end())?;
        }
        Ok(())
    };
    print(1, output)?;
    for (group, lines) in groups.iter().zip(&lines) {
        // A namespace may be longer than any name in it, and makes no column wider.
        list::paragraph(&heading(group[0], report), Style::new(), 2, options, output)?;
        let names = lines.iter().map(|line| &line.finding.service_account.name);
        print(
            names.map(|name| columns.name_lines(name).len()).sum(),
            output,
        )?;
    }
    match columns.key(lines.iter().flatten()) {
        Some(key) => list::paragraph(&key, FAINT, 2, options, output),
        None => Ok(()),
    }
}

/// The findings that need action by namespace, in rank order: a namespace is placed by its most
/// urgent finding does. Never an empty group.
fn groups(report: &Report) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut places = BTreeMap::new();
    for finding in report
        .findings
        .iter()
        .filter(|finding| !finding.needs_no_action())
    {
        let namespace = (&finding.cluster, &finding.service_account.namespace);
        let place = *places.entry(namespace).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn heading(finding: &Finding, report: &Report) -> String {
    with_cluster(&finding.service_account.namespace, report, &finding.cluster)
}

fn header(columns: &Columns) -> Vec<Cell> {
    let heading = |text: &str| Cell::new(text).add_attribute(Attribute::Dim);
    let number = |text: &str| heading(text).set_alignment(CellAlignment::Right);
    let rank = columns.rank;
    let mut cells = vec![
        heading(&format!("{:\u{a0}>rank$}\u{a0}{}", "#", columns.heading())),
        heading("VERDICT"),
        heading(&columns.dates.heading().to_uppercase()),
    ];
    if columns.life {
        cells.push(heading("LIFE"));
    }
    cells.push(number("PODS"));
    if columns.requests {
        cells.push(number("REQUESTS"));
    }
    if columns.client.is_some() {
        cells.push(heading(CLIENT_HEADING));
    }
    cells
}

fn row(line: &Line<'_>, columns: &Columns) -> Vec<Cell> {
    let finding = line.finding;
    let rank = columns.rank;
    let name: Vec<String> = columns
        .name_lines(&finding.service_account.name)
        .iter()
        .enumerate()
        .map(|(index, part)| match index {
            0 => format!("{:\u{a0}>rank$}\u{a0}{part}", finding.rank),
            _ => format!("{:\u{a0}>rank$}\u{a0}{part}", "\u{a0}"),
        })
        .collect();
    let date = format!(
        "{:before$}{:date$}",
        columns.dates.before(finding.lead()),
        line.date,
        before = columns.dates.room(),
        date = columns.date,
    );
    let date = match columns.distance {
        Distance::None => date,
        Distance::Rough => format!("{date}  {}", line.rough),
        Distance::Exact => format!("{date}  {}", line.exact),
    };
    let number = |text: &str| Cell::new(text).set_alignment(CellAlignment::Right);
    let mut cells = vec![
        Cell::new(name.join("\n")),
        cell(finding.verdict, finding.severity),
        cell(date.trim_end(), finding.severity),
    ];
    if columns.life {
        cells.push(cell(&line.life, finding.severity));
    }
    cells.push(number(&line.pods));
    if columns.requests {
        cells.push(number(&line.requests));
    }
    if let Some(room) = columns.client {
        cells.push(Cell::new(line.client(room)));
    }
    cells
}
