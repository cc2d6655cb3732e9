//! Which rejections belong to the end of which token. Tokens are accepted for a day.

use chrono::TimeDelta;

use crate::report::finding::HolderFinding;
use crate::report::interruption::Interruption;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;
use crate::verdict::Context;
use crate::verdict::scenario::*;

/// The only pod, with its tokens, each with its issue and its first and last use, and when it was
/// rejected.
fn pod<const TOKENS: usize>(
    tokens: [(TimeDelta, [TimeDelta; 2]); TOKENS],
    rejected: impl IntoIterator<Item = TimeDelta>,
) -> HolderFinding {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(4);
    for (issued, used) in tokens {
        cluster.accept(&app, issued, used);
    }
    cluster.reject(&app, rejected);
    let report = cluster.judge_in(&Context::stated(TokenLifetime::CAPPED_SECONDS));
    holder(&report, "app-0").clone()
}

fn only_interruption(pod: &HolderFinding) -> Interruption {
    let [interruption] = pod.interruptions[..] else {
        panic!("{:?}", pod.interruptions);
    };
    interruption
}

#[test]
fn rejections_belong_to_a_token_until_the_next_one_must_have_been_read() {
    // The first token ends six hours ago and is used until then; the next one is read within an
    // hour of its issue.
    let next_issued = hours(6) - minutes(20);
    let read_by = next_issued - hours(1);
    for (rejection, counted) in [
        // In the second of the last accepted request.
        (hours(6), 0),
        (hours(6) - seconds(1), 1),
        (read_by, 1),
        (read_by - seconds(1), 0),
    ] {
        let tokens = [
            (hours(30), [hours(28), hours(6)]),
            (next_issued, [hours(3), seconds(0)]),
        ];
        let pod = pod(tokens, [rejection]);
        assert_eq!(pod.verdict, Verdict::Recurring);
        let interruption = only_interruption(&pod);
        let at = (counted > 0).then_some(ago(rejection));
        let expected = Interruption {
            last_accepted: Some(ago(hours(6))),
            first_rejection: at,
            last_rejection: at,
            rejections: counted,
        };
        assert_eq!(interruption, expected, "{rejection}");
    }
}

#[test]
fn an_interruption_does_not_begin_before_the_last_accepted_request() {
    // Of one hour of rejections only the first and the last are known.
    let last_used = hours(6) + minutes(30);
    let tokens = [
        (hours(30), [hours(28), last_used]),
        (hours(6), [hours(3), seconds(0)]),
    ];
    let rejected = [minutes(20), minutes(-15)].map(|it| last_used + it);
    let interruption = only_interruption(&pod(tokens, rejected));
    assert_eq!(interruption.first_rejection, Some(ago(last_used)));
    assert_eq!(interruption.length(), minutes(15));
}

#[test]
fn before_a_tokens_end_only_rejections_of_an_old_one_end_it() {
    let half_a_day = hours(12);
    let second = seconds(1);
    let end = hours(6);
    let issued = end + days(1);
    for (age, rejection, expected) in [
        (half_a_day, end + hours(8), Verdict::Recurring),
        // A younger one may have been changed for another that is accepted without a mark.
        (half_a_day - second, end + hours(8), Verdict::RefreshingLate),
        // At its end, less what the estimate may be wrong by, its age does not matter.
        (half_a_day - second, end + seconds(15), Verdict::Recurring),
        (
            half_a_day - second,
            end + seconds(16),
            Verdict::RefreshingLate,
        ),
    ] {
        let tokens = [
            (issued, [issued - hours(2), issued - age]),
            (hours(6), [hours(3), seconds(0)]),
        ];
        let pod = pod(tokens, [rejection]);
        assert_eq!(pod.verdict, expected, "{age} {rejection}");
    }
}

#[test]
fn rejections_before_the_first_token_seen_are_of_one_that_was_not() {
    let issued = hours(20);
    let token = [(issued, [hours(18), seconds(0)])];
    let read_by = hours(19);
    assert_eq!(pod(token, [read_by]).verdict, Verdict::Recurring);
    // It was read by then: something else at its address was rejected.
    let later = pod(token, [read_by - seconds(1)]);
    assert_eq!(later.verdict, Verdict::Frozen);
    assert!(later.interruptions.is_empty());
}

#[test]
fn rejections_far_apart_are_of_several_tokens() {
    let token = [(hours(20), [hours(18), seconds(0)])];
    let of = |first: TimeDelta, last: TimeDelta, rejections: u64| Interruption {
        last_accepted: None,
        first_rejection: Some(ago(first)),
        last_rejection: Some(ago(last)),
        rejections,
    };
    // A rejection is current for three hours.
    let one = pod(token, [hours(30), hours(27), hours(24)]);
    assert_eq!(one.interruptions, [of(hours(30), hours(24), 3)]);
    let apart = hours(27) - seconds(1);
    let two = pod(token, [hours(30), apart]);
    let expected = [of(hours(30), hours(30), 1), of(apart, apart, 1)];
    assert_eq!(two.interruptions, expected);
}
