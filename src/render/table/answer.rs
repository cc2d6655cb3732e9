//! The first answers in an outage: what is rejected already, what dies next, which client is to
//! blame, what to type.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::style::{FAINT, HEADING, paint};
use crate::evidence::cluster::Cluster;
use crate::render::Page;
use crate::render::actions::{self, INFERRED};
use crate::render::due;
use crate::render::kubeconfig;
use crate::render::moment::distance;
use crate::render::pods;
use crate::render::rejections;
use crate::render::visible::visible;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, Remedy};

const MARGINS: Margins = Margins {
    indent: 2,
    heading: 10,
};

/// How many lines each answer takes at most, so that all of them fit on the first screen.
const LINES: usize = 5;

/// How many lines to type: what mends a client and what buys it a day are two.
const COMMANDS: usize = 8;

/// All answers, in a few lines each.
pub(super) fn write(report: &Report, page: &Page, output: &mut dyn Write) -> io::Result<()> {
    write_rejected(report, Some(LINES), page, output)?;
    let next = next(report, page);
    if !next.is_empty() {
        writeln!(output)?;
        list::write("Next", &cut(next, Some(2), "below"), MARGINS, page, output)?;
    }
    let causes = causes(report);
    if !causes.is_empty() {
        writeln!(output)?;
        list::write(
            "Cause",
            &cut(causes, Some(LINES), "below"),
            MARGINS,
            page,
            output,
        )?;
    }
    let commands = cut(commands(report), Some(COMMANDS), "see --format csv");
    if !commands.is_empty() {
        writeln!(output)?;
    }
    // A command is pasted as it stands, so it is never wrapped.
    for (index, command) in commands.iter().enumerate() {
        let left = if index == 0 { "Type" } else { "" };
        let left = paint(HEADING, format!("{left:10}"), page.colour);
        let command = if command.starts_with("and ") {
            format!("# {command}")
        } else {
            command.clone()
        };
        writeln!(output, "{}", format!("  {left}{command}").trim_end())?;
    }
    let is_inferred = urgent(report)
        .into_iter()
        .flat_map(actions::first)
        .any(pods::is_inferred);
    if is_inferred && commands.iter().any(|line| line.starts_with("kubectl")) {
        let words = paint(FAINT, INFERRED, page.colour);
        writeln!(output, "  {:10}{words}", "")?;
    }
    Ok(())
}

/// Who is rejected already, since when, and how it is known.
pub(super) fn write_rejected(
    report: &Report,
    most: Option<usize>,
    page: &Page,
    output: &mut dyn Write,
) -> io::Result<()> {
    let rejected: Vec<String> = report
        .findings
        .iter()
        .filter_map(|finding| rejected(report, finding, page))
        .collect();
    if rejected.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    list::write(
        "Rejected",
        &cut(rejected, most, "below"),
        MARGINS,
        page,
        output,
    )
}

fn rejected(report: &Report, finding: &Finding, page: &Page) -> Option<String> {
    let mut words = format!(
        "{}: {}",
        name(report, finding),
        rejections::current(report, finding, page.time_zone)?
    );
    for remark in pods::remarks(report, finding) {
        words.push_str(&format!("; {remark}"));
    }
    Some(words)
}

/// What dies next: the first to come among what is not dead yet.
fn next(report: &Report, page: &Page) -> Vec<String> {
    let mut coming: Vec<(&Finding, &HolderFinding)> = Vec::new();
    for finding in report.findings.iter().filter(|it| it.accepted.is_none()) {
        let now = report.window_end(finding);
        let next = finding
            .holders
            .iter()
            .filter(|it| it.verdict.is_dying() && Some(it.rejected_from) >= now)
            .min_by_key(|it| it.rejected_from);
        coming.extend(next.map(|holder| (finding, holder)));
    }
    coming.sort_by_key(|(_, holder)| holder.rejected_from);
    coming
        .into_iter()
        .map(|(finding, holder)| {
            let now = report.window_end(finding).unwrap_or(holder.last_seen);
            format!(
                "{} dies {}, {}",
                name(report, finding),
                due::date(holder, page.time_zone),
                distance(holder.rejected_from, now)
            )
        })
        .collect()
}

