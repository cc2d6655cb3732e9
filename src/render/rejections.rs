//! Rejections in words: since when, how often, until when, and how it is known.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::basis;
use super::due;
use super::time_format::{distance, minute};
use crate::evidence::count::{pluralize, thousands};
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding};
use crate::report::rejection::HolderRejections;

/// `since 2026-09-07 08:00`; `since at least` where there may have been earlier rejections.
pub fn since(first: DateTime<Utc>, at_least: bool, time_zone: Tz) -> String {
    let at_least = if at_least { "at least " } else { "" };
    format!("since {at_least}{}", minute(first, time_zone))
}

/// `12 from 2026-09-07 08:00 to 2026-09-07 12:00`; `12 since at least 2026-09-07 08:00, the last
/// 2026-09-07 12:00` where there may have been earlier ones.
pub fn span(
    count: u64,
    first: DateTime<Utc>,
    at_least: bool,
    last: DateTime<Utc>,
    time_zone: Tz,
) -> String {
    let (count, last) = (thousands(count), minute(last, time_zone));
    match at_least {
        true => format!("{count} {}, the last {last}", since(first, true, time_zone)),
        false => format!("{count} from {} to {last}", minute(first, time_zone)),
    }
}

/// The rejections of a finding: `rejected since at least 2026-09-07 08:00, 185 times, the last
/// 2026-09-08 07:58; known by address, agent, path`. `None` if there were none.
pub fn of_finding(finding: &Finding, time_zone: Tz) -> Option<String> {
    let rejections = finding.rejections()?;
    let times = match rejections.count {
        0 => "not inside the window".to_owned(),
        1 => "once".to_owned(),
        count => format!("{} times", thousands(count)),
    };
    Some(format!(
        "rejected {}, {times}, the last {}; known by {}",
        since(rejections.first, rejections.at_least_since, time_zone),
        minute(rejections.last, time_zone),
        rejections.confidence.words()
    ))
}

/// What is rejected of a finding now, and how far that reaches: `2 of 3 pods since 2026-09-07 08:00
/// (last accepted 2026-09-07 07:58); 185 rejections, the last just now; known by address, agent,
/// path`; `1 pod expired 2026-09-07 08:00, last accepted 2026-09-07 07:58, no rejection seen`.
/// `None` if the finding is accepted by the operator, or none of its holders is rejected. Holds no
/// log text.
pub fn current(report: &Report, finding: &Finding, time_zone: Tz) -> Option<String> {
    let now = report.now(finding);
    let (seen, silent): (Vec<&HolderFinding>, Vec<&HolderFinding>) = finding
        .rejected_holders(now)
        .partition(|holder| holder.rejections.is_some() && !is_silent(holder));
    let parts = [
        going_on(report, finding, &seen, time_zone),
        ended(finding, &silent, time_zone),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Whether its token has expired, and no rejection shows that it still runs.
fn is_silent(holder: &HolderFinding) -> bool {
    holder.verdict.is_dead() && !holder.verdict.rests_on_rejections()
}

/// `3 of 4 pods`, `1 pod`.
fn pods_of(finding: &Finding, hit: usize) -> String {
    match (hit, finding.holders.len()) {
        (1, 1) => "1 pod".to_owned(),
        (hit, all) => format!("{hit} of {all} pods"),
    }
}

/// Holders with an expired token that were not seen since.
fn ended(finding: &Finding, silent: &[&HolderFinding], time_zone: Tz) -> Option<String> {
    let first = silent.iter().min_by_key(|holder| holder.rejected_from)?;
    let last_seen = silent.iter().map(|holder| holder.last_seen).max()?;
    Some(format!(
        "{} expired {}, last accepted {}, no rejection seen",
        pods_of(finding, silent.len()),
        due::date(first, time_zone),
        minute(last_seen, time_zone)
    ))
}

/// Holders that are still rejected: since when, how often, and how that is known.
fn going_on(
    report: &Report,
    finding: &Finding,
    holders: &[&HolderFinding],
    time_zone: Tz,
) -> Option<String> {
    let now = report.now(finding);
    let mut scans = report.clusters.iter();
    let is_recorded = scans.any(|it| it.cluster == finding.cluster && basis::is_recorded(it));
    let by_turns = |holder: &HolderFinding| holder.is_rejected_at_times(now);
    let hit: Vec<(&HolderFinding, &HolderRejections)> = holders
        .iter()
        .filter_map(|holder| Some((*holder, holder.rejections.as_deref()?)))
        .collect();
    let (first_holder, first) = hit.iter().min_by_key(|(_, it)| it.first)?;
    let last = hit.iter().map(|(_, it)| it.last).max()?;
    let count: u64 = hit.iter().map(|(_, it)| it.count).sum();
    let pods = pods_of(finding, hit.len());
    let before = if first.accepted_in_between {
        String::new()
    } else if first_holder.was_never_accepted() {
        let started = minute(first_holder.issued, time_zone);
        format!(" (its container started {started})")
    } else {
        let accepted = minute(first_holder.last_seen, time_zone);
        format!(" (last accepted {accepted})")
    };
    let mut words = format!(
        "{pods} {}{before}; {}, the last {}",
        since(first.first, first.at_least_since, time_zone),
        pluralize(count, "rejection", "rejections"),
        match now - last < TimeDelta::minutes(1) {
            true if is_recorded => "at the end of the log".to_owned(),
            true => "just now".to_owned(),
            false => distance(last, now),
        },
    );
    match hit.iter().filter(|(holder, _)| by_turns(holder)).count() {
        0 => {}
        all if all == hit.len() => words.push_str("; it works from time to time"),
        1 => words.push_str("; one of them works from time to time"),
        some => words.push_str(&format!("; {some} of them work from time to time")),
    }
    if let Some(confidence) = hit.iter().map(|(_, it)| it.confidence).min() {
        words.push_str(&format!("; known by {}", confidence.words()));
    }
    Some(words)
}
