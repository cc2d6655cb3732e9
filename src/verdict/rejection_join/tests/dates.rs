//! Since when a holder is rejected.

use super::{AGENT, rejections};
use crate::verdict::scenario::*;

#[test]
fn the_first_rejection_may_not_be_the_first_if_the_next_took_as_long_as_the_window_did() {
    let app = sender("app-0", AGENT);
    let neighbour = sender("app-1", "unknown/v1");
    // The rejections in seconds after the start of the window.
    for (times, at_least) in [
        // Ten minutes at least,
        (&[600][..], true),
        (&[601], false),
        (&[601, 602, 603], false),
        // the average pause in between,
        (&[1800, 1900, 5400], true),
        (&[1801, 1900, 5401], false),
        // and an hour at most.
        (&[3600, 14_400], true),
        (&[3601, 14_401], false),
    ] {
        let start = days(30);
        let mut cluster = Scenario::of_days(30);
        cluster.accept_earlier(&app, days(121), [days(31)]);
        for caller in [&app, &neighbour] {
            cluster.reject(caller, times.iter().map(|it| start - seconds(*it)));
        }
        let report = cluster.judge();
        let found = rejections(&report, "app-0");
        assert_eq!(found.first, ago(start - seconds(times[0])));
        assert_eq!(found.at_least_since, at_least, "{times:?}");
        assert_eq!(
            unexplained(&report)[0].at_least_since,
            at_least,
            "{times:?}"
        );
    }
}

#[test]
fn a_request_accepted_before_the_first_rejection_shows_that_it_was_the_first() {
    let app = sender("app-0", AGENT);
    let (start, first) = (days(30), days(30) - minutes(5));
    for (accepted, at_least) in [
        (start + seconds(1), true),
        (start, false),
        (first, false),
        (first - seconds(1), true),
    ] {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app, days(120), [accepted]);
        cluster.reject(&app, [first]);
        let report = cluster.judge();
        let found = rejections(&report, "app-0");
        assert_eq!(found.at_least_since, at_least, "{accepted}");
    }
}

#[test]
fn an_outage_that_goes_on_keeps_the_date_of_the_earlier_report() {
    let app = sender("app-0", AGENT);
    let now = [hours(2), hours(1)];
    // Last accepted and first rejected in the earlier report, accepted since, and what is reported.
    for (accepted, rejected, since, first, at_least) in [
        (days(3), days(2), None, days(2), false),
        (
            days(8),
            days(7) - minutes(5),
            None,
            days(7) - minutes(5),
            true,
        ),
        // It was accepted after it was rejected: that outage is over.
        (days(2), days(2), None, hours(2), false),
        (days(3), days(2), Some(hours(20)), hours(2), false),
    ] {
        let mut earlier = Scenario::of_days(7).ending(days(1));
        earlier.accept(&app, days(93), [accepted]);
        earlier.reject(&app, [rejected, hours(25)]);
        let mut later = Scenario::of_days(1);
        later.accept(&app, days(93), since);
        later.reject(&app, now);
        let report = later.judge_after(&earlier.judge());
        let found = rejections(&report, "app-0");
        assert_eq!(found.first, ago(first), "{accepted} {rejected} {since:?}");
        assert_eq!(found.at_least_since, at_least, "{accepted} {rejected}");
        assert_eq!((found.last, found.count), (ago(hours(1)), 2));
    }
}

#[test]
fn a_holder_accepted_after_its_first_rejection_works_from_time_to_time() {
    let app = sender("app-0", AGENT);
    let first = hours(5);
    for (accepted, in_between) in [(first, false), (first - seconds(1), true)] {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app, days(91), [accepted]);
        cluster.reject(&app, [first, hours(1)]);
        let report = cluster.judge();
        let found = rejections(&report, "app-0");
        assert_eq!(found.accepted_in_between, in_between, "{accepted}");
    }
}
