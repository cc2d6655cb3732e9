use super::*;

#[test]
fn what_was_not_looked_for_is_not_gone_and_not_forgotten() {
    let known = report(0, vec![finding("a", Frozen, Some(Warning), 0)]);
    let blind = compared(with_gap(report(1, Vec::new()), GapKind::TimeLimit), &known);
    assert_eq!(kinds(changes_of(&blind)), [("a", NotSeen)]);
    assert!(changes_of(&blind).newly_incomplete);
    let still_blind = compared(with_gap(report(2, Vec::new()), GapKind::TimeLimit), &blind);
    assert_eq!(kinds(changes_of(&still_blind)), [("a", NotSeen)]);
    assert!(!changes_of(&still_blind).has_notable());
    let seen = compared(report(3, known.findings.clone()), &still_blind);
    assert_eq!(kinds(changes_of(&seen)), [("a", Unchanged)]);
    let gone = compared(report(3, Vec::new()), &still_blind);
    assert_eq!(kinds(changes_of(&gone)), [("a", Gone)]);
}

#[test]
fn nothing_is_gone_unless_its_whole_cluster_was_seen() {
    type Hide = fn(&mut Report);
    let hidden: [(&str, Hide, ChangeKind); 5] = [
        ("nothing", |_| (), Gone),
        (
            // The one line that was torn may have been its own.
            "a gap in its cluster",
            |now| now.clusters[0].gaps.push(sample::gap(GapKind::TornLine)),
            NotSeen,
        ),
        (
            "a gap that may be in any cluster",
            |now| now.gaps.push(sample::gap(GapKind::Unreadable)),
            NotSeen,
        ),
        (
            "a log without events",
            |now| now.clusters[0].without_events = true,
            NotSeen,
        ),
        (
            "another cluster",
            |now| now.clusters[0].cluster = Cluster::named("prod-2"),
            NotSeen,
        ),
    ];
    let known = report(0, vec![finding("a", Frozen, Some(Warning), 0)]);
    for (what, hide, expected) in hidden {
        // Its pods may still be told of as silent.
        for left in [Vec::new(), vec![finding("a", Verdict::Gone, None, 0)]] {
            let mut now = report(1, left);
            hide(&mut now);
            let changes = changes(Some(&known), &now);
            assert_eq!(kinds(&changes), [("a", expected)], "{what}");
        }
    }
}

#[test]
fn what_is_not_looked_for_is_forgotten_a_week_after_its_token_expired() {
    let known = report(0, vec![finding("a", Frozen, Some(Warning), 0)]);
    let a_week_after = LIFETIME + 7 * DAY;
    for (until, expected) in [
        (a_week_after - 1, &[("a", NotSeen)][..]),
        (a_week_after, &[]),
        (a_week_after + 1, &[]),
    ] {
        let mut elsewhere = report(0, Vec::new());
        elsewhere.clusters[0].cluster = Cluster::named("prod-2");
        elsewhere.clusters[0].window.until = at(until);
        assert_eq!(
            kinds(&changes(Some(&known), &elsewhere)),
            expected,
            "{until}"
        );
    }
}

/// The cluster `prod-1` of a Region.
fn of_region(region: &str) -> Cluster {
    Cluster {
        region: Some(region.to_owned()),
        ..Cluster::named("prod-1")
    }
}

#[test]
fn a_cluster_is_recognized_by_what_is_known_of_it_now() {
    let (name, ireland, ohio) = (
        &Cluster::named("prod-1"),
        &of_region("eu-west-1"),
        &of_region("us-east-2"),
    );
    let test = &Cluster::named("test");
    for (before, now, expected) in [
        (name, &[ireland, test][..], ireland),
        (ireland, &[name, test], name),
        // It may be either.
        (name, &[ireland, ohio], name),
        // It is there under its own name.
        (name, &[ireland, name], name),
        (ireland, &[name, ireland], ireland),
        // It is none of these.
        (ireland, &[ohio, test], ireland),
        (ireland, &[], ireland),
    ] {
        let called = called_now(before, now.iter().copied());
        assert_eq!(called, expected, "{before:?} {now:?}");
    }
}

#[test]
fn a_finding_is_not_new_because_the_region_is_known_now() {
    let known = report(0, vec![finding("a", Frozen, Some(Warning), 0)]);
    let mut now = report(1, known.findings.clone());
    now.clusters[0].cluster = of_region("eu-west-1");
    now.findings[0].cluster = of_region("eu-west-1");
    assert_eq!(kinds(&changes(Some(&known), &now)), [("a", Unchanged)]);
}
