//! Two reports of one cluster, a day or more apart.
//!
//! - [`accounts`]: the table of changes
//! - [`delivery`]: what a lost message had to say
//! - [`reminders`]: what is told again because its end is near
//! - [`unseen`]: what was not looked for, and clusters known by more or by less

mod accounts;
mod delivery;
mod reminders;
mod unseen;

use chrono::{DateTime, Utc};

use super::*;
use crate::evidence::gap::GapKind;
use crate::report::finding::{HolderFinding, TokenFinding};
use crate::report::sample;
use crate::report::scan::{ClusterScan, Window};
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;
use crate::verdict::scenario::{Scenario, hours, minutes, sender};

const LIFETIME: i64 = TokenLifetime::UNCAPPED_SECONDS;
const DAY: i64 = 86_400;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).expect("a time")
}

/// A finding on `app/NAME` with one holder whose token was issued then.
fn finding(name: &str, verdict: Verdict, severity: Option<Severity>, issued: i64) -> Finding {
    let holder = HolderFinding {
        severity,
        issued: at(issued),
        rejected_from: at(issued + LIFETIME),
        first_seen: at(0),
        last_seen: at(0),
        tokens: vec![TokenFinding {
            issued: at(issued),
            first_used: at(0),
            last_used: at(0),
            ..sample::token(0)
        }],
        ..sample::holder(&issued.to_string(), verdict)
    };
    Finding {
        cluster: Cluster::named("prod-1"),
        service_account: ServiceAccount {
            namespace: "app".to_owned(),
            name: name.to_owned(),
        },
        ..sample::finding(name, vec![holder])
    }
}

fn report(day: i64, findings: Vec<Finding>) -> Report {
    let scan = ClusterScan {
        window: Window {
            since: at(day * DAY - DAY),
            until: at(day * DAY),
        },
        ..sample::scan(Cluster::named("prod-1"))
    };
    sample::report(vec![scan], findings)
}

fn with_gap(mut report: Report, kind: GapKind) -> Report {
    report.clusters[0].gaps.push(sample::gap(kind));
    report
}

fn kinds(changes: &Changes) -> Vec<(&str, ChangeKind)> {
    changes
        .accounts
        .iter()
        .map(|change| (change.service_account.name.as_str(), change.kind))
        .collect()
}

fn compared(mut now: Report, previous: &Report) -> Report {
    now.changes = Some(changes(Some(previous), &now));
    now
}

fn changes_of(report: &Report) -> &Changes {
    report.changes.as_ref().expect("compared")
}

use ChangeKind::{Better, Gone, New, NotSeen, Restarted, Unchanged, Worse};
use Severity::{Critical, Notice, Warning};
use Verdict::{Expired, Frozen, RefreshingLate, Rejected, Undecided};

#[test]
fn on_a_first_run_everything_is_new() {
    let now = report(0, vec![finding("a", Frozen, Some(Notice), 0)]);
    let changes = changes(None, &now);
    assert_eq!(kinds(&changes), [("a", New)]);
    assert_eq!(changes.since, None);
    assert!(changes.has_notable());
}

#[test]
fn a_nightly_job_is_no_news() {
    let first = report(0, vec![finding("job", Undecided, Some(Notice), 0)]);
    let second = report(1, vec![finding("job", Undecided, Some(Notice), DAY)]);
    assert!(!changes(None, &first).has_notable());
    assert!(!changes(Some(&first), &second).has_notable());
    assert!(!changes(Some(&second), &report(2, Vec::new())).has_notable());
    let frozen = report(2, vec![finding("job", Frozen, Some(Notice), DAY)]);
    assert!(changes(Some(&second), &frozen).has_notable());
}

#[test]
fn a_caller_without_a_name_is_news_once() {
    let mut cluster = Scenario::of_days(30);
    cluster.reject(&sender("any", "app/v1"), [hours(2), hours(1), minutes(5)]);
    let first = cluster.judge();
    let told = changes(None, &first);
    assert_eq!((told.new_callers, told.has_notable()), (1, true));
    let told = changes(Some(&first), &cluster.judge_after(&first));
    assert_eq!((told.new_callers, told.has_notable()), (0, false));
}

#[test]
fn unchanged_findings_can_be_left_out() {
    let findings = vec![
        finding("a", Frozen, Some(Notice), 0),
        finding("b", Frozen, Some(Notice), 9),
    ];
    let known = report(0, vec![findings[0].clone()]);
    let shown = only_changes(&compared(report(1, findings), &known));
    assert_eq!(kinds(changes_of(&shown)), [("b", New)]);
    assert_eq!(shown.findings.len(), 1);
    assert_eq!(changes_of(&shown).left_out, 1);
}

/// What is accepted or harmless, today as yesterday, is no news either.
#[test]
fn what_is_left_out_is_counted_unless_it_is_harmless() {
    let findings = || {
        vec![
            finding("a", Frozen, Some(Notice), 0),
            sample::accepted(finding("accepted", Frozen, None, 0)),
            finding("gone", Verdict::Gone, None, 0),
            finding("late", RefreshingLate, None, 0),
        ]
    };
    let now = compared(report(2, findings()), &report(1, findings()));
    let shown = only_changes(&now);
    assert!(shown.findings.is_empty(), "{:#?}", shown.findings);
    let changes = changes_of(&shown);
    assert_eq!(
        (
            changes.left_out,
            changes.left_out_urgent,
            changes.left_out_first
        ),
        (2, 1, Some(at(LIFETIME)))
    );
}
