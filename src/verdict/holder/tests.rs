//! Each row of the table of verdicts, at its edges.

mod deaths;
mod recurring;

use std::cmp::Reverse;

use proptest::prelude::*;

use super::*;
use crate::audit::stage::RequestStage;
use crate::evidence::agents::Agents;
use crate::evidence::control_plane::ControlPlane;
use crate::evidence::rejection::{Run, RunsOfAgents};
use crate::evidence::token::{Requests, Token};
use crate::evidence::tokens::Tokens;
use crate::verdict::client::clients;
use crate::verdict::lifetime::Lifetimes;
use crate::verdict::scenario::{ago, days, hours, now};

/// A lifetime of 90 days.
fn ninety_days() -> TokenLifetime {
    TokenLifetime::of_version(false)
}

fn window() -> Window {
    Window {
        since: ago(days(30)),
        until: now(),
    }
}

/// A token issued and used so long before now.
fn token(issued: TimeDelta, first_used: TimeDelta, last_used: TimeDelta) -> Token {
    Token {
        issued: ago(issued),
        latest_estimate: ago(issued),
        first_used: ago(first_used),
        last_used: ago(last_used),
        requests: Requests::one(RequestStage::Single),
    }
}

/// The worst judgement of the clients of a pod with one user agent.
fn judged(
    tokens: &Tokens,
    rejections: &[Run],
    lifetime: TokenLifetime,
    successor: Option<&Successor>,
) -> Option<Judgement> {
    let agents = Agents::one("app/v1".to_owned(), 1, tokens.clone());
    let runs = RunsOfAgents::from([("app/v1".to_owned(), rejections.to_vec())]);
    let lifetimes = Lifetimes::new(Some(lifetime), &ControlPlane::default());
    let around = Surroundings {
        was_frozen: false,
        window: window(),
        seen_until: Some(window().until),
        successor,
        is_known_to_recur: false,
    };
    clients(&agents, &runs, &lifetimes)
        .iter()
        .filter_map(|client| judge(client, around))
        .min_by_key(|it| (Reverse(it.severity), it.verdict.order()))
}

fn tokens(list: impl IntoIterator<Item = Token>) -> Tokens {
    let mut tokens = Tokens::default();
    for (index, token) in list.into_iter().enumerate() {
        tokens.merge(Tokens::one(Some(format!("JTI={index}").into()), token));
    }
    tokens
}

/// Rejections joined to the holder, so long before now.
fn rejections(first: TimeDelta, last: TimeDelta) -> [Run; 1] {
    [Run {
        first: ago(first),
        last: ago(last),
        count: 2,
    }]
}

const NOW: TimeDelta = TimeDelta::zero();

fn verdict(list: impl IntoIterator<Item = Token>) -> (Verdict, Option<Severity>) {
    let judgement = judged(&tokens(list), &[], ninety_days(), None).expect("a judgement");
    (judgement.verdict, judgement.severity)
}

#[test]
fn without_tokens_there_is_no_judgement() {
    assert_eq!(judged(&Tokens::default(), &[], ninety_days(), None), None);
}

#[test]
fn one_token_freezes_with_its_age() {
    let second = TimeDelta::seconds(1);
    for (age, expected) in [
        (
            hours(24) - second,
            (Verdict::Undecided, Some(Severity::Notice)),
        ),
        (hours(24), (Verdict::Frozen, Some(Severity::Notice))),
        (days(60) - second, (Verdict::Frozen, Some(Severity::Notice))),
        (days(60), (Verdict::Frozen, Some(Severity::Warning))),
        (
            days(83) - second,
            (Verdict::Frozen, Some(Severity::Warning)),
        ),
        (days(83), (Verdict::Frozen, Some(Severity::Critical))),
        (days(90), (Verdict::Frozen, Some(Severity::Critical))),
    ] {
        assert_eq!(verdict([token(age, NOW, NOW)]), expected, "{age}");
    }
}

