use super::*;
use Verdict::Recurring;

/// Verdict, severity and time of issue.
type Then = (Verdict, Option<Severity>, i64);

fn urgent(verdict: Verdict, severity: Severity, issued: i64) -> Option<Then> {
    Some((verdict, Some(severity), issued))
}

/// Harmless, or accepted by the operator.
fn quiet(verdict: Verdict) -> Option<Then> {
    Some((verdict, None, 0))
}

/// What became of a service account from one day to the next.
fn became(then: Option<Then>, now: Option<Then>) -> Option<ChangeKind> {
    let findings = |then: Option<Then>| {
        let findings = then.into_iter();
        findings.map(|(verdict, severity, issued)| finding("a", verdict, severity, issued))
    };
    let (then, now) = (findings(then).collect(), findings(now).collect());
    let changes = changes(Some(&report(0, then)), &report(1, now));
    changes.accounts.first().map(|change| change.kind)
}

#[test]
fn what_becomes_of_a_service_account() {
    for (then, now, expected) in [
        (None, urgent(Frozen, Notice, 0), New),
        (quiet(Verdict::Gone), urgent(Frozen, Notice, 0), New),
        (quiet(RefreshingLate), urgent(Frozen, Notice, 0), Worse),
        (
            urgent(Undecided, Notice, 0),
            urgent(Frozen, Notice, 0),
            Worse,
        ),
        (urgent(Frozen, Notice, 0), urgent(Frozen, Warning, 0), Worse),
        (
            urgent(Frozen, Critical, 0),
            urgent(Expired, Critical, 0),
            Worse,
        ),
        // Severity prevails: it died with its new token.
        (
            urgent(Frozen, Notice, 0),
            urgent(Rejected, Critical, DAY),
            Worse,
        ),
        // An older token than was known.
        (urgent(Frozen, Notice, 16), urgent(Frozen, Notice, 0), Worse),
        // A better estimate of the same token.
        (
            urgent(Frozen, Notice, 15),
            urgent(Frozen, Notice, 0),
            Unchanged,
        ),
        (
            urgent(Frozen, Notice, 0),
            urgent(Frozen, Notice, DAY - 1),
            Unchanged,
        ),
        (
            urgent(Frozen, Notice, 0),
            urgent(Frozen, Notice, DAY),
            Restarted,
        ),
        (
            urgent(Frozen, Critical, 0),
            urgent(Undecided, Notice, 80 * DAY),
            Restarted,
        ),
        (
            urgent(Rejected, Critical, 0),
            urgent(Frozen, Notice, DAY),
            Restarted,
        ),
        // A dead workload is dead.
        (
            urgent(Rejected, Critical, 0),
            urgent(Expired, Critical, 0),
            Unchanged,
        ),
        (
            urgent(Expired, Critical, 0),
            urgent(Rejected, Critical, 0),
            Unchanged,
        ),
        (
            urgent(Frozen, Warning, 0),
            urgent(Frozen, Notice, 0),
            Better,
        ),
        (
            urgent(Expired, Critical, 0),
            urgent(Frozen, Critical, 0),
            Better,
        ),
        (urgent(Frozen, Warning, 0), quiet(RefreshingLate), Better),
        (urgent(Frozen, Warning, 0), quiet(Verdict::Gone), Gone),
        (urgent(Frozen, Warning, 0), None, Gone),
        (
            urgent(Frozen, Warning, 0),
            urgent(Frozen, Warning, 0),
            Unchanged,
        ),
    ] {
        assert_eq!(became(then, now), Some(expected), "{then:?} {now:?}");
    }
}

#[test]
fn what_was_and_is_harmless_is_no_change() {
    for (then, now) in [
        (None, quiet(RefreshingLate)),
        (quiet(RefreshingLate), None),
        (quiet(Verdict::Gone), None),
        (quiet(RefreshingLate), quiet(Verdict::Gone)),
    ] {
        assert_eq!(became(then, now), None, "{then:?} {now:?}");
    }
}

#[test]
fn what_the_operator_accepts_is_news_only_when_it_no_longer_is() {
    for (then, now, expected) in [
        (urgent(Frozen, Warning, 0), quiet(Frozen), Some(Unchanged)),
        (quiet(Frozen), quiet(Frozen), None),
        (quiet(Frozen), urgent(Frozen, Warning, 0), Some(Worse)),
        (quiet(Frozen), quiet(RefreshingLate), None),
    ] {
        assert_eq!(became(then, now), expected, "{then:?} {now:?}");
    }
}

/// It has another token every day, which is what it is known for.
#[test]
fn what_recurs_every_day_is_no_restart_every_day() {
    for (then, now, expected) in [
        (
            urgent(Recurring, Critical, 0),
            urgent(Recurring, Critical, DAY),
            Unchanged,
        ),
        (
            urgent(Recurring, Critical, 0),
            urgent(Recurring, Warning, DAY),
            Better,
        ),
        (
            urgent(Recurring, Warning, 0),
            urgent(Recurring, Critical, DAY),
            Worse,
        ),
        // From here on it is like any other.
        (
            urgent(Recurring, Critical, 0),
            urgent(Frozen, Critical, 0),
            Worse,
        ),
        (
            urgent(Frozen, Critical, 0),
            urgent(Recurring, Critical, 0),
            Better,
        ),
        (
            urgent(Frozen, Critical, 0),
            urgent(Recurring, Critical, DAY),
            Restarted,
        ),
    ] {
        assert_eq!(became(then, now), Some(expected), "{then:?} {now:?}");
    }
}
