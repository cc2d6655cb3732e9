//! Clients that were started again after their token failed them.

use super::*;

#[test]
fn a_frozen_client_that_was_restarted_is_judged_by_its_new_token() {
    // The dates of a token and of its container are not known to the second.
    let last_use = hours(2);
    for (before, is_renewed) in [
        (days(40), false),
        (last_use - seconds(15), false),
        (last_use - seconds(16), true),
        (seconds(1), true),
    ] {
        let report = started(frozen(), before);
        let holder = holder(&report, "app-0");
        if is_renewed {
            assert_eq!(since_restart(&report), Some(SinceRestart::Quiet));
            let judged = (holder.verdict, holder.severity);
            assert_eq!(judged, (Verdict::Undecided, Some(Severity::Notice)));
            assert_eq!(holder.issued, ago(before));
            assert_eq!(holder.rejected_from, ago(before) + days(90));
        } else {
            assert_eq!(since_restart(&report), None, "{before}");
            assert_eq!(holder.verdict, Verdict::Frozen, "{before}");
        }
    }
}

#[test]
fn an_expired_client_that_was_restarted_is_no_longer_waited_for() {
    let report = started(expired(), days(95));
    assert_eq!(only(&report).verdict, Verdict::Expired);
    let quiet_since = holder(&report, "app-0").quiet_since;
    assert_eq!(quiet_since, Some(ago(minutes(40))));
    let report = started(expired(), minutes(20));
    assert_eq!(only(&report).verdict, Verdict::Undecided);
    assert_eq!(holder(&report, "app-0").quiet_since, None);
}

#[test]
fn a_restart_that_ends_the_rejections_counts_after_an_hour_of_silence() {
    use SinceRestart::{Quiet, Rejected};
    let last = hours(2);
    for (last, before, since, verdict) in [
        // It started before it was rejected: that is no restart that anyone called for.
        (last, hours(20) - seconds(15), None, Verdict::Rejected),
        (
            last,
            hours(20) - seconds(16),
            Some(Rejected),
            Verdict::Rejected,
        ),
        (last, last + seconds(1), Some(Rejected), Verdict::Rejected),
        (last, last, Some(Quiet), Verdict::Undecided),
        (last, hours(1), Some(Quiet), Verdict::Undecided),
        (last, hours(1) - seconds(1), Some(Quiet), Verdict::Rejected),
    ] {
        let report = started(rejected_until(last), before);
        assert_eq!(since_restart(&report), since, "{before}");
        assert_eq!(only(&report).verdict, verdict, "{before}");
    }
}

#[test]
fn a_marked_request_after_a_restart_ends_the_rejections_at_once() {
    use SinceRestart::{Accepted, Quiet, Rejected};
    // Another program of the pod is accepted after the restart.
    let judged = |last, before, accepted| {
        let mut cluster = rejected_until(last);
        cluster.accept(&sender("app-0", OTHER), hours(12), [accepted]);
        started(cluster, before)
    };
    let report = judged(hours(10), minutes(30), minutes(20));
    assert_eq!(since_restart(&report), Some(Accepted));
    assert_eq!(only(&report).verdict, Verdict::Undecided);
    for (last, accepted, expected) in [
        (hours(10), hours(5), Quiet),
        (hours(10), hours(5) - seconds(1), Accepted),
        (hours(4), hours(3), Accepted),
        (hours(3), hours(3), Accepted),
        (hours(3) - seconds(1), hours(3), Rejected),
    ] {
        let report = judged(last, hours(5), accepted);
        assert_eq!(since_restart(&report), Some(expected), "{last} {accepted}");
    }
}

#[test]
fn a_token_that_is_used_after_a_restart_is_still_the_old_one() {
    // A rejection ten days ago, which ended nothing, makes a later start look like a restart.
    let last_use = hours(2);
    for (before, verdict) in [
        (days(9), Verdict::Frozen),
        (last_use, Verdict::Frozen),
        (last_use - seconds(1), Verdict::Undecided),
    ] {
        let mut cluster = frozen();
        cluster.accept(&app(), days(40), [days(12)]);
        cluster.reject(&app(), [days(10)]);
        let report = started(cluster, before);
        assert!(status(&report).restarted.is_some());
        assert_eq!(only(&report).verdict, verdict, "{before}");
    }
    // It is rejected after the restart, though not for long enough to be called rejected.
    let mut cluster = frozen();
    cluster.reject(&app(), [minutes(118), minutes(105)]);
    let report = started(cluster, minutes(110));
    assert_eq!(since_restart(&report), Some(SinceRestart::Rejected));
    assert_eq!(only(&report).verdict, Verdict::Frozen);
}

#[test]
fn a_restart_does_not_cure_what_recurs() {
    let mut cluster = rejected_until(hours(18));
    cluster.accept(&app(), hours(17), [hours(2)]);
    let report = started(cluster, hours(1));
    assert_eq!(since_restart(&report), Some(SinceRestart::Quiet));
    assert_eq!(only(&report).verdict, Verdict::Recurring);
}
