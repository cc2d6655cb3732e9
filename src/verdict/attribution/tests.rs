//! The sender of each single rejected request.

use chrono::TimeDelta;

use super::Attribution;
use crate::evidence::cluster::Cluster;
use crate::report::rejection::{Confidence, Sender as Found};
use crate::report::token_lifetime::TokenLifetime;
use crate::verdict::scenario::*;

const AGENT: &str = "app/v1";

fn on_node(pod: &'static str, account: &'static str, uri: &'static str) -> Sender {
    Sender {
        account,
        node: Some("node-1"),
        uri,
        ..sender(pod, AGENT)
    }
}

/// Whom a request like the sender's, rejected so long ago, is attributed to.
fn found(cluster: &Scenario, sender: &Sender, time: TimeDelta) -> Option<Found> {
    let stated = TokenLifetime::stated(NINETY_DAYS);
    let attribution = Attribution::of(&cluster.evidence, &cluster.coverages, Some(stated));
    attribution.sender(&cluster.cluster, &rejection(sender, time))
}

#[test]
fn each_request_has_its_own_sender_or_none() {
    let app = on_node("app-0", "app", "/api/v1/pods");
    let job = on_node("job-0", "job", "/apis/batch/v1/jobs");
    let either = Sender {
        uri: "/api",
        ..app.clone()
    };
    let stranger = Sender {
        user_agent: "stranger/v1",
        ..app.clone()
    };
    let mut cluster = Scenario::of_days(30);
    for rejected in [&app, &job] {
        cluster.accept(rejected, days(91), [days(2)]);
    }
    let mut other = Scenario::named(Cluster::named("d"), 30);
    for rejected in [&app, &job, &either, &stranger] {
        cluster.reject(rejected, [hours(1)]);
        other.reject(rejected, [hours(1)]);
    }
    let cluster = cluster.with(other);
    for (pod, account) in [(&app, "app"), (&job, "job")] {
        let found = found(&cluster, pod, hours(1)).expect("a sender");
        assert_eq!(found.service_account.name, account);
        assert_eq!(found.pod.expect("a pod"), *pod.pod.expect("a pod"));
        assert_eq!(found.node.expect("a node"), *"node-1");
        assert_eq!(found.confidence, Confidence::AddressUserAgentAndPath);
    }
    for (sender, time) in [
        (&either, hours(1)),
        (&stranger, hours(1)),
        // Nothing was rejected in that hour.
        (&app, hours(2)),
    ] {
        assert_eq!(found(&cluster, sender, time), None);
    }
    let elsewhere = Scenario {
        cluster: Cluster::named("d").into(),
        ..cluster
    };
    assert_eq!(found(&elsewhere, &app, hours(1)), None);
}

#[test]
fn the_sender_held_the_newest_token_that_was_issued_by_then() {
    let app = on_node("app-0", "app", "/api/v1/pods");
    let mut cluster = Scenario::of_days(30);
    cluster.accept_earlier(&app, days(95), [days(35)]);
    cluster.accept_token(&app, Some("JTI=new"), days(3), [days(2)]);
    let times = [days(96), days(3) + seconds(1), days(3), days(1)];
    cluster.reject(&app, times);
    for (time, expected) in [
        (days(96), None),
        (days(3) + seconds(1), Some((days(95), None))),
        (days(3), Some((days(3), Some("JTI=new")))),
        (days(1), Some((days(3), Some("JTI=new")))),
    ] {
        let found = found(&cluster, &app, time).expect("a sender");
        let token = found.token.as_ref().map(|token| {
            assert_eq!(token.rejected_from - token.issued, days(90));
            let id = token.credential_id.as_ref().map(|it| it.unescaped());
            (token.issued, id)
        });
        let expected = expected.map(|(issued, id)| (ago(issued), id));
        assert_eq!(token, expected, "{time}");
    }
}
