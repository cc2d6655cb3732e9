//! Metrics in Prometheus' text format, for the textfile collector. All are gauges: each sweep
//! replaces what the last one wrote.

use std::io::{self, Write};

use chrono::{DateTime, Utc};

use super::RenderOptions;
use super::upgrade;
use crate::audit::untrusted_text::escaped;
use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::severity::Severity;
use crate::report::verdict::Verdict;

/// Writes the report.
pub fn render(report: &Report, _page: &RenderOptions, output: &mut dyn Write) -> io::Result<()> {
    of_report(report, output)?;
    of_clusters(report, output)?;
    of_findings(report, output)
}

/// A metric's name, which ends in its unit, and its meaning.
type Metric = (&'static str, &'static str);

fn of_report(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    head(
        output,
        (
            "report_complete",
            "1 if everything requested could be read, else 0.",
        ),
    )?;
    sample(
        output,
        "report_complete",
        &[],
        i64::from(!report.is_incomplete()),
    )?;
    head(
        output,
        (
            "report_gaps",
            "How many files, log groups or parts of the window could not be read in full.",
        ),
    )?;
    sample(
        output,
        "report_gaps",
        &[],
        i64::try_from(report.all_gaps().count()).unwrap_or(i64::MAX),
    )
}

fn of_clusters(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let labels = |cluster: &Cluster| labels_of_cluster(cluster);
    head(
        output,
        (
            "sweep_timestamp_seconds",
            "The end of the window, in seconds since 1970.",
        ),
    )?;
    for scan in &report.clusters {
        let at = scan.window.until.timestamp();
        sample(
            output,
            "sweep_timestamp_seconds",
            &labels(&scan.cluster),
            at,
        )?;
    }
    head(
        output,
        (
            "sweep_complete",
            "1 if everything requested could be read for the cluster, else 0.",
        ),
    )?;
    for scan in &report.clusters {
        let complete = i64::from(scan.gaps.is_empty());
        sample(output, "sweep_complete", &labels(&scan.cluster), complete)?;
    }
    head(
        output,
        (
            "assumed_token_lifetime_seconds",
            "How long a stale token that the cluster issues now is assumed to be accepted.",
        ),
    )?;
    for scan in &report.clusters {
        sample(
            output,
            "assumed_token_lifetime_seconds",
            &labels(&scan.cluster),
            scan.judged_by.lifetime.seconds,
        )?;
    }
    head(
        output,
        (
            "accepted_past_lifetime_age_seconds",
            "The largest age at which a token was still accepted although it should have been rejected: tokens live longer than assumed. Absent otherwise.",
        ),
    )?;
    for scan in &report.clusters {
        if let Some(age) = scan.accepted_at_age_seconds {
            sample(
                output,
                "accepted_past_lifetime_age_seconds",
                &labels(&scan.cluster),
                age,
            )?;
        }
    }
    head(
        output,
        (
            "unexplained_callers",
            "Rejected callers that look like workloads but match no known workload, by severity.",
        ),
    )?;
    for scan in &report.clusters {
        for severity in [Severity::Critical, Severity::Warning] {
            let callers = scan.rejected_callers.iter();
            let count = callers.filter(|it| it.severity == Some(severity)).count();
            let mut labels = labels(&scan.cluster);
            labels.push(("severity", severity.word().to_owned()));
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            sample(output, "unexplained_callers", &labels, count)?;
        }
    }
    head(
        output,
        ("service_accounts", "Service accounts by their verdict."),
    )?;
    for scan in &report.clusters {
        for verdict in Verdict::ALL {
            let count = report
                .findings
                .iter()
                .filter(|finding| finding.cluster == scan.cluster && finding.verdict == verdict)
                .count();
            let mut labels = labels(&scan.cluster);
            labels.push(("verdict", verdict.word().to_owned()));
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            sample(output, "service_accounts", &labels, count)?;
        }
    }
    head(
        output,
        (
            "service_accounts_after_upgrade",
            "Service accounts by the outcome of an upgrade to a version that caps tokens at 24 hours. Absent where tokens are already capped, or nothing was found.",
        ),
    )?;
    for scan in &report.clusters {
        for (outcome, count) in upgrade::outcomes(report, scan).into_iter().flatten() {
            let mut labels = labels(&scan.cluster);
            labels.push(("after_upgrade", outcome.words().to_owned()));
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            sample(output, "service_accounts_after_upgrade", &labels, count)?;
        }
    }
    Ok(())
}

/// The metrics of each service account: a metric and its value, if it has one. What needs
/// no action has no date.
type OfFinding = (Metric, fn(&Finding, DateTime<Utc>) -> Option<i64>);

