//! Which rejected callers are news, since when they are rejected, and which are remembered.

use super::*;
use crate::report::severity::Severity;
use crate::verdict::changes::changes;
use crate::verdict::scenario::*;

const URGENT_AND_NEW: (Option<Severity>, bool) = (Some(Severity::Critical), true);
const URGENT_AND_KNOWN: (Option<Severity>, bool) = (Some(Severity::Warning), false);
const NOT_URGENT: (Option<Severity>, bool) = (None, false);

/// The cluster `c` in a window of so many days, in which a caller that matches no holder was
/// rejected so long before now.
fn rejected(window: i64, times: impl IntoIterator<Item = TimeDelta>) -> Scenario {
    let lost = Sender {
        address: "10.0.0.9",
        ..sender("unused", "lost/v1")
    };
    let mut scenario = Scenario::of_days(window);
    scenario.reject(&lost, times);
    scenario
}

/// The report so many days ago, in which it was rejected for hours up to the end.
fn persistent(day: i64, previous: Option<&Report>) -> Report {
    let times = [5, 3, 1].map(|hour| days(day) + hours(hour) - minutes(30));
    after(&rejected(day + 1, times).ending(days(day)), previous)
}

fn after(scenario: &Scenario, previous: Option<&Report>) -> Report {
    match previous {
        Some(previous) => scenario.judge_after(previous),
        None => scenario.judge(),
    }
}

fn quiet(day: i64, previous: &Report) -> Report {
    rejected(day + 1, [])
        .ending(days(day))
        .judge_after(previous)
}

/// The report with its changes since an earlier one, of which the message was lost.
fn undelivered(report: Report, previous: Option<&Report>) -> Report {
    let mut changes = changes(previous, &report);
    changes.notified = false;
    Report {
        changes: Some(changes),
        ..report
    }
}

/// How urgent the only caller is, and whether it is new.
fn urgency(report: &Report) -> (Option<Severity>, bool) {
    let [caller] = unexplained(report) else {
        panic!("{:#?}", unexplained(report));
    };
    (caller.severity, caller.is_new)
}

/// Since when the only caller is rejected, and whether that may have been earlier.
fn since(report: &Report) -> (DateTime<Utc>, bool) {
    let [caller] = unexplained(report) else {
        panic!("{:#?}", unexplained(report));
    };
    (caller.first, caller.at_least_since)
}

#[test]
fn a_caller_is_news_only_once() {
    let first = persistent(2, None);
    assert_eq!(urgency(&first), URGENT_AND_NEW);
    let second = persistent(1, Some(&first));
    assert_eq!(urgency(&second), URGENT_AND_KNOWN);
    let third = persistent(0, Some(&second));
    assert_eq!(urgency(&third), URGENT_AND_KNOWN);
    // As long as it is listed, it need not be remembered.
    assert_eq!(second.remembered_callers, []);
    assert_eq!(third.remembered_callers, []);
}

#[test]
fn another_agent_or_address_is_another_caller() {
    let first = persistent(1, None);
    for (address, user_agent) in [("10.0.0.9", "other/v1"), ("10.0.0.8", "lost/v1")] {
        let other = Sender {
            address,
            ..sender("unused", user_agent)
        };
        let mut scenario = Scenario::of_days(1);
        scenario.reject(&other, [hours(3), hours(2), hours(1)]);
        assert_eq!(urgency(&scenario.judge_after(&first)), URGENT_AND_NEW);
    }
}

/// Two rejections are an accident, and nobody was told of them.
#[test]
fn a_caller_is_news_once_it_is_rejected_all_the_time() {
    let accident = rejected(2, [days(1) + hours(2), days(1) + hours(1)]).ending(days(1));
    let accident = accident.judge();
    assert_eq!(urgency(&accident), NOT_URGENT);
    assert_eq!(urgency(&persistent(0, Some(&accident))), URGENT_AND_NEW);
    assert_eq!(quiet(0, &accident).remembered_callers, []);
}