/// The clients behind what is dead or dies, with the service accounts that they are behind.
fn causes(report: &Report) -> Vec<String> {
    let mut causes: Vec<(&str, Vec<String>)> = Vec::new();
    for finding in urgent(report) {
        for client in &finding.clients {
            let name = name(report, finding);
            match causes.iter_mut().find(|(label, _)| *label == client.label) {
                Some((_, names)) => names.push(name),
                None => causes.push((&client.label, vec![name])),
            }
        }
    }
    causes
        .into_iter()
        .map(|(label, names)| format!("{}: {}", visible(label), names.join(", ")))
        .collect()
}

/// What to type, the most urgent first, cluster by cluster; what is no command stands as a comment,
/// once for all that it helps. Where a restart buys a day only, what mends the client comes first.
fn commands(report: &Report) -> Vec<String> {
    let mut clusters: Vec<(&Cluster, Vec<&Finding>)> = Vec::new();
    for finding in urgent(report) {
        let known = clusters.iter_mut().find(|(it, _)| **it == finding.cluster);
        match known {
            Some((_, findings)) => findings.push(finding),
            None => clusters.push((&finding.cluster, vec![finding])),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for (cluster, findings) in clusters {
        let of_cluster = commands_of(report, &findings);
        if of_cluster.is_empty() {
            continue;
        }
        // Two clusters' commands must not be pasted as one.
        if !lines.is_empty() {
            lines.push(String::new());
        }
        if of_cluster.iter().any(|line| line.starts_with("kubectl")) {
            let context = kubeconfig::lines(report, cluster).into_iter();
            lines.extend(context.map(|line| visible(&line).into_owned()));
        }
        lines.extend(of_cluster);
    }
    lines
}

fn commands_of(report: &Report, findings: &[&Finding]) -> Vec<String> {
    let mut lines: Vec<Line> = Vec::new();
    for finding in findings {
        for remedy in actions::first(finding) {
            let name = name(report, finding);
            match remedy {
                Remedy::Restart { command, .. } => {
                    let line = Line::Command(command.clone());
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
                Remedy::Advice { text } => {
                    let known = lines.iter_mut().find_map(|line| match line {
                        Line::Advice(names, known) if known == text => Some(names),
                        _ => None,
                    });
                    match known {
                        Some(names) => names.push(name),
                        None => lines.push(Line::Advice(vec![name], text.clone())),
                    }
                }
            }
        }
    }
    lines
        .into_iter()
        .map(|line| match line {
            Line::Command(command) => command,
            Line::Advice(names, text) => format!("# {}: {}", names.join(", "), visible(&text)),
        })
        .collect()
}

/// A line of what to type.
#[derive(PartialEq, Eq)]
enum Line {
    Command(String),
    /// What helps these service accounts.
    Advice(Vec<String>, String),
}

/// What is dead or dies, the dead first, then by date.
fn urgent(report: &Report) -> Vec<&Finding> {
    let mut urgent: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.verdict.is_decided() && finding.accepted.is_none())
        .collect();
    urgent.sort_by_key(|finding| (finding.verdict.order(), finding.lead().rejected_from));
    urgent
}

pub(super) fn name(report: &Report, finding: &Finding) -> String {
    if report.clusters.len() > 1 {
        let cluster = report.name_of(&finding.cluster);
        format!("{} ({})", finding.service_account, visible(&cluster))
    } else {
        finding.service_account.to_string()
    }
}

fn cut(mut items: Vec<String>, most: Option<usize>, rest_is: &str) -> Vec<String> {
    let most = most.unwrap_or(usize::MAX);
    if items.len() > most {
        let rest = items.len() - most;
        items.truncate(most);
        items.push(format!("and {rest} more, {rest_is}"));
    }
    items
}
