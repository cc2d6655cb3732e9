//! What is rejected now: since when, how it is known, and in an outage the command for each.

use std::io::{self, Write};

use super::list::{self, Margins};
use super::names;
use crate::evidence::cluster::Cluster;
use crate::render::RenderOptions;
use crate::render::actions;
use crate::render::kubeconfig;
use crate::render::pods;
use crate::render::rejections;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::restart::Restart;

/// The position of the lists of an outage.
pub(super) const MARGINS: Margins = Margins {
    indent: 2,
    heading: 10,
};

/// Columns before the command of a list's item.
const COMMAND: usize = MARGINS.indent + MARGINS.heading + 2;

/// Everything that is rejected, the most urgent first.
pub(super) fn write(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let rejected = report.findings.iter();
    let rejected: Vec<String> = rejected
        .filter_map(|finding| words(report, finding, options))
        .collect();
    if rejected.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    list::write("Rejected", &rejected, MARGINS, options, output)
}

/// The same for an outage: cluster by cluster, each with what gives it a new token.
pub(super) fn write_with_commands(
    report: &Report,
    options: &RenderOptions,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut heading = "Rejected";
    let mut cluster: Option<&Cluster> = None;
    for finding in actions::cluster_by_cluster(report) {
        let Some(words) = words(report, finding, options) else {
            continue;
        };
        if cluster.replace(&finding.cluster) != Some(&finding.cluster) {
            writeln!(output)?;
            if let Some(words) = cluster_words(report, &finding.cluster) {
                list::write(heading, &[words], MARGINS, options, output)?;
                heading = "";
            }
        }
        list::write(heading, &[words], MARGINS, options, output)?;
        heading = "";
        for line in commands(report, finding) {
            writeln!(output, "{:COMMAND$}{line}", "")?;
        }
    }
    Ok(())
}

/// Which cluster the lines below are about, with the context that kubectl has for it.
fn cluster_words(report: &Report, cluster: &Cluster) -> Option<String> {
    match kubeconfig::context(cluster) {
        Some(context) => Some(format!("{}, context {context}", report.name_of(cluster))),
        None => report.name_among_several(cluster).map(|it| it.to_string()),
    }
}

/// What gives the rejected pods of a finding new tokens, each once: commands, or why there is none.
fn commands(report: &Report, finding: &Finding) -> Vec<String> {
    let now = report.now(finding);
    let namespace = &finding.service_account.namespace;
    let mut lines: Vec<String> = Vec::new();
    for holder in finding.rejected_holders(now) {
        let line = match holder.restart(namespace, now) {
            Restart::Command { command, .. } => {
                kubeconfig::in_context(report, &finding.cluster, &command)
            }
            Restart::Advice(words) => format!("no command: {words}"),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// `kube-system/kube2iam: 3 of 4 pods since 2026-09-06 13:02; ...`. `None` if nothing is rejected.
fn words(report: &Report, finding: &Finding, options: &RenderOptions) -> Option<String> {
    let current = rejections::current(report, finding, options.time_zone)?;
    let parts = std::iter::once(current).chain(pods::remarks(report, finding));
    let parts: Vec<String> = parts.collect();
    Some(format!(
        "{}: {}",
        names::of_finding(report, finding),
        parts.join("; ")
    ))
}
