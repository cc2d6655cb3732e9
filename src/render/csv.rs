//! CSV: one row per finding, in rank order. The columns are an interface; new ones are only added
//! at the end.

use std::fmt::Display;
use std::io::{self, Write};

use super::RenderOptions;
use super::basis;
use super::caller;
use super::kubeconfig;
use super::pods;
use super::time_format::{rfc3339, spreadsheet};
use super::upgrade::{self, Upgrade};
use crate::audit::untrusted_text::UntrustedText;
use crate::audit::untrusted_text::escaped;
use crate::evidence::count::counted;
use crate::evidence::coverage::CountedGap;
use crate::report::Report;
use crate::report::finding::{Finding, Remedy};
use crate::report::rejection::RejectedCaller;
use crate::report::upgrade::AfterUpgrade;

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
        writer.write_record([cell(&line)])?;
    }
    for scan in &report.clusters {
        if let Some(words) = basis::outlived(scan) {
            writer.write_record([cell(format!(
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
            writer.write_record([cell(rejected_caller(report.name_of(&scan.cluster), caller))])?;
        }
        if scan.more_rejected_callers {
            writer.write_record([cell(format!(
                "# rejected: {}: more callers than the limit; some are left out",
                report.name_of(&scan.cluster)
            ))])?;
        }
        for token in &scan.legacy_tokens {
            writer.write_record([cell(format!(
                "# token kept in a secret: {}: {}: {}, the last {}",
                report.name_of(&scan.cluster),
                token.service_account,
                counted(token.requests, "request", "requests"),
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
        counted(caller.count, "rejection", "rejections"),
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

fn row(report: &Report, finding: &Finding) -> [String; COLUMNS.len()] {
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
            Remedy::Advice { text } => text.clone(),
        })
        .collect();
    [
        finding.rank.to_string(),
        cell(&finding.cluster.name),
        cell(&finding.service_account.namespace),
        cell(&finding.service_account.name),
        finding.verdict.word().to_owned(),
        finding
            .severity
            .map_or("", |severity| severity.word())
            .to_owned(),
        rfc3339(lead.rejected_from),
        (lead.rejected_from - now).num_seconds().to_string(),
        rfc3339(lead.issued),
        (now - lead.issued).num_seconds().to_string(),
        finding.holders.len().to_string(),
        finding.tokens().to_string(),
        finding.requests().to_string(),
        rfc3339(finding.first_seen()),
        rfc3339(finding.last_seen()),
        cell(clients.join("; ")),
        cell(actions.join("; ")),
        cell(finding.cluster.account.as_deref().unwrap_or_default()),
        cell(finding.cluster.region.as_deref().unwrap_or_default()),
        rejections.map_or_else(String::new, |it| it.count.to_string()),
        rejections.map_or_else(String::new, |it| rfc3339(it.first)),
        rejections.map_or_else(String::new, |it| rfc3339(it.last)),
        rejections.map_or_else(String::new, |it| it.confidence.words().to_owned()),
        rejections.map_or_else(String::new, |it| it.at_least_since.to_string()),
        lead.lifetime.seconds.to_string(),
        lead.lifetime.source.word().to_owned(),
        report
            .judged_by(finding)
            .and_then(|judged_by| judged_by.version)
            .map_or_else(String::new, |version| version.to_string()),
        finding
            .after_upgrade
            .map_or("", AfterUpgrade::words)
            .to_owned(),
        finding.interruptions().len().to_string(),
        finding
            .longest_interruption()
            .map_or_else(String::new, |length| length.num_seconds().to_string()),
        cell(workloads(finding).join("; ")),
        cell(pods::remarks(report, finding).join("; ")),
        cell(images.join("; ")),
        spreadsheet(lead.rejected_from),
        spreadsheet(lead.issued),
        spreadsheet(finding.first_seen()),
        spreadsheet(finding.last_seen()),
        rejections.map_or_else(String::new, |it| spreadsheet(it.first)),
        rejections.map_or_else(String::new, |it| spreadsheet(it.last)),
    ]
}

fn workloads(finding: &Finding) -> Vec<String> {
    let workloads = finding.workloads();
    workloads.iter().map(|it| it.resource()).collect()
}

/// A row that says what is missing.
pub fn incomplete(counted: &CountedGap) -> String {
    cell(format!(
        "# incomplete: {}: {}",
        counted.gap.place,
        counted.in_words()
    ))
}

/// What starts a formula (OWASP, "CSV Injection"), also in the forms that East Asian spreadsheets
/// take for the same.
const FORMULA: [char; 16] = [
    '=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠', '｜', '％', '﹢', '﹣', '﹦', '﹫',
];

/// A text cell that no spreadsheet takes for a formula and no terminal for a command: an
/// apostrophe before the start of a formula, also after spaces, and control characters are written
/// out. Where lists are separated by semicolons, each of their elements is a cell of its own.
pub fn cell(text: impl Display) -> String {
    let text = text.to_string();
    let text = escaped(&text);
    let mut cell = String::with_capacity(text.len() + 1);
    for (place, part) in text.split(';').enumerate() {
        if place > 0 {
            cell.push(';');
        }
        if part.trim_start().starts_with(FORMULA) {
            cell.push('\'');
        }
        cell.push_str(part);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("|calc", "'|calc"),
            ("\t=1+1", "\\u{9}=1+1"),
            ("\r=1+1", "\\u{d}=1+1"),
            ("kube2iam", "kube2iam"),
            ("  =1+1", "'  =1+1"),
            ("\u{a0}=1+1", "'\u{a0}=1+1"),
            ("\u{3000}@SUM(A1)", "'\u{3000}@SUM(A1)"),
            ("a; =1+1;b;-2", "a;' =1+1;b;'-2"),
            ("﹦1+1", "'﹦1+1"),
            ("a - b; c = d", "a - b; c = d"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
