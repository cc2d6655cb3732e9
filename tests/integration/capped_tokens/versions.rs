//! Which lifetime a token has, by its cluster's version.

use chrono::{DateTime, TimeDelta, Utc};
use eks_stale_tokens::verdict::{Context, judge};

use super::life::{ends_now, hours, minutes, now, pod, works};
use super::sources::{report, verdicts};
use crate::outage::log_writer::Log;
use crate::recordings::evidence_in;
use crate::tool::{run_as_it_is, tool};

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

/// The report on a log read from a file, whose own control plane tells the version.
fn from_file(log: &Log) -> serde_json::Value {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("audit.log");
    std::fs::write(&file, log.text()).expect("written");
    let run = run_as_it_is(
        tool()
            .args(["sweep", "--format", "json", "--input"])
            .arg(&file),
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("a report")
}

/// The control plane renews its lease every quarter of an hour, under this version.
fn states_version(log: &mut Log, version: &str, from: DateTime<Utc>, to: DateTime<Utc>) {
    let mut time = from;
    while time <= to {
        log.runs_version(version, time);
        time += minutes(15);
    }
}

#[test]
fn of_an_upgrade_inside_the_window_each_token_has_its_own_lifetime() {
    let mut log = Log::default();
    let upgrade = now() - hours(10.0);
    let before = pod("before", "before-0", "10.0.0.1", 20.0);
    works(&mut log, &before, before.issued, now(), STEP);
    let after = pod("after", "after-0", "10.0.0.2", 9.0);
    works(&mut log, &after, after.issued, now(), STEP);
    ends_now(&mut log);
    let (evidence, mut coverages) = evidence_in("upgraded", &log.text());
    for coverage in coverages.0.values_mut() {
        let version = |text: &str| text.parse().expect("a version");
        let control_plane = &mut coverage.control_plane;
        control_plane.saw_between(version("1.33"), now() - hours(26.0), upgrade);
        control_plane.saw_between(version("1.34"), upgrade + minutes(15), now());
    }
    let report = judge(&evidence, &coverages, &Context::default());
    let dates: Vec<(&str, String)> = report
        .findings
        .iter()
        .map(|finding| {
            let date = finding.lead().rejected_from.format("%Y-%m-%d").to_string();
            (finding.service_account.name.as_str(), date)
        })
        .collect();
    let expected = [("after", "2026-11-21"), ("before", "2027-02-17")];
    assert_eq!(dates, expected.map(|(name, date)| (name, date.to_owned())));
}

#[test]
fn an_upgrade_inside_a_file_is_seen() {
    let mut log = Log::default();
    let upgrade = now() - hours(10.0);
    states_version(&mut log, "1.33.9", now() - hours(26.0), upgrade);
    states_version(&mut log, "1.34.1", upgrade + minutes(15), now());
    let after = pod("after", "after-0", "10.0.0.2", 9.0);
    works(&mut log, &after, after.issued, now(), STEP);
    let report = from_file(&log);
    assert_eq!(
        report["findings"][0]["rejected_from"],
        "2026-11-21T03:00:00Z"
    );
    assert_eq!(report["clusters"][0]["judged_by"]["version"], "1.34");
    let source = &report["clusters"][0]["judged_by"]["version_source"];
    assert_eq!(source, "audit_log");
}

#[test]
fn where_the_eks_api_refuses_the_log_tells_the_version_in_cloudwatch_as_in_files() {
    let uncapped = ("1.33.9", "2027-02-18T00:00:00Z");
    let capped = ("1.34.1", "2026-11-21T00:00:00Z");
    for ((version, date), last) in [(uncapped, 0), (capped, 0), (capped, 45)] {
        let mut log = Log::default();
        let app = pod("app", "app-0", "10.0.0.1", 12.0);
        works(&mut log, &app, app.issued, now(), STEP);
        let last = now() - minutes(last);
        states_version(&mut log, version, last - hours(12.0), last);
        ends_now(&mut log);
        let report = super::sources::report(&log, &[]);
        let finding = &report["findings"][0];
        assert_eq!(finding["rejected_from"], date, "{version}");
        let source = &finding["holders"][0]["lifetime"]["source"];
        assert_eq!(source, "kubernetes_version", "{finding:#}");
    }
}

#[test]
fn a_caller_that_claims_another_version_is_not_believed() {
    let judged_by = |claims: bool| {
        let mut log = Log::default();
        let app = pod("app", "app-0", "10.0.0.1", 14.0);
        works(&mut log, &app, app.issued, now(), STEP);
        states_version(&mut log, "1.35.2", now() - hours(20.0), now());
        if claims {
            for username in [
                "system:serviceaccount:ns:evil",
                "system:anonymous",
                "kube-apiserver",
            ] {
                for agent in ["kube-apiserver/v1.20.4", "kube-controller-manager/v1.40.0"] {
                    log.requested_by(username, agent, now() - minutes(1));
                }
            }
            // Nor what is no version of Kubernetes, whoever says it.
            log.requested_by("system:apiserver", "kube-apiserver/v0.31.4", now());
            log.requested_by("system:apiserver", "kube-apiserverx/v1.20.4", now());
        }
        ends_now(&mut log);
        let report = from_file(&log);
        (
            report["findings"].clone(),
            report["clusters"][0]["judged_by"].clone(),
        )
    };
    assert_eq!(judged_by(true), judged_by(false));
    assert_eq!(judged_by(true).1["version"], "1.35");
}
