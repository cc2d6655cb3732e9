//! What to do, by urgency: what to type first, then what mends it for good. Where a restart buys a
//! day only, what mends it comes first.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::moment::{day, minute};
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::finding::{Finding, Remedy};
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Severity;

/// What commands with a workload's name rest on, as a comment of a shell.
pub const INFERRED: &str = "# workloads are inferred from the names of their pods";

/// Steps in the order in which to take them.
pub fn steps(report: &Report) -> Vec<Step<'_>> {
    // Cluster by cluster, the most urgent first: a context is switched once.
    let mut urgent: Vec<Urgent<'_>> = report
        .findings
        .iter()
        .filter(|finding| !finding.is_calm())
        .filter_map(|finding| Urgent::of(report, finding))
        .collect();
    let mut first_of: BTreeMap<&Cluster, usize> = BTreeMap::new();
    for (place, urgent) in urgent.iter().enumerate() {
        first_of.entry(&urgent.finding.cluster).or_insert(place);
    }
    urgent.sort_by_key(|urgent| {
        let finding = urgent.finding;
        (
            first_of.get(&finding.cluster),
            finding.verdict.order(),
            finding.lead().rejected_from,
        )
    });
    let (capped, lasting): (Vec<_>, Vec<_>) = urgent
        .into_iter()
        .partition(|urgent| urgent.gained.is_capped());
    let of = |severity| {
        let wanted = move |urgent: &&Urgent<'_>| urgent.severity == severity;
        restarts(lasting.iter().filter(wanted))
    };
    let steps = [
        Step {
            heading: "Cure",
            purpose: "mend it for good",
            body: Body::Cures(cures(&capped)),
        },
        Step {
            heading: "Stopgap",
            purpose: "restart, until it is mended",
            body: Body::Restarts(restarts(capped.iter())),
        },
        Step {
            heading: "Now",
            purpose: "restart, which buys time",
            body: Body::Restarts(of(Severity::Critical)),
        },
        Step {
            heading: "Soon",
            purpose: "restart, which buys time",
            body: Body::Restarts(of(Severity::Warning)),
        },
        Step {
            heading: "Then",
            purpose: "mend it for good",
            body: Body::Cures(cures(&lasting)),
        },
    ];
    steps
        .into_iter()
        .filter(|step| !step.body.is_empty())
        .collect()
}

/// One step.
#[derive(Debug)]
pub struct Step<'a> {
    /// One word.
    pub heading: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// What to do.
    pub body: Body<'a>,
}

/// What to do in a step.
#[derive(Debug)]
pub enum Body<'a> {
    /// Commands that buy time.
    Restarts(Vec<Restart<'a>>),
    /// What mends these for good, with the service accounts that it mends.
    Cures(Vec<Cure<'a>>),
}

impl Body<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Restarts(restarts) => restarts.is_empty(),
            Self::Cures(cures) => cures.is_empty(),
        }
    }
}

/// Whether a command in these steps names a workload that no cluster confirmed: [`INFERRED`].
pub fn has_inferred(steps: &[Step<'_>]) -> bool {
    steps.iter().any(|step| match &step.body {
        Body::Restarts(restarts) => restarts.iter().any(|it| !it.workload_is_known),
        Body::Cures(_) => false,
    })
}

/// A command that buys time.
#[derive(Debug)]
pub struct Restart<'a> {
    /// The cluster it is for.
    pub cluster: &'a Cluster,
    /// The command, made of valid Kubernetes names.
    pub command: &'a str,
    /// Whether the workload in it is known from the cluster.
    pub workload_is_known: bool,
    /// When the new token is rejected, if its holder never reads it again.
    pub new_date: DateTime<Utc>,
    /// How long the cluster accepts a new token.
    pub gained: TokenLifetime,
}

impl Restart<'_> {
    /// What it buys: `new date 2026-12-09`; where that is a day, `buys 24 h, until 2026-09-11 08:00`.
    pub fn buys(&self, time_zone: Tz) -> String {
        buys(self.gained, self.new_date, time_zone)
    }
}

