//! Which holders rejections may be attributed to.

use crate::report::Report;
use crate::verdict::scenario::*;

const AGENT: &str = "app/v1";

/// The pod `ACCOUNT-0` of that service account.
fn pod_of(account: &'static str) -> Sender {
    let pod = format!("{account}-0").leak();
    Sender {
        account,
        ..sender(pod, AGENT)
    }
}

/// The service accounts that rejections are attributed to.
fn rejected(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    let rejected = findings.filter(|it| it.holders.iter().any(|it| it.rejections.is_some()));
    let mut accounts: Vec<&str> = rejected
        .map(|it| it.service_account.name.as_str())
        .collect();
    accounts.sort_unstable();
    accounts
}

/// An earlier report: `gone` was last seen three weeks before, `frozen` until its end.
fn earlier(accounts: &[&'static str]) -> Report {
    let mut earlier = Scenario::of_days(30).ending(days(1));
    for account in accounts {
        let last = match *account {
            "gone" => days(22),
            _ => days(1),
        };
        earlier.accept(&pod_of(account), days(90), [days(23), last]);
    }
    let report = earlier.judge();
    for finding in &report.findings {
        let is_gone = finding.service_account.name == "gone";
        assert_eq!(finding.verdict.is_gone(), is_gone);
    }
    report
}

#[test]
fn a_holder_that_was_gone_is_rejected_only_if_nobody_else_can_be() {
    for (known, expected) in [
        (&["gone"][..], "gone"),
        (&["frozen"], "frozen"),
        (&["gone", "frozen"], "frozen"),
    ] {
        let mut now = Scenario::of_days(1);
        now.reject(&pod_of(expected), [hours(2), hours(1)]);
        let report = now.judge_after(&earlier(known));
        assert_eq!(rejected(&report), [expected], "{known:?}");
        assert!(unexplained(&report).is_empty());
    }
}

#[test]
fn a_holder_that_was_gone_and_is_accepted_again_counts_like_any_other() {
    let mut now = Scenario::of_days(1);
    now.accept(&pod_of("gone"), days(90), [hours(20)]);
    now.reject(&pod_of("gone"), [hours(2), hours(1)]);
    let report = now.judge_after(&earlier(&["gone", "frozen"]));
    assert!(rejected(&report).is_empty());
    let accounts = unexplained(&report)[0].candidates.iter();
    let accounts = accounts.map(|it| it.service_account.name.as_str());
    assert!(accounts.eq(["frozen", "gone"]));
}

/// Its requests before the window and inside it are those of one pod, which nobody replaced.
#[test]
fn a_pod_was_there_from_its_first_request_before_the_window_to_its_last() {
    let (long, short) = (sender("app-0", AGENT), sender("app-1", AGENT));
    for rejected in [days(5), days(1)] {
        let mut cluster = Scenario::of_days(7);
        cluster.accept_earlier(&long, days(20), [days(10)]);
        cluster.accept_earlier(&short, days(20), [days(8)]);
        cluster.accept(&long, days(20), [days(2)]);
        cluster.reject(&long, [rejected]);
        let report = cluster.judge();
        assert_eq!(unexplained(&report)[0].candidates.len(), 2, "{rejected}");
    }
}

#[test]
fn a_user_agent_that_many_accounts_share_is_no_clue() {
    let accounts = ["a", "b", "c", "d", "e"];
    for (number, agent, expected) in [
        (1, AGENT, 1),
        (4, AGENT, 4),
        (5, AGENT, 0),
        // No user agent is not one that they have in common.
        (1, "", 0),
        (5, "", 0),
    ] {
        let mut cluster = Scenario::of_days(30);
        for account in &accounts[..number] {
            let pod = Sender {
                user_agent: agent,
                ..pod_of(account)
            };
            // Two pods of one account are one guess.
            cluster.accept(&pod, days(91), [days(2)]);
            let twin = Sender {
                pod: Some("twin"),
                ..pod
            };
            cluster.accept(&twin, days(91), [days(2)]);
        }
        let elsewhere = Sender {
            user_agent: agent,
            address: "10.9.9.9",
            ..pod_of("a")
        };
        cluster.reject(&elsewhere, [hours(1)]);
        let report = cluster.judge();
        let guesses = unexplained(&report)[0].perhaps.iter();
        let guesses: Vec<&str> = guesses.map(|it| it.name.as_str()).collect();
        assert_eq!(guesses, accounts[..expected], "{number} {agent:?}");
    }
}

/// A holder with more user agents than are kept may have used any other.
#[test]
fn a_holder_with_countless_user_agents_explains_those_that_nobody_else_has() {
    let mut cluster = Scenario::of_days(30);
    for agent in 0..33 {
        let user_agent = format!("made-up-{agent:02}/v1").leak();
        let pod = Sender {
            user_agent,
            ..pod_of("many")
        };
        cluster.accept(&pod, days(91), [days(2)]);
    }
    cluster.accept(&pod_of("app"), days(91), [days(2)]);
    let with = |user_agent, address| Sender {
        user_agent,
        address,
        ..pod_of("many")
    };
    cluster.reject(&with(AGENT, "10.0.0.7"), [hours(3)]);
    assert_eq!(rejected(&cluster.judge()), ["app"]);
    cluster.reject(&with("unknown/v1", "10.0.0.8"), [hours(2)]);
    assert_eq!(rejected(&cluster.judge()), ["app"]);
    cluster.reject(&with("unknown/v1", "10.0.0.7"), [hours(1)]);
    let report = cluster.judge();
    assert_eq!(rejected(&report), ["app", "many"]);
    assert_eq!(unexplained(&report).len(), 1);
}

/// It is known by another program of its own, which says nothing of the one that is rejected.
#[test]
fn a_pod_of_which_another_program_was_accepted_is_still_found_by_its_address() {
    let started = days(91);
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&sender("app-0", "sidecar/v1"), days(20), [days(2)]);
    cluster.reject(&sender("app-0", AGENT), [hours(2), hours(1)]);
    cluster.list([listed("app-0", "10.0.0.7", started)]);
    let report = cluster.judge();
    assert!(unexplained(&report).is_empty());
    let rejections = holder(&report, "app-0").rejections.as_ref();
    assert_eq!(rejections.expect("rejections").count, 2);
}
