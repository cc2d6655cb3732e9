use proptest::prelude::*;

use super::*;
use crate::evidence::token::Requests;
use crate::report::verdict::Verdict;
use crate::verdict::scenario::{
    NINETY_DAYS, Scenario, Sender, ago, days, holder, hours, minutes, seconds, sender,
};

#[test]
fn a_replaced_pod_is_no_longer_about_to_die() {
    let pod = |user_agent| sender("app-1", user_agent);
    let last_used = hours(3);
    for (other, first_used, expected) in [
        (pod("app/v1"), hours(2), Verdict::Gone),
        // A rollout brings another version.
        (pod("app/v2"), hours(2), Verdict::Gone),
        (pod("app (linux)"), hours(2), Verdict::Gone),
        // Another program does not do the work of this one.
        (pod("sidecar/v1"), hours(2), Verdict::Frozen),
        (
            Sender {
                account: "other",
                ..pod("app/v1")
            },
            hours(2),
            Verdict::Frozen,
        ),
        // A replica beside it is no replacement.
        (pod("app/v1"), last_used, Verdict::Frozen),
        (pod("app/v1"), last_used - seconds(1), Verdict::Gone),
    ] {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&sender("app-0", "app/v1"), days(20), [days(10), last_used]);
        cluster.accept(&other, first_used + hours(2), [first_used]);
        let verdict = holder(&cluster.judge(), "app-0").verdict;
        assert_eq!(verdict, expected, "{other:?} {first_used}");
    }
}

#[test]
fn a_pod_that_died_and_was_replaced_is_dated_by_the_newest_token_since() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(
        &sender("app-0", "app/v1"),
        days(91),
        [days(20), days(1) + minutes(30)],
    );
    cluster.accept(&sender("app-1", "app/v1"), hours(22), [hours(20)]);
    cluster.accept(&sender("app-2", "app/v1"), hours(8), [hours(5)]);
    let report = cluster.judge();
    let dead = holder(&report, "app-0");
    assert_eq!(dead.verdict, Verdict::Recurring);
    assert_eq!(dead.rejected_from, ago(hours(8)) + seconds(NINETY_DAYS));
}

fn moment(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + minutes(minute)
}

/// Holder, first use and issue, in minutes.
type User = (usize, i64, i64);

fn token((_, first_used, issued): &User) -> Token {
    Token {
        issued: moment(*issued),
        latest_estimate: moment(*issued),
        first_used: moment(*first_used),
        last_used: moment(*first_used),
        requests: Requests::default(),
    }
}

/// Checks that a linear search finds the same successor of this holder after each of these moments.
fn check(users: &[User], moments: impl IntoIterator<Item = i64>, holders: usize) {
    let tokens: Vec<Token> = users.iter().map(token).collect();
    let mut all = Users::default();
    all.users
        .extend(users.iter().zip(&tokens).map(|(user, newest)| super::User {
            holder: user.0,
            first_used: newest.first_used,
            newest,
        }));
    all.sort();
    for after in moments {
        for holder in 0..holders {
            let later = || {
                let users = all.users.iter();
                users.filter(|user| user.first_used > moment(after) && user.holder != holder)
            };
            let expected = later()
                .next()
                .zip(later().max_by_key(|user| user.newest.issued));
            let told = |(first, newest): (&super::User<'_>, &super::User<'_>)| {
                (
                    first.holder,
                    first.first_used,
                    newest.holder,
                    newest.first_used,
                )
            };
            assert_eq!(
                all.after(moment(after), holder).map(told),
                expected.map(told),
                "{users:?} {after} {holder}"
            );
        }
    }
}

/// All lists of three users, with holders and tokens in every order, equal ones among them.
#[test]
fn the_newest_of_three_is_found_in_every_order() {
    let kinds = || (0_usize..3).flat_map(|holder| (0_i64..3).map(move |issued| (holder, issued)));
    for one in kinds() {
        for two in kinds() {
            for three in kinds() {
                let users = [one, two, three];
                let users = users.iter().zip(1_i64..);
                let users: Vec<User> = users
                    .map(|((at, issued), used)| (*at, used, *issued))
                    .collect();
                check(&users, 0..4, 4);
            }
        }
    }
}

proptest! {
    #[test]
    fn the_newest_behind_a_moment_is_found_without_looking_at_all(
        users in prop::collection::vec((0_usize..6, 0_i64..20, 0_i64..8), 0..24),
        moment in -1_i64..21,
    ) {
        check(&users, [moment], 7);
    }
}