/// What a restart buys that leaves the workload with a token until then.
pub fn buys(gained: TokenLifetime, new_date: DateTime<Utc>, time_zone: Tz) -> String {
    match (gained.is_capped(), gained.is_assumed()) {
        (false, _) => format!("new date {}", day(new_date, time_zone)),
        (true, false) => format!(
            "buys {}, until {}",
            gained.in_words(),
            minute(new_date, time_zone)
        ),
        (true, true) => format!(
            "buys {} at least, until {}",
            gained.in_words(),
            minute(new_date, time_zone)
        ),
    }
}

/// Something to do that mends one or more service accounts.
#[derive(Debug)]
pub struct Cure<'a> {
    /// What to do, in words.
    pub text: &'a str,
    /// The service accounts that it is for, each once.
    pub service_accounts: Vec<&'a ServiceAccount>,
}

/// A finding that has to be acted on within weeks.
struct Urgent<'a> {
    finding: &'a Finding,
    severity: Severity,
    gained: TokenLifetime,
}

impl<'a> Urgent<'a> {
    /// By the severity of its holders: a planned upgrade makes no restart more urgent.
    fn of(report: &Report, finding: &'a Finding) -> Option<Self> {
        let lead = finding.lead();
        let severity = lead.severity.filter(|it| *it >= Severity::Warning)?;
        Some(Self {
            finding,
            severity,
            gained: gained(report, finding),
        })
    }
}

/// How long a restart of a finding's workload lasts.
pub fn gained(report: &Report, finding: &Finding) -> TokenLifetime {
    report
        .judged_by(finding)
        .map_or(finding.lead().lifetime, |judged_by| judged_by.lifetime)
}

/// What to do first about a finding: as far as to its restarts, if there are any.
pub fn first(finding: &Finding) -> &[Remedy] {
    let is_restart = |remedy: &Remedy| matches!(remedy, Remedy::Restart { .. });
    let last = finding.remedies.iter().rposition(is_restart).unwrap_or(0);
    finding.remedies.get(..=last).unwrap_or_default()
}

/// How many more findings have time, by why: `15 more: 10 with over 30 days left, 5 undecided`.
pub fn later(report: &Report) -> Option<String> {
    let (mut far, mut short, mut undecided, mut other) = (0, 0, 0, 0);
    for finding in &report.findings {
        let lead = finding.lead();
        if lead.severity != Some(Severity::Notice) {
            continue;
        }
        let left = lead.rejected_from - report.now(finding);
        if finding.verdict.is_recurring() {
            short += 1;
        } else if !finding.verdict.is_decided() {
            undecided += 1;
        } else if Severity::of_time_left(left) == Severity::Notice {
            far += 1;
        } else {
            other += 1;
        }
    }
    let days = Severity::Warning.within_days().unwrap_or_default();
    let counts = [
        (far, format!("with over {days} days left")),
        (short, "interrupted for less than a minute".to_owned()),
        (undecided, "undecided".to_owned()),
        (other, "of severity notice".to_owned()),
    ];
    let counts: Vec<(usize, String)> = counts.into_iter().filter(|it| it.0 > 0).collect();
    match &counts[..] {
        [] => None,
        [(count, words)] => Some(format!("{count} more {words}")),
        several => {
            let all: usize = several.iter().map(|(count, _)| count).sum();
            let words: Vec<String> = several
                .iter()
                .map(|(count, words)| format!("{count} {words}"))
                .collect();
            Some(format!("{all} more: {}", words.join(", ")))
        }
    }
}

fn restarts<'a: 'b, 'b>(urgent: impl Iterator<Item = &'b Urgent<'a>>) -> Vec<Restart<'a>> {
    let mut restarts = Vec::new();
    for urgent in urgent {
        for remedy in &urgent.finding.remedies {
            if let Remedy::Restart {
                command,
                workload_is_known,
                new_date,
            } = remedy
            {
                restarts.push(Restart {
                    cluster: &urgent.finding.cluster,
                    command,
                    workload_is_known: *workload_is_known,
                    new_date: *new_date,
                    gained: urgent.gained,
                });
            }
        }
    }
    restarts
}

fn cures<'a>(urgent: &[Urgent<'a>]) -> Vec<Cure<'a>> {
    let mut cures: Vec<Cure<'a>> = Vec::new();
    for urgent in urgent {
        for remedy in &urgent.finding.remedies {
            let Remedy::Advice { text } = remedy else {
                continue;
            };
            let account = &urgent.finding.service_account;
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
