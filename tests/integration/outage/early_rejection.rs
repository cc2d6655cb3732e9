//! Rejections before a token's time: of the holder itself, or of something else at its address.

use eks_stale_tokens::report::verdict::Verdict;

use super::log_writer::{Log, Pod, at, every, holder};

const END: &str = "2026-08-30T12:00:00Z";

#[test]
fn one_bad_token_from_its_address_does_not_kill_the_living() {
    let pod = Pod::new("app", "app-0", "10.0.0.1", "2026-08-01T00:00:00Z");
    let mut log = Log::default();
    for time in every(10, at("2026-08-29T12:00:00Z"), at(END)) {
        log.accepted(&pod, time);
    }
    // The last event of all, after the last accepted request.
    log.rejected(&pod, at(END));
    let report = log.report();
    let alive = holder(&report, "app-0");
    assert_eq!(alive.verdict, Verdict::Frozen);
    assert_eq!(alive.rejections.as_ref().map(|it| it.count), Some(1));
}

#[test]
fn a_cluster_that_cuts_lifetimes_kills_before_the_assumed_time() {
    // It ends a day after it was issued, not ninety.
    let pod = Pod::new("app", "app-0", "10.0.0.1", "2026-08-29T06:00:00Z");
    let mut log = Log::default();
    for time in every(20, at("2026-08-29T07:05:00Z"), at("2026-08-30T06:00:00Z")) {
        log.accepted(&pod, time);
    }
    for time in every(20, at("2026-08-30T06:01:00Z"), at(END)) {
        log.rejected(&pod, time);
    }
    let report = log.report();
    let dead = holder(&report, "app-0");
    assert_eq!(dead.verdict, Verdict::Rejected);
    let reasons: Vec<String> = dead.reasons.iter().map(ToString::to_string).collect();
    let why = reasons.join("\n");
    assert!(why.contains("--token-lifetime"), "{why}");
}

#[test]
fn a_late_refresher_is_not_killed_by_what_else_its_address_sends() {
    // Between two late reads its requests leave no mark, for hours.
    let mut log = Log::default();
    for issued in [
        "2026-08-29T12:00:00Z",
        "2026-08-29T18:00:00Z",
        "2026-08-30T00:00:00Z",
    ] {
        let pod = Pod::new("app", "app-0", "10.0.0.1", issued);
        for time in every(
            10,
            pod.issued + chrono::TimeDelta::minutes(65),
            pod.issued + chrono::TimeDelta::hours(4),
        ) {
            log.accepted(&pod, time);
        }
    }
    let pod = Pod::new("app", "app-0", "10.0.0.1", "2026-08-30T00:00:00Z");
    for time in every(10, at("2026-08-30T04:00:00Z"), at(END)) {
        log.rejected(&pod, time);
    }
    let report = log.report();
    assert_eq!(holder(&report, "app-0").verdict, Verdict::RefreshingLate);
}

#[test]
fn whoever_outlived_its_time_is_not_dead_of_one_bad_token() {
    // A cluster that accepts longer than assumed.
    let pod = Pod::new("app", "app-0", "10.0.0.1", "2026-05-01T00:00:00Z");
    let mut log = Log::default();
    for time in every(10, at("2026-08-29T12:00:00Z"), at(END)) {
        log.accepted(&pod, time);
    }
    log.rejected(&pod, at(END));
    let report = log.report();
    assert_eq!(holder(&report, "app-0").verdict, Verdict::Frozen);
    assert!(report.clusters[0].accepted_at_age_seconds > Some(90 * 86_400));
}
