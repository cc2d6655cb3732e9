use chrono::TimeDelta;

use crate::report::finding::HolderFinding;
use crate::report::verdict::Verdict;
use crate::verdict::scenario::{
    Scenario, Sender, ago, days, holder, hours, minutes, seconds, sender,
};

fn app() -> Sender {
    sender("app-0", "app/v1")
}

/// Its only token expired a day ago, and it was rejected from then until two hours ago.
fn rejected() -> Scenario {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(91), [days(20), days(1) + minutes(10)]);
    cluster.reject(&app(), [days(1), hours(12), hours(2)]);
    cluster
}

/// The pod `app-0`, when requests were accepted without a mark so long ago.
fn accepted_unmarked(sender: &Sender, at: TimeDelta) -> HolderFinding {
    let mut cluster = rejected();
    cluster.accept_unmarked(sender, Some("JTI=new"), [at]);
    holder(&cluster.judge(), "app-0").clone()
}

#[test]
fn a_rejected_pod_that_is_accepted_again_has_recovered_before_any_mark_shows_it() {
    for (at, expected) in [
        // Accepted before it was last rejected: that settles nothing.
        (hours(20), Verdict::Rejected),
        (hours(2) + seconds(1), Verdict::Rejected),
        (hours(2), Verdict::Rejected),
        (hours(2) - seconds(1), Verdict::Recurring),
        (minutes(5), Verdict::Recurring),
    ] {
        let found = accepted_unmarked(&app(), at);
        assert_eq!(found.verdict, expected, "{at}");
        let is_back = expected == Verdict::Recurring;
        assert_eq!(found.accepted_again(), is_back.then(|| ago(at)), "{at}");
    }
}

#[test]
fn the_new_token_is_dated_as_early_as_it_can_have_been_read() {
    for (at, issued) in [
        // A token that is read after a rejection is at most an hour old then.
        (hours(2) - seconds(1), hours(3)),
        (hours(2) - seconds(6), hours(3)),
        // And no older than one that leaves no mark.
        (hours(2) - seconds(7), hours(3) - seconds(1)),
        (minutes(5), minutes(5) + seconds(3_606)),
    ] {
        let found = accepted_unmarked(&app(), at);
        assert_eq!(found.issued, ago(issued), "{at}");
        let newest = found.tokens.last().expect("a token");
        assert_eq!(
            newest.credential_id.as_ref().map(|it| it.unescaped()),
            Some("JTI=new")
        );
        // No request was counted that left no mark.
        assert_eq!((newest.requests, found.requests), (0, 2));
    }
}

#[test]
fn another_program_of_the_pod_proves_nothing() {
    let sidecar = sender("app-0", "sidecar/v1");
    let found = accepted_unmarked(&sidecar, minutes(5));
    assert_eq!((found.verdict, found.tokens.len()), (Verdict::Rejected, 1));
}

#[test]
fn a_program_is_back_while_another_still_uses_an_old_token() {
    let mut cluster = rejected();
    cluster.accept(
        &sender("app-0", "sidecar/v1"),
        days(40),
        [days(9), minutes(1)],
    );
    cluster.accept_unmarked(&app(), None, [minutes(5)]);
    let report = cluster.judge();
    let found = holder(&report, "app-0");
    assert!(
        found.tokens.iter().any(|it| it.is_unmarked()),
        "{:?}",
        found.tokens
    );
}

#[test]
fn a_program_that_goes_on_with_its_old_token_has_not_renewed_it() {
    // It is rejected now and then, and accepted with the same token in between.
    for (last_marked, is_renewed) in [(minutes(6), true), (minutes(5), false), (minutes(4), false)]
    {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app(), days(40), [days(9), last_marked]);
        cluster.reject(&app(), [hours(4), hours(2)]);
        cluster.accept_unmarked(&app(), Some("JTI=new"), [minutes(5)]);
        let report = cluster.judge();
        let found = holder(&report, "app-0");
        let has_new = found.tokens.iter().any(|it| it.is_unmarked());
        assert_eq!(has_new, is_renewed, "{last_marked}");
    }
}
