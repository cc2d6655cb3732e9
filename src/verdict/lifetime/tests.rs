use super::*;
use crate::evidence::token::Requests;

/// Seconds since the log began.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).expect("a time")
}

fn hour(hours: i64) -> DateTime<Utc> {
    at(hours * 3600)
}

fn token(issued: DateTime<Utc>, age: TimeDelta) -> Token {
    Token {
        issued,
        latest_estimate: issued,
        first_used: issued,
        last_used: issued + age,
        requests: Requests::default(),
    }
}

/// A cluster whose log shows these versions, each between two hours.
fn logged(versions: &[(&str, i64, i64)]) -> ControlPlane {
    let mut control_plane = ControlPlane::default();
    for (version, first, last) in versions {
        let version = version.parse().expect("a version");
        control_plane.saw_between(version, hour(*first), hour(*last));
    }
    control_plane
}

#[test]
fn a_lifetime_follows_from_the_version_that_issued_the_token() {
    use LifetimeSource::{AcceptedPastCap, Assumed, KubernetesVersion as Version};
    let (day, quarter) = (TimeDelta::hours(24), TimeDelta::minutes(15));
    let second = TimeDelta::seconds(1);
    let upgraded: &[(&str, i64, i64)] = &[("1.33", 0, 10), ("1.34", 5, 40)];
    for (versions, issued, age, days, source) in [
        // Nothing is known: the earlier date, unless the token itself says better.
        (&[][..], 1, TimeDelta::hours(9), 1, Assumed),
        (&[], 1, day + quarter, 1, Assumed),
        (&[], 1, day + quarter + second, 90, AcceptedPastCap),
        (&[("1.33", 0, 40)], 1, TimeDelta::hours(9), 90, Version),
        // That it is old proves nothing that the version does not say.
        (&[("1.33", 0, 40)], 1, TimeDelta::days(40), 90, Version),
        (&[("1.34", 0, 40)], 1, TimeDelta::hours(9), 1, Version),
        (&[("1.34", 0, 40)], 1, day + quarter, 1, Version),
        (
            &[("1.34", 0, 40)],
            1,
            TimeDelta::days(40),
            90,
            AcceptedPastCap,
        ),
        // Before the upgrade, while both versions are seen, and after it.
        (upgraded, 3, TimeDelta::hours(9), 90, Version),
        (upgraded, 5, TimeDelta::hours(9), 1, Version),
        (upgraded, 7, TimeDelta::hours(9), 1, Version),
        (upgraded, 20, TimeDelta::hours(9), 1, Version),
        (upgraded, 3, TimeDelta::days(40), 90, Version),
        (upgraded, 7, TimeDelta::days(40), 90, AcceptedPastCap),
        // A later version that does not cap: what was seen last counts.
        (
            &[("1.34", 0, 10), ("1.33", 0, 40)],
            2,
            TimeDelta::hours(9),
            90,
            Version,
        ),
    ] {
        let lifetimes = Lifetimes::new(None, &logged(versions));
        let expected = TokenLifetime {
            seconds: days * 24 * 3600,
            source,
        };
        let dated = lifetimes.dated(&token(hour(issued), age));
        assert_eq!(dated.lifetime, expected, "{versions:?} {issued} {age}");
        assert_eq!(dated.end(), hour(issued) + TimeDelta::days(days));
    }
}

#[test]
fn what_the_operator_states_goes_before_all_else() {
    let stated = TokenLifetime::stated(7_200);
    let lifetimes = Lifetimes::new(Some(stated), &logged(&[("1.34", 0, 40)]));
    assert_eq!(lifetimes.of(&token(hour(1), TimeDelta::days(40))), stated);
    assert_eq!(lifetimes.of_new_token(), stated);
}

#[test]
fn a_new_token_lives_as_long_as_the_latest_version_gives() {
    for (versions, days) in [
        (&[("1.33", 0, 40)][..], 90),
        (&[("1.33", 0, 10), ("1.34", 5, 40)], 1),
        (&[], 1),
    ] {
        let lifetimes = Lifetimes::new(None, &logged(versions));
        let judged_by = lifetimes.judged_by();
        assert_eq!(judged_by.lifetime.seconds, days * 24 * 3600);
        assert_eq!(judged_by.lifetime, lifetimes.of_new_token());
        assert_eq!(judged_by.version.is_some(), !versions.is_empty());
    }
}

#[test]
fn a_token_was_used_to_its_end_if_its_last_use_lies_near_it() {
    let lifetimes = Lifetimes::new(None, &logged(&[("1.34", 0, 40)]));
    let used_to_its_end = |age| {
        let dated = lifetimes.dated(&token(hour(1), age));
        dated.was_used_to_its_end()
    };
    // At 24 hours the last hour counts.
    assert!(used_to_its_end(TimeDelta::hours(23)));
    assert!(!used_to_its_end(
        TimeDelta::hours(23) - TimeDelta::seconds(1)
    ));
    assert!(used_to_its_end(
        TimeDelta::hours(24) + TimeDelta::seconds(60)
    ));
}
