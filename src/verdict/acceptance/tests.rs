use chrono::TimeDelta;

use super::*;
use crate::evidence::gap::GapKind;
use crate::verdict::scenario::{Scenario, days, hours, only, sender};

fn lines(text: &str) -> Vec<Acceptance> {
    parse("known", text).expect("lines")
}

/// A cluster `c` where `ns/app` uses one token of this age, at this time before the end.
fn cluster(age: TimeDelta, last_used: TimeDelta) -> Scenario {
    let mut cluster = Scenario::of_days(100);
    let first_used = (age - hours(2)).max(last_used);
    cluster.accept(&sender("app-0", "app/v1"), age, [first_used, last_used]);
    cluster
}

fn accepted(cluster: &Scenario, text: &str) -> Report {
    let mut report = cluster.judge();
    accept(&mut report, &lines(text));
    report
}

fn notes(report: &Report) -> Vec<&str> {
    report.notes.iter().map(UntrustedText::unescaped).collect()
}

const NOW: TimeDelta = TimeDelta::zero();

#[test]
fn a_line_says_what_is_wrong_with_it() {
    for (line, what) in [
        ("kube2iam * 2026-12-31 frozen why", "not NAMESPACE/ACCOUNT"),
        ("a/b", "the cluster is missing"),
        ("a/b * soon frozen why", "not a date"),
        ("a/b * 2026-12-31 gone why", "not one of rejected, expired"),
        ("a/b * 2026-12-31 frozen:bad why", "not a severity"),
        ("a/b * 2026-12-31 frozen", "the reason is missing"),
        ("a/[b * 2026-12-31 frozen why", "not a valid pattern"),
    ] {
        let error = parse("known", &format!("# comment\n\n{line}\n")).expect_err(line);
        let error = error.to_string();
        assert!(error.starts_with("known:3: "), "{error}");
        assert!(error.contains(what), "{error}");
    }
    let lines = lines("\u{feff}a/* prod-? 2026-12-31 frozen:warning  a long reason\n");
    let line = &lines[0];
    assert_eq!(line.reason, "a long reason");
    assert!(line.account.is_match("a/b") && !line.account.is_match("c/b"));
    assert!(line.cluster.is_match("prod-1") && !line.cluster.is_match("prod-10"));
}

#[test]
fn what_is_accepted_ranks_behind_what_is_not() {
    let mut cluster = cluster(days(85), NOW);
    let mut other = sender("other-0", "app/v1");
    other.account = "other";
    cluster.accept(&other, days(10), [days(9), NOW]);
    let report = accepted(&cluster, "ns/app c 2026-12-31 frozen PLAT-123\n");
    let ranked: Vec<_> = report
        .findings
        .iter()
        .map(|it| (&*it.service_account.name, it.rank, it.severity))
        .collect();
    let expected = [("other", 1, Some(Severity::Notice)), ("app", 2, None)];
    assert_eq!(ranked, expected);
    let accepted = report.findings[1].accepted.as_ref().expect("accepted");
    assert_eq!(accepted.until.to_string(), "2026-12-31");
    assert_eq!(accepted.reason.unescaped(), "PLAT-123");
    assert_eq!(notes(&report), <[&str; 0]>::default());
}

#[test]
fn a_line_holds_until_the_end_of_its_last_day() {
    // The report is made for 2026-11-24.
    for (until, is_accepted, expected) in [
        ("2026-11-25", true, None),
        ("2026-11-24", true, None),
        (
            "2026-11-23",
            false,
            Some("known:1: accepted until 2026-11-23, which has passed"),
        ),
    ] {
        let line = format!("ns/app c {until} frozen why");
        let report = accepted(&cluster(days(40), NOW), &line);
        assert_eq!(only(&report).accepted.is_some(), is_accepted, "{until}");
        assert_eq!(notes(&report), Vec::from_iter(expected));
    }
}

#[test]
fn a_finding_that_outgrows_its_line_is_told_with_what_it_was_accepted_as() {
    for (accepted_as, age, last_used, outgrown) in [
        // A frozen token is a warning from 60 days on, and critical from 83.
        ("frozen", days(89), NOW, None),
        ("frozen:warning", days(59), NOW, None),
        ("frozen:warning", days(61), NOW, None),
        (
            "frozen:warning",
            days(84),
            NOW,
            Some("frozen, warning at most, and is frozen now"),
        ),
        ("frozen:critical", days(84), NOW, None),
        (
            "undecided",
            days(61),
            NOW,
            Some("undecided, and is frozen now"),
        ),
        (
            "frozen",
            days(91),
            days(1),
            Some("frozen, and is expired now"),
        ),
        // Better than was accepted.
        ("expired", days(84), NOW, None),
        ("rejected:notice", days(84), NOW, None),
        ("rejected", days(91), days(1), None),
    ] {
        let line = format!("ns/app c 2026-12-31 {accepted_as} why");
        let report = accepted(&cluster(age, last_used), &line);
        let finding = only(&report);
        assert_eq!(finding.accepted.is_some(), outgrown.is_none(), "{line}");
        assert_eq!(finding.severity.is_none(), outgrown.is_none(), "{line}");
        let expected = outgrown.map(|it| format!("known:1: ns/app was accepted as {it}"));
        assert_eq!(
            notes(&report),
            Vec::from_iter(expected.as_deref()),
            "{line}"
        );
    }
}

#[test]
fn a_line_that_fits_nothing_can_be_removed_once_everything_was_seen() {
    let removable = Some("known:1: matches no finding, and can be removed");
    for (place, gap, expected) in [
        ("ns/gone c", None, removable),
        // What was not read may be what the line is for.
        ("ns/gone c", Some(GapKind::TornLine), None),
        // It is for a cluster that this run was not about.
        ("ns/app other", None, None),
        ("ns/app *", None, None),
        ("ns/* c", Some(GapKind::TornLine), None),
        ("n*/app c", None, None),
    ] {
        let mut cluster = cluster(days(40), NOW);
        if let Some(kind) = gap {
            let of_cluster = cluster.coverages.of(&cluster.cluster);
            of_cluster.gap("log", kind, "");
        }
        let report = accepted(&cluster, &format!("{place} 2026-12-31 frozen why"));
        assert_eq!(notes(&report), Vec::from_iter(expected), "{place} {gap:?}");
        let fits = place != "ns/gone c" && place != "ns/app other";
        assert_eq!(only(&report).accepted.is_some(), fits, "{place}");
    }
}

#[test]
fn a_harmless_finding_needs_no_line() {
    // Silent for nine days, long before its token expires.
    let report = accepted(
        &cluster(days(40), days(9)),
        "ns/app c 2026-12-31 frozen why",
    );
    assert_eq!(only(&report).accepted, None);
    assert_eq!(
        notes(&report),
        ["known:1: matches no finding, and can be removed"]
    );
}

#[test]
fn the_first_line_that_accepts_a_finding_settles_it() {
    let report = accepted(
        &cluster(days(40), NOW),
        "ns/app c 2026-12-31 frozen the first\n\
         ns/* c 2026-12-31 undecided the second\n\
         ns/app * 2026-12-31 frozen the third\n",
    );
    let accepted = only(&report).accepted.as_ref().expect("accepted");
    assert_eq!(accepted.reason.unescaped(), "the first");
    assert_eq!(notes(&report), <[&str; 0]>::default());
}
