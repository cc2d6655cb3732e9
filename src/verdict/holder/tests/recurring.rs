//! Holders that are rejected at the end of each token and come back with the next.

use chrono::TimeDelta;

use crate::report::finding::HolderFinding;
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;
use crate::verdict::Context;
use crate::verdict::scenario::*;

/// Where tokens are accepted for a day.
fn capped() -> Context<'static> {
    Context::stated(TokenLifetime::CAPPED_SECONDS)
}

#[test]
fn the_length_of_an_interruption_decides_how_urgent_it_is() {
    for (length, expected) in [
        (None, Severity::Notice),
        (Some(59), Severity::Notice),
        (Some(60), Severity::Warning),
        (Some(599), Severity::Warning),
        (Some(600), Severity::Critical),
    ] {
        let app = sender("app-0", "app/v1");
        let mut cluster = Scenario::of_days(3);
        cluster.accept(&app, hours(30), [hours(28), hours(6)]);
        cluster.reject(&app, length.map(|length| hours(6) - seconds(length)));
        let issued = hours(6) - minutes(15);
        cluster.accept(&app, issued, [hours(4), minutes(1)]);
        let report = cluster.judge_in(&capped());
        let pod = holder(&report, "app-0");
        assert_eq!(
            (pod.verdict, pod.severity),
            (Verdict::Recurring, Some(expected)),
            "{length:?}"
        );
        // The date is that of the token that it has now.
        assert_eq!(pod.rejected_from, ago(issued) + days(1));
    }
}

/// A pod whose token ended so long ago, was last used then, and was rejected then. Its token
/// before that expired in use as well, if it is stated to recur.
fn dead(
    recurs: bool,
    end: TimeDelta,
    last_used: TimeDelta,
    rejected: impl IntoIterator<Item = TimeDelta>,
) -> Scenario {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(3);
    if recurs {
        let end_before = end + days(1) + minutes(10);
        cluster.accept(
            &app,
            end_before + days(1),
            [end_before + hours(9), end_before],
        );
    }
    cluster.accept(&app, end + days(1), [end + hours(22), last_used]);
    cluster.reject(&app, rejected);
    cluster
}

fn judged(cluster: &Scenario) -> HolderFinding {
    holder(&cluster.judge_in(&capped()), "app-0").clone()
}

#[test]
fn who_came_back_before_may_be_back_for_the_unmarked_hour() {
    let second = seconds(1);
    let end = minutes(75);
    let late = end + second;
    let rejected = |last: TimeDelta| vec![minutes(74), last];
    for (recurs, end, rejections, expected) in [
        (true, end, vec![], Verdict::Recurring),
        (true, late, vec![], Verdict::Expired),
        (false, end, vec![], Verdict::Expired),
        // Rejected for ten minutes, as a client is that is restarted soon, and for longer.
        (true, end, rejected(minutes(64)), Verdict::Recurring),
        (true, end, rejected(minutes(64) - second), Verdict::Rejected),
        (false, end, rejected(minutes(64)), Verdict::Rejected),
    ] {
        let pod = judged(&dead(recurs, end, end, rejections.clone()));
        assert_eq!(pod.verdict, expected, "{recurs} {end} {rejections:?}");
    }
}

#[test]
fn a_death_that_only_rejections_show_is_one_of_many_as_well() {
    // Not used in the last hour before its end: that it died is known by its rejections alone.
    let end = minutes(30);
    let rejected = [minutes(29), minutes(27)];
    let pod = judged(&dead(true, end, end + hours(2), rejected));
    assert_eq!(pod.verdict, Verdict::Recurring);
    assert_eq!(pod.rejected_from, ago(end));
    let [first, second] = pod.interruptions[..] else {
        panic!("{:?}", pod.interruptions);
    };
    assert_eq!(first.rejections, 0);
    assert_eq!(second.last_accepted, Some(ago(end + hours(2))));
    assert_eq!(second.first_rejection, Some(ago(minutes(29))));
    assert_eq!(second.last_rejection, Some(ago(minutes(27))));
    assert_eq!(second.rejections, 2);
}

#[test]
fn the_earlier_report_knows_who_comes_back() {
    let end = minutes(30);
    let cluster = dead(false, end, end, []);
    assert_eq!(judged(&cluster).verdict, Verdict::Expired);
    // A sweep of two days before saw it come back.
    let mut earlier = dead(true, end, end + hours(20), []);
    earlier.coverages.of(&earlier.cluster).until = Some(ago(hours(19)));
    let earlier = earlier.judge_in(&capped());
    assert_eq!(only(&earlier).verdict, Verdict::Recurring);
    let report = cluster.judge_in(&Context {
        previous: Some(&earlier),
        ..capped()
    });
    assert_eq!(holder(&report, "app-0").verdict, Verdict::Recurring);
}

#[test]
fn who_uses_no_token_for_more_than_two_days_refreshes_late() {
    for (age, expected) in [
        (days(2), Verdict::RefreshingLate),
        (days(2) + seconds(1), Verdict::Frozen),
    ] {
        let app = sender("app-0", "app/v1");
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app, days(4), [days(3), age]);
        cluster.accept(&app, age, [days(1), seconds(0)]);
        assert_eq!(only(&cluster.judge()).verdict, expected, "{age}");
    }
}

/// A pod with two programs of one name: the token of one was issued and last used so long ago; the
/// other's is 40 hours old and is used until now.
fn beside_another(issued: TimeDelta, last_used: TimeDelta) -> Verdict {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(30);
    let id = Some("JTI=older");
    cluster.accept_token(&app, id, issued, [hours(36), last_used]);
    let id = Some("JTI=newer");
    cluster.accept_token(&app, id, hours(40), [hours(35), seconds(0)]);
    only(&cluster.judge()).verdict
}

#[test]
fn beside_a_newer_token_one_is_frozen_from_two_days_on() {
    let now = seconds(0);
    // A program that reads its token once a day uses one for two.
    let younger = beside_another(days(2) - seconds(1), now);
    assert_eq!(younger, Verdict::Undecided);
    assert_eq!(beside_another(days(2), now), Verdict::Frozen);
    // Silent for a day, it has ended, whatever the other one does.
    assert_eq!(beside_another(days(5), hours(24)), Verdict::Frozen);
    let silent = beside_another(days(5), hours(24) + seconds(1));
    assert_eq!(silent, Verdict::Undecided);
}
