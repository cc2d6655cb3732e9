//! CSV: one row per finding, in rank order. The columns are an interface; new ones are only added
//! at the end.

use std::io::{self, Write};

use chrono::{DateTime, Utc};

use super::RenderOptions;
use super::basis;
use super::caller;
use super::cell::Cell;
use super::kubeconfig;
use super::pods;
use super::time_format::rfc3339;
use super::upgrade::{self, Upgrade};
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::count::pluralize;
use crate::evidence::gap::CountedGap;
use crate::report::Report;
use crate::report::finding::{Finding, Remedy};
use crate::report::rejection::RejectedCaller;

/// The columns, in order.
pub const COLUMNS: [&str; 39] = [
    "rank",
    "cluster",
    "namespace",
    "service_account",
    "verdict",
    "severity",
    "rejected_from",
    "seconds_left",
    "issued",
    "age_seconds",
    "holders",
    "tokens",
    "requests",
    "first_seen",
    "last_seen",
    "clients",
    "action",
    "account",
    "region",
    "rejections",
    "first_rejection",
    "last_rejection",
    "rejection_confidence",
    "rejected_at_least_since",
    "token_lifetime_seconds",
    "lifetime_source",
    "kubernetes_version",
    "after_upgrade",
    "interruptions",
    "longest_interruption_seconds",
    "workloads",
    "pod_states",
    "images",
    "rejected_from_utc",
    "issued_utc",
    "first_seen_utc",
    "last_seen_utc",
    "first_rejection_utc",
    "last_rejection_utc",
];

/// Writes the report. Everything that is not a finding follows in comment rows, which start with
/// `#`: what an upgrade would break, what may be missing or is assumed wrongly, callers that are
/// rejected and not known for certain, tokens kept in secrets.
pub fn render(report: &Report, _page: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(output);
    writer.write_record(COLUMNS)?;
    for finding in &report.findings {
        writer.write_record(row(report, finding))?;
    }
    for line in upgrade_rows(report) {
        writer.write_record([Cell::text(&line)])?;
    }
    for scan in &report.clusters {
        if let Some(words) = basis::outlived(scan) {
            writer.write_record([Cell::text(format!(
                "# note: {}: {words}",
                report.name_of(&scan.cluster)
            ))])?;
        }
    }
    for counted in report.all_gaps() {
        writer.write_record([incomplete(counted)])?;
    }
    for scan in &report.clusters {
        for caller in &scan.rejected_callers {
            writer.write_record([Cell::text(rejected_caller(
                report.name_of(&scan.cluster),
                caller,
            ))])?;
        }
        if scan.more_rejected_callers {
            writer.write_record([Cell::text(format!(
                "# rejected: {}: more callers than the limit; some are left out",
                report.name_of(&scan.cluster)
            ))])?;
        }
        for token in &scan.legacy_tokens {
            writer.write_record([Cell::text(format!(
                "# token kept in a secret: {}: {}: {}, the last {}",
                report.name_of(&scan.cluster),
                token.service_account,
                pluralize(token.requests, "request", "requests"),
                rfc3339(token.last_seen)
            ))])?;
        }
    }
    writer.flush()
}

/// What an upgrade would break, as comment rows.
fn upgrade_rows(report: &Report) -> Vec<String> {
    let Some(upgrade) = Upgrade::of(report) else {
        return upgrade::unasked(report)
            .map(|words| format!("# upgrade: {words}"))
            .into_iter()
            .collect();
    };
    let mut rows = vec![format!("# upgrade: {}", upgrade.summary)];
    rows.extend(upgrade.broken.iter().map(|broken| {
        format!(
            "# upgrade: {}: {} is rejected daily: {}: {}",
            report.name_of(&broken.finding.cluster),
            broken.finding.service_account,
            broken.clients,
            broken.fix
        )
    }));
    let remarks = upgrade.remarks.iter();
    rows.extend(remarks.map(|remark| format!("# upgrade: {remark}")));
    rows
}

