//! A chat message: what changed, short, the worst first.
//!
//! The format is Slack's mrkdwn, which Mattermost, Rocket.Chat and Google Chat also read. Text from
//! callers is only inside code spans, where chats support neither mentions nor links nor
//! formatting.

use std::fmt::{Display, Write as _};

use chrono_tz::Tz;

use super::actions;
use super::caller;
use super::change;
use super::kubeconfig;
use super::recurrence;
use super::rejections;
use super::time_format::minute;
use super::upgrade::Upgrade;
use crate::audit::untrusted_text::escaped;
use crate::evidence::count::counted;
use crate::render::headline;
use crate::report::Report;
use crate::report::changes::{AccountChange, ChangeKind, Changes};
use crate::report::finding::{Finding, Remedy};
use crate::report::verdict::Severity;

/// Service accounts that one message names: more is for the report.
const MOST_ACCOUNTS: usize = 9;
/// Gaps and clusters that one message names.
const MOST_NAMES: usize = 3;
/// Characters of a name or a client.
const MOST_CHARACTERS: usize = 80;

/// The body of the request that a webhook takes.
pub fn body(report: &Report, time_zone: Tz) -> String {
    serde_json::json!({ "text": text(report, time_zone) }).to_string()
}

/// The message.
pub fn text(report: &Report, time_zone: Tz) -> String {
    let mut text = format!("{}\n{}", heading(report, time_zone), standing(report));
    let news: Vec<&AccountChange> = report.changes.iter().flat_map(Changes::notable).collect();
    for change in news.iter().take(MOST_ACCOUNTS) {
        text.push('\n');
        text.push_str(&item(change, report, time_zone));
    }
    if news.len() > MOST_ACCOUNTS {
        // Writing to a String cannot fail.
        let _ = write!(text, "\nand {} more", news.len() - MOST_ACCOUNTS);
    }
    text.push_str(&callers(report, time_zone));
    if let Some(upgrade) = upgrade(report) {
        let _ = write!(text, "\n{upgrade}");
    }
    let gaps: Vec<_> = report.all_gaps().collect();
    for counted in gaps.iter().take(MOST_NAMES) {
        let _ = write!(
            text,
            "\n*Incomplete:* {}: {}",
            code(&counted.gap.place),
            code(counted.in_words())
        );
    }
    if gaps.len() > MOST_NAMES {
        let _ = write!(
            text,
            "\n*Incomplete:* {}",
            counted(gaps.len() - MOST_NAMES, "more gap", "more gaps")
        );
    }
    text
}

/// `*prod-1: 1 new, 2 worse* since 2026-11-23 08:00 UTC`
fn heading(report: &Report, time_zone: Tz) -> String {
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
    format!("{}: *{what}* {since}", clusters(report))
}

fn clusters(report: &Report) -> String {
    let names: Vec<String> = report
        .clusters
        .iter()
        .map(|scan| code(report.name_of(&scan.cluster)))
        .collect();
    match names.len() {
        0 => "no cluster".to_owned(),
        all if all > MOST_NAMES => format!(
            "{} and {}",
            names[..MOST_NAMES].join(", "),
            counted(all - MOST_NAMES, "more cluster", "more clusters")
        ),
        _ => names.join(", "),
    }
}

