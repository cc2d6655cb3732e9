//! Which lifetime a token has, by its cluster's version.

use chrono::TimeDelta;

use super::life::{ends_now, hours, minutes, now, pod, works};
use super::sources::{report, verdicts};
use crate::outage::log_writer::Log;

const STEP: TimeDelta = TimeDelta::minutes(10);

/// The finding on a client whose token was issued so long ago.
fn frozen(hours_ago: f64, arguments: &[&str]) -> (String, String) {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", hours_ago);
    works(&mut log, &app, now() - hours(26.0), now(), STEP);
    ends_now(&mut log);
    let report = report(&log, arguments);
    let date = report["findings"][0]["rejected_from"]
        .as_str()
        .expect("a date");
    (verdicts(&report).join(", "), date[..16].to_owned())
}

#[test]
fn the_version_decides_and_what_is_stated_goes_before_it() {
    let old = (
        "app undecided notice".to_owned(),
        "2027-02-17T22:00".to_owned(),
    );
    assert_eq!(frozen(14.0, &["--kubernetes-version", "1.33"]), old);
    let new = (
        "app frozen critical".to_owned(),
        "2026-11-20T22:00".to_owned(),
    );
    for version in ["1.34", "v1.36.2-eks-1a2b3c4"] {
        assert_eq!(frozen(14.0, &["--kubernetes-version", version]), new);
    }
    let stated = ["--kubernetes-version", "1.35", "--token-lifetime", "90d"];
    assert_eq!(frozen(14.0, &stated), old);
}

#[test]
fn of_an_unknown_version_the_earlier_date_counts_and_wakes_nobody() {
    let warned = (
        "app frozen warning".to_owned(),
        "2026-11-20T22:00".to_owned(),
    );
    assert_eq!(frozen(14.0, &[]), warned);
    // Seen past the cap, it was never capped.
    let uncapped = (
        "app frozen notice".to_owned(),
        "2027-02-17T06:00".to_owned(),
    );
    assert_eq!(frozen(30.0, &[]), uncapped);
}

#[test]
fn a_minute_past_the_cap_is_the_leeway_of_a_capped_token() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 25.0);
    works(&mut log, &app, app.issued, app.issued + hours(24.0), STEP);
    log.accepted(&app, app.issued + hours(24.0) + TimeDelta::seconds(60));
    ends_now(&mut log);
    let report = report(&log, &["--kubernetes-version", "1.34"]);
    assert_eq!(verdicts(&report), ["app expired critical"]);
    // A clock that is 14 minutes wrong is no other lifetime.
    let mut log = Log::default();
    let skewed = pod("app", "app-0", "10.0.0.1", 25.5);
    works(
        &mut log,
        &skewed,
        skewed.issued,
        skewed.issued + hours(24.0) + minutes(14),
        minutes(1),
    );
    ends_now(&mut log);
    let report = super::sources::report(&log, &["--kubernetes-version", "1.34"]);
    assert_eq!(verdicts(&report), ["app expired critical"]);
}
