//! A chat message: what changed, short, the worst first.

use std::fmt::Write as _;

use chrono_tz::Tz;

use super::actions;
use super::caller;
use super::change;
use super::chat::message::{Line, SHORT};
use super::kubeconfig;
use super::recurrence;
use super::rejections;
use super::time_format::minute;
use super::upgrade::Upgrade;
use crate::evidence::count::pluralize;
use crate::render::headline;
use crate::report::Report;
use crate::report::changes::{AccountChange, ChangeKind, Changes};
use crate::report::finding::{Finding, Remedy};
use crate::report::severity::Severity;

/// Service accounts that one message names: more is for the report.
const MOST_ACCOUNTS: usize = 9;
/// Gaps and clusters that one message names.
const MOST_NAMES: usize = 3;
/// Characters of a sentence in code.
const SENTENCE: usize = 3 * SHORT;

/// The message.
pub fn message(report: &Report, time_zone: Tz) -> Vec<Line> {
    let mut lines = vec![heading(report, time_zone), line(standing(report))];
    let news: Vec<&AccountChange> = report.changes.iter().flat_map(Changes::notable).collect();
    for change in news.iter().take(MOST_ACCOUNTS) {
        lines.extend(item(change, report, time_zone));
    }
    if news.len() > MOST_ACCOUNTS {
        lines.push(line(format!("and {} more", news.len() - MOST_ACCOUNTS)));
    }
    lines.extend(callers(report, time_zone));
    lines.extend(upgrade(report));
    lines.extend(gaps(report));
    lines
}

/// A line of our own words.
fn line(words: impl Into<String>) -> Line {
    let mut line = Line::default();
    line.plain(words);
    line
}

fn gaps(report: &Report) -> Vec<Line> {
    let gaps: Vec<_> = report.all_gaps().collect();
    let mut lines: Vec<Line> = gaps
        .iter()
        .take(MOST_NAMES)
        .map(|counted| {
            let mut line = Line::default();
            line.strong("Incomplete:").plain(" ");
            line.code(&counted.gap.place).plain(": ");
            line.code(counted.in_words());
            line
        })
        .collect();
    if gaps.len() > MOST_NAMES {
        let mut line = Line::default();
        let more = pluralize(gaps.len() - MOST_NAMES, "more gap", "more gaps");
        line.strong("Incomplete:").plain(format!(" {more}"));
        lines.push(line);
    }
    lines
}

/// `prod-1: 1 new, 2 worse since 2026-11-23 08:00 UTC`
fn heading(report: &Report, time_zone: Tz) -> Line {
    let mut counts = Vec::new();
    for kind in ChangeKind::ALL {
        let news = report.changes.iter().flat_map(Changes::notable);
        match news.filter(|change| change.kind == kind).count() {
            0 => {}
            1 => counts.push(format!("1 {kind}")),
            count => counts.push(format!("{count} {}", kind.words())),
        }
    }
    match report.changes.as_ref().map_or(0, |it| it.new_callers) {
        0 => {}
        1 => counts.push("1 new unexplained caller".to_owned()),
        new => counts.push(format!("{new} new unexplained callers")),
    }
    let what = match (counts.is_empty(), report.is_incomplete()) {
        (false, _) => counts.join(", "),
        (true, false) => "nothing changed".to_owned(),
        (true, true) => "incomplete, no change seen".to_owned(),
    };
    let since = match report.changes.as_ref().and_then(|changes| changes.since) {
        Some(since) => format!("since {} {time_zone}", minute(since, time_zone)),
        None => "in the first report".to_owned(),
    };
    let mut line = clusters(report);
    line.plain(": ").strong(what).plain(format!(" {since}"));
    line
}

fn clusters(report: &Report) -> Line {
    let mut line = Line::default();
    for (place, scan) in report.clusters.iter().take(MOST_NAMES).enumerate() {
        if place > 0 {
            line.plain(", ");
        }
        line.code(report.name_of(&scan.cluster));
    }
    match report.clusters.len() {
        0 => {
            line.plain("no cluster");
        }
        all if all > MOST_NAMES => {
            let more = pluralize(all - MOST_NAMES, "more cluster", "more clusters");
            line.plain(format!(" and {more}"));
        }
        _ => {}
    }
    line
}

/// The callers that match no known workload and were not reported before.
fn callers(report: &Report, time_zone: Tz) -> Vec<Line> {
    let new: Vec<_> = report
        .urgent_callers()
        .filter(|(_, it)| it.is_new)
        .collect();
    let all = new.len();
    let mut lines = Vec::new();
    let mut commands: Vec<String> = Vec::new();
    for (scan, caller) in new.into_iter().take(MOST_NAMES) {
        let mut line = Line::default();
        line.plain("• ")
            .strong(caller.severity.map_or("", Severity::word))
            .plain(" ")
            .code(&caller.address)
            .plain(" in ")
            .code(&scan.cluster.name)
            .plain(format!(
                ": rejected, and no known workload explains it: {}; user agent ",
                caller::rejected(caller, time_zone)
            ))
            .code(&caller.user_agent);
        lines.push(line);
        commands.extend(caller::command(scan).filter(|command| !commands.contains(command)));
    }
    if all > MOST_NAMES {
        let more = pluralize(all - MOST_NAMES, "more caller", "more callers");
        lines.push(line(format!("and {more}")));
    }
    lines.extend(commands.iter().map(|it| command(it)));
    lines
}

