use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::evidence::gap::{CountedGap, Gap, GapKind};
use crate::evidence::holder::Identity;
use crate::report::finding::{Finding, HolderFinding, TokenFinding};
use crate::report::judged_by::JudgedBy;
use crate::report::scan::{ClusterScan, Window};
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;

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

fn with_gap(mut report: Report, kind: GapKind) -> Report {
    report.clusters[0].gaps.push(CountedGap {
        gap: Gap {
            place: "/aws/eks/prod-1/cluster".into(),
            kind,
            detail: "".into(),
        },
        count: 1,
    });
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
fn what_becomes_of_a_service_account() {
    // Verdict, severity and time of issue, then and now.
    type Then = Option<(Verdict, Option<Severity>, i64)>;
    let cases: [(Then, Then, Option<ChangeKind>); 24] = [
        (None, Some((Frozen, Some(Notice), 0)), Some(New)),
        (None, Some((RefreshingLate, None, 0)), None),
        (
            Some((Verdict::Gone, None, 0)),
            Some((Frozen, Some(Notice), 0)),
            Some(New),
        ),
        (
            Some((RefreshingLate, None, 0)),
            Some((Frozen, Some(Notice), 0)),
            Some(Worse),
        ),
        (
            Some((Undecided, Some(Notice), 0)),
            Some((Frozen, Some(Notice), 0)),
            Some(Worse),
        ),
        (
            Some((Frozen, Some(Notice), 0)),
            Some((Frozen, Some(Warning), 0)),
            Some(Worse),
        ),
        (
            Some((Frozen, Some(Critical), 0)),
            Some((Expired, Some(Critical), 0)),
            Some(Worse),
        ),
        // Severity prevails: it died with its new token.
        (
            Some((Frozen, Some(Notice), 0)),
            Some((Rejected, Some(Critical), 99)),
            Some(Worse),
        ),
        // An older token than was known.
        (
            Some((Frozen, Some(Notice), 16)),
            Some((Frozen, Some(Notice), 0)),
            Some(Worse),
        ),
        // A better estimate of the same token.
        (
            Some((Frozen, Some(Notice), 15)),
            Some((Frozen, Some(Notice), 0)),
            Some(Unchanged),
        ),
        (
            Some((Frozen, Some(Notice), 0)),
            Some((Frozen, Some(Notice), DAY - 1)),
            Some(Unchanged),
        ),
        (
            Some((Frozen, Some(Notice), 0)),
            Some((Frozen, Some(Notice), DAY)),
            Some(Restarted),
        ),
        (
            Some((Frozen, Some(Critical), 0)),
            Some((Undecided, Some(Notice), 80 * DAY)),
            Some(Restarted),
        ),
        (
            Some((Rejected, Some(Critical), 0)),
            Some((Frozen, Some(Notice), DAY)),
            Some(Restarted),
        ),
        (
            Some((Rejected, Some(Critical), 0)),
            Some((Expired, Some(Critical), 0)),
            Some(Unchanged),
        ),
        (
            Some((Expired, Some(Critical), 0)),
            Some((Rejected, Some(Critical), 0)),
            Some(Unchanged),
        ),
        (
            Some((Frozen, Some(Warning), 0)),
            Some((Frozen, Some(Notice), 0)),
            Some(Better),
        ),
        (
            Some((Expired, Some(Critical), 0)),
            Some((Frozen, Some(Critical), 0)),
            Some(Better),
        ),
        (
            Some((Frozen, Some(Warning), 0)),
            Some((RefreshingLate, None, 99)),
            Some(Better),
        ),
        (
            Some((Frozen, Some(Warning), 0)),
            Some((Verdict::Gone, None, 0)),
            Some(Gone),
        ),
        (Some((Frozen, Some(Warning), 0)), None, Some(Gone)),
        (Some((RefreshingLate, None, 0)), None, None),
        (Some((Verdict::Gone, None, 0)), None, None),
        (
            Some((Frozen, Some(Warning), 0)),
            Some((Frozen, Some(Warning), 0)),
            Some(Unchanged),
        ),
    ];
    for (then, now, expected) in cases {
        let findings = |then: Then| {
            then.into_iter()
                .map(|(verdict, severity, issued)| finding("a", verdict, severity, issued))
                .collect()
        };
        let changes = changes(Some(&report(0, findings(then))), &report(1, findings(now)));
        let kind = changes.accounts.first().map(|change| change.kind);
        assert_eq!(kind, expected, "{then:?} {now:?}");
    }
}

#[test]
fn on_a_first_run_everything_is_new() {
    let now = report(0, vec![finding("a", Frozen, Some(Notice), 0)]);
    let changes = changes(None, &now);
    assert_eq!(kinds(&changes), [("a", New)]);
    assert_eq!(changes.since, None);
    assert!(changes.has_notable());
}

#[test]
fn what_was_not_looked_for_is_not_gone_and_not_forgotten() {
    let known = report(0, vec![finding("a", Frozen, Some(Warning), 0)]);
    let blind = compared(with_gap(report(1, Vec::new()), GapKind::TimeLimit), &known);
    assert_eq!(kinds(changes_of(&blind)), [("a", NotSeen)]);
    assert!(changes_of(&blind).newly_incomplete);
    let still_blind = compared(with_gap(report(2, Vec::new()), GapKind::TimeLimit), &blind);
    assert_eq!(kinds(changes_of(&still_blind)), [("a", NotSeen)]);
    assert!(!changes_of(&still_blind).has_notable());
    let seen = compared(report(3, known.findings.clone()), &still_blind);
    assert_eq!(kinds(changes_of(&seen)), [("a", Unchanged)]);
    let gone = compared(report(3, Vec::new()), &still_blind);
    assert_eq!(kinds(changes_of(&gone)), [("a", Gone)]);
    // Its token ran out a week before.
    let mut elsewhere = report(98, Vec::new());
    elsewhere.clusters[0].cluster = Cluster::named("prod-2");
    assert_eq!(kinds(&changes(Some(&still_blind), &elsewhere)), []);
    // The one line that was torn may have been its own.
    let torn = with_gap(report(1, Vec::new()), GapKind::TornLine);
    assert_eq!(kinds(&changes(Some(&known), &torn)), [("a", NotSeen)]);
}

#[test]
fn news_that_never_arrived_is_told_again() {
    let told = report(0, vec![finding("a", Frozen, Some(Notice), 0)]);
    let now = vec![
        finding("a", Frozen, Some(Warning), 0),
        finding("b", Frozen, Some(Notice), 9),
    ];
    let mut lost = compared(report(1, now.clone()), &told);
    if let Some(changes) = &mut lost.changes {
        changes.notified = false;
    }
    let again = compared(report(2, now.clone()), &lost);
    assert_eq!(kinds(changes_of(&again)), [("a", Worse), ("b", New)]);
    assert_eq!(changes_of(&again).since, Some(at(0)));
    // What was never heard of need not be heard to be gone.
    let gone = compared(report(2, vec![now[0].clone()]), &lost);
    assert_eq!(kinds(changes_of(&gone)), [("a", Worse)]);
    let arrived = compared(report(3, now), &again);
    assert!(!changes_of(&arrived).has_notable());
    // Nor did anybody hear that the sweep went blind.
    let blind = || with_gap(report(1, Vec::new()), GapKind::TimeLimit);
    let mut first = compared(blind(), &told);
    if let Some(changes) = &mut first.changes {
        changes.notified = false;
    }
    assert!(changes_of(&compared(blind(), &first)).newly_incomplete);
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

fn any_finding() -> impl Strategy<Value = Finding> {
    let verdicts = prop::sample::select(vec![
        (Rejected, Some(Critical)),
        (Expired, Some(Critical)),
        (Frozen, Some(Critical)),
        (Frozen, Some(Warning)),
        (Frozen, Some(Notice)),
        (Undecided, Some(Notice)),
        (RefreshingLate, None),
        (Verdict::Gone, None),
    ]);
    (
        prop::sample::select(vec!["a", "b", "c"]),
        verdicts,
        0..99_i64,
    )
        .prop_map(|(name, (verdict, severity), issued)| finding(name, verdict, severity, issued))
}

fn any_report(day: i64) -> impl Strategy<Value = Report> {
    prop::collection::vec(any_finding(), 0..4).prop_map(move |mut findings| {
        findings.sort_by(|one, other| one.service_account.cmp(&other.service_account));
        findings.dedup_by(|one, other| one.service_account == other.service_account);
        report(day, findings)
    })
}

proptest! {
    #[test]
    fn a_report_compared_with_itself_has_not_changed(report in any_report(0)) {
        let changes = changes(Some(&report), &report);
        prop_assert!(changes.accounts.iter().all(|change| change.kind == Unchanged));
        prop_assert!(!changes.has_notable());
    }

    /// News that was lost on the way is told the next day, as if nobody had looked in between.
    #[test]
    fn a_lost_message_loses_nothing(
        first in any_report(0), second in any_report(1), third in any_report(2),
    ) {
        let mut lost = compared(second, &first);
        if let Some(changes) = &mut lost.changes {
            changes.notified = false;
        }
        let told = changes(Some(&lost), &third);
        let direct = changes(Some(&first), &third);
        let of = |changes: &Changes, account: &AccountChange| {
            let mut all = changes.accounts.iter();
            all.find(|change| change.service_account == account.service_account).cloned()
        };
        for account in changes_of(&lost).notable() {
            prop_assert_eq!(of(&told, account), of(&direct, account));
        }
    }
}

/// A frozen finding is told again a week, three days and a day before its death, and when it dies.
#[test]
fn somebody_is_reminded_before_a_death() {
    // The token ends after 90 days; the first sweep is 10 days before.
    let issued = 10 * DAY - LIFETIME;
    let frozen = || finding("a", Verdict::Frozen, Some(Severity::Critical), issued);
    let mut previous = compared(report(0, vec![frozen()]), &report(-1, vec![frozen()]));
    let mut kinds = Vec::new();
    for day in 1..=12 {
        let now = compared(report(day, vec![frozen()]), &previous);
        let changes = changes_of(&now);
        if changes.has_notable() {
            kinds.push((day, changes.accounts[0].kind));
        }
        previous = now;
    }
    let days: Vec<i64> = kinds.iter().map(|(day, _)| *day).collect();
    assert_eq!(days, [3, 7, 9, 10]);
    assert!(kinds.iter().all(|(_, kind)| *kind == ChangeKind::Reminder));
}

/// A reminder that did not arrive is told by the next run, and days without a sweep skip none.
#[test]
fn no_reminder_is_lost() {
    let issued = 10 * DAY - LIFETIME;
    let frozen = || finding("a", Verdict::Frozen, Some(Severity::Critical), issued);
    let first = compared(report(2, vec![frozen()]), &report(1, vec![frozen()]));
    let mut unsent = compared(report(3, vec![frozen()]), &first);
    assert_eq!(changes_of(&unsent).accounts[0].kind, ChangeKind::Reminder);
    unsent.changes.as_mut().expect("changes").notified = false;
    let next = compared(report(4, vec![frozen()]), &unsent);
    assert_eq!(changes_of(&next).accounts[0].kind, ChangeKind::Reminder);
    let later = compared(report(8, vec![frozen()]), &first);
    assert_eq!(changes_of(&later).accounts[0].kind, ChangeKind::Reminder);
}

#[test]
fn what_recurs_every_day_is_no_restart_every_day() {
    let recurring = |day| finding("a", Verdict::Recurring, Some(Severity::Critical), day * DAY);
    let now = compared(
        report(2, vec![recurring(2)]),
        &report(1, vec![recurring(1)]),
    );
    assert_eq!(changes_of(&now).accounts[0].kind, ChangeKind::Unchanged);
    assert!(!changes_of(&now).has_notable());
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
