use super::super::sample::{account, at, finding, holder, state};
use super::*;

fn change(name: &str, kind: ChangeKind) -> AccountChange {
    AccountChange {
        cluster: Cluster::named("c"),
        service_account: account(name),
        kind,
        before: Some(state(Verdict::Frozen)),
        now: Some(state(Verdict::Frozen)),
    }
}

fn changes(accounts: Vec<AccountChange>) -> Changes {
    Changes {
        since: None,
        newly_incomplete: false,
        notified: false,
        new_callers: 0,
        left_out: 0,
        left_out_urgent: 0,
        left_out_first: None,
        accounts,
    }
}

/// The words are an interface.
#[test]
fn every_kind_has_its_word() {
    let words = ChangeKind::ALL.map(ChangeKind::word);
    let expected = [
        "new",
        "worse",
        "reminder",
        "restarted",
        "better",
        "gone",
        "not seen",
        "unchanged",
    ];
    assert_eq!(words, expected);
    assert_eq!(ChangeKind::ALL.map(|kind| kind.to_string()), expected);
    assert_eq!(ChangeKind::Reminder.words(), "reminders");
    assert_eq!(ChangeKind::New.words(), "new");
}

#[test]
fn only_changes_of_what_is_decided_are_notable() {
    for kind in ChangeKind::ALL {
        let expected = !matches!(kind, ChangeKind::NotSeen | ChangeKind::Unchanged);
        assert_eq!(change("a", kind).is_notable(), expected, "{kind}");
        let undecided = AccountChange {
            before: None,
            now: Some(state(Verdict::Undecided)),
            ..change("a", kind)
        };
        assert!(!undecided.is_notable(), "{kind}");
    }
    let gone = AccountChange {
        now: None,
        ..change("a", ChangeKind::Gone)
    };
    assert!(gone.is_notable());
}

#[test]
fn one_reason_is_enough_to_notify() {
    let unchanged = changes(vec![change("a", ChangeKind::Unchanged)]);
    assert!(!unchanged.has_notable());
    assert!(changes(vec![change("a", ChangeKind::New)]).has_notable());
    let incomplete = Changes {
        newly_incomplete: true,
        ..unchanged.clone()
    };
    assert!(incomplete.has_notable());
    let callers = Changes {
        new_callers: 1,
        ..unchanged
    };
    assert!(callers.has_notable());
}

#[test]
fn a_token_that_was_to_end_has_ended_from_that_second_on() {
    let change = change("a", ChangeKind::Gone);
    let second = chrono::TimeDelta::seconds(1);
    assert!(!change.had_expired(at(0) - second));
    assert!(change.had_expired(at(0)));
    let harmless = AccountChange {
        before: Some(state(Verdict::RefreshingLate)),
        ..change.clone()
    };
    assert!(!harmless.had_expired(at(1)));
    let unknown = AccountChange {
        before: None,
        ..change
    };
    assert!(!unknown.had_expired(at(1)));
}

#[test]
fn only_an_acceptance_takes_the_severity_of_what_is_not_harmless() {
    let without = |verdict| State {
        severity: None,
        ..state(verdict)
    };
    assert!(without(Verdict::Frozen).is_accepted());
    assert!(!without(Verdict::Gone).is_accepted());
    assert!(!state(Verdict::Frozen).is_accepted());
}

#[test]
fn the_most_severe_change_comes_first() {
    let mild = AccountChange {
        now: Some(State {
            severity: Some(Severity::Notice),
            ..state(Verdict::Frozen)
        }),
        ..change("mild", ChangeKind::New)
    };
    let gone = AccountChange {
        now: None,
        ..change("gone", ChangeKind::Gone)
    };
    let earlier = AccountChange {
        now: Some(State {
            rejected_from: at(-1),
            ..state(Verdict::Frozen)
        }),
        ..change("z", ChangeKind::Worse)
    };
    let mut accounts = [
        gone,
        mild,
        change("b", ChangeKind::Worse),
        change("a", ChangeKind::Worse),
        earlier,
        change("c", ChangeKind::New),
    ];
    accounts.sort_by_key(AccountChange::urgency);
    let names = accounts.map(|it| it.service_account.name);
    assert_eq!(names, ["c", "z", "a", "b", "mild", "gone"]);
}

#[test]
fn a_finding_finds_its_change_by_cluster_and_account() {
    let elsewhere = AccountChange {
        cluster: Cluster::named("d"),
        ..change("a", ChangeKind::Gone)
    };
    let changes = changes(vec![
        elsewhere,
        change("b", ChangeKind::New),
        change("a", ChangeKind::Worse),
        change("e", ChangeKind::New),
    ]);
    let of = |name| changes.of(&finding(name, vec![holder("web-0", Verdict::Frozen)]));
    assert_eq!(of("a"), Some(ChangeKind::Worse));
    assert_eq!(of("unknown"), None);
    assert_eq!(changes.count(ChangeKind::New), 2);
    assert_eq!(changes.count(ChangeKind::Gone), 1);
    assert_eq!(changes.count(ChangeKind::Better), 0);
    assert_eq!(changes.notable().count(), 4);
}
