//! What to do, by urgency: first the restarts for everything that is rejected, then how to keep the
//! rest from being rejected. Where a restart buys only a day, the fix of the client comes before a
//! restart of what still works.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::time_format::{day, minute};
use crate::audit::advice::Advice;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, Remedy};
use crate::report::restart;
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;

/// What commands with a workload's name rest on, as a comment of a shell.
pub const INFERRED: &str = "# workloads are inferred from the names of their pods";

/// Steps in the order in which to take them.
pub fn steps(report: &Report) -> Vec<Step<'_>> {
    let findings = cluster_by_cluster(report);
    let now = restarts(report, &findings, &[], |finding, holder| {
        holder.is_rejected(report.now(finding))
    });
    // A planned upgrade makes no restart more urgent: it is the holder's own severity that counts.
    let is_due = |finding: &Finding, holder: &HolderFinding| {
        !holder.is_rejected(report.now(finding)) && holder.severity >= Some(Severity::Warning)
    };
    let of_life = |capped: bool| {
        restarts(report, &findings, &now, |finding, holder| {
            is_due(finding, holder) && gained(report, finding).is_capped() == capped
        })
    };
    let (stopgap, soon) = (of_life(true), of_life(false));
    let urgent = |capped: bool| -> Vec<&Finding> {
        let urgent = findings.iter().copied().filter(|finding| {
            finding.lead().severity >= Some(Severity::Warning)
                && gained(report, finding).is_capped() == capped
        });
        urgent.collect()
    };
    let steps = [
        Step {
            heading: "Now",
            purpose: "restart what is rejected",
            body: Body::Restarts(now),
        },
        Step {
            heading: "Fix",
            purpose: "fix it for good",
            body: Body::Fixes(fixes(&urgent(true))),
        },
        Step {
            heading: "Stopgap",
            purpose: "restart before the token expires, until it is fixed",
            body: Body::Restarts(stopgap),
        },
        Step {
            heading: "Soon",
            purpose: "restart before the token expires, which buys time",
            body: Body::Restarts(soon),
        },
        Step {
            heading: "Then",
            purpose: "fix it for good",
            body: Body::Fixes(fixes(&urgent(false))),
        },
    ];
    steps
        .into_iter()
        .filter(|step| !step.body.is_empty())
        .collect()
}

/// The commands that restart everything that is rejected, cluster by cluster, and nothing else.
pub fn restarts_now(report: &Report) -> Vec<Restart<'_>> {
    let findings = cluster_by_cluster(report);
    restarts(report, &findings, &[], |finding, holder| {
        holder.is_rejected(report.now(finding))
    })
}

/// The findings that need action, cluster by cluster: a context is switched once. The cluster with
/// the most urgent finding first, and each cluster's findings by rank.
pub fn cluster_by_cluster(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| !finding.needs_no_action())
        .collect();
    let mut first_of: BTreeMap<&Cluster, usize> = BTreeMap::new();
    for finding in &findings {
        first_of.entry(&finding.cluster).or_insert(finding.rank);
    }
    findings.sort_by_key(|finding| (first_of.get(&finding.cluster), finding.rank));
    findings
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
    /// What fixes these for good, with the service accounts that it fixes.
    Fixes(Vec<Fix<'a>>),
}

impl Body<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Restarts(restarts) => restarts.is_empty(),
            Self::Fixes(fixes) => fixes.is_empty(),
        }
    }
}

/// Whether a command in these steps names a workload that no cluster confirmed: [`INFERRED`].
pub fn has_inferred(steps: &[Step<'_>]) -> bool {
    steps.iter().any(|step| match &step.body {
        Body::Restarts(restarts) => restarts.iter().any(|it| !it.workload_is_known),
        Body::Fixes(_) => false,
    })
}

/// A command that buys time.
#[derive(Debug, Clone)]
pub struct Restart<'a> {
    /// The cluster it is for.
    pub cluster: &'a Cluster,
    /// The command, made of valid Kubernetes names.
    pub command: String,
    /// Whether the workload in it is known from the cluster.
    pub workload_is_known: bool,
    /// Whether nothing is known to replace the pod that it deletes.
    pub is_final: bool,
    /// When the new token is rejected, if its holder never reads it again.
    pub new_date: DateTime<Utc>,
    /// How long the cluster accepts a new token.
    pub gained: TokenLifetime,
}

impl Restart<'_> {
    /// What it buys: `new date 2026-12-09`; where that is a day, `buys 24 h, until 2026-09-11
    /// 08:00`.
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

/// Something to do that fixes one or more service accounts.
#[derive(Debug)]
pub struct Fix<'a> {
    /// What to do, in words.
    pub text: &'a Advice,
    /// The service accounts that it is for, each once.
    pub service_accounts: Vec<&'a ServiceAccount>,
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

/// The commands for the holders that are wanted, each once and none that is already `known`.
fn restarts<'a>(
    report: &Report,
    findings: &[&'a Finding],
    known: &[Restart<'_>],
    is_wanted: impl Fn(&Finding, &HolderFinding) -> bool,
) -> Vec<Restart<'a>> {
    let mut restarts: Vec<Restart<'a>> = Vec::new();
    for finding in findings {
        let holders = finding.holders.iter();
        for holder in holders.filter(|holder| is_wanted(finding, holder)) {
            let Some(restart) = restart_of(report, finding, holder) else {
                continue;
            };
            let is_same =
                |it: &Restart<'_>| it.cluster == restart.cluster && it.command == restart.command;
            if !known.iter().any(is_same) && !restarts.iter().any(is_same) {
                restarts.push(restart);
            }
        }
    }
    restarts
}

/// The command that gives a holder a new token; `None` where no command does, or where it would
/// bring its end nearer.
pub fn restart_of<'a>(
    report: &Report,
    finding: &'a Finding,
    holder: &HolderFinding,
) -> Option<Restart<'a>> {
    let gained = gained(report, finding);
    let now = report.now(finding);
    let helps = holder.verdict.restart_helps() && !holder.outlives_new_tokens(gained);
    match holder.restart(&finding.service_account.namespace, now) {
        restart::Restart::Command {
            command,
            workload_is_known,
            is_final,
        } if helps => Some(Restart {
            cluster: &finding.cluster,
            command,
            workload_is_known,
            is_final,
            new_date: now
                .checked_add_signed(gained.duration())
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
            gained,
        }),
        _ => None,
    }
}

fn fixes<'a>(urgent: &[&'a Finding]) -> Vec<Fix<'a>> {
    let mut fixes: Vec<Fix<'a>> = Vec::new();
    for finding in urgent {
        for remedy in &finding.remedies {
            let Remedy::Advice { text } = remedy else {
                continue;
            };
            let account = &finding.service_account;
            match fixes.iter_mut().find(|fix| fix.text == text) {
                Some(fix) if fix.service_accounts.contains(&account) => {}
                Some(fix) => fix.service_accounts.push(account),
                None => fixes.push(Fix {
                    text,
                    service_accounts: vec![account],
                }),
            }
        }
    }
    fixes
}
