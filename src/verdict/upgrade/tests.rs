//! Each row of the table of what an upgrade to 1.34 breaks, at its edges.

use super::*;
use crate::report::verdict::Verdict;
use crate::verdict::Context;
use crate::verdict::scenario::*;

const DAILY: Option<AfterUpgrade> = Some(AfterUpgrade::RejectedDaily);
const RECOVERS: Option<AfterUpgrade> = Some(AfterUpgrade::RecoversByItself);
const TOO_SOON: Option<AfterUpgrade> = Some(AfterUpgrade::TooSoonToTell);
const UNHARMED: Option<AfterUpgrade> = Some(AfterUpgrade::No);

/// A cluster with tokens of 90 days, seen for longer than one lives.
fn before_the_upgrade() -> Scenario {
    let mut cluster = Scenario::of_days(100);
    cluster.of_version("1.33");
    cluster
}

/// The report before an upgrade to this version.
fn before(cluster: &Scenario, target: Option<&str>) -> Report {
    cluster.judge_in(&Context {
        target_version: target.map(|it| it.parse().expect("a version")),
        ..Context::default()
    })
}

fn foreseen(cluster: &Scenario) -> Option<AfterUpgrade> {
    only(&before(cluster, Some("1.34"))).after_upgrade
}

/// A token that was used at this age and is still in use.
fn daily(cluster: &mut Scenario, app: &Sender, age: TimeDelta) {
    cluster.accept(app, age + minutes(1), [minutes(1)]);
}

/// A token that ran to its end a day ago, and the next one, read when it was rejected for the last
/// time.
fn recovers(cluster: &mut Scenario, app: &Sender, interruption: TimeDelta) {
    let rejected = days(1) - interruption;
    cluster.accept(app, days(91), [days(3), days(1)]);
    cluster.reject(app, [rejected]);
    cluster.accept(app, rejected, [hours(20)]);
}

/// A client that reads a new token late: it used the one before up to this age.
fn refreshes(cluster: &mut Scenario, app: &Sender, age: TimeDelta) {
    cluster.accept(app, age + hours(12), [hours(12)]);
    cluster.accept(app, hours(11), [hours(1)]);
}

#[test]
fn who_used_a_token_past_a_day_would_be_rejected_daily() {
    for (age, expected) in [
        (hours(20), TOO_SOON),
        (hours(24), TOO_SOON),
        (hours(24) + seconds(1), DAILY),
        (days(50), DAILY),
    ] {
        let mut cluster = before_the_upgrade();
        daily(&mut cluster, &sender("app-0", "app/v1"), age);
        assert_eq!(foreseen(&cluster), expected, "{age}");
    }
}

#[test]
fn who_refreshes_within_23_hours_would_not_notice_the_upgrade() {
    for (age, expected) in [
        (hours(23), UNHARMED),
        (hours(23) + seconds(1), TOO_SOON),
        (hours(24) + seconds(1), DAILY),
    ] {
        let mut cluster = before_the_upgrade();
        refreshes(&mut cluster, &sender("app-0", "app/v1"), age);
        let report = before(&cluster, Some("1.34"));
        assert_eq!(only(&report).verdict, Verdict::RefreshingLate, "{age}");
        assert_eq!(only(&report).after_upgrade, expected, "{age}");
    }
}

#[test]
fn who_was_back_within_a_minute_recovers_after_the_upgrade_too() {
    let app = sender("app-0", "app/v1");
    for (interruption, expected) in [(seconds(59), RECOVERS), (seconds(60), DAILY)] {
        let mut cluster = before_the_upgrade();
        recovers(&mut cluster, &app, interruption);
        assert_eq!(foreseen(&cluster), expected, "{interruption}");
        // A single long interruption shows that it does not always recover.
        cluster.reject(&app, [days(91) + minutes(9), days(91) + minutes(1)]);
        assert_eq!(foreseen(&cluster), DAILY, "{interruption}");
    }
}