#[test]
fn values_published_of_single_events_say_only_how_old_the_token_is() {
    // One report each, of clients that were stuck and of clients that were not: below a day
    // nothing tells them apart.
    for (elapsed, expected) in [
        (424, Verdict::Undecided),
        (969, Verdict::Undecided),
        (3_337, Verdict::Undecided),
        (3_989, Verdict::Undecided),
        (10_351, Verdict::Undecided),
        (14_655, Verdict::Undecided),
        (53_577, Verdict::Undecided),
        (56_187, Verdict::Undecided),
        (1_200_715, Verdict::Frozen),
        (4_291_852, Verdict::Frozen),
        (4_185_802, Verdict::Frozen),
    ] {
        let age = TimeDelta::seconds(elapsed + 3_607);
        assert_eq!(verdict([token(age, NOW, NOW)]).0, expected, "{elapsed}");
    }
}

#[test]
fn a_token_that_ran_out_took_its_holder_with_it() {
    let second = TimeDelta::seconds(1);
    let expired = (Verdict::Expired, Some(Severity::Critical));
    // Last used within the day before its end, which was ten days ago.
    assert_eq!(verdict([token(days(100), days(20), days(10))]), expired);
    assert_eq!(verdict([token(days(100), days(20), days(11))]), expired);
    // Last used earlier: it was gone before its token ran out.
    let gone = verdict([token(days(100), days(20), days(11) + second)]);
    assert_eq!(gone, (Verdict::Gone, None));
}

#[test]
fn a_token_that_outlives_its_lifetime_is_dead_only_once_it_is_silent() {
    let frozen = (Verdict::Frozen, Some(Severity::Critical));
    let expired = (Verdict::Expired, Some(Severity::Critical));
    // Three days past the ninetieth day, and still accepted.
    assert_eq!(verdict([token(days(93), days(20), NOW)]), frozen);
    let just_now = TimeDelta::minutes(59);
    assert_eq!(verdict([token(days(93), days(20), just_now)]), frozen);
    // Silent for an hour: its signing key was retired.
    assert_eq!(verdict([token(days(93), days(20), hours(1))]), expired);
    // The leeway after the end, 60 s and a cache of 10 s, is not outliving.
    let leeway = TimeDelta::seconds(66);
    let died = days(90) + TimeDelta::minutes(2);
    let last_used = died - days(90) - leeway;
    assert_eq!(verdict([token(died, days(20), last_used)]), expired);
}

#[test]
fn who_changes_tokens_and_never_uses_an_old_one_refreshes_late() {
    let late = (Verdict::RefreshingLate, None);
    let changed = [
        token(hours(60), hours(50), hours(12)),
        token(hours(12), hours(11), NOW),
    ];
    assert_eq!(verdict(changed), late);
    // Used at an age of over 48 h: a restarted container reads its token once more and freezes
    // again.
    let restarted = [
        token(hours(61), hours(50), hours(12)),
        token(hours(12), hours(11), NOW),
    ];
    assert_eq!(verdict(restarted).0, Verdict::Undecided);
    // Refreshing late comes before gone.
    let ended = [
        token(days(9), days(9) - hours(2), days(9) - hours(3)),
        token(days(8), days(8) - hours(2), days(8) - hours(3)),
    ];
    assert_eq!(verdict(ended), late);
}

#[test]
fn a_token_without_identity_counts_as_several_where_its_estimates_lie_apart() {
    let of = |id: Option<&str>, spread: i64| {
        let mut wide = token(hours(3), hours(2), NOW);
        wide.latest_estimate = wide.issued + TimeDelta::seconds(spread);
        let tokens = Tokens::one(id.map(Into::into), wide);
        judged(&tokens, &[], ninety_days(), None).map(|it| it.verdict)
    };
    assert_eq!(of(None, 16), Some(Verdict::RefreshingLate));
    assert_eq!(of(None, 15), Some(Verdict::Undecided));
    // One with an identity is one, however far the clocks of API servers are apart.
    assert_eq!(of(Some("JTI=1"), 40), Some(Verdict::Undecided));
}

