//! Which programs of a pod are judged separately.

use chrono::TimeDelta;

use super::*;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;
use crate::verdict::Context;
use crate::verdict::scenario::*;

/// The clients of the only holder, with these rejections attributed to it.
fn clients_of<'a>(
    cluster: &Scenario,
    rejected: impl IntoIterator<Item = (&'a str, TimeDelta)>,
) -> Vec<Client> {
    let mut runs = RunsOfAgents::new();
    for (agent, time) in rejected {
        let run = Run {
            first: ago(time),
            last: ago(time),
            count: 1,
        };
        runs.entry(agent.to_owned()).or_default().push(run);
    }
    let (_, token_use) = cluster.evidence.holders().next().expect("a holder");
    let lifetimes = Lifetimes::new(
        Some(TokenLifetime::of_version(false)),
        &crate::evidence::control_plane::ControlPlane::default(),
    );
    clients(&token_use.agents, &runs, &lifetimes)
}

#[test]
fn programs_that_never_used_tokens_at_the_same_time_are_one() {
    // As a program whose user agent has its version, which was replaced in its container.
    for (apart, expected) in [(-1, 2), (0, 1), (1, 1)] {
        let mut cluster = Scenario::of_days(30);
        let replaced = hours(5);
        cluster.accept(&sender("app-0", "app/v1"), hours(20), [hours(18), replaced]);
        let first_used = replaced - seconds(apart);
        cluster.accept(&sender("app-0", "app/v2"), hours(8), [first_used, hours(1)]);
        let rejected = [("app/v2", hours(2)), ("app/v1", hours(6))];
        let clients = clients_of(&cluster, rejected);
        assert_eq!(clients.len(), expected, "{apart} s apart");
        let rejections: usize = clients.iter().map(|it| it.rejections.len()).sum();
        assert_eq!(rejections, 2);
        if let [one] = &clients[..] {
            assert_eq!(one.tokens.len(), 2);
            assert_eq!(one.user_agents.len(), 2);
            assert_eq!(one.rejections[0].last, ago(hours(6)));
        }
    }
}

#[test]
fn who_is_rejected_while_another_program_is_accepted_is_judged_by_itself() {
    let rejected = hours(5);
    let of = |sidecar_last_used: TimeDelta, comes_back: bool| {
        let app = sender("app-0", "app/v1");
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app, hours(20), [hours(18), hours(10)]);
        let sidecar = sender("app-0", "sidecar/v1");
        cluster.accept(&sidecar, hours(9), [hours(7), sidecar_last_used]);
        if comes_back {
            cluster.accept(&app, hours(6), [hours(4)]);
        }
        clients_of(&cluster, [("app/v1", rejected)]).len()
    };
    let second = seconds(1);
    assert_eq!(of(rejected - second, false), 2);
    assert_eq!(of(rejected, false), 1);
    // Accepted afterwards, it may have gone on with the other's token.
    assert_eq!(of(rejected - second, true), 1);
}

#[test]
fn a_sidecar_that_refreshes_does_not_hide_the_program_that_is_dead() {
    let main = sender("app-0", "main/v1");
    let sidecar = sender("app-0", "sidecar/v1");
    let mut cluster = Scenario::of_days(3);
    cluster.accept(&main, hours(30), [hours(28), hours(6)]);
    cluster.reject(&main, [hours(5), minutes(10)]);
    for issued in [hours(28), hours(16), hours(4)] {
        let last_used = issued - minutes(150);
        cluster.accept(&sidecar, issued, [issued - hours(2), last_used]);
    }
    cluster.accept(&sidecar, hours(3), [minutes(5)]);
    let report = cluster.judge_in(&Context::stated(TokenLifetime::CAPPED_SECONDS));
    let pod = holder(&report, "app-0");
    assert_eq!(pod.verdict, Verdict::Rejected);
    assert_eq!(pod.rejected_from, ago(hours(6)));
    // The one to blame first, though the other sent more.
    assert_eq!(pod.user_agents, ["main/v1", "sidecar/v1"]);
}

#[test]
fn a_program_that_was_only_seen_rejected_does_not_come_back_with_a_sidecars_token() {
    let sidecar = sender("app-0", "sidecar/v1");
    let mut cluster = Scenario::of_days(3);
    cluster.list([listed("app-0", "10.0.0.7", hours(30))]);
    cluster.accept(&sidecar, hours(5), [hours(3), minutes(30)]);
    let main = sender("app-0", "main/v1");
    cluster.reject(&main, [hours(5), minutes(5)]);
    let report = cluster.judge_in(&Context::stated(TokenLifetime::CAPPED_SECONDS));
    let pod = holder(&report, "app-0");
    assert_eq!(pod.verdict, Verdict::Rejected);
    assert_eq!(pod.rejected_from, ago(hours(6)));
    assert!(pod.interruptions.is_empty());
}

#[test]
fn rejections_of_agents_that_are_not_counted_separately_belong_to_those() {
    let mut cluster = Scenario::of_days(30);
    for at in 0..33 {
        let app = sender("app-0", format!("app-{at:02}/v1").leak());
        cluster.accept(&app, hours(20) + minutes(at), [hours(18), hours(1)]);
    }
    let rejected = [("app-03/v1", hours(9)), ("app-32/v1", hours(8))];
    let clients = clients_of(&cluster, rejected);
    assert_eq!(clients.len(), 33);
    for client in clients {
        let agent = client.user_agents.first().map(UntrustedText::unescaped);
        let expected = match agent {
            Some("app-03/v1") => vec![ago(hours(9))],
            // The one that is one too many.
            None => vec![ago(hours(8))],
            Some(_) => vec![],
        };
        let rejections: Vec<_> = client.rejections.iter().map(|run| run.last).collect();
        assert_eq!(rejections, expected, "{agent:?}");
    }
}

#[test]
fn programs_of_one_name_are_told_apart_by_tokens_used_at_the_same_time() {
    let app = sender("app-0", "app/v1");
    let mut cluster = Scenario::of_days(30);
    for (id, issued, used) in [
        ("JTI=a", hours(60), [hours(58), hours(30)]),
        ("JTI=b", hours(50), [hours(40), hours(20)]),
        // Goes on from the one that was used until just before.
        ("JTI=c", hours(22), [hours(20), hours(10)]),
        // Issued in the same second, as by two API servers.
        ("JTI=e", hours(22), [hours(9), hours(8)]),
        // Older than all that were used before it: nobody goes back to it.
        ("JTI=d", hours(70), [hours(5), hours(1)]),
    ] {
        cluster.accept_token(&app, Some(id), issued, used);
    }
    let clients = clients_of(&cluster, [("app/v1", hours(9))]);
    let issued: Vec<Vec<_>> = clients
        .iter()
        .map(|it| it.tokens.iter().map(|it| it.token.issued).collect())
        .collect();
    let expected = [vec![60], vec![50, 22, 22], vec![70]];
    assert_eq!(
        issued,
        expected.map(|it| it.into_iter().map(|it| ago(hours(it))).collect::<Vec<_>>())
    );
    assert!(clients.iter().all(|it| it.has_others_beside));
    assert!(clients.iter().all(|it| it.rejections.len() == 1));
}
