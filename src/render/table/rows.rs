//! The findings that need somebody, by namespace.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};

use super::style::{cell, thousands};
use crate::render::Page;
use crate::render::due::{self, Column};
use crate::render::moment::distance;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::finding::Finding;

/// From this width on there is room for the client.
const WIDTH_FOR_CLIENT: usize = 130;
/// From this width on there is room for the bar of a token's life, and for the year.
const WIDTH_FOR_LIFE: usize = 100;
/// From this width on there is room for the number of requests.
const WIDTH_FOR_REQUESTS: usize = 76;
/// Characters of a service account's name that there is room for at these widths.
const USUAL_NAME: usize = 20;
/// The narrowest table.
const NARROWEST: usize = 60;
/// Characters of a token's life.
const LIFE: usize = 10;
/// Characters of a client: the whole of it is in the other formats.
const CLIENT: usize = 60;

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    let width = page.width.max(NARROWEST);
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX));
    if page.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    // A long name takes the room of what tells less.
    let longest = report
        .findings
        .iter()
        .filter(|finding| !finding.is_calm())
        .map(|finding| finding.service_account.name.len())
        .max();
    let room = width.saturating_sub(longest.unwrap_or(0).saturating_sub(USUAL_NAME));
    let dates = Column::of(
        report
            .findings
            .iter()
            .filter(|finding| !finding.verdict.is_harmless()),
    );
    let room = room.saturating_sub(dates.room());
    let groups = groups(report);
    if groups.is_empty() {
        return Ok(());
    }
    let last_rank = groups.iter().flatten().map(|finding| finding.rank).max();
    let columns = Columns {
        rank: last_rank.unwrap_or_default().to_string().len() + 1,
        room,
        dates,
    };
    table.set_header(header(columns));
    for group in &groups {
        table.add_row([Cell::new(heading(group[0], report))]);
        for finding in group {
            table.add_row(row(report, finding, page, columns));
        }
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding(if index == 0 { (2, 2) } else { (0, 2) });
    }
    writeln!(output)?;
    for line in table.lines() {
        writeln!(output, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What fits on the page.
#[derive(Clone, Copy)]
struct Columns {
    /// Characters of a rank, with a blank before it.
    rank: usize,
    /// Characters for all columns, less what long names take.
    room: usize,
    dates: Column,
}

/// The findings that need somebody by namespace, in rank order: a namespace stands where its most
/// urgent finding does. Never an empty group.
fn groups(report: &Report) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut places = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| !finding.is_calm()) {
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
    let namespace = &finding.service_account.namespace;
    if report.clusters.len() > 1 {
        format!(
            "{namespace} ({})",
            visible(&report.name_of(&finding.cluster))
        )
    } else {
        namespace.clone()
    }
}

fn header(columns: Columns) -> Vec<Cell> {
    let Columns { rank, room, dates } = columns;
    let width = room;
    let heading = |text: &str| Cell::new(text).add_attribute(Attribute::Dim);
    let number = |text: &str| heading(text).set_alignment(CellAlignment::Right);
    let mut cells = vec![
        heading(&format!("{:\u{a0}>rank$}\u{a0}SERVICE ACCOUNT", "#")),
        heading("VERDICT"),
        heading(&dates.heading().to_uppercase()),
    ];
    if width >= WIDTH_FOR_LIFE {
        cells.push(heading("LIFE"));
    }
    cells.push(number("PODS"));
    if width >= WIDTH_FOR_REQUESTS {
        cells.push(number("REQUESTS"));
    }
    if width >= WIDTH_FOR_CLIENT {
        cells.push(heading("CLIENT"));
    }
    cells
}

fn row(report: &Report, finding: &Finding, page: &Page, columns: Columns) -> Vec<Cell> {
    let Columns { rank, room, dates } = columns;
    let width = room;
    let lead = finding.lead();
    let now = report.window_end(finding).unwrap_or(lead.last_seen);
    let date = due::date(lead, page.time_zone);
    // The distance tells the year where there is no room for it.
    let date = if width >= WIDTH_FOR_LIFE {
        &date
    } else {
        date.get(5..).unwrap_or(&date)
    };
    let pods = match (finding.holders_with_verdict(), finding.holders.len()) {
        (same, all) if same == all => all.to_string(),
        (same, all) => format!("{same}/{all}"),
    };
    let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let mut cells = vec![
        Cell::new(format!(
            "{:\u{a0}>rank$}\u{a0}{}",
            finding.rank, finding.service_account.name
        )),
        cell(finding.verdict, finding.severity),
        cell(
            format!(
                "{:before$}{date:room$} {}",
                dates.before(lead),
                distance(lead.rejected_from, now),
                before = dates.room(),
                room = if width >= WIDTH_FOR_LIFE { 17 } else { 12 },
            ),
            finding.severity,
        ),
    ];
    if width >= WIDTH_FOR_LIFE {
        let lived = (now - lead.issued).num_seconds();
        cells.push(cell(life(lived, lead.lifetime.seconds), finding.severity));
    }
    cells.push(number(pods));
    if width >= WIDTH_FOR_REQUESTS {
        cells.push(number(thousands(finding.requests())));
    }
    if width >= WIDTH_FOR_CLIENT {
        cells.push(Cell::new(clients(finding)));
    }
    cells
}

/// How much of its life a token has behind it, as a bar.
fn life(lived: i64, lifetime: i64) -> String {
    let filled = (lived.max(0) as u128 * LIFE as u128 / lifetime.max(1) as u128) as usize;
    let filled = filled.min(LIFE);
    format!("{}{}", "█".repeat(filled), "·".repeat(LIFE - filled))
}

fn clients(finding: &Finding) -> String {
    let Some(first) = finding.clients.first() else {
        return String::new();
    };
    let mut label = visible(&first.label).into_owned();
    if let Some((cut, _)) = label.char_indices().nth(CLIENT) {
        label.truncate(cut);
        label.push('…');
    }
    match finding.clients.len() {
        1 => label,
        several => format!("{label} and {} more", several - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_a_bar() {
        for (lived, bar) in [
            (-1, "··········"),
            (0, "··········"),
            (50, "█████·····"),
            (99, "█████████·"),
            (100, "██████████"),
            (200, "██████████"),
        ] {
            assert_eq!(life(lived, 100), bar);
        }
    }
}