/// A command of the line before it, whole.
fn command(command: &str) -> Line {
    let mut line = Line::indented();
    line.code_of(command, usize::MAX);
    line
}

/// How many findings of each severity there are by now.
fn standing(report: &Report) -> String {
    let mut counts: Vec<String> = [Severity::Critical, Severity::Warning, Severity::Notice]
        .into_iter()
        .filter_map(|severity| {
            let findings = report.findings.iter();
            let count = findings
                .filter(|finding| finding.severity == Some(severity))
                .count();
            let plural = match (count, severity) {
                (1, _) | (_, Severity::Critical) => "",
                _ => "s",
            };
            (count > 0).then(|| format!("{count} {severity}{plural}"))
        })
        .collect();
    counts.extend(caller::urgent(report));
    match report.accepted() {
        0 => {}
        accepted if counts.is_empty() => {
            counts.push(format!(
                "{}; {accepted} accepted",
                headline::without_findings(report)
            ));
        }
        accepted => counts.push(format!("{accepted} accepted")),
    }
    if counts.is_empty() {
        format!("Now: {}", headline::without_findings(report))
    } else {
        format!("Now: {}", counts.join(", "))
    }
}

fn item(change: &AccountChange, report: &Report, time_zone: Tz) -> Vec<Line> {
    let now = report
        .clusters
        .iter()
        .find(|scan| scan.cluster == change.cluster)
        .map(|scan| scan.window.until)
        .or(report.as_of())
        .unwrap_or_default();
    let mut item = line("• ");
    if let Some(severity) = change.now.and_then(|state| state.severity) {
        item.strong(severity.word()).plain(" ");
    }
    item.code(&change.service_account);
    if let Some(cluster) = report.name_among_several(&change.cluster) {
        item.plain(" in ").code(cluster);
    }
    let mut words = format!(
        " {}: {}",
        change.kind,
        change::words(change, now, time_zone)
    );
    let finding = report.findings.iter().find(|finding| {
        finding.cluster == change.cluster && finding.service_account == change.service_account
    });
    if let Some(rejected) = finding
        .filter(|finding| finding.verdict.rests_on_rejections())
        .and_then(|finding| rejections::of_finding(finding, time_zone))
    {
        // Writing to a String cannot fail.
        let _ = write!(words, "; {rejected}");
    }
    let is_worse = matches!(
        change.kind,
        ChangeKind::New | ChangeKind::Worse | ChangeKind::Reminder
    );
    let Some(finding) = finding.filter(|_| is_worse) else {
        item.plain(words);
        return vec![item];
    };
    for remark in recurrence::words(report, finding, time_zone)
        .into_iter()
        .chain(recurrence::quiet(report, finding, time_zone))
    {
        let _ = write!(words, "; {remark}");
    }
    item.plain(words);
    if let Some(client) = finding.clients.first() {
        item.plain("; client ").code(&client.label);
    }
    let mut lines = vec![item];
    lines.extend(what_to_do(report, finding));
    lines
}

/// What to do first, if there is less than a month.
fn what_to_do(report: &Report, finding: &Finding) -> Vec<Line> {
    let mut lines = Vec::new();
    let urgent = finding.severity >= Some(Severity::Warning);
    let mut switched = false;
    let first = actions::first(finding).iter().filter(|_| urgent);
    for remedy in first.take(MOST_NAMES) {
        match remedy {
            Remedy::Restart {
                command: restart, ..
            } => {
                // A chat shows one item after another: each says which cluster it is for.
                let context = kubeconfig::command(report, &finding.cluster);
                if let Some(context) = context.filter(|_| !std::mem::replace(&mut switched, true)) {
                    lines.push(command(&context));
                }
                lines.push(command(&kubeconfig::in_context(
                    report,
                    &finding.cluster,
                    restart,
                )));
            }
            // A chat says what to do; where that is known from is in the report.
            Remedy::Advice { text } => {
                let mut line = Line::indented();
                line.code_of(&text.what, SENTENCE);
                lines.push(line);
            }
        }
    }
    lines
}

/// What a planned upgrade would break.
fn upgrade(report: &Report) -> Vec<Line> {
    let Some(upgrade) = Upgrade::of(report) else {
        return Vec::new();
    };
    let mut first = Line::default();
    first
        .strong("Upgrade")
        .plain(format!(" {}", upgrade.summary));
    let mut lines = vec![first];
    for broken in upgrade.broken.iter().take(MOST_ACCOUNTS) {
        let mut item = line("• ");
        item.code(&broken.finding.service_account)
            .plain(" in ")
            .code(report.name_of(&broken.finding.cluster))
            .plain(": ")
            .code(&broken.clients)
            .plain(": ")
            .code_of(&broken.fix, SENTENCE);
        lines.push(item);
    }
    if upgrade.broken.len() > MOST_ACCOUNTS {
        let more = upgrade.broken.len() - MOST_ACCOUNTS;
        lines.push(line(format!("and {more} more")));
    }
    lines
}