const OF_FINDINGS: [OfFinding; 12] = [
    (
        (
            "until_rejection_seconds",
            "Seconds from the sweep until the API server rejects the first holder with the worst verdict; negative once it has. Absent if harmless.",
        ),
        |finding, now| {
            finding.severity?;
            Some((finding.lead().rejected_from - now).num_seconds())
        },
    ),
    (
        (
            "rejected_from_timestamp_seconds",
            "When that is, in seconds since 1970: exact where tokens live for 24 hours, else the earliest. Absent if harmless.",
        ),
        |finding, _| {
            finding.severity?;
            Some(finding.lead().rejected_from.timestamp())
        },
    ),
    (
        (
            "token_age_seconds",
            "The age of that holder's token at the sweep.",
        ),
        |finding, now| Some((now - finding.lead().issued).num_seconds()),
    ),
    (
        (
            "requests",
            "Requests made with stale tokens inside the window.",
        ),
        |finding, _| i64::try_from(finding.requests()).ok(),
    ),
    (
        (
            "rejections",
            "Rejections that its holders most likely caused.",
        ),
        |finding, _| {
            let count = finding.rejections().map_or(0, |it| it.count);
            i64::try_from(count).ok()
        },
    ),
    (
        (
            "first_rejection_timestamp_seconds",
            "The arrival of the first of them that is known, in seconds since 1970. Absent if there was none.",
        ),
        |finding, _| Some(finding.rejections()?.first.timestamp()),
    ),
    (
        (
            "last_rejection_timestamp_seconds",
            "The arrival of the last, in seconds since 1970. Absent if there was none.",
        ),
        |finding, _| Some(finding.rejections()?.last.timestamp()),
    ),
    (
        (
            "holders",
            "Pods that hold a stale token, whatever their verdict.",
        ),
        |finding, _| i64::try_from(finding.holders.len()).ok(),
    ),
    (
        (
            "last_seen_timestamp_seconds",
            "The arrival of the last request, in seconds since 1970.",
        ),
        |finding, _| Some(finding.last_seen().timestamp()),
    ),
    (
        (
            "token_lifetime_seconds",
            "How long the token of that holder is accepted; the shorter lifetime where the version is unknown.",
        ),
        |finding, _| Some(finding.lead().lifetime.seconds),
    ),
    (
        (
            "interruptions",
            "How often a token of its holders expired in use inside the window and another followed.",
        ),
        |finding, _| i64::try_from(finding.interruptions().len()).ok(),
    ),
    (
        (
            "longest_interruption_seconds",
            "The longest of these: from the last accepted request to the last rejected one. Absent if there was none.",
        ),
        |finding, _| Some(finding.longest_interruption()?.num_seconds()),
    ),
];

fn of_findings(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    for (metric, value) in OF_FINDINGS {
        head(output, metric)?;
        for finding in &report.findings {
            if let Some(value) = value(finding, report.now(finding)) {
                sample(output, metric.0, &labels_of_finding(finding), value)?;
            }
        }
    }
    Ok(())
}

fn labels_of_cluster(cluster: &Cluster) -> Vec<(&'static str, String)> {
    let mut labels = vec![("cluster", cluster.name.unescaped().to_owned())];
    if let Some(region) = &cluster.region {
        labels.push(("region", region.clone()));
    }
    if let Some(account) = &cluster.account {
        labels.push(("account", account.clone()));
    }
    labels
}

fn labels_of_finding(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut labels = labels_of_cluster(&finding.cluster);
    labels.push(("namespace", finding.service_account.namespace.clone()));
    labels.push(("service_account", finding.service_account.name.clone()));
    labels.push(("verdict", finding.verdict.word().to_owned()));
    if let Some(severity) = finding.severity {
        labels.push(("severity", severity.word().to_owned()));
    }
    labels
}

fn head(output: &mut dyn Write, (name, help): Metric) -> io::Result<()> {
    writeln!(output, "# HELP eks_stale_tokens_{name} {help}")?;
    writeln!(output, "# TYPE eks_stale_tokens_{name} gauge")
}

fn sample(
    output: &mut dyn Write,
    name: &str,
    labels: &[(&str, String)],
    value: i64,
) -> io::Result<()> {
    let labels: Vec<String> = labels
        .iter()
        .map(|(label, value)| format!("{label}=\"{}\"", label_value(value)))
        .collect();
    let labels = match labels.as_slice() {
        [] => String::new(),
        labels => format!("{{{}}}", labels.join(",")),
    };
    writeln!(output, "eks_stale_tokens_{name}{labels} {value}")
}

/// A label's value: quotes, backslashes and line breaks would end it.
fn label_value(text: &str) -> String {
    escaped(text)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
