use proptest::prelude::*;

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn minor(minor: u16) -> KubernetesVersion {
    KubernetesVersion { major: 1, minor }
}

fn described(version: Option<KubernetesVersion>) -> Description {
    Description::Cluster(DescribedCluster {
        version,
        arn: None,
        endpoint: None,
        created: None,
        audit_logging: true,
    })
}

#[test]
fn the_operator_prevails_over_the_api_and_that_over_the_log() {
    let mut known = ControlPlane::default();
    assert_eq!(known.version(), None);
    known.saw(minor(33), at(5));
    assert_eq!(known.version(), Some((minor(33), VersionSource::AuditLog)));
    known.described = Some(described(None));
    assert_eq!(known.version(), Some((minor(33), VersionSource::AuditLog)));
    known.described = Some(Description::Deleted);
    assert!(known.is_deleted());
    assert_eq!(known.version(), Some((minor(33), VersionSource::AuditLog)));
    known.described = Some(described(Some(minor(35))));
    assert_eq!(
        known.version(),
        Some((minor(35), VersionSource::DescribeCluster))
    );
    known.stated = Some(minor(31));
    assert_eq!(
        known.version(),
        Some((minor(31), VersionSource::CommandLine))
    );
    assert_eq!(known.version_at(at(0)), known.version());
}

#[test]
fn of_an_upgrade_in_the_log_each_side_has_its_version() {
    let mut known = ControlPlane::default();
    known.saw(minor(33), at(0));
    known.saw(minor(33), at(1_000));
    // API servers are replaced one after the other: both are seen for a while.
    known.saw(minor(34), at(900));
    known.saw(minor(34), at(2_000));
    let log = |version| Some((version, VersionSource::AuditLog));
    assert_eq!(known.version(), log(minor(34)));
    assert_eq!(known.version_at(at(-500)), log(minor(33)));
    assert_eq!(known.version_at(at(1_000)), log(minor(33)));
    assert_eq!(known.version_at(at(1_001)), log(minor(34)));
    assert_eq!(known.version_at(at(9_000)), log(minor(34)));
}

#[test]
fn an_upgrade_after_the_window_leaves_its_tokens_with_the_old_version() {
    let mut known = ControlPlane::default();
    known.saw(minor(33), at(1_000));
    known.described = Some(described(Some(minor(34))));
    assert_eq!(
        known.version_at(at(500)),
        Some((minor(33), VersionSource::AuditLog))
    );
    assert_eq!(
        known.version_at(at(1_500)),
        Some((minor(34), VersionSource::DescribeCluster))
    );
}

fn some_description() -> impl Strategy<Value = Description> {
    prop_oneof![
        Just(Description::Deleted),
        (
            prop::option::of(31_u16..36),
            prop::option::of("[ab]"),
            prop::option::of("[ab]"),
            prop::option::of(0_i64..3),
            any::<bool>()
        )
            .prop_map(|(version, arn, endpoint, created, audit_logging)| {
                Description::Cluster(DescribedCluster {
                    version: version.map(minor),
                    arn,
                    endpoint,
                    created: created.map(at),
                    audit_logging,
                })
            }),
    ]
}

fn some() -> impl Strategy<Value = ControlPlane> {
    (
        prop::option::of(31_u16..36),
        prop::option::of(some_description()),
        prop::collection::vec((31_u16..36, 0_i64..100, 0_i64..100), 0..6),
    )
        .prop_map(|(stated, described, seen)| {
            let mut known = ControlPlane {
                stated: stated.map(minor),
                described,
                ..ControlPlane::default()
            };
            for (version, one, other) in seen {
                known.saw_between(minor(version), at(one.min(other)), at(one.max(other)));
            }
            known
        })
}

fn merged(one: &ControlPlane, other: &ControlPlane) -> ControlPlane {
    let mut merged = one.clone();
    merged.merge(other.clone());
    merged
}

proptest! {
    #[test]
    fn merging_obeys_the_law(a in some(), b in some(), c in some()) {
        let empty = ControlPlane::default();
        prop_assert_eq!(&merged(&a, &empty), &a);
        prop_assert_eq!(&merged(&empty, &a), &a);
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(&merged(&a, &a), &a, "read twice is read once");
    }

    #[test]
    fn the_version_of_a_log_never_falls(known in some(), one in -10_i64..110, other in -10_i64..110) {
        let known = ControlPlane { stated: None, described: None, ..known };
        let (early, late) = (known.version_at(at(one.min(other))), known.version_at(at(one.max(other))));
        prop_assert!(early <= late, "{early:?} {late:?}");
    }
}

#[test]
fn a_version_says_where_it_was_learnt() {
    for (source, word) in [
        (VersionSource::CommandLine, "--kubernetes-version"),
        (VersionSource::DescribeCluster, "DescribeCluster"),
        (VersionSource::AuditLog, "audit log"),
    ] {
        assert_eq!(source.word(), word);
    }
    assert!(!ControlPlane::default().is_deleted());
}

#[test]
fn a_version_that_the_api_confirms_was_learnt_from_the_api() {
    let mut known = ControlPlane::default();
    known.saw(minor(34), at(1_000));
    known.described = Some(described(Some(minor(34))));
    assert_eq!(
        known.version_at(at(500)),
        Some((minor(34), VersionSource::DescribeCluster))
    );
}
