use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).expect("a time")
}

#[test]
fn a_gap_reads_as_a_line_of_a_report() {
    use GapKind::*;
    for (kind, count, detail, words) in [
        (TornLine, 1, "", "1 truncated line"),
        (TornLine, 3, "", "3 truncated lines"),
        (OverlongLine, 1, "", "1 overlong line"),
        (NotUtf8, 2, "", "2 lines that are not UTF-8"),
        (NulBytes, 1, "", "1 line with NUL bytes"),
        (MalformedEvent, 1, "", "1 line that is not a whole event"),
        (
            ContradictoryEvent,
            2,
            "",
            "2 events that contradict themselves",
        ),
        (
            NotQueried,
            1,
            "access denied",
            "could not be queried: access denied",
        ),
        (RowLimit, 2, "", "row limit reached (2 times)"),
        (
            QueryEnded,
            2,
            "x",
            "queries ended without all of their rows (2 times): x",
        ),
    ] {
        let gap = Gap {
            place: "a.log".into(),
            kind,
            detail: detail.into(),
        };
        assert_eq!(CountedGap { gap, count }.in_words(), words);
    }
}

#[test]
fn a_kind_of_gap_hides_everything_or_some_lines_or_neither() {
    use GapKind::*;
    for (kind, hides_everything, counts_lines) in [
        (TornLine, false, true),
        (OverlongLine, false, true),
        (NotUtf8, false, true),
        (NulBytes, false, true),
        (MalformedEvent, false, true),
        (ContradictoryEvent, false, true),
        (Unreadable, false, false),
        (AuditLogStopped, false, false),
        (NotQueried, true, false),
        (NoEvents, true, false),
        (NoAnnotations, true, false),
    ] {
        assert_eq!(kind.hides_everything(), hides_everything, "{kind:?}");
        assert_eq!(kind.counts_lines(), counts_lines, "{kind:?}");
    }
}

#[test]
fn gaps_and_notes_add_up() {
    let mut one = Coverage::default();
    one.gap("a.log", GapKind::TornLine, "");
    one.gap_times("a.log", GapKind::TornLine, "", 2);
    one.gap_times("a.log", GapKind::NotUtf8, "", 0);
    one.note_times("a.log", "late", 2);
    one.note_times("a.log", "late", 1);
    let mut both = one.clone();
    both.merge(one.clone());
    for (coverage, count) in [(one, 3), (both, 6)] {
        let gaps = coverage.counted_gaps();
        let gaps: Vec<_> = gaps.iter().map(|it| (it.gap.kind, it.count)).collect();
        assert_eq!(gaps, [(GapKind::TornLine, count)]);
        let notes = coverage.counted_notes();
        let notes: Vec<_> = notes
            .iter()
            .map(|it| (it.note.text.to_string(), it.count))
            .collect();
        assert_eq!(notes, [("late".to_owned(), count)]);
    }
}

#[test]
fn what_two_parts_read_is_added() {
    let part = |micro_dollars: u64, is_annotated: bool| Coverage {
        is_annotated,
        foreign_events: 7,
        lines: 3,
        bytes_read: 4,
        bytes_scanned: 5,
        queries: 6,
        price: Some(Price {
            micro_dollars,
            at_least: false,
        }),
        ..Coverage::default()
    };
    let mut both = part(10, true);
    both.merge(part(20, false));
    let expected = Coverage {
        foreign_events: 14,
        lines: 6,
        bytes_read: 8,
        bytes_scanned: 10,
        queries: 12,
        ..part(30, true)
    };
    assert_eq!(both, expected);
    let mut both = part(20, false);
    both.merge(part(10, true));
    assert_eq!(both, expected);
    both.merge(part(0, true));
    assert!(both.is_annotated, "whichever part it was seen in");
}

#[test]
fn two_windows_become_one_from_the_first_start_to_the_last_end() {
    let part = |since, until, seen: [i64; 2]| {
        let mut coverage = Coverage {
            since,
            until,
            newest_inside: Some(at(seen[1])),
            ..Coverage::default()
        };
        for second in seen {
            coverage.saw(at(second));
        }
        coverage
    };
    let mut one = part(Some(at(10)), Some(at(20)), [12, 11]);
    assert_eq!(one.first_event, Some(at(11)));
    assert_eq!(one.last_event, Some(at(12)));
    one.merge(part(Some(at(5)), Some(at(30)), [6, 25]));
    assert_eq!((one.since, one.until), (Some(at(5)), Some(at(30))));
    assert_eq!(one.first_event, Some(at(6)));
    assert_eq!(one.last_event, Some(at(25)));
    assert_eq!(one.newest_inside, Some(at(25)));
}

#[test]
fn silence_means_something_only_as_long_as_the_log_went_on() {
    let until = at(100);
    let coverage = |kinds: &[GapKind], newest_inside, last_event| {
        let mut coverage = Coverage {
            newest_inside,
            last_event,
            ..Coverage::default()
        };
        for kind in kinds {
            coverage.gap("a.log", *kind, "");
        }
        coverage
    };
    let stopped = GapKind::AuditLogStopped;
    for (kinds, newest_inside, last_event, expected) in [
        (&[][..], None, Some(at(60)), Some(until)),
        (&[GapKind::TornLine], None, Some(at(60)), Some(until)),
        (&[stopped], None, Some(at(60)), Some(at(60))),
        (&[stopped], Some(at(50)), Some(at(170)), Some(at(50))),
        (&[stopped], None, Some(at(170)), Some(until)),
        (&[stopped], None, None, None),
        (&[GapKind::RowLimit], None, Some(at(60)), None),
        (&[GapKind::RowLimit, stopped], None, Some(at(60)), None),
    ] {
        let coverage = coverage(kinds, newest_inside, last_event);
        assert_eq!(coverage.seen_until(until), expected, "{kinds:?}");
    }
}

#[test]
fn each_cluster_has_its_own_coverage() {
    let (a, b) = (Arc::new(Cluster::named("a")), Arc::new(Cluster::named("b")));
    let mut coverages = Coverages::default();
    coverages.of(&a).lines = 1;
    let mut other = Coverages::default();
    other.of(&a).lines = 2;
    other.of(&b).lines = 4;
    coverages.merge(other);
    assert_eq!(coverages.of(&a).lines, 3);
    assert_eq!(coverages.of(&b).lines, 4);
}
