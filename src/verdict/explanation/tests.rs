//! What the report says of why a holder has its verdict, in full sentences.

use crate::report::Report;
use crate::report::verdict::Verdict;
use crate::verdict::scenario::*;

fn app() -> Sender {
    sender("app-0", "app/v1")
}

fn why<'a>(report: &'a Report, pod: &str) -> Vec<&'a str> {
    let reasons = holder(report, pod).reasons.iter();
    reasons.map(|it| it.unescaped()).collect()
}

#[test]
fn a_date_is_derived_from_the_token_that_decides() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(20), [days(19), days(18), days(17)]);
    cluster.accept(&app(), days(10), [hours(5), hours(1)]);
    assert_eq!(
        why(&cluster.judge(), "app-0"),
        [
            "issued 2026-11-14 06:00:00 UTC: arrival - seconds after the warning threshold - \
             3607 s, the earliest over 2 requests; rejected from 2027-02-12 06:00:00 UTC: \
             7776000 s later (90 d, as stated)",
            "frozen: a token was used at an age of 239 h; the kubelet replaces the file within \
             24 h, so a client that re-reads it does not use one this old",
        ]
    );
}

#[test]
fn silence_is_measured_to_the_end_of_the_window() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(11), [days(10) + minutes(30)]);
    assert_eq!(
        why(&cluster.judge(), "app-0"),
        [
            "issued 2026-11-13 06:00:00 UTC: arrival - seconds after the warning threshold - \
             3607 s; rejected from 2027-02-11 06:00:00 UTC: 7776000 s later (90 d, as stated)",
            "gone: nothing was seen of it for the last 240 h 30 m (more than 24 h)",
        ]
    );
}

#[test]
fn an_interruption_is_told_from_the_last_accepted_request_on() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(91), [days(3), days(1)]);
    cluster.accept(&app(), days(1) - seconds(70), [hours(20)]);
    let report = cluster.judge();
    let silently = "last accepted at 2026-11-23 06:00:00 UTC, the token expired without a \
                    rejection seen";
    assert_eq!(why(&report, "app-0")[2..], [silently]);
    cluster.reject(&app(), [days(1) - seconds(10), days(1) - seconds(70)]);
    assert_eq!(
        why(&cluster.judge(), "app-0"),
        [
            "issued 2026-11-23 06:01:10 UTC: arrival - seconds after the warning threshold - \
             3607 s; rejected from 2027-02-21 06:01:10 UTC: 7776000 s later (90 d, as stated)",
            "recurring: one of its tokens expired in use and another followed, once; the longest \
             interruption was 1 m 10 s",
            "last accepted at 2026-11-23 06:00:00 UTC, rejected 2 times from 2026-11-23 06:00:10 \
             UTC to 2026-11-23 06:01:10 UTC, 1 m 10 s in all",
            "2 rejected requests from 2026-11-23 06:00:10 UTC to 2026-11-23 06:01:10 UTC share \
             its address, agent, path; no other holder was seen at that address",
        ]
    );
}

#[test]
fn a_pod_that_was_replaced_at_its_end_is_dated_by_its_successor() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(92), [days(2)]);
    cluster.accept(&sender("app-1", "app/v1"), days(1), [hours(1)]);
    let report = cluster.judge();
    assert_eq!(holder(&report, "app-0").verdict, Verdict::Recurring);
    assert_eq!(
        why(&report, "app-0")[0],
        "its successor's newest token was issued 2026-11-23 06:00:00 UTC; rejected from \
         2027-02-21 06:00:00 UTC: 7776000 s later (90 d, as stated)"
    );
}

/// The last sentence on a pod whose token ends an hour before now.
fn of_death(
    accepted: impl IntoIterator<Item = chrono::TimeDelta>,
    rejected: impl IntoIterator<Item = chrono::TimeDelta>,
) -> String {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(90) + hours(1), accepted);
    cluster.reject(&app(), rejected);
    let report = cluster.judge();
    let reasons = why(&report, "app-0").into_iter();
    let mut of_death = reasons.filter(|it| it.starts_with("last accepted at"));
    of_death.next().expect("a sentence").to_owned()
}

