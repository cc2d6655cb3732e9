//! Programs of a pod that only an earlier report knew, and that are rejected now.

use super::*;
use crate::verdict::scenario::*;

/// The user agent `NAME` of the pod `app-0`.
fn program(user_agent: &'static str) -> Sender {
    sender("app-0", user_agent)
}

/// The tokens of a holder by their time of issue, and who used them.
fn users(holder: &HolderFinding) -> Vec<(DateTime<Utc>, Vec<&str>)> {
    let tokens = holder.tokens.iter();
    tokens
        .map(|it| {
            let agents = it.user_agents.iter().map(UntrustedText::unescaped);
            (it.issued, agents.collect())
        })
        .collect()
}

/// The report on today, in which `main` is rejected and the sidecar is accepted.
fn main_is_dead(previous: &Report) -> Report {
    let mut today = Scenario::of_days(1);
    today.accept(&program("sidecar/v1"), days(1), [hours(20), hours(1)]);
    today.reject(&program("main/v1"), [hours(10), hours(2)]);
    today.judge_after(previous)
}

#[test]
fn a_dead_program_is_judged_beside_one_that_goes_on() {
    let mut scenario = Scenario::of_days(100).ending(days(3));
    scenario.accept(&program("main/v1"), days(91), [days(80), days(4)]);
    scenario.accept(&program("sidecar/v1"), days(5), [days(4)]);
    let now = main_is_dead(&scenario.judge());
    let app = holder(&now, "app-0");
    assert_eq!(app.verdict, Verdict::Rejected);
    assert_eq!(app.user_agents[0], "main/v1");
    assert_eq!(
        (app.issued, app.rejected_from),
        (ago(days(91)), ago(days(1)))
    );
}

/// What other programs used at the same time shows that several share the pod. What they used
/// before or afterwards does not belong to the dead one's story.
#[test]
fn only_the_tokens_of_its_time_come_back_with_a_dead_program() {
    let mut scenario = Scenario::of_days(100).ending(days(3));
    scenario.accept(&program("main/v1"), days(91), [days(40), days(20)]);
    for (agent, issued, times) in [
        ("before/v1", 92, [days(60), days(40) + seconds(1)]),
        ("until-then/v1", 93, [days(60), days(40)]),
        ("meanwhile/v1", 94, [days(35), days(30)]),
        ("all-the-time/v1", 95, [days(60), days(10)]),
        ("from-then-on/v1", 96, [days(20), days(10)]),
        ("after/v1", 97, [days(20) - seconds(1), days(10)]),
    ] {
        scenario.accept(&program(agent), days(issued), times);
    }
    let now = main_is_dead(&scenario.judge());
    let mut known = users(holder(&now, "app-0"));
    known.sort();
    let of = |age, agent| (ago(days(age)), vec![agent]);
    let expected = [
        of(96, "from-then-on/v1"),
        of(95, "all-the-time/v1"),
        of(94, "meanwhile/v1"),
        of(93, "until-then/v1"),
        of(91, "main/v1"),
        of(1, "sidecar/v1"),
    ];
    assert_eq!(known, expected);
    let agents: BTreeSet<&str> = holder(&now, "app-0")
        .user_agents
        .iter()
        .map(UntrustedText::unescaped)
        .collect();
    assert_eq!(agents, expected.iter().map(|(_, it)| it[0]).collect());
}

/// The sidecar refreshes: it is alive, although an old token of it is known, and a program that
/// only ended is not rejected.
#[test]
fn no_other_program_comes_back() {
    let mut scenario = Scenario::of_days(100).ending(days(3));
    scenario.accept(&program("sidecar/v1"), days(60), [days(59)]);
    scenario.accept(&program("migration/v1"), days(70), [days(69)]);
    scenario.accept(&program("main/v1"), days(50), [days(49), days(4)]);
    let previous = scenario.judge();
    let mut today = Scenario::of_days(1);
    today.accept(&program("sidecar/v1"), days(1), [hours(20), hours(1)]);
    today.accept(&program("main/v1"), days(50), [hours(20), hours(19)]);
    today.reject(&program("main/v1"), [hours(10), hours(2)]);
    let today = today.judge_after(&previous);
    let known = users(holder(&today, "app-0"));
    assert_eq!(
        known,
        [
            (ago(days(50)), vec!["main/v1"]),
            (ago(days(1)), vec!["sidecar/v1"]),
        ]
    );
    let dead = users(holder(&main_is_dead(&previous), "app-0")).len();
    assert_eq!(dead, 2);
}

/// A report of an older format does not say who used which token: each program may have used all.
#[test]
fn without_their_users_tokens_are_everybodys() {
    let mut scenario = Scenario::of_days(100).ending(days(3));
    scenario.accept(&program("main/v1"), days(91), [days(80), days(4)]);
    scenario.accept(&program("other/v1"), days(50), [days(49), days(48)]);
    let mut previous = scenario.judge();
    for token in &mut previous.findings[0].holders[0].tokens {
        token.user_agents.clear();
    }
    let now = main_is_dead(&previous);
    let both = || vec!["main/v1", "other/v1"];
    assert_eq!(
        users(holder(&now, "app-0")),
        [
            (ago(days(91)), both()),
            (ago(days(50)), both()),
            (ago(days(1)), vec!["sidecar/v1"]),
        ]
    );
}