#[test]
fn who_was_not_seen_for_a_day_is_gone() {
    let second = TimeDelta::seconds(1);
    assert_eq!(
        verdict([token(days(40), days(20), hours(24))]).0,
        Verdict::Frozen
    );
    let gone = verdict([token(days(40), days(20), hours(24) + second)]);
    assert_eq!(gone, (Verdict::Gone, None));
}

#[test]
fn a_frozen_container_beside_one_that_refreshes_is_frozen_with_its_own_date() {
    let frozen = token(days(70), days(20), NOW);
    let refreshed = token(hours(5), hours(4), NOW);
    let issued = frozen.issued;
    let judged = judged(&tokens([frozen, refreshed]), &[], ninety_days(), None);
    let judged = judged.expect("a judgement");
    assert_eq!((judged.verdict, judged.issued), (Verdict::Frozen, issued));
    assert_eq!(judged.severity, Some(Severity::Warning));
}

#[test]
fn rejections_after_the_last_accepted_use_decide() {
    let list = [token(days(100), days(20), days(12))];
    let verdict_of = |rejection: TimeDelta| {
        judged(
            &tokens(list.clone()),
            &rejections(rejection, rejection),
            ninety_days(),
            None,
        )
        .expect("a judgement")
        .verdict
    };
    assert_eq!(verdict_of(hours(1)), Verdict::Rejected);
    assert_eq!(verdict_of(hours(24)), Verdict::Rejected);
    // The newest is too old to say that it is still rejected, or lies before its last use.
    assert_eq!(verdict_of(hours(25)), Verdict::Gone);
    assert_eq!(verdict_of(days(13)), Verdict::Gone);
}

#[test]
fn a_rejection_before_its_time_has_to_last() {
    let verdict_of = |list: &[Token], last: TimeDelta| {
        let rejections = rejections(hours(20), last);
        judged(&tokens(list.to_vec()), &rejections, ninety_days(), None)
            .expect("a judgement")
            .verdict
    };
    let minute = TimeDelta::minutes(1);
    let half_day_old = [token(hours(32), hours(30), hours(20))];
    assert_eq!(verdict_of(&half_day_old, hours(19)), Verdict::Rejected);
    assert_eq!(
        verdict_of(&half_day_old, hours(19) + minute),
        Verdict::Undecided
    );
    // Younger, it may have read a new token and be accepted without a mark.
    let younger = [token(hours(32) - minute, hours(30), hours(20))];
    assert_eq!(verdict_of(&younger, NOW), Verdict::Undecided);
    let refreshing = [
        token(hours(60), hours(50), hours(40)),
        token(hours(35), hours(30), hours(20)),
    ];
    assert_eq!(verdict_of(&refreshing, NOW), Verdict::RefreshingLate);
}

proptest! {
    /// Whatever the tokens, there is one verdict, its severity fits, and no date overflows.
    #[test]
    fn every_holder_with_a_token_is_judged(
        list in prop::collection::vec((0_i64..400 * 86_400, 0_i64..40 * 86_400, 0_i64..86_400), 1..6),
        rejection in prop::option::of(0_i64..40 * 86_400),
        lifetime in prop_oneof![Just(i64::MAX), 3_608_i64..40_000_000],
    ) {
        let list = list.into_iter().map(|(before_use, last_used, span)| {
            let seconds = TimeDelta::seconds;
            token(seconds(before_use + span + last_used + 3_607), seconds(last_used + span), seconds(last_used))
        });
        let rejection = rejection.map(|ago| rejections(TimeDelta::seconds(ago), TimeDelta::seconds(ago)).to_vec());
        let judged = judged(&tokens(list), &rejection.unwrap_or_default(), TokenLifetime::stated(lifetime), None).expect("a judgement");
        prop_assert_eq!(judged.severity.is_none(), judged.verdict.is_harmless());
        prop_assert!(judged.rejected_from > judged.issued);
    }
}
