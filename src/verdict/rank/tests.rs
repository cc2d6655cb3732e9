use crate::evidence::cluster::Cluster;
use crate::verdict::scenario::*;

/// The pod of an account of its own, at an address of its own.
fn app(account: &'static str, address: &'static str) -> Sender {
    Sender {
        account,
        address,
        ..sender("app-0", "app/v1")
    }
}

#[test]
fn findings_are_numbered_from_the_most_urgent_without_holes() {
    let mut cluster = Scenario::of_days(100);
    let rejected = app("z-rejected", "10.0.0.1");
    cluster.accept(&rejected, days(91), [days(2)]);
    cluster.reject(&rejected, [hours(20), hours(1)]);
    // Its token ended earlier, but nothing is rejected.
    cluster.accept(&app("y-expired", "10.0.0.9"), days(92), [days(2)]);
    for (account, address, issued, requests) in [
        ("a-late", "10.0.0.2", hours(11), 1),
        ("b-undecided", "10.0.0.3", hours(11), 1),
        ("c-quiet", "10.0.0.4", days(80), 2),
        ("d-quiet", "10.0.0.5", days(80), 2),
        ("e-busy", "10.0.0.6", days(80), 3),
        ("f-soon", "10.0.0.7", days(88), 1),
        ("g-sooner", "10.0.0.8", days(89), 1),
    ] {
        let app = app(account, address);
        cluster.accept(&app, issued, (1..=requests).map(hours));
        if account == "a-late" {
            cluster.accept(&app, hours(24), [hours(12)]);
        }
    }
    let report = cluster.judge();
    let ranked: Vec<(usize, &str)> = report
        .findings
        .iter()
        .map(|it| (it.rank, it.service_account.name.as_str()))
        .collect();
    assert_eq!(
        ranked,
        [
            (1, "z-rejected"),
            (2, "y-expired"),
            (3, "g-sooner"),
            (4, "f-soon"),
            (5, "e-busy"),
            (6, "c-quiet"),
            (7, "d-quiet"),
            (8, "b-undecided"),
            (9, "a-late"),
        ]
    );
}

#[test]
fn the_same_account_of_two_clusters_is_ranked_by_their_names() {
    let cluster = |name| {
        let mut cluster = Scenario::named(Cluster::named(name), 30);
        cluster.accept(&app("app", "10.0.0.1"), days(10), [hours(1)]);
        cluster
    };
    for (one, other) in [("a", "b"), ("b", "a")] {
        let report = cluster(one).with(cluster(other)).judge();
        let ranked: Vec<(usize, String)> = report
            .findings
            .iter()
            .map(|it| (it.rank, it.cluster.name.to_string()))
            .collect();
        assert_eq!(ranked, [(1, "a".to_owned()), (2, "b".to_owned())]);
    }
}
