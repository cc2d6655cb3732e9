//! What is told of a holder beside the verdicts of its clients.

use crate::report::verdict::Verdict;
use crate::verdict::scenario::*;

fn app() -> Sender {
    sender("app-0", "app/v1")
}

#[test]
fn a_pod_that_is_still_there_has_no_successor() {
    let pods = [
        listed("app-0", "10.0.0.7", days(95)),
        listed("app-1", "10.0.0.8", days(1)),
    ];
    for (there, expected) in [
        (None, Verdict::Recurring),
        (Some(&pods[1..]), Verdict::Recurring),
        (Some(&pods[..]), Verdict::Expired),
    ] {
        let mut cluster = Scenario::of_days(30);
        // Used until its end, and the other one only afterwards.
        cluster.accept(&app(), days(92), [days(2)]);
        cluster.accept(&sender("app-1", "app/v1"), days(1), [hours(1)]);
        if let Some(there) = there {
            cluster.list(there.to_vec());
        }
        let report = cluster.judge();
        assert_eq!(holder(&report, "app-0").verdict, expected, "{there:?}");
    }
}

#[test]
fn who_died_silently_between_two_sweeps_is_named_for_a_week() {
    // (how long ago its token ended, whether it is named)
    for (end, is_named) in [
        (hours(0), false),
        (seconds(1), true),
        (days(7), true),
        (days(7) + seconds(1), false),
    ] {
        let mut before = Scenario::of_days(40).ending(days(10));
        before.accept(&app(), days(90) + end, [days(11)]);
        let before = before.judge();
        assert_eq!(only(&before).verdict, Verdict::Frozen, "{end}");
        let report = Scenario::of_days(1).judge_after(&before);
        let verdicts: Vec<Verdict> = report.findings.iter().map(|it| it.verdict).collect();
        let expected = is_named.then_some(Verdict::Expired);
        assert_eq!(verdicts, expected.into_iter().collect::<Vec<_>>(), "{end}");
    }
}

#[test]
fn who_was_seen_and_stopped_long_before_its_end_is_gone() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(95), [days(10)]);
    assert_eq!(only(&cluster.judge()).verdict, Verdict::Gone);
}

#[test]
fn who_is_known_to_come_back_is_given_the_time_to() {
    // It came back before, with its second token.
    let mut before = Scenario::of_days(119).ending(days(89));
    before.accept(&app(), days(180), [days(91), days(90) + minutes(40)]);
    before.accept(&app(), days(90) + minutes(30), [days(89)]);
    let before = before.judge();
    assert_eq!(only(&before).verdict, Verdict::Recurring);
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(90) + minutes(30), [days(1), minutes(31)]);
    cluster.reject(&app(), [minutes(29), minutes(28)]);
    assert_eq!(only(&cluster.judge()).verdict, Verdict::Rejected);
    assert_eq!(
        only(&cluster.judge_after(&before)).verdict,
        Verdict::Recurring
    );
}

#[test]
fn the_rejections_of_an_earlier_sweep_are_dated_and_not_counted_again() {
    let mut before = Scenario::of_days(32).ending(days(2));
    before.accept(&app(), days(95), [days(6)]);
    before.reject(&app(), [days(4), days(3), days(2)]);
    let before = before.judge();
    let report = Scenario::of_days(1).judge_after(&before);
    assert_eq!(only(&report).verdict, Verdict::Expired);
    let rejections = holder(&report, "app-0").rejections.as_ref();
    let rejections = rejections.expect("rejections");
    assert_eq!(rejections.count, 0);
    assert_eq!(
        (rejections.first, rejections.last),
        (ago(days(4)), ago(days(2)))
    );
}

#[test]
fn a_token_accepted_past_its_end_shows_that_tokens_live_longer() {
    let other = Sender {
        account: "other",
        ..sender("other-0", "other/v1")
    };
    for (past, expected) in [(75, None), (76, Some(NINETY_DAYS + 76))] {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app(), days(92), [days(2) - seconds(past)]);
        cluster.accept(&other, days(10), [hours(1)]);
        let report = cluster.judge();
        assert_eq!(report.clusters[0].accepted_at_age_seconds, expected);
        // What was seen then is not seen now.
        let later = Scenario::of_days(1).judge_after(&report);
        assert_eq!(only(&later).verdict, Verdict::Expired);
        assert_eq!(later.clusters[0].accepted_at_age_seconds, None);
        // The largest age counts, whoever it is.
        cluster.accept(&other, days(93), [days(2)]);
        cluster.accept(&other, days(94), [days(1)]);
        let accepted = cluster.judge().clusters[0].accepted_at_age_seconds;
        assert_eq!(accepted, Some(days(93).num_seconds()));
    }
}

#[test]
fn requests_before_the_window_are_not_counted() {
    for (before, is_earlier) in [(seconds(0), false), (seconds(1), true), (days(6), true)] {
        let last_used = days(30) + before;
        let mut cluster = Scenario::of_days(30);
        let accept = match is_earlier {
            true => Scenario::accept_earlier,
            false => Scenario::accept,
        };
        accept(&mut cluster, &app(), days(91), [last_used]);
        cluster.reject(&app(), [hours(20), hours(2)]);
        let report = cluster.judge();
        let app = holder(&report, "app-0");
        assert_eq!(app.verdict, Verdict::Rejected);
        assert_eq!(app.last_seen, ago(last_used));
        assert_eq!(app.only_in_look_back, is_earlier, "{before}");
        let counted = if is_earlier { 0 } else { 1 };
        assert_eq!((app.requests, app.tokens[0].requests), (counted, counted));
    }
}

#[test]
fn the_program_to_blame_is_named_before_the_busiest() {
    let (dead, alive) = (sender("app-0", "dead/v1"), sender("app-0", "alive/v1"));
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&dead, days(91), [days(2)]);
    cluster.reject(&dead, [hours(20), hours(2)]);
    cluster.accept(&alive, hours(10), (1..8).map(hours));
    let report = cluster.judge();
    let pod = holder(&report, "app-0");
    assert_eq!(pod.verdict, Verdict::Rejected);
    assert_eq!(pod.user_agents, ["dead/v1", "alive/v1"]);
    assert_eq!(pod.last_seen, ago(hours(1)));
}
