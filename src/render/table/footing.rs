//! What the report rests on, and what it cannot see.

use std::io::{self, Write};

use bytesize::ByteSize;
use chrono::TimeDelta;

use super::style::{FAINT, WARNING, paint, thousands};
use crate::evidence::price::Price;
use crate::render::Page;
use crate::render::moment::duration;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::scan::ClusterScan;

/// What no audit log of Amazon EKS shows (its audit policy, in the EKS best practices guide,
/// "Detective controls").
const NOT_VISIBLE: &str =
    "Not visible: requests for events, /healthz and /version; tokens of other audiences.";

pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output)?;
    for scan in &report.clusters {
        if let Some(age) = scan.accepted_at_age_seconds {
            let words = format!(
                "{}: a token was still accepted at an age of {}: tokens live longer here than assumed; see --token-lifetime.",
                visible(&scan.cluster.name),
                duration(TimeDelta::seconds(age)),
            );
            writeln!(output, "  {}", paint(WARNING, words, page.colour))?;
        }
    }
    for counted in report.all_gaps() {
        let words = format!(
            "Incomplete: {}: {}.",
            visible(&counted.gap.place),
            visible(&counted.in_words())
        );
        writeln!(output, "  {}", paint(WARNING, words, page.colour))?;
    }
    for counted in report.clusters.iter().flat_map(|scan| &scan.notes) {
        let words = format!(
            "Note: {}: {}{}.",
            visible(&counted.note.place),
            visible(&counted.note.text),
            match counted.count {
                1 => String::new(),
                count => format!(" ({} times)", thousands(count)),
            }
        );
        writeln!(output, "  {}", paint(FAINT, words, page.colour))?;
    }
    let scanned = format!("{}  {NOT_VISIBLE}", rests_on(report));
    writeln!(output, "  {}", paint(FAINT, scanned, page.colour))
}

fn rests_on(report: &Report) -> String {
    let clusters = &report.clusters;
    let sum = |of: fn(&ClusterScan) -> u64| clusters.iter().map(of).sum::<u64>();
    let mut words = Vec::new();
    let lines = sum(|scan| scan.lines);
    if lines > 0 {
        let files: usize = clusters.iter().map(|scan| scan.places.len()).sum();
        words.push(format!(
            "Read {} lines, {}, in {files} {}.",
            thousands(lines),
            ByteSize(sum(|scan| scan.bytes_read)).display().si(),
            if files == 1 { "file" } else { "files" }
        ));
    }
    let queries = sum(|scan| scan.queries);
    if queries > 0 {
        let mut price: Option<Price> = None;
        for part in clusters.iter().filter_map(|scan| scan.price) {
            *price.get_or_insert_default() += part;
        }
        let price = price.map_or_else(String::new, |price| format!(", {price}"));
        words.push(format!(
            "Scanned {} in {queries} {}{price}.",
            ByteSize(sum(|scan| scan.bytes_scanned)).display().si(),
            if queries == 1 { "query" } else { "queries" }
        ));
    }
    match report.passed_over.len() {
        0 => {}
        1 => words.push("Passed over 1 file without audit events.".to_owned()),
        files => words.push(format!("Passed over {files} files without audit events.")),
    }
    words.join(" ")
}
