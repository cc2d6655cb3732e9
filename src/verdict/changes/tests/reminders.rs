use super::*;

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
fn only_what_is_frozen_has_reminders() {
    // The token ends between the two reports.
    let issued = DAY / 2 - LIFETIME;
    for (verdict, expected) in [
        (Frozen, ChangeKind::Reminder),
        (Verdict::Recurring, Unchanged),
        (Undecided, Unchanged),
        (Expired, Unchanged),
    ] {
        let sweep = |day| report(day, vec![finding("a", verdict, Some(Critical), issued)]);
        let changes = changes(Some(&sweep(0)), &sweep(1));
        assert_eq!(kinds(&changes), [("a", expected)], "{verdict}");
    }
}
