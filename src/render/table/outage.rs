//! In an outage: what is rejected next, and which client causes it.

use std::io::{self, Write};

use super::list;
use super::names;
use super::rejected::MARGINS;
use crate::audit::advice::Advice;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster::Cluster;
use crate::render::RenderOptions;
use crate::render::actions::{self, INFERRED};
use crate::render::due;
use crate::render::kubeconfig;
use crate::render::time_format::{distance, minute};
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding};

/// How many of what is rejected next, and of its causes, are listed: the table below has all.
const LISTED: usize = 5;

/// A service account that works, and its holder that is rejected first.
struct Next<'a> {
    finding: &'a Finding,
    holder: &'a HolderFinding,
}

/// What works and is rejected at the end of its token, by date.
fn next(report: &Report) -> Vec<Next<'_>> {
    let mut next: Vec<Next<'_>> = report
        .findings
        .iter()
        .filter_map(|finding| {
            let holders = finding.dying_holders(report.now(finding));
            let holder = holders.min_by_key(|holder| holder.rejected_from)?;
            Some(Next { finding, holder })
        })
        .collect();
    next.sort_by_key(|it| (it.holder.rejected_from, it.finding.rank));
    next
}

/// What is rejected next, and when, cluster by cluster.
pub(super) fn write_next(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let next = next(report);
    let (listed, more) = next.split_at(next.len().min(LISTED));
    if listed.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<String> = listed.iter().map(|it| it.words(report, options)).collect();
    if !more.is_empty() {
        lines.push(format!("and {} more, in the table below", more.len()));
    }
    writeln!(output)?;
    list::write("Next", &lines, MARGINS, options, output)
}

impl Next<'_> {
    /// `kube-system/kube2iam: rejected from 2026-09-11 09:00, in 2 d 20 h`
    fn words(&self, report: &Report, options: &RenderOptions) -> String {
        let Self { finding, holder } = self;
        let now = report.now(finding);
        let date = due::date(holder, options.time_zone);
        let distance = distance(holder.rejected_from, now);
        let name = names::of_finding(report, finding);
        match holder.rejected_from < now {
            true => {
                format!("{name}: still accepted; its token was due to expire {date}, {distance}")
            }
            false => format!(
                "{name}: {} {date}, {distance}",
                due::rejected(holder.lifetime)
            ),
        }
    }
}

/// The commands that keep from being rejected what is rejected next, as comments, cluster by
/// cluster: those that are not among the ones that are run now. They stand `left` columns from the
/// left.
pub(super) fn comments<'a>(
    report: &'a Report,
    run_now: &[actions::Restart<'_>],
    left: usize,
    options: &RenderOptions,
) -> Vec<(&'a Cluster, Vec<String>)> {
    let mut clusters: Vec<(&Cluster, Vec<String>)> = Vec::new();
    let mut listed = 0;
    for Next { finding, holder } in next(report) {
        let Some(restart) = actions::restart_of(report, finding, holder) else {
            continue;
        };
        let is_same = |known: &actions::Restart<'_>| {
            known.cluster == restart.cluster && known.command == restart.command
        };
        if run_now.iter().any(is_same) {
            continue;
        }
        if listed == LISTED {
            break;
        }
        listed += 1;
        let lines = match clusters.iter().position(|(it, _)| *it == &finding.cluster) {
            Some(place) => &mut clusters[place].1,
            None => {
                clusters.push((&finding.cluster, Vec::new()));
                let last = clusters.len() - 1;
                &mut clusters[last].1
            }
        };
        if !restart.workload_is_known && !lines.iter().any(|line| line == INFERRED) {
            lines.push(INFERRED.to_owned());
        }
        let command = kubeconfig::in_context(report, restart.cluster, &restart.command);
        let date = minute(holder.rejected_from, options.time_zone);
        let line = format!("# before {date}: {command}");
        // The command stays whole on a line of its own, as a comment too.
        match 2 + left + line.len() <= options.width {
            true => lines.push(line),
            false => lines.extend([format!("# before {date}:"), format!("#   {command}")]),
        }
    }
    clusters
}

/// The clients behind what is rejected now or next, with what fixes each.
pub(super) fn write_causes(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut causes: Vec<(&UntrustedText, &Advice, Vec<String>)> = Vec::new();
    let is_urgent = |finding: &&Finding| finding.verdict.is_decided() && finding.accepted.is_none();
    for finding in report.findings.iter().filter(is_urgent) {
        for client in &finding.clients {
            let name = names::of_finding(report, finding);
            let is_same = |it: &&mut (&UntrustedText, &Advice, Vec<String>)| {
                *it.0 == client.label && *it.1 == client.advice
            };
            match causes.iter_mut().find(is_same) {
                Some((.., names)) => names.push(name),
                None => causes.push((&client.label, &client.advice, vec![name])),
            }
        }
    }
    if causes.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<String> = causes
        .iter()
        .take(LISTED)
        .map(|(label, advice, names)| format!("{label}: {}; {advice}", names.join(", ")))
        .collect();
    if causes.len() > LISTED {
        let more = causes.len() - LISTED;
        lines.push(format!("and {more} more, in --format csv"));
    }
    writeln!(output)?;
    list::write("Why", &lines, MARGINS, options, output)
}
