//! Which of several pods had the address at the time.

use chrono::TimeDelta;

use super::{AGENT, rejected};
use crate::verdict::scenario::*;

/// A pod and the one that has its address and user agent after it.
struct Succession {
    new_account: &'static str,
    old_last: TimeDelta,
    new_first: TimeDelta,
}

impl Succession {
    /// Whom rejections at these times are attributed to.
    fn rejected(&self, times: &[TimeDelta]) -> Vec<String> {
        let old = sender("app-0", AGENT);
        let new = Sender {
            account: self.new_account,
            ..sender("app-1", AGENT)
        };
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&old, days(20), [days(9), self.old_last]);
        cluster.accept(&new, days(10), [self.new_first, days(2)]);
        cluster.reject(&new, times.iter().copied());
        let report = cluster.judge();
        rejected(&report).into_iter().map(str::to_owned).collect()
    }
}

#[test]
fn of_a_pod_and_its_successor_the_one_in_use_at_the_time_was_rejected() {
    // In the middle of an hour, since each hour is attributed separately.
    let first = days(4) + minutes(30);
    let (before, after) = (first + seconds(1), first - seconds(1));
    let succession = Succession {
        new_account: "app",
        old_last: days(5),
        new_first: first,
    };
    for (times, expected) in [
        (&[before][..], &["app-0"][..]),
        (&[first], &[]),
        (&[after], &["app-1"]),
        (&[before, after], &[]),
        (&[days(6), days(3)], &["app-0", "app-1"]),
    ] {
        assert_eq!(succession.rejected(times), expected, "{times:?}");
    }
}

#[test]
fn pods_that_did_not_succeed_one_another_stay_ambiguous() {
    let first = days(4) + minutes(30);
    let around = [days(6), first + seconds(1), first - seconds(1), days(1)];
    for (new_account, old_last) in [
        // Whoever can use an address could otherwise hide its dead neighbours.
        ("other", days(5)),
        // Both were there, for one moment at least.
        ("app", first),
        ("app", first - seconds(1)),
        ("app", days(3)),
    ] {
        let pods = Succession {
            new_account,
            old_last,
            new_first: first,
        };
        for time in around {
            let rejected = pods.rejected(&[time]);
            assert!(rejected.is_empty(), "{new_account} {old_last} {time}");
        }
    }
}