/// A caller without a finding, as a comment row.
fn rejected_caller(cluster: UntrustedText, caller: &RejectedCaller) -> String {
    let mut names: Vec<String> = caller
        .candidates
        .iter()
        .map(|candidate| candidate.service_account.to_string())
        .collect();
    names.dedup();
    let guesses: Vec<String> = caller.perhaps.iter().map(ToString::to_string).collect();
    let who = match (names.is_empty(), guesses.is_empty()) {
        (false, _) => format!("one of {}", names.join(", ")),
        (true, false) => format!("perhaps {}", guesses.join(", ")),
        (true, true) => "unknown".to_owned(),
    };
    let there = pods::at_address(&caller.pods).map_or(String::new(), |it| format!(" ({it})"));
    let standing = caller::standing(caller).map_or(String::new(), |it| format!(" ({it})"));
    format!(
        "# rejected: {cluster}: {who}{there}{standing}: address {}: {} {} {} to {}: {}",
        caller.address,
        pluralize(caller.count, "rejection", "rejections"),
        if caller.at_least_since {
            "since at least"
        } else {
            "from"
        },
        rfc3339(caller.first),
        rfc3339(caller.last),
        caller.user_agent
    )
}

fn row(report: &Report, finding: &Finding) -> [Cell; COLUMNS.len()] {
    let lead = finding.lead();
    let now = report.window_end(finding).unwrap_or(lead.last_seen);
    let clients: Vec<String> = finding
        .clients
        .iter()
        .map(|client| client.label.to_string())
        .collect();
    let images: Vec<String> = finding.images().iter().map(ToString::to_string).collect();
    let rejections = finding.rejections();
    let actions: Vec<String> = finding
        .remedies
        .iter()
        .map(|remedy| match remedy {
            Remedy::Restart { command, .. } => {
                kubeconfig::in_context(report, &finding.cluster, command)
            }
            Remedy::Advice { text } => text.to_string(),
        })
        .collect();
    let optional_time = |time: Option<DateTime<Utc>>| Cell::optional(time, Cell::time);
    let spreadsheet = |time: Option<DateTime<Utc>>| Cell::optional(time, Cell::spreadsheet_time);
    let version = report.judged_by(finding).and_then(|it| it.version);
    let longest = finding.longest_interruption();
    [
        Cell::of(finding.rank),
        Cell::text(&finding.cluster.name),
        Cell::text(&finding.service_account.namespace),
        Cell::text(&finding.service_account.name),
        Cell::of(finding.verdict.word()),
        Cell::optional(finding.severity, |it| Cell::of(it.word())),
        Cell::time(lead.rejected_from),
        Cell::of((lead.rejected_from - now).num_seconds()),
        Cell::time(lead.issued),
        Cell::of((now - lead.issued).num_seconds()),
        Cell::of(finding.holders.len()),
        Cell::of(finding.tokens()),
        Cell::of(finding.requests()),
        Cell::time(finding.first_seen()),
        Cell::time(finding.last_seen()),
        Cell::text(clients.join("; ")),
        Cell::text(actions.join("; ")),
        Cell::optional(finding.cluster.account.as_ref(), Cell::text),
        Cell::optional(finding.cluster.region.as_ref(), Cell::text),
        Cell::optional(rejections, |it| Cell::of(it.count)),
        optional_time(rejections.map(|it| it.first)),
        optional_time(rejections.map(|it| it.last)),
        Cell::optional(rejections, |it| Cell::of(it.confidence.words())),
        Cell::optional(rejections, |it| Cell::of(it.at_least_since)),
        Cell::of(lead.lifetime.seconds),
        Cell::of(lead.lifetime.source.word()),
        Cell::optional(version, Cell::text),
        Cell::optional(finding.after_upgrade, |it| Cell::of(it.words())),
        Cell::of(finding.interruptions().len()),
        Cell::optional(longest, |length| Cell::of(length.num_seconds())),
        Cell::text(workloads(finding).join("; ")),
        Cell::text(pods::remarks(report, finding).join("; ")),
        Cell::text(images.join("; ")),
        Cell::spreadsheet_time(lead.rejected_from),
        Cell::spreadsheet_time(lead.issued),
        Cell::spreadsheet_time(finding.first_seen()),
        Cell::spreadsheet_time(finding.last_seen()),
        spreadsheet(rejections.map(|it| it.first)),
        spreadsheet(rejections.map(|it| it.last)),
    ]
}

fn workloads(finding: &Finding) -> Vec<String> {
    let workloads = finding.workloads();
    workloads.iter().map(|it| it.resource()).collect()
}

/// A row that says what is missing.
pub fn incomplete(counted: &CountedGap) -> Cell {
    Cell::text(format!(
        "# incomplete: {}: {}",
        counted.gap.place,
        counted.in_words()
    ))
}
