//! What is said of the clients behind a finding, and what to do about it.

use crate::report::finding::Remedy;
use crate::verdict::Context;
use crate::verdict::scenario::*;

/// The client of a frozen pod of this account with this user agent, as the report calls it.
fn label(account: &'static str, user_agent: &'static str, image: Option<&str>) -> String {
    let mut cluster = Scenario::of_days(30);
    let app = Sender {
        account,
        ..sender("app-0", user_agent)
    };
    cluster.accept(&app, days(10), [hours(1)]);
    if let Some(image) = image {
        let mut pod = listed("app-0", "10.0.0.7", days(12));
        pod.containers[0].image = image.into();
        cluster.list([pod]);
    }
    let report = cluster.judge();
    let [client] = &*only(&report).clients else {
        panic!("{:?}", only(&report).clients);
    };
    client.label.to_string()
}

const KUBE2IAM: &str = "kube2iam/v0.10.7 (linux/amd64) kubernetes/$Format";
const PLAIN: &str = "app/v1.2.3 (linux/amd64) kubernetes/$Format";

#[test]
fn a_client_is_called_by_its_library_and_its_component() {
    for (account, user_agent, image, expected) in [
        ("app", PLAIN, None, "client-go, app v1.2.3"),
        // What the user agent says itself is not said twice.
        (
            "app",
            KUBE2IAM,
            None,
            "client-go, kube2iam v0.10.7 (fixed in 0.10.9)",
        ),
        ("app", "Fluent-Bit", None, "Fluent Bit (fixed in 1.9.5)"),
        // A name is an inference, and stands beside what is known.
        (
            "kube2iam",
            PLAIN,
            None,
            "client-go, app v1.2.3, kube2iam (fixed in 0.10.9)",
        ),
        (
            "kube2iam",
            "thing/v1",
            None,
            "thing/v1, kube2iam (fixed in 0.10.9)",
        ),
        // An image says more than a name, and a user agent more than an image that says nothing.
        (
            "kube2iam",
            "thing/v1",
            Some("example.com/thing:v1"),
            "thing/v1; image example.com/thing:v1",
        ),
        (
            "app",
            KUBE2IAM,
            Some("example.com/thing:v1"),
            "client-go, kube2iam v0.10.7 (fixed in 0.10.9); image example.com/thing:v1",
        ),
        (
            "app",
            "thing/v1",
            Some("jtblin/kube2iam:0.10.8"),
            "thing/v1, kube2iam 0.10.8 (fixed in 0.10.9); image jtblin/kube2iam:0.10.8",
        ),
    ] {
        let label = label(account, user_agent, image);
        assert_eq!(label, expected, "{account} {user_agent} {image:?}");
    }
}

#[test]
fn clients_are_listed_once_and_the_busiest_first() {
    let mut cluster = Scenario::of_days(30);
    for (pod, user_agent, requests) in [
        ("app-0", "a/v1", 2),
        ("app-1", "b/v1", 3),
        ("app-2", "c/v1", 2),
        ("app-3", "c/v1", 2),
        ("app-4", "d/v1", 2),
    ] {
        cluster.accept(
            &sender(pod, user_agent),
            days(10),
            (1..=requests).map(hours),
        );
    }
    let report = cluster.judge();
    let clients = only(&report).clients.iter();
    let clients: Vec<String> = clients.map(|it| it.label.to_string()).collect();
    assert_eq!(clients, ["c/v1", "b/v1", "a/v1", "d/v1"]);
}

/// What to do about the only finding: the commands, and sentences without their sources.
fn to_do(cluster: &Scenario, context: &Context<'_>) -> Vec<String> {
    let report = cluster.judge_in(context);
    let remedies = only(&report).remedies.iter();
    let words = remedies.map(|remedy| match remedy {
        Remedy::Restart {
            command, new_date, ..
        } => format!("{command} until {}", new_date.format("%F %H:%M")),
        Remedy::Advice { text } => text.what.clone(),
    });
    words.collect()
}

#[test]
fn a_restart_comes_first_where_it_buys_more_than_a_day() {
    let restart = |until| format!("kubectl rollout restart deployment/web -n ns until {until}");
    let update = || "update kube2iam to 0.10.9 or later".to_owned();
    for (version, age, expected) in [
        ("1.33", days(10), [restart("2027-02-22 06:00"), update()]),
        ("1.34", hours(22), [update(), restart("2026-11-25 06:00")]),
    ] {
        let mut cluster = Scenario::of_days(30);
        cluster.of_version(version);
        // Two pods of one Deployment.
        for pod in ["web-7d9f8b6c5-x2x4x", "web-7d9f8b6c5-z2z4z"] {
            cluster.accept(&sender(pod, KUBE2IAM), age, [hours(1)]);
        }
        assert_eq!(to_do(&cluster, &Context::default()), expected, "{version}");
    }
}

#[test]
fn a_token_that_outlives_a_new_one_is_not_thrown_away() {
    let mut cluster = Scenario::of_days(30);
    cluster.of_version("1.34");
    cluster.accept(&sender("app-0", KUBE2IAM), days(10), [hours(1)]);
    cluster.accept(&sender("app-1", KUBE2IAM), days(11), [hours(1)]);
    assert_eq!(
        to_do(&cluster, &Context::default()),
        [
            "update kube2iam to 0.10.9 or later",
            "do not restart it yet: its token is accepted until 2027-02-11 06:00 UTC, a new one \
             only for 24 h; update the client first, or plan the restart",
        ]
    );
}

#[test]
fn what_is_undecided_is_to_be_swept_again_and_what_is_harmless_needs_nothing() {
    let app = sender("app-0", KUBE2IAM);
    for (lifetime, expected) in [
        (
            NINETY_DAYS,
            "too soon to tell: sweep again once its token is 24 h old",
        ),
        (
            86_400,
            "too soon to tell: sweep again once its token is 12 h old",
        ),
    ] {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&app, hours(8), [hours(1)]);
        assert_eq!(to_do(&cluster, &Context::stated(lifetime)), [expected]);
        cluster.accept(&app, hours(24), [hours(9)]);
        assert!(to_do(&cluster, &Context::stated(lifetime)).is_empty());
    }
}
