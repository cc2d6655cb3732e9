//! What a report rests on, in words: its windows, the token lifetime, what was read, and what
//! no audit log shows.

use std::fmt::Display;

use bytesize::ByteSize;
use chrono::TimeDelta;

use super::RenderOptions;
use super::due::ASSUMED;
use super::time_format::{day, duration, minute};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::control_plane::VersionSource;
use crate::evidence::count::{pluralize, thousands};
use crate::evidence::price::Price;
use crate::report::Report;
use crate::report::judged_by::JudgedBy;
use crate::report::scan::{ClusterScan, Window};
use crate::report::token_lifetime::LifetimeSource;

/// What no audit log of Amazon EKS shows (its audit policy, in the EKS best practices guide,
/// "Detective controls").
pub const NOT_VISIBLE: &str =
    "Not visible: requests for events, /healthz and /version; tokens of other audiences.";

/// `2026-09-07 08:00 to 2026-09-08 08:00 UTC`, without the second date where it is the same.
pub fn window(window: Window, options: &RenderOptions) -> String {
    let since = minute(window.since, options.time_zone);
    let mut until = minute(window.until, options.time_zone);
    let day = day(window.until, options.time_zone);
    if since.starts_with(&day) {
        until = until.split_off(day.len() + 1);
    }
    format!("{since} to {until} {}", options.time_zone)
}

/// What the dates of a cluster rest on: `judged by: 1.35, 24 h, DescribeCluster`.
pub fn judged_by(scan: &ClusterScan) -> String {
    let basis = basis(scan);
    match is_uncapped(scan) {
        true => format!("{basis}; {}", uncapped(scan.judged_by.uncapped_tokens)),
        false => basis,
    }
}

fn basis(scan: &ClusterScan) -> String {
    let JudgedBy {
        version,
        version_source,
        lifetime,
        ..
    } = &scan.judged_by;
    let long = lifetime.in_words();
    match (lifetime.source, version) {
        (LifetimeSource::CommandLine, _) => format!("judged by: {long}, --token-lifetime"),
        (LifetimeSource::AwsDocumentation, _) => {
            format!("judged by: {long}, as AWS documents it for EKS 1.33 and earlier")
        }
        (_, Some(version)) => {
            let source = version_source.map_or("", VersionSource::word);
            format!("judged by: {version}, {long}, {source}")
        }
        (_, None) => format!(
            "lifetime unknown: 24 h if this is EKS 1.34 or later, else 90 d; \
             set --kubernetes-version, or allow eks:DescribeCluster; dates with {ASSUMED} assume 24 h"
        ),
    }
}

/// Whether tokens were used that are not capped, on a cluster that caps them.
fn is_uncapped(scan: &ClusterScan) -> bool {
    let version = scan.judged_by.version;
    version.is_some_and(KubernetesVersion::caps_tokens) && scan.judged_by.uncapped_tokens > 0
}

fn uncapped(tokens: usize) -> String {
    format!(
        "{} accepted past 24 h: issued before the upgrade to 1.34, or outlived it",
        pluralize(tokens, "token was", "tokens were")
    )
}

/// What the dates rest on, once where it is the same for all clusters. Escaped for
/// terminals.
pub fn lifetimes(report: &Report) -> Vec<String> {
    let mut groups: Vec<(String, Vec<UntrustedText>)> = Vec::new();
    for scan in &report.clusters {
        let words = basis(scan);
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, clusters)) => clusters.push(report.name_of(&scan.cluster)),
            None => groups.push((words, vec![report.name_of(&scan.cluster)])),
        }
    }
    let is_one = groups.len() == 1;
    let mut lines: Vec<String> = groups
        .into_iter()
        .map(|(words, clusters)| match is_one {
            true => words,
            false => format!("{}: {words}", names(&clusters)),
        })
        .collect();
    let scans = report.clusters.iter().filter(|scan| is_uncapped(scan));
    let (clusters, tokens): (Vec<UntrustedText>, Vec<usize>) = scans
        .map(|scan| {
            (
                report.name_of(&scan.cluster),
                scan.judged_by.uncapped_tokens,
            )
        })
        .unzip();
    match report.clusters.len() {
        _ if clusters.is_empty() => {}
        1 => lines.push(uncapped(tokens.iter().sum())),
        _ => lines.push(format!(
            "{}: {}",
            names(&clusters),
            uncapped(tokens.iter().sum())
        )),
    }
    lines
}

