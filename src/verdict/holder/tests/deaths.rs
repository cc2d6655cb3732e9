//! What tells a dead holder from one that is alive, and from one that left.

use chrono::TimeDelta;

use crate::report::finding::HolderFinding;
use crate::report::severity::Severity;
use crate::report::verdict::Verdict;
use crate::verdict::Context;
use crate::verdict::scenario::*;

/// The only pod, whose token was issued and last used so long ago, and was rejected then.
fn pod(issued: TimeDelta, last_used: TimeDelta, rejected: &[TimeDelta]) -> HolderFinding {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app, issued, [last_used]);
    cluster.reject(&app, rejected.iter().copied());
    holder(&cluster.judge(), "app-0").clone()
}

#[test]
fn from_the_end_of_its_token_on_a_single_rejection_counts() {
    let end = minutes(30);
    for (before_end, expected) in [
        (-60, Verdict::Rejected),
        (15, Verdict::Rejected),
        // More than the estimate of its issue may be wrong by.
        (16, Verdict::Expired),
    ] {
        let rejection = end + seconds(before_end);
        let pod = pod(days(90) + end, end + minutes(5), &[rejection]);
        assert_eq!(pod.verdict, expected, "{before_end} s before its end");
    }
}

#[test]
fn a_rejection_in_the_second_of_an_accepted_request_says_nothing() {
    let end = minutes(30);
    let last_used = end - seconds(30);
    for (after, expected) in [(0, Verdict::Expired), (1, Verdict::Rejected)] {
        let pod = pod(days(90) + end, last_used, &[last_used - seconds(after)]);
        assert_eq!(pod.verdict, expected, "{after} s after");
    }
}

#[test]
fn only_who_is_accepted_past_the_leeway_outlives_its_token() {
    let end = minutes(10);
    for (past_end, silent, rejected) in [
        (75, Verdict::Expired, Verdict::Rejected),
        // Whoever was accepted later may be accepted still: one rejection is not enough.
        (76, Verdict::Frozen, Verdict::Frozen),
    ] {
        let of =
            |rejected: &[TimeDelta]| pod(days(90) + end, end - seconds(past_end), rejected).verdict;
        assert_eq!(of(&[]), silent, "{past_end} s");
        assert_eq!(of(&[minutes(5)]), rejected, "{past_end} s, then rejected");
    }
}

#[test]
fn for_the_first_hour_a_dead_holder_may_be_back_without_a_mark() {
    let quiet_since = |end: TimeDelta, rejected: &[TimeDelta]| {
        pod(days(90) + end, end + minutes(1), rejected).quiet_since
    };
    let end = minutes(75);
    assert_eq!(quiet_since(end, &[]), Some(ago(minutes(76))));
    assert_eq!(quiet_since(end, &[minutes(50)]), Some(ago(minutes(50))));
    let later = end + seconds(1);
    assert_eq!(quiet_since(later, &[]), None);
    assert_eq!(quiet_since(later, &[minutes(50)]), None);
    // A living one is accepted with a mark.
    let alive = pod(days(90) - minutes(1), minutes(1), &[]);
    assert_eq!((alive.verdict, alive.quiet_since), (Verdict::Frozen, None));
}

#[test]
fn a_date_that_rests_on_an_assumed_lifetime_is_not_critical() {
    // The version of the cluster is unknown: 24 hours are the earlier date.
    let app = sender("app-0", "app/v1");
    for (issued, last_used, verdict, if_rejected) in [
        (hours(23), minutes(0), Verdict::Frozen, Severity::Warning),
        // What happened is no date.
        (hours(25), minutes(65), Verdict::Expired, Severity::Critical),
    ] {
        let mut cluster = Scenario::of_days(3);
        cluster.accept(&app, issued, [last_used]);
        let report = cluster.judge_in(&Context::default());
        let pod = only(&report);
        assert_eq!(
            (pod.verdict, pod.severity),
            (verdict, Some(Severity::Warning))
        );
        cluster.reject(&app, [minutes(0)]);
        let report = cluster.judge_in(&Context::default());
        assert_eq!(only(&report).severity, Some(if_rejected), "{verdict:?}");
    }
}

#[test]
fn who_was_frozen_in_the_earlier_report_and_fell_silent_died_at_its_end() {
    // The token ended two days ago. The earlier report is a day older, and what came in between
    // was not read.
    let app = sender("app-0", "app/v1");
    let mut earlier = Scenario::of_days(30);
    let until = ago(days(3));
    earlier.coverages.of(&earlier.cluster).until = Some(until);
    earlier.accept(&app, days(92), [days(4)]);
    let earlier = earlier.judge();
    assert_eq!(only(&earlier).verdict, Verdict::Frozen);
    let report = Scenario::of_days(1).judge_after(&earlier);
    assert_eq!(holder(&report, "app-0").verdict, Verdict::Expired);
    // Of one that is not known from there, silence before its end says that it left.
    assert_eq!(pod(days(92), days(4), &[]).verdict, Verdict::Gone);
}

/// The holder `app-0`, last used so long ago, and the next pod of the same program, which was
/// first used 20 minutes ago.
fn replaced(issued: TimeDelta, last_used: TimeDelta) -> HolderFinding {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&sender("app-0", "app/v1"), issued, [last_used]);
    let next = Sender {
        address: "10.0.0.8",
        ..sender("app-1", "app/v2")
    };
    cluster.accept(&next, hours(3), [minutes(20)]);
    holder(&cluster.judge(), "app-0").clone()
}

#[test]
fn a_replaced_pod_is_no_longer_about_to_die() {
    let hour = hours(1);
    let second = seconds(1);
    for issued in [days(60), days(90) - minutes(30)] {
        // A rolling update may leave both for a while.
        let just_now = replaced(issued, hour - second);
        assert_eq!(just_now.verdict, Verdict::Frozen, "{issued}");
        let pod = replaced(issued, hour);
        assert_eq!(
            (pod.verdict, pod.severity),
            (Verdict::Gone, None),
            "{issued}"
        );
    }
    // Without a next pod, a silence of hours is no end.
    assert_eq!(pod(days(60), hours(20), &[]).verdict, Verdict::Frozen);
}

#[test]
fn a_pod_that_died_and_was_replaced_recurs_with_the_token_of_the_next() {
    let pod = replaced(days(90) + hours(2), hours(3));
    let expected = (Verdict::Recurring, Some(Severity::Notice));
    assert_eq!((pod.verdict, pod.severity), expected);
    assert_eq!(pod.rejected_from, ago(hours(3)) + days(90));
    let [death] = pod.interruptions[..] else {
        panic!("{:?}", pod.interruptions);
    };
    assert_eq!(death.last_accepted, Some(ago(hours(3))));
    assert_eq!(death.last_rejection, None);
}

#[test]
fn who_outlived_a_short_lifetime_is_not_gone_before_it_was_silent_for_an_hour() {
    // At four hours, a holder that leaves in time is gone after half an hour.
    for (issued, last_used, expected) in [
        (hours(3), minutes(31), Verdict::Gone),
        (hours(10), minutes(31), Verdict::Frozen),
        (hours(10), minutes(60), Verdict::Expired),
    ] {
        let mut cluster = Scenario::of_days(1);
        cluster.accept(&sender("app-0", "app/v1"), issued, [last_used]);
        let report = cluster.judge_in(&Context::stated(4 * 3_600));
        assert_eq!(only(&report).verdict, expected, "{issued} {last_used}");
    }
}
