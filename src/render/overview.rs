//! Many clusters in a few lines: how many there are, where, and how many could not be seen, and
//! why. Lines are escaped for terminals.

use std::collections::BTreeSet;

use super::RenderOptions;
use super::basis;
use crate::evidence::count::pluralize;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::scan::ClusterScan;

/// Up to this many clusters, each has its own line.
const LISTED: usize = 5;

/// Lines about windows and about reasons: what is left is counted.
const LINES: usize = 6;

/// Whether the clusters are counted and not listed.
pub fn counts(report: &Report) -> bool {
    report.clusters.len() > LISTED
}

/// `300 clusters in 10 Regions and 20 accounts: 4 with findings, 3 could not be seen`
pub fn summary(report: &Report) -> String {
    let scans = || report.clusters.iter();
    let regions: BTreeSet<_> = scans()
        .filter_map(|scan| scan.cluster.region.as_ref())
        .collect();
    let accounts: BTreeSet<_> = scans()
        .filter_map(|scan| scan.cluster.account.as_ref())
        .collect();
    let mut words = pluralize(report.clusters.len(), "cluster", "clusters");
    if !regions.is_empty() {
        words.push_str(&format!(
            " in {}",
            pluralize(regions.len(), "Region", "Regions")
        ));
    }
    if accounts.len() > 1 {
        words.push_str(&format!(" and {} accounts", accounts.len()));
    }
    let needy = |finding: &&Finding| !finding.needs_no_action();
    let found: BTreeSet<_> = report
        .findings
        .iter()
        .filter(needy)
        .map(|finding| &finding.cluster)
        .collect();
    let unseen = scans().filter(|scan| !is_whole(scan)).count();
    let nothing = scans()
        .filter(|scan| is_whole(scan) && !found.contains(&scan.cluster))
        .count();
    let parts = [
        (found.len(), "with findings"),
        (unseen, "not seen whole"),
        (nothing, "without a finding"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("{words}: {}", parts.join(", "))
}

/// The windows, each once, with how many clusters have it where they differ; the most common
/// first.
pub fn windows(report: &Report, options: &RenderOptions) -> Vec<String> {
    let windows = report.clusters.iter();
    let windows = windows.map(|scan| basis::window(scan.window, options));
    let grouped = grouped(windows.map(|window| (window, String::new())));
    match &grouped[..] {
        [(window, _)] => vec![window.clone()],
        several => lines(
            several,
            |(window, clusters)| {
                format!(
                    "{}: {window}",
                    pluralize(clusters.len(), "cluster", "clusters")
                )
            },
            "other windows",
        ),
    }
}

/// Why clusters could not be seen, each reason once with its clusters, the most common first.
pub fn reasons(report: &Report) -> Vec<String> {
    let gaps = report.clusters.iter().flat_map(|scan| {
        let gaps = scan.gaps.iter().filter(|gap| !gap.gap.kind.counts_lines());
        gaps.map(move |gap| {
            (
                reason(scan, &gap.in_words()),
                report.name_of(&scan.cluster).to_string(),
            )
        })
    });
    let grouped = grouped(gaps);
    lines(
        &grouped,
        |(reason, clusters)| format!("{}: {reason}", basis::names(clusters)),
        "other reasons",
    )
}

/// What went wrong, without what is different for every cluster: its name, and the command that
/// fixes it.
fn reason(scan: &ClusterScan, words: &str) -> String {
    let words = words.split("; ").next().unwrap_or(words);
    words.replace(
        &format!("/aws/eks/{}/cluster", scan.cluster.name),
        "/aws/eks/*/cluster",
    )
}

fn is_whole(scan: &ClusterScan) -> bool {
    scan.gaps.iter().all(|gap| gap.gap.kind.counts_lines())
}

/// Pairs by their first value, in the order of how many there are.
fn grouped(pairs: impl Iterator<Item = (String, String)>) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in pairs {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => groups.push((key, vec![value])),
        }
    }
    groups.sort_by_key(|(_, values)| std::cmp::Reverse(values.len()));
    groups
}

fn lines(
    groups: &[(String, Vec<String>)],
    line: impl Fn(&(String, Vec<String>)) -> String,
    others: &str,
) -> Vec<String> {
    let mut lines: Vec<String> = groups.iter().take(LINES).map(line).collect();
    if groups.len() > LINES {
        let more: usize = groups[LINES..].iter().map(|(_, values)| values.len()).sum();
        let clusters = pluralize(more, "cluster", "clusters");
        lines.push(format!("{clusters} with {others}: see --format json"));
    }
    lines
}