/// Whether a cluster's evidence was read from files, so that its window ends with them and not now.
pub fn is_recorded(scan: &ClusterScan) -> bool {
    scan.queries == 0 && scan.lines > 0
}

/// What distances such as `in 2 h` count from, where that is not the time at which the report is
/// made.
pub fn as_of(report: &Report) -> Option<String> {
    let recorded = report
        .clusters
        .iter()
        .filter(|scan| is_recorded(scan))
        .count();
    match (recorded, report.clusters.len()) {
        (0, _) => None,
        (1, 1) => Some("relative times (in 2 h, 3 d ago) count from the end of the log".to_owned()),
        _ => Some("relative times (in 2 h, 3 d ago) count from the end of each log".to_owned()),
    }
}

/// Some names, the first few of many. Escaped for terminals as they are shown.
pub fn names(names: &[impl Display]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(ToString::to_string).collect();
    let mut words = shown.join(", ");
    if names.len() > SHOWN {
        words.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    words
}

/// That a cluster's tokens live longer than the report assumes, without the cluster's name.
pub fn outlived(scan: &ClusterScan) -> Option<String> {
    let age = TimeDelta::try_seconds(scan.accepted_at_age_seconds?).unwrap_or(TimeDelta::MAX);
    Some(format!(
        "a token was still accepted at an age of {}: tokens live longer here than assumed; see --token-lifetime.",
        duration(age)
    ))
}

/// What a reader should know, without anything being missing; once, where it is the same of many
/// places. Escaped for terminals.
pub fn notes(report: &Report) -> impl Iterator<Item = String> {
    let mut texts: Vec<(String, Vec<UntrustedText>)> = Vec::new();
    for counted in report.clusters.iter().flat_map(|scan| &scan.notes) {
        let times = match counted.count {
            1 => String::new(),
            count => format!(" ({} times)", thousands(count)),
        };
        let text = format!("{}{times}", counted.note.text);
        let place = counted.note.place.clone();
        match texts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, places)) => places.push(place),
            None => texts.push((text, vec![place])),
        }
    }
    let of_clusters = texts.into_iter().flat_map(|(text, places)| {
        let places = match places.len() {
            0..=SAME_NOTES => places,
            _ => vec![names(&places).into()],
        };
        let line = move |place: UntrustedText| format!("{place}: {text}");
        places.into_iter().map(line).collect::<Vec<String>>()
    });
    of_clusters.chain(report.notes.iter().map(ToString::to_string))
}

/// Up to this many places with the same note have their own line.
const SAME_NOTES: usize = 5;

/// `Read 7,094 lines, 9.6 MB, in 2 files. Scanned 41.2 GB in 1 query, about $0.21.`
pub fn read(report: &Report) -> String {
    let clusters = &report.clusters;
    let sum = |of: fn(&ClusterScan) -> u64| clusters.iter().map(of).fold(0, u64::saturating_add);
    let mut words = Vec::new();
    let lines = sum(|scan| scan.lines);
    if lines > 0 {
        let files: usize = clusters.iter().map(|scan| scan.places.len()).sum();
        words.push(format!(
            "Read {}, {}, in {}.",
            pluralize(lines, "line", "lines"),
            ByteSize(sum(|scan| scan.bytes_read)).display().si(),
            pluralize(files, "file", "files")
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
            "Scanned {} in {}{price}.",
            ByteSize(sum(|scan| scan.bytes_scanned)).display().si(),
            pluralize(queries, "query", "queries")
        ));
    }
    if !report.skipped_files.is_empty() {
        let files = pluralize(report.skipped_files.len(), "file", "files");
        words.push(format!("Skipped {files} without audit events."));
    }
    words.join(" ")
}