/// The callers that match no known workload and were not reported before.
fn callers(report: &Report, time_zone: Tz) -> String {
    let mut text = String::new();
    let new: Vec<_> = report
        .urgent_callers()
        .filter(|(_, it)| it.is_new)
        .collect();
    let all = new.len();
    let mut commands: Vec<String> = Vec::new();
    for (scan, caller) in new.into_iter().take(MOST_NAMES) {
        let severity = caller.severity.map_or("", Severity::word);
        let _ = write!(
            text,
            "\n• *{severity}* {} in {}: rejected, and no known workload explains it: {}; user agent {}",
            code(&caller.address),
            code(&scan.cluster.name),
            caller::rejected(caller, time_zone),
            code(&caller.user_agent)
        );
        commands.extend(caller::command(scan).filter(|command| !commands.contains(command)));
    }
    if all > MOST_NAMES {
        let more = counted(all - MOST_NAMES, "more caller", "more callers");
        let _ = write!(text, "\nand {more}");
    }
    for command in commands {
        let _ = write!(text, "\n        {}", code_of(&command, usize::MAX));
    }
    text
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

fn item(change: &AccountChange, report: &Report, time_zone: Tz) -> String {
    let now = report
        .clusters
        .iter()
        .find(|scan| scan.cluster == change.cluster)
        .map(|scan| scan.window.until)
        .or(report.as_of())
        .unwrap_or_default();
    let mut item = "• ".to_owned();
    if let Some(severity) = change.now.and_then(|state| state.severity) {
        let _ = write!(item, "*{severity}* ");
    }
    item.push_str(&code(change.service_account.to_string()));
    if report.clusters.len() > 1 {
        let _ = write!(item, " in {}", code(report.name_of(&change.cluster)));
    }
    let words = change::words(change, now, time_zone);
    let _ = write!(item, " {}: {words}", change.kind);
    let finding = report.findings.iter().find(|finding| {
        finding.cluster == change.cluster && finding.service_account == change.service_account
    });
    if let Some(rejected) = finding
        .filter(|finding| finding.verdict.rests_on_rejections())
        .and_then(|finding| rejections::of_finding(finding, time_zone))
    {
        let _ = write!(item, "; {rejected}");
    }
    if let Some(finding) = finding
        && matches!(
            change.kind,
            ChangeKind::New | ChangeKind::Worse | ChangeKind::Reminder
        )
    {
        for remark in recurrence::words(report, finding, time_zone)
            .into_iter()
            .chain(recurrence::quiet(report, finding, time_zone))
        {
            let _ = write!(item, "; {remark}");
        }
        item.push_str(&what_to_do(report, finding));
    }
    item
}

/// The client, and, if there is less than a month, what to do first.
fn what_to_do(report: &Report, finding: &Finding) -> String {
    let mut text = String::new();
    if let Some(client) = finding.clients.first() {
        let _ = write!(text, "; client {}", code(&client.label));
    }
    let urgent = finding.severity >= Some(Severity::Warning);
    let mut switched = false;
    let first = actions::first(finding).iter().filter(|_| urgent);
    for remedy in first.take(MOST_NAMES) {
        let (words, most) = match remedy {
            Remedy::Restart { command, .. } => {
                // A chat shows one item after another: each says which cluster it is for.
                let context = kubeconfig::command(report, &finding.cluster);
                if let Some(context) = context.filter(|_| !std::mem::replace(&mut switched, true)) {
                    let _ = write!(text, "\n        {}", code_of(&context, usize::MAX));
                }
                let command = kubeconfig::in_context(report, &finding.cluster, command);
                (command, usize::MAX)
            }
            // A chat says what to do; where that is known from is in the report.
            Remedy::Advice { text } => {
                let what = text.split_once("; see https://");
                let what = what.map_or(&**text, |(what, _)| what);
                (what.to_owned(), 3 * MOST_CHARACTERS)
            }
        };
        let _ = write!(text, "\n        {}", code_of(&words, most));
    }
    text
}

/// What a planned upgrade would break.
fn upgrade(report: &Report) -> Option<String> {
    let upgrade = Upgrade::of(report)?;
    let mut words = format!("*Upgrade* {}", upgrade.summary);
    for broken in upgrade.broken.iter().take(MOST_ACCOUNTS) {
        let _ = write!(
            words,
            "\n• {} in {}: {}: {}",
            code(broken.finding.service_account.to_string()),
            code(report.name_of(&broken.finding.cluster)),
            code(&broken.clients),
            code_of(&broken.fix, 3 * MOST_CHARACTERS)
        );
    }
    if upgrade.broken.len() > MOST_ACCOUNTS {
        let _ = write!(words, "\nand {} more", upgrade.broken.len() - MOST_ACCOUNTS);
    }
    Some(words)
}

fn code(text: impl Display) -> String {
    code_of(text, MOST_CHARACTERS)
}

/// A code span that shows the text and does nothing else: the three characters that Slack asks
/// to escape are, nothing closes the span early, and no `@` is left to mention anyone where a
/// chat looks for mentions even here.
fn code_of(text: impl Display, most: usize) -> String {
    let text = text.to_string();
    let text = escaped(&text);
    let mut span = String::from("`");
    for (index, character) in text.chars().enumerate() {
        if index >= most {
            span.push('…');
            break;
        }
        match character {
            '&' => span.push_str("&amp;"),
            '<' => span.push_str("&lt;"),
            '>' => span.push_str("&gt;"),
            '`' => span.push('\''),
            '@' => span.push_str("(at)"),
            other => span.push(other),
        }
    }
    if text.is_empty() {
        span.push('-');
    }
    span.push('`');
    span
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn log_text_mentions_nobody_and_links_nowhere() {
        for (text, span) in [
            ("kube2iam 0.10.7", "`kube2iam 0.10.7`"),
            ("<!channel> & @here", "`&lt;!channel&gt; &amp; (at)here`"),
            (
                "<https://evil.example|click>",
                "`&lt;https://evil.example|click&gt;`",
            ),
            ("` *bold* `<@U123>", "`' *bold* '&lt;(at)U123&gt;`"),
            ("a\nb\u{202e}c", "`a\\u{a}b\\u{202e}c`"),
            ("", "`-`"),
        ] {
            assert_eq!(code(text), span);
        }
        assert_eq!(code("x".repeat(500)).chars().count(), MOST_CHARACTERS + 3);
    }

    proptest! {
        #[test]
        fn a_span_ends_where_it_should(text in ".*|[`@<>&!a\\n]*") {
            let span = code(&text);
            let inner = &span[1..span.len() - 1];
            prop_assert!(span.starts_with('`') && span.ends_with('`'));
            prop_assert!(!inner.contains(['`', '<', '>', '@', '\n']));
        }
    }
}