#[test]
fn rejections_long_before_the_expiry_have_another_cause() {
    let expired = "last accepted at 2026-11-24 03:00:00 UTC, 1 h before the first rejection: its \
                   token expired in between";
    let early = "last accepted at 2026-11-24 03:00:00 UTC, rejected 16 s before its expiry: \
                 tokens live shorter here than assumed (--token-lifetime), or the pod or the \
                 service account was deleted, or something else at its address sends a bad token";
    for (last, expected) in [
        (minutes(59), expired),
        (hours(1) + seconds(15), expired),
        (hours(1) + seconds(16), early),
    ] {
        assert_eq!(of_death([hours(3)], [hours(2), last]), expected, "{last}");
    }
}

#[test]
fn who_is_accepted_and_rejected_after_its_expiry_works_some_of_the_time() {
    let sometimes = "last accepted at 2026-11-24 05:30:00 UTC, after its expiry and between \
                     rejections: not every API server rejects it yet, so it works some of the time";
    // Rejected for the last time at its expiry and after it.
    assert_eq!(
        of_death([minutes(30)], [minutes(50), minutes(10)]),
        sometimes
    );
    assert_eq!(of_death([minutes(30)], [hours(2), hours(1)]), sometimes);
}

#[test]
fn who_was_rejected_once_before_its_expiry_does_not_work_still() {
    // Something else at its address sent a bad token two days before. (last accepted after the
    // expiry, what is said of it)
    for (after, expected) in [
        (
            seconds(75),
            "last accepted at 2026-11-24 05:01:15 UTC, and only rejected since: its token expired \
             in between",
        ),
        (
            seconds(76),
            "last accepted at 2026-11-24 05:01:16 UTC, after its expiry and between rejections: \
             not every API server rejects it yet, so it works some of the time",
        ),
    ] {
        let accepted = [days(4), hours(1) - after];
        let rejected = [days(2), minutes(50), minutes(10)];
        assert_eq!(of_death(accepted, rejected), expected);
    }
}

#[test]
fn rejections_that_prove_nothing_are_told_of_as_not_counted() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(20), [days(3), hours(2)]);
    cluster.reject(&app(), [hours(1) + seconds(1)]);
    assert_eq!(
        why(&cluster.judge(), "app-0")[2..],
        [
            "1 rejected request from 2026-11-24 04:59:59 UTC to 2026-11-24 04:59:59 UTC share \
             its address, agent, path; no other holder was seen at that address",
            "last accepted at 2026-11-24 04:00:00 UTC: not counted as rejected, because the \
             rejections are not after its expiry and did not last 1 h without an accepted request",
        ]
    );
}

#[test]
fn requests_before_the_window_are_told_of_as_not_counted() {
    let mut cluster = Scenario::of_days(1);
    cluster.accept_earlier(&app(), days(91), [days(2)]);
    cluster.reject(&app(), [hours(20), hours(2)]);
    let report = cluster.judge();
    assert_eq!(
        why(&report, "app-0").last().copied(),
        Some("it was accepted only before the window, so none of its requests are counted")
    );
}

#[test]
fn a_pod_that_was_never_seen_accepted_is_dated_by_its_container() {
    let mut cluster = Scenario::of_days(1);
    cluster.list([listed("app-0", "10.0.0.7", days(95))]);
    cluster.reject(&app(), [hours(20), hours(2)]);
    assert_eq!(
        why(&cluster.judge(), "app-0"),
        [
            "issued 2026-08-21 06:00:00 UTC at the latest: its container started then; rejected \
             from 2026-11-19 06:00:00 UTC: 7776000 s later (90 d, as stated)",
            "in the cluster its pod is ready, its container started 2026-08-21 06:00:00 UTC",
            "rejected: its newest rejections come after its last accepted request",
            "2 rejected requests from 2026-11-23 10:00:00 UTC to 2026-11-24 04:00:00 UTC come \
             from the address of its pod; no other holder was seen at that address",
        ]
    );
}

#[test]
fn a_pod_that_was_restarted_is_dated_by_its_container() {
    let mut cluster = Scenario::of_days(30);
    cluster.accept(&app(), days(20), [hours(20)]);
    cluster.list([listed("app-0", "10.0.0.7", hours(10))]);
    let report = cluster.judge();
    assert_eq!(
        why(&report, "app-0")[..2],
        [
            "issued 2026-11-23 20:00:00 UTC at the latest: its container started then; rejected \
             from 2027-02-21 20:00:00 UTC: 7776000 s later (90 d, as stated)",
            "in the cluster its pod is ready, its container started 2026-11-23 20:00:00 UTC",
        ]
    );
}
