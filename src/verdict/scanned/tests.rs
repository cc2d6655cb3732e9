use chrono::{DateTime, Utc};

use super::*;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::capped_counts::CappedCounts;
use crate::evidence::gap::GapKind;
use crate::evidence::legacy_token::LegacyTokenUse;
use crate::evidence::observation::Observation;
use crate::evidence::set::Collect as _;
use crate::verdict::scenario::*;

fn day(before: i64) -> DateTime<Utc> {
    ago(days(before))
}

#[test]
fn an_open_end_of_the_window_is_that_of_the_log() {
    // (requested since and until, first and last event, the window), in days before now
    for (since, until, events, expected) in [
        (Some(9), Some(1), Some((8, 2)), Some((9, 1))),
        (None, Some(1), Some((8, 2)), Some((8, 1))),
        (Some(9), None, Some((8, 2)), Some((9, 2))),
        (None, None, Some((8, 2)), Some((8, 2))),
        (Some(9), Some(1), None, Some((9, 1))),
        (Some(9), None, None, None),
        (None, Some(1), None, None),
        (None, None, None, None),
        // The log ends before what was requested begins.
        (Some(1), None, Some((8, 2)), Some((2, 2))),
        // It begins only after the end.
        (None, Some(9), Some((8, 2)), Some((9, 9))),
    ] {
        let mut coverage = Coverage {
            since: since.map(day),
            until: until.map(day),
            ..Coverage::default()
        };
        if let Some((first, last)) = events {
            coverage.saw(day(first));
            coverage.saw(day(last));
        }
        let window = window(&coverage).map(|it| (it.since, it.until));
        let expected = expected.map(|(since, until)| (day(since), day(until)));
        assert_eq!(window, expected, "{since:?} {until:?} {events:?}");
    }
}

#[test]
fn of_a_cluster_without_events_and_window_only_the_gaps_are_reported() {
    let mut cluster = Scenario::of_days(1);
    *cluster.coverages.of(&cluster.cluster) = Coverage::default();
    cluster
        .coverages
        .of(&cluster.cluster)
        .gap("a.log", GapKind::TornLine, "");
    let report = cluster.judge();
    assert!(report.clusters.is_empty());
    let [gap] = &*report.gaps else {
        panic!("{:?}", report.gaps);
    };
    assert_eq!((gap.gap.place.unescaped(), gap.count), ("a.log", 1));
}

#[test]
fn tokens_kept_in_secrets_are_listed_with_their_cluster() {
    let cluster = |name, secret: &str| {
        let mut cluster = Scenario::named(Cluster::named(name), 30);
        let counted = |text: &str| {
            let mut counts = CappedCounts::default();
            counts.add(text, 3);
            counts
        };
        cluster.evidence.record(
            &cluster.cluster,
            Observation::LegacyTokenUse {
                service_account: ServiceAccount {
                    namespace: "ns".to_owned(),
                    name: "ci".to_owned(),
                },
                secret: Some(secret.to_owned()),
                token_use: LegacyTokenUse {
                    first: day(3),
                    last: day(2),
                    requests: 3,
                    addresses: counted("10.0.0.7"),
                    user_agents: counted("ci/v1"),
                },
            },
        );
        cluster
    };
    let report = cluster("a", "token-a")
        .with(cluster("b", "token-b"))
        .judge();
    for (scan, secret) in report.clusters.iter().zip(["token-a", "token-b"]) {
        let [token] = &*scan.legacy_tokens else {
            panic!("{:?}", scan.legacy_tokens);
        };
        assert_eq!(token.secret, Some(secret.into()));
        assert_eq!(token.service_account.to_string(), "ns/ci");
        assert_eq!((token.first_seen, token.last_seen), (day(3), day(2)));
        assert_eq!(token.requests, 3);
        assert_eq!(token.addresses, ["10.0.0.7"]);
        assert_eq!(token.user_agents, ["ci/v1"]);
    }
    assert_eq!(report.clusters.len(), 2);
}
