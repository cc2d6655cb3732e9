//! The start of a report: what could not be seen, and what the absence of findings means.

use super::caller;
use super::time_format::distance;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::count::pluralize;
use crate::evidence::gap::CountedGap;
use crate::report::Report;

/// The clusters that are named where several could not be seen.
const NAMED: usize = 3;

/// What could not be seen: `could not see 3 of 120 clusters: a, b, c`. `None` if all was.
pub fn unseen(report: &Report) -> Option<String> {
    let is_whole = |gap: &&CountedGap| !gap.gap.kind.counts_lines();
    let partly: Vec<(UntrustedText, &CountedGap)> = report
        .clusters
        .iter()
        .filter_map(|scan| {
            Some((
                report.name_of(&scan.cluster),
                scan.gaps.iter().find(is_whole)?,
            ))
        })
        .collect();
    let elsewhere = report.gaps.iter().filter(|gap| is_whole(gap)).count();
    let lines: u64 = report
        .all_gaps()
        .filter(|gap| gap.gap.kind.counts_lines())
        .map(|gap| gap.count)
        .fold(0, u64::saturating_add);
    let mut parts = Vec::new();
    match (&partly[..], report.clusters.len()) {
        ([], _) => {}
        ([(name, gap)], 1) => {
            parts.push(format!("could not see all of {name}: {}", gap.in_words()))
        }
        (clusters, all) => {
            let names: Vec<String> = clusters.iter().map(|(name, _)| name.to_string()).collect();
            let mut words = format!(
                "could not see {} of {all} clusters: {}",
                clusters.len(),
                names[..names.len().min(NAMED)].join(", ")
            );
            if names.len() > NAMED {
                words.push_str(&format!(" and {} more", names.len() - NAMED));
            }
            parts.push(words);
        }
    }
    if elsewhere > 0 {
        let places = pluralize(elsewhere, "place", "places");
        parts.push(format!("could not see {places} of an unknown cluster"));
    }
    if lines > 0 {
        let lines = pluralize(lines as usize, "line or event", "lines or events");
        parts.push(format!("could not read {lines}"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What it means that no finding has a severity. The all-clear is given only where everything that
/// was requested was seen.
pub fn without_findings(report: &Report) -> String {
    if let Some(filtered) = &report.filtered {
        return filtered.words();
    }
    if report.saw_nothing() {
        return match report.is_incomplete() {
            true => "nothing could be read, so nothing is known".to_owned(),
            false => "there was nothing to read, so nothing is known".to_owned(),
        };
    }
    if let Some(callers) = caller::urgent(report) {
        return format!("no finding, but {callers}");
    }
    if report.is_incomplete() {
        return "no finding in what could be seen".to_owned();
    }
    if let Some(changes) = report.changes.as_ref().filter(|it| it.left_out_urgent > 0) {
        let now = report.as_of().unwrap_or_default();
        let unchanged = pluralize(changes.left_out_urgent, "finding is", "findings are");
        let mut words = format!("nothing changed: {unchanged} as before and left out here");
        if let Some(first) = changes.left_out_first {
            let (is, when) = (if first < now { "was" } else { "is" }, distance(first, now));
            words.push_str(&format!(", the first {is} rejected {when}"));
        }
        return words;
    }
    match report.accepted() {
        0 => "no service account is about to be rejected".to_owned(),
        _ => "only accepted findings are about to be rejected".to_owned(),
    }
}

/// Text with its first letter in upper case and a full stop.
pub fn as_sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}
