use proptest::prelude::*;

use super::*;

/// The report whose message did not arrive.
fn lost(mut report: Report) -> Report {
    report.changes.as_mut().expect("compared").notified = false;
    report
}

#[test]
fn news_that_never_arrived_is_told_again() {
    let told = report(0, vec![finding("a", Frozen, Some(Notice), 0)]);
    let now = vec![
        finding("a", Frozen, Some(Warning), 0),
        finding("b", Frozen, Some(Notice), 9),
    ];
    let unsent = lost(compared(report(1, now.clone()), &told));
    let again = compared(report(2, now.clone()), &unsent);
    assert_eq!(kinds(changes_of(&again)), [("a", Worse), ("b", New)]);
    assert_eq!(changes_of(&again).since, Some(at(0)));
    // What was never heard of need not be heard to be gone.
    let gone = compared(report(2, vec![now[0].clone()]), &unsent);
    assert_eq!(kinds(changes_of(&gone)), [("a", Worse)]);
    let arrived = compared(report(3, now), &again);
    assert!(!changes_of(&arrived).has_notable());
    // Nor did anybody hear that the sweep went blind.
    let blind = || with_gap(report(1, Vec::new()), GapKind::TimeLimit);
    let first = lost(compared(blind(), &told));
    assert!(changes_of(&compared(blind(), &first)).newly_incomplete);
}

#[test]
fn changes_count_from_the_last_message_that_arrived() {
    let sweep = |day| report(day, vec![finding("a", Frozen, Some(Notice), 0)]);
    let second = compared(sweep(1), &sweep(0));
    assert_eq!(changes_of(&second).since, Some(at(0)));
    let third = compared(sweep(2), &second);
    assert_eq!(changes_of(&third).since, Some(at(DAY)));
    let after_lost = compared(sweep(3), &lost(third));
    assert_eq!(changes_of(&after_lost).since, Some(at(DAY)));
}

#[test]
fn what_was_not_worth_a_message_is_compared_as_it_stood_in_the_lost_one() {
    let job = |verdict, issued| vec![finding("job", verdict, Some(Notice), issued)];
    let first = report(0, job(Undecided, 0));
    let second = lost(compared(report(1, job(Undecided, DAY)), &first));
    let third = compared(report(2, job(Frozen, DAY)), &second);
    assert_eq!(kinds(changes_of(&third)), [("job", Worse)]);
}

#[test]
fn lost_coverage_is_told_once_whatever_becomes_of_later_messages() {
    let blind = |day| with_gap(report(day, Vec::new()), GapKind::TimeLimit);
    let told = compared(blind(1), &report(0, Vec::new()));
    let second = lost(compared(blind(2), &told));
    let third = compared(blind(3), &second);
    let is_news = [&told, &second, &third].map(|it| changes_of(it).newly_incomplete);
    assert_eq!(is_news, [true, false, false]);
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
        let lost = lost(compared(second, &first));
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