#[test]
fn a_caller_stays_news_until_a_message_arrives() {
    let lost = undelivered(persistent(3, None), None);
    let again = persistent(2, Some(&lost));
    assert_eq!(urgency(&again), URGENT_AND_NEW);
    assert_eq!(quiet(2, &lost).remembered_callers, []);
    // It was told of the second time, so that the third message tells nobody anything new.
    let known = undelivered(persistent(1, Some(&again)), Some(&again));
    assert_eq!(urgency(&known), URGENT_AND_KNOWN);
    assert_eq!(urgency(&persistent(0, Some(&known))), URGENT_AND_KNOWN);
}

#[test]
fn a_caller_that_comes_and_goes_is_not_news_every_time() {
    let first = persistent(3, None);
    let away = quiet(2, &first);
    let [remembered] = &away.remembered_callers[..] else {
        panic!("{:#?}", away.remembered_callers);
    };
    assert_eq!(remembered.caller, unexplained(&first)[0]);
    assert_eq!(remembered.cluster.name, "c");
    let once = rejected(2, [days(1) + hours(2)]).ending(days(1));
    let once = once.judge_after(&away);
    assert_eq!(urgency(&once), NOT_URGENT);
    assert_eq!(once.remembered_callers, away.remembered_callers);
    assert_eq!(urgency(&persistent(0, Some(&once))), URGENT_AND_KNOWN);
}

#[test]
fn a_caller_is_remembered_for_a_week_after_its_last_rejection() {
    for (last, stays) in [(days(7), true), (days(7) + seconds(1), false)] {
        let times = [last + hours(4), last + hours(2), last];
        let reported = rejected(9, times).ending(last).judge();
        assert_eq!(urgency(&reported), URGENT_AND_NEW);
        let now = quiet(0, &reported);
        assert_eq!(now.remembered_callers.len(), usize::from(stays), "{last}");
        // A run that saw nothing at all does not know how late it is.
        let mut blind = Scenario::of_days(1);
        blind.coverages = Default::default();
        assert_eq!(blind.judge_after(&reported).remembered_callers.len(), 1);
    }
}

/// Watches, the rarest requests of a client, are renewed within the hour.
#[test]
fn rejections_within_the_hour_are_one_outage() {
    let before = rejected(2, [hours(9), hours(7), hours(6)]).ending(hours(4));
    let before = before.judge();
    for (first, expected) in [
        (hours(5), hours(9)),
        (hours(5) - seconds(1), hours(5) - seconds(1)),
    ] {
        let now = rejected(1, [first, hours(3), hours(1)]).judge_after(&before);
        assert_eq!(since(&now), (ago(expected), false), "{first}");
    }
}

/// Nobody looked between the two windows. It was rejected up to the end of the first and from the
/// start of the second, and most likely in between.
#[test]
fn an_outage_goes_on_between_two_windows() {
    let at_the_start = days(1) - minutes(5);
    for (last_before, first, goes_on) in [
        (days(3), at_the_start, true),
        // It had stopped.
        (days(3) + hours(2), at_the_start, false),
        // It began again.
        (days(3), hours(5), false),
    ] {
        let begin = days(3) + hours(6);
        let before = rejected(5, [begin, days(3) + hours(4), last_before]);
        let before = before.ending(days(3)).judge();
        let now = rejected(1, [first, hours(3), hours(1)]).judge_after(&before);
        let expected = match goes_on {
            true => (ago(begin), false),
            false => (ago(first), first == at_the_start),
        };
        assert_eq!(since(&now), expected, "{last_before} {first}");
    }
}

/// A longer look back saw the same first rejection, with nothing before it.
#[test]
fn what_an_earlier_window_left_open_is_closed_by_a_longer_one() {
    let first = days(2) - minutes(5);
    let times = || [first, days(2) - hours(1), days(1)];
    let before = rejected(2, times()).ending(hours(23)).judge();
    assert_eq!(since(&before), (ago(first), true));
    let now = rejected(30, times()).judge_after(&before);
    assert_eq!(since(&now), (ago(first), false));
}