#[test]
fn a_token_that_expired_without_a_rejection_proves_no_recovery() {
    let app = sender("app-0", "app/v1");
    let mut cluster = before_the_upgrade();
    cluster.accept(&app, days(91), [days(3), days(1)]);
    cluster.accept(&app, days(1), [hours(20)]);
    let report = before(&cluster, Some("1.34"));
    assert_eq!(only(&report).verdict, Verdict::Recurring);
    assert_eq!(only(&report).after_upgrade, DAILY);
}

#[test]
fn a_pod_that_is_gone_is_nothing_to_break() {
    let mut cluster = before_the_upgrade();
    cluster.accept(&sender("old-0", "old/v1"), days(20), [days(10)]);
    assert_eq!(foreseen(&cluster), None);
    daily(&mut cluster, &sender("app-0", "app/v1"), hours(20));
    assert_eq!(foreseen(&cluster), TOO_SOON);
}

#[test]
fn the_pod_that_fares_worst_decides() {
    type Act = fn(&mut Scenario, &Sender);
    let worst_first: [(Act, Option<AfterUpgrade>); 4] = [
        (|cluster, app| daily(cluster, app, days(10)), DAILY),
        (|cluster, app| recovers(cluster, app, seconds(30)), RECOVERS),
        (|cluster, app| daily(cluster, app, hours(20)), TOO_SOON),
        (|cluster, app| refreshes(cluster, app, hours(20)), UNHARMED),
    ];
    for (place, (worse, expected)) in worst_first.iter().enumerate() {
        for (better, _) in &worst_first[place..] {
            let mut cluster = before_the_upgrade();
            let one = sender("one-0", "one/v1");
            let other = Sender {
                address: "10.0.0.8",
                ..sender("other-0", "other/v1")
            };
            worse(&mut cluster, &one);
            better(&mut cluster, &other);
            assert_eq!(foreseen(&cluster), *expected);
        }
    }
}

#[test]
fn only_an_upgrade_that_brings_the_cap_is_foreseen() {
    // (version of the cluster, target, whether it is foreseen)
    for (version, target, expected) in [
        (Some("1.33"), Some("1.34"), true),
        (Some("1.33"), Some("1.33"), false),
        (Some("1.33"), None, true),
        (Some("1.34"), Some("1.35"), false),
        (Some("1.34"), None, false),
        (None, Some("1.34"), true),
        (None, Some("1.33"), false),
        (None, None, false),
    ] {
        let mut cluster = Scenario::of_days(30);
        if let Some(version) = version {
            cluster.of_version(version);
        }
        daily(&mut cluster, &sender("app-0", "app/v1"), days(10));
        let report = before(&cluster, target);
        let expected = if expected { DAILY } else { None };
        assert_eq!(
            only(&report).after_upgrade,
            expected,
            "{version:?} {target:?}"
        );
        assert_eq!(
            report.target_version.map(|it| it.to_string()).as_deref(),
            target
        );
    }
}

#[test]
fn each_cluster_is_foreseen_by_its_own_version() {
    let cluster = |name, version| {
        let mut cluster = Scenario::named(crate::evidence::cluster::Cluster::named(name), 30);
        cluster.of_version(version);
        daily(&mut cluster, &sender("app-0", "app/v1"), days(10));
        cluster
    };
    let report = before(&cluster("old", "1.33").with(cluster("new", "1.34")), None);
    let after = |name: &str| {
        let mut findings = report.findings.iter();
        let of_cluster = findings.find(|it| it.cluster.name == *name);
        of_cluster.expect("a finding").after_upgrade
    };
    assert_eq!((after("old"), after("new")), (DAILY, None));
}

#[test]
fn a_gate_before_the_upgrade_fails_on_what_it_would_break() {
    // (age of use, target, severity of the finding)
    for (age, target, expected) in [
        (days(10), None, Severity::Notice),
        (days(10), Some("1.33"), Severity::Notice),
        (days(10), Some("1.34"), Severity::Warning),
        (days(85), Some("1.34"), Severity::Critical),
        (hours(20), Some("1.34"), Severity::Notice),
    ] {
        let mut cluster = before_the_upgrade();
        daily(&mut cluster, &sender("app-0", "app/v1"), age);
        let report = before(&cluster, target);
        assert_eq!(only(&report).severity, Some(expected), "{age} {target:?}");
    }
}
