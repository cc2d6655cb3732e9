//! What to do, by urgency: what to type first, then what mends it for good.

use chrono::{DateTime, Utc};

use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::finding::{Finding, Remedy};
use crate::report::verdict::Severity;

/// What to do about a report's findings.
#[derive(Debug, Default)]
pub struct Actions<'a> {
    /// Restarts of what is dead or dies within days.
    pub now: Vec<Restart<'a>>,
    /// Restarts of what dies within weeks.
    pub soon: Vec<Restart<'a>>,
    /// What mends these for good, with the service accounts that it mends.
    pub then: Vec<Cure<'a>>,
    /// How many more findings have time.
    pub later: usize,
}

/// A command that buys time.
#[derive(Debug)]
pub struct Restart<'a> {
    /// The cluster it is for.
    pub cluster: &'a Cluster,
    /// The command, made of valid Kubernetes names.
    pub command: &'a str,
    /// When the new token is rejected, if its holder never reads it again.
    pub new_date: DateTime<Utc>,
}

/// Something to do that mends one or more service accounts.
#[derive(Debug)]
pub struct Cure<'a> {
    /// What to do, in words.
    pub text: &'a str,
    /// The service accounts that it is for, each once.
    pub service_accounts: Vec<&'a ServiceAccount>,
}

impl<'a> Actions<'a> {
    /// What to do about these findings, most urgent first.
    pub fn of(report: &'a Report) -> Self {
        // Cluster by cluster: a context is switched once.
        let mut urgent: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.severity >= Some(Severity::Warning))
            .collect();
        urgent.sort_by_key(|finding| {
            (
                &finding.cluster,
                finding.verdict.order(),
                finding.lead().rejected_from,
            )
        });
        let of = |severity| {
            let wanted = move |finding: &&Finding| finding.severity == Some(severity);
            restarts(urgent.iter().copied().filter(wanted))
        };
        Self {
            now: of(Severity::Critical),
            soon: of(Severity::Warning),
            then: cures(urgent.iter().copied()),
            later: report.of_severity(Severity::Notice).count(),
        }
    }
}

/// How much time the findings have that are counted as [`Actions::later`].
pub fn later_than() -> String {
    let days = Severity::Warning.within_days().unwrap_or_default();
    format!("with over {days} days left")
}

fn restarts<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Restart<'a>> {
    findings
        .flat_map(|finding| finding.remedies.iter().map(move |remedy| (finding, remedy)))
        .filter_map(|(finding, remedy)| match remedy {
            Remedy::Restart { command, new_date } => Some(Restart {
                cluster: &finding.cluster,
                command,
                new_date: *new_date,
            }),
            Remedy::Advice { .. } => None,
        })
        .collect()
}

fn cures<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Cure<'a>> {
    let mut cures: Vec<Cure<'a>> = Vec::new();
    for finding in findings {
        for remedy in &finding.remedies {
            let Remedy::Advice { text } = remedy else {
                continue;
            };
            let account = &finding.service_account;
            match cures.iter_mut().find(|cure| cure.text == text) {
                Some(cure) if cure.service_accounts.contains(&account) => {}
                Some(cure) => cure.service_accounts.push(account),
                None => cures.push(Cure {
                    text,
                    service_accounts: vec![account],
                }),
            }
        }
    }
    cures
}
