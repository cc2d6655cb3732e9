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
use crate::evidence::gap::{CountedGap, Gap, GapKind};
use crate::evidence::holder::Identity;
use crate::report::finding::{Finding, HolderFinding, TokenFinding};
use crate::report::judged_by::JudgedBy;
use crate::report::scan::{ClusterScan, Window};
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;
use crate::verdict::scenario::{Scenario, hours, minutes, sender};

const LIFETIME: i64 = 7_776_000;
const DAY: i64 = 86_400;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).expect("a time")
}

/// A finding on `app/NAME` with one holder whose token was issued then.
fn finding(name: &str, verdict: Verdict, severity: Option<Severity>, issued: i64) -> Finding {
    Finding {
        accepted: None,
        after_upgrade: None,
        rank: 1,
        cluster: Cluster::named("prod-1"),
        service_account: ServiceAccount {
            namespace: "app".to_owned(),
            name: name.to_owned(),
        },
        verdict,
        severity,
        holders: vec![HolderFinding {
            lifetime: TokenLifetime::of_version(false),
            interruptions: Vec::new(),
            quiet_since: None,
            more_user_agents: false,
            identity: Identity::Pod {
                uid: issued.to_string().into(),
            },
            pod: None,
            nodes: Vec::new(),
            addresses: Vec::new(),
            user_agents: Vec::new(),
            verdict,
            severity,
            issued: at(issued),
            rejected_from: at(issued + LIFETIME),
            requests: 1,
            first_seen: at(0),
            last_seen: at(0),
            tokens: vec![TokenFinding {
                credential_id: None,
                issued: at(issued),
                first_used: at(0),
                last_used: at(0),
                requests: 1,
                lifetime: TokenLifetime::of_version(false),
                user_agents: Vec::new(),
            }],
            calls: Vec::new(),
            rejections: None,
            only_in_look_back: false,
            pod_status: None,
            reasons: Vec::new(),
        }],
        clients: Vec::new(),
        remedies: Vec::new(),
    }
}

fn report(day: i64, findings: Vec<Finding>) -> Report {
    Report {
        target_version: None,
        filtered: None,
        clusters: vec![ClusterScan {
            judged_by: JudgedBy {
                version: None,
                version_source: None,
                lifetime: TokenLifetime::of_version(false),
                uncapped_tokens: 0,
            },
            cluster: Cluster::named("prod-1"),
            profile: None,
            window: Window {
                since: at(day * DAY - DAY),
                until: at(day * DAY),
            },
            places: Vec::new(),
            lines: 0,
            bytes_read: 0,
            bytes_scanned: 0,
            price: None,
            notes: Vec::new(),
            queries: 0,
            verified_queries: Vec::new(),
            gaps: Vec::new(),
            accepted_at_age_seconds: None,
            rejected_callers: Vec::new(),
            without_events: false,
            more_rejected_callers: false,
            ignored_callers: 0,
            legacy_tokens: Vec::new(),
        }],
        gaps: Vec::new(),
        skipped_files: Vec::new(),
        findings,
        notes: Vec::new(),
        remembered: Vec::new(),
        remembered_callers: Vec::new(),
        changes: None,
    }
}

fn gap(kind: GapKind) -> CountedGap {
    CountedGap {
        gap: Gap {
            place: "/aws/eks/prod-1/cluster".into(),
            kind,
            detail: "".into(),
        },
        count: 1,
    }
}

fn with_gap(mut report: Report, kind: GapKind) -> Report {
    report.clusters[0].gaps.push(gap(kind));
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

#[test]
fn what_is_left_out_is_still_counted() {
    let frozen = || finding("a", Verdict::Frozen, Some(Severity::Notice), 0);
    let gone = || finding("b", Verdict::Gone, None, 0);
    let now = compared(
        report(2, vec![frozen(), gone()]),
        &report(1, vec![frozen(), gone()]),
    );
    let shown = only_changes(&now);
    let changes = changes_of(&shown);
    assert_eq!(
        (changes.left_out_urgent, changes.left_out_first),
        (1, Some(at(LIFETIME)))
    );
}
