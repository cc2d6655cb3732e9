//! The findings as rows of a table that can be sorted.

use super::{account, class, shown};
use crate::evidence::count::thousands;
use crate::render::RenderOptions;
use crate::render::due::{self, Column};
use crate::render::harmless;
use crate::render::pods;
use crate::render::recurrence;
use crate::render::rejections;
use crate::render::time_format::{distance, duration, minute, rfc3339};
use crate::report::Report;
use crate::report::finding::Finding;

/// One finding. What is sorted by is next to what is shown.
pub(super) struct Row {
    pub(super) rank: usize,
    pub(super) cluster: String,
    pub(super) account: String,
    pub(super) verdict: &'static str,
    /// The verdict's place among verdicts.
    pub(super) verdict_order: usize,
    pub(super) severity: &'static str,
    pub(super) class: &'static str,
    /// The word before a date where only some are exact.
    pub(super) before: &'static str,
    pub(super) rejected_from: String,
    pub(super) rejected_from_machine: String,
    pub(super) distance: String,
    pub(super) age: String,
    pub(super) age_seconds: i64,
    pub(super) pods: String,
    pub(super) pods_number: usize,
    pub(super) requests: String,
    pub(super) requests_number: u64,
    pub(super) last_seen: String,
    pub(super) last_seen_machine: String,
    pub(super) clients: Vec<String>,
    /// Since when it is rejected, how often it was interrupted, and since when it is quiet.
    pub(super) remarks: Vec<String>,
}

/// The rows of these findings.
pub(super) fn rows<'a>(
    report: &Report,
    findings: impl Iterator<Item = &'a Finding>,
    options: &RenderOptions,
) -> Vec<Row> {
    let findings: Vec<&Finding> = findings.collect();
    let dates = Column::of(findings.iter().copied());
    findings
        .into_iter()
        .map(|finding| row(report, finding, dates, options))
        .collect()
}

fn row(report: &Report, finding: &Finding, dates: Column, options: &RenderOptions) -> Row {
    let lead = finding.lead();
    let now = report.now(finding);
    let age = now - lead.issued;
    let pods_number = finding.holders_with_verdict();
    Row {
        rank: finding.rank,
        cluster: shown(report.name_of(&finding.cluster)),
        account: account(finding),
        verdict: finding.verdict.word(),
        verdict_order: finding.verdict.order(),
        severity: finding.severity.map_or(
            if finding.accepted.is_some() {
                "accepted"
            } else {
                "harmless"
            },
            |severity| severity.word(),
        ),
        class: class(finding.severity),
        before: dates.before(lead),
        rejected_from: due::date(lead, options.time_zone),
        rejected_from_machine: rfc3339(lead.rejected_from),
        distance: distance(lead.rejected_from, now),
        age: duration(age),
        age_seconds: age.num_seconds(),
        pods: match finding.holders.len() {
            all if all == pods_number => all.to_string(),
            all => format!("{pods_number} of {all}"),
        },
        pods_number,
        requests: thousands(finding.requests()),
        requests_number: finding.requests(),
        last_seen: minute(finding.last_seen(), options.time_zone),
        last_seen_machine: rfc3339(finding.last_seen()),
        clients: finding
            .clients
            .iter()
            .map(|client| shown(&client.label))
            .collect(),
        remarks: rejections::of_finding(finding, options.time_zone)
            .into_iter()
            .chain(recurrence::words(report, finding, options.time_zone))
            .chain(recurrence::quiet(report, finding, options.time_zone))
            .chain(pods::of_finding(finding).map(|it| shown(&it)))
            .chain(pods::remarks(report, finding))
            .chain(
                finding
                    .needs_no_action()
                    .then(|| shown(harmless::words(finding, options.time_zone))),
            )
            .collect(),
    }
}
