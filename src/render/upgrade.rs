//! What an upgrade to a version that caps tokens at 24 hours would break, in words.

use super::basis::names;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::count::pluralize;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::scan::ClusterScan;
use crate::report::upgrade::AfterUpgrade;

/// What is not published.
const NOT_KNOWN: &str = "Not known: whether tokens issued before the upgrade stay valid for the \
                         year they were signed for. Those issued after it expire after 24 h.";

/// The answer to `--target-version`.
#[derive(Debug)]
pub struct Upgrade<'a> {
    /// To which version, and how many service accounts fare how:
    /// `to 1.34: 3 rejected daily, 1 too soon to tell`.
    pub summary: String,
    /// The findings that are rejected at the end of every token.
    pub broken: Vec<Broken<'a>>,
    /// What else to know, a sentence each. Escaped for terminals.
    pub remarks: Vec<String>,
}

/// A finding that the upgrade breaks.
#[derive(Debug)]
pub struct Broken<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its clients, most requests first. Escaped for terminals.
    pub clients: String,
    /// What fixes it.
    pub fix: String,
}

impl<'a> Upgrade<'a> {
    /// What a planned upgrade does to the findings; `None` without a target version.
    pub fn of(report: &'a Report) -> Option<Self> {
        let target = report.target_version?;
        let broken: Vec<Broken<'a>> = rejected_daily(report).map(Broken::of).collect();
        let mut remarks = Vec::new();
        if !target.caps_tokens() {
            remarks.push(format!(
                "{target} does not cap tokens: {} does.",
                KubernetesVersion::FIRST_WITH_TOKEN_CAP
            ));
        }
        let (there, capped) = unconcerned(report, target);
        if !there.is_empty() {
            remarks.push(format!("At {target} or later already: {}.", names(&there)));
        }
        if !capped.is_empty() {
            remarks.push(format!("Tokens are capped already: {}.", names(&capped)));
        }
        if count(report) > 0 {
            remarks.push(NOT_KNOWN.to_owned());
        }
        Some(Self {
            summary: format!("to {target}: {}", counts(report)),
            broken,
            remarks,
        })
    }
}

impl<'a> Broken<'a> {
    fn of(finding: &'a Finding) -> Self {
        let labels: Vec<String> = finding
            .clients
            .iter()
            .map(|it| it.label.to_string())
            .collect();
        let mut fixes: Vec<String> = Vec::new();
        for client in &finding.clients {
            let fix = client.advice.to_string();
            if !fixes.contains(&fix) {
                fixes.push(fix);
            }
        }
        Self {
            finding,
            clients: labels.join(", "),
            fix: fixes.join("; "),
        }
    }
}

/// How many findings the next upgrade breaks, for reports without a target version; `None` where it
/// breaks none. Escaped for terminals.
pub fn unasked(report: &Report) -> Option<String> {
    if report.target_version.is_some() {
        return None;
    }
    let mut clusters: Vec<UntrustedText> = Vec::new();
    for finding in rejected_daily(report) {
        let name = report.name_of(&finding.cluster);
        if !clusters.contains(&name) {
            clusters.push(name);
        }
    }
    if clusters.is_empty() {
        return None;
    }
    let count = rejected_daily(report).count();
    let of = match report.clusters.len() {
        1 => String::new(),
        _ => format!(" of {}", names(&clusters)),
    };
    let target = KubernetesVersion::FIRST_WITH_TOKEN_CAP;
    Some(format!(
        "{target} would have {}{of} rejected daily: eks-stale-tokens sweep CLUSTER --target-version {target}",
        pluralize(count, "service account", "service accounts")
    ))
}

/// How many findings of each outcome a cluster has; `None` where the upgrade changes nothing.
pub fn outcomes(report: &Report, scan: &ClusterScan) -> Option<[(AfterUpgrade, usize); 4]> {
    let of_scan = |finding: &&Finding| finding.cluster == scan.cluster;
    let outcomes: Vec<AfterUpgrade> = report
        .findings
        .iter()
        .filter(of_scan)
        .filter_map(|finding| finding.after_upgrade)
        .collect();
    let count = |outcome| outcomes.iter().filter(|it| **it == outcome).count();
    (!outcomes.is_empty()).then(|| AfterUpgrade::ALL.map(|outcome| (outcome, count(outcome))))
}

fn rejected_daily(report: &Report) -> impl Iterator<Item = &Finding> {
    let findings = report.findings.iter();
    findings.filter(|finding| finding.after_upgrade == Some(AfterUpgrade::RejectedDaily))
}

fn count(report: &Report) -> usize {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.after_upgrade.is_some())
        .count()
}

fn counts(report: &Report) -> String {
    let counts: Vec<String> = AfterUpgrade::ALL
        .into_iter()
        .filter_map(|outcome| {
            let findings = report.findings.iter();
            let count = findings
                .filter(|finding| finding.after_upgrade == Some(outcome))
                .count();
            let words = match (outcome, count) {
                (AfterUpgrade::No, _) => "unaffected",
                (AfterUpgrade::RecoversByItself, 2..) => "recover by themselves",
                (outcome, _) => outcome.words(),
            };
            (count > 0).then(|| format!("{count} {words}"))
        })
        .collect();
    match counts.is_empty() {
        true => "no service account is affected".to_owned(),
        false => counts.join(", "),
    }
}

/// Clusters at the target or above, and others that cap tokens.
fn unconcerned(
    report: &Report,
    target: KubernetesVersion,
) -> (Vec<UntrustedText>, Vec<UntrustedText>) {
    let (mut there, mut capped) = (Vec::new(), Vec::new());
    for scan in &report.clusters {
        match scan.judged_by.version {
            Some(version) if version >= target => there.push(report.name_of(&scan.cluster)),
            Some(version) if version.caps_tokens() => capped.push(report.name_of(&scan.cluster)),
            _ => {}
        }
    }
    (there, capped)
}
