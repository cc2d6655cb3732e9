use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::evidence::cluster::Cluster;
use crate::source::request_filter::RequestFilter;

const TIMES: [(&str, &str); 6] = [
    ("firstArrival", "1.7955E15"),
    ("lastArrival", "1795500000500000"),
    ("firstIssue", "1.7954E15"),
    ("lastIssue", "1795400000250000"),
    ("firstEvent", "1795500000000"),
    ("lastEvent", "2026-11-24 06:08:20.250"),
];

fn read(row: &[(&str, &str)]) -> (RowOutcome, Vec<Observation>, Coverage) {
    let origin = RowOrigin {
        cluster: Arc::new(Cluster::named("a")),
        log_group: "/aws/eks/a/cluster".to_owned(),
        filter: RequestFilter::default(),
    };
    let (mut observations, mut coverage) = (Vec::new(), Coverage::default());
    let row = Row::of(row);
    let outcome = read_row(&row, &origin, &mut observations, &mut coverage);
    (outcome, observations, coverage)
}

fn row_of<'a>(kind: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut row = vec![("events", "5"), ("answered", "5"), ("kindPart", kind)];
    row.push(("rowKey", key));
    row.extend(TIMES);
    row
}

#[test]
fn a_row_of_each_kind_is_read() {
    let stale = r#"stale-token"system:serviceaccount:ns:sa"a \"b\""10.0.0.1"system:serviceaccount:ns:sa""uid"pod"node"JTI=1""get"/api/v1""pods"""#;
    let (outcome, observations, _) = read(&row_of("stale-token", stale));
    assert_eq!(outcome, RowOutcome::Consumed);
    let [Observation::TokenUse { token_use, .. }] = &observations[..] else {
        panic!("{observations:?}");
    };
    assert_eq!(token_use.calls.texts(), ["get /api/v1/pods"]);

    let legacy = r#"legacy-token"system:serviceaccount:ns:ci"a"10.0.0.1"system:serviceaccount:ns:ci"ci-token"#;
    let (outcome, observations, _) = read(&row_of("legacy-token", legacy));
    assert_eq!(outcome, RowOutcome::Consumed);
    assert!(
        matches!(&observations[..], [Observation::LegacyTokenUse { secret: Some(secret), .. }] if secret == "ci-token")
    );

    let rejected = r#"Unauthorized""a"10.0.0.1"""""""2026112406"get"/api/v1""pods"""#;
    let (outcome, observations, _) = read(&row_of("Unauthorized", rejected));
    assert_eq!(outcome, RowOutcome::Consumed);
    assert!(
        matches!(&observations[..], [Observation::RepeatedRejection { first, count: 5, .. }] if first.address == "10.0.0.1")
    );

    let plane = "kube-apiserver/v1.34.2";
    let (outcome, _, coverage) = read(&row_of(plane, "kube-apiserver/v1.34.2\"system:apiserver"));
    assert_eq!(outcome, RowOutcome::Consumed);
    let (version, _) = coverage.control_plane.version().expect("a version");
    assert_eq!(version.to_string(), "1.34");
    assert!(coverage.last_event.is_some());

    assert_eq!(
        read(&row_of("token", "token")).0,
        RowOutcome::NeedsRawEvents
    );
    let (outcome, _, coverage) = read(&row_of("kind", "kind"));
    assert_eq!(outcome, RowOutcome::Consumed);
    assert_eq!(coverage.notes.values().sum::<u64>(), 5);
}

#[test]
fn an_answer_that_is_not_as_expected_is_malformed() {
    let plane = (
        "kube-apiserver/v1.34.2",
        "kube-apiserver/v1.34.2\"system:apiserver",
    );
    for (kind, key) in [
        ("", ""),
        ("token", ""),
        ("other", "other"),
        ("kube-apiserver/v1.34.2", "kube-apiserver/v1.34.2"),
        ("stale-token", "stale-token\"system:serviceaccount:ns:sa"),
        ("Unauthorized", "stale-token\"system:serviceaccount:ns:sa"),
    ] {
        let (outcome, observations, _) = read(&row_of(kind, key));
        assert!(matches!(outcome, RowOutcome::Malformed(_)), "{kind} {key}");
        assert_eq!(observations, []);
    }
    for without in ["kindPart", "rowKey", "events"] {
        let mut row = row_of(plane.0, plane.1);
        row.retain(|(name, _)| *name != without);
        assert!(
            matches!(read(&row).0, RowOutcome::Malformed(_)),
            "{without}"
        );
    }
}

proptest! {
    /// Whatever callers write, a key is taken apart where it was joined.
    #[test]
    fn texts_are_taken_apart_where_they_were_joined(texts in proptest::collection::vec(".*", 1..6)) {
        let escaped: Vec<String> = texts
            .iter()
            .map(|text| {
                let quoted = serde_json::to_string(text).expect("JSON");
                quoted[1..quoted.len() - 1].to_owned()
            })
            .collect();
        let key = escaped.join("\"");
        prop_assert_eq!(texts_of(&key).collect::<Vec<_>>(), escaped);
    }
}
