//! What becomes of a client where a token lives for a day. Each through files, single events and
//! aggregated rows.

use chrono::TimeDelta;

use super::life::{ends_now, hours, is_rejected_for, minutes, now, pod, with_token, works};
use super::sources::{holders, report, verdicts};
use crate::outage::log_writer::{Log, Pod};

const CAPPED: [&str; 2] = ["--kubernetes-version", "1.35"];

fn sweep(log: &mut Log) -> serde_json::Value {
    ends_now(log);
    report(log, &CAPPED)
}

const STEP: TimeDelta = TimeDelta::minutes(10);

#[test]
fn frozen_at_nineteen_and_a_half_hours_it_dies_today() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 19.5);
    works(&mut log, &app, app.issued, now(), STEP);
    let report = sweep(&mut log);
    assert_eq!(verdicts(&report), ["app frozen critical"]);
    let rejected_from = &report["findings"][0]["rejected_from"];
    assert_eq!(rejected_from, "2026-11-20T16:30:00Z");
}

/// Tokens one after the other, each used to its end, with rejections in between.
fn dies_daily(log: &mut Log, pod: &Pod, deaths: usize, rejected_minutes: i64, step: TimeDelta) {
    let mut life = pod.clone();
    for _ in 0..deaths {
        let end = life.issued + hours(24.0);
        works(log, &life, life.issued, end, step);
        let back = match rejected_minutes {
            0 => end + minutes(1),
            some => is_rejected_for(log, &life, some),
        };
        // The kubelet's file is some minutes old when it is read.
        life = with_token(pod, back - minutes(15));
    }
    works(log, &life, life.issued, now(), step);
}

#[test]
fn a_crash_on_401_twice_is_a_daily_outage() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 58.0);
    dies_daily(&mut log, &app, 2, 25, STEP);
    let report = sweep(&mut log);
    assert_eq!(verdicts(&report), ["app recurring critical"]);
    let reasons = report["findings"][0]["holders"][0]["reasons"].to_string();
    assert!(
        reasons.contains("2 times; the longest interruption was 35 m"),
        "{reasons}"
    );
    // The next end is that of the token it holds now.
    let rejected_from = report["findings"][0]["rejected_from"].as_str();
    assert!(
        rejected_from > Some("2026-11-20T12:00"),
        "{rejected_from:?}"
    );
}

#[test]
fn who_reads_again_on_its_first_401_is_worth_a_notice() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 30.0);
    let end = app.issued + hours(24.0);
    works(&mut log, &app, app.issued, end, TimeDelta::seconds(40));
    log.rejected(&app, end + TimeDelta::seconds(10));
    let next = with_token(&app, end - minutes(15));
    works(&mut log, &next, next.issued, now(), minutes(1));
    assert_eq!(verdicts(&sweep(&mut log)), ["app recurring notice"]);
}

#[test]
fn a_token_that_ran_out_without_a_rejection_seen_is_worth_a_notice() {
    let mut log = Log::default();
    dies_daily(&mut log, &pod("app", "app-0", "10.0.0.1", 30.0), 1, 0, STEP);
    let report = sweep(&mut log);
    assert_eq!(verdicts(&report), ["app recurring notice"]);
    let reasons = report["findings"][0]["holders"][0]["reasons"].to_string();
    assert!(
        reasons.contains("expired without a rejection seen"),
        "{reasons}"
    );
}

#[test]
fn who_refreshes_in_time_is_harmless() {
    for every in [1.0, 6.0, 20.0] {
        let mut log = Log::default();
        let app = pod("app", "app-0", "10.0.0.1", 0.0);
        let mut read = now() - hours(46.0);
        while read < now() {
            // What is read is 40 minutes old.
            let token = with_token(&app, read - minutes(40));
            let until = (read + hours(every) - minutes(1)).min(now());
            works(&mut log, &token, read, until, STEP);
            read += hours(every);
        }
        let report = sweep(&mut log);
        assert_eq!(verdicts(&report), ["app refreshing-late none"], "{every} h");
    }
}

#[test]
fn dead_for_three_hours_it_is_rejected_or_expired() {
    let dead = |with_rejections: bool| {
        let mut log = Log::default();
        let app = pod("app", "app-0", "10.0.0.1", 27.0);
        works(&mut log, &app, app.issued, now() - hours(3.0), STEP);
        if with_rejections {
            is_rejected_for(&mut log, &app, 178);
        }
        verdicts(&sweep(&mut log))
    };
    assert_eq!(dead(true), ["app rejected critical"]);
    assert_eq!(dead(false), ["app expired critical"]);
}

#[test]
fn a_token_of_forty_days_was_never_capped() {
    let mut log = Log::default();
    let app = pod("app", "app-7d4b9c8f75-x2klp", "10.0.0.1", 24.0 * 40.0);
    works(&mut log, &app, now() - hours(26.0), now(), STEP);
    let report = sweep(&mut log);
    assert_eq!(verdicts(&report), ["app frozen notice"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["rejected_from"], "2027-01-09T12:00:00Z");
    // A restart would turn fifty days into one.
    let remedies = finding["remedies"].to_string();
    assert!(!remedies.contains("kubectl"), "{remedies}");
    assert!(remedies.contains("do not restart it yet"), "{remedies}");
}

#[test]
fn marked_for_an_hour_nothing_is_decided() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 2.0);
    works(&mut log, &app, app.issued, now(), STEP);
    assert_eq!(verdicts(&sweep(&mut log)), ["app undecided notice"]);
}

#[test]
fn a_job_that_ended_is_gone() {
    let mut log = Log::default();
    let job = pod("job", "job-29384756-abcde", "10.0.0.1", 7.0);
    works(&mut log, &job, job.issued, now() - hours(5.0), STEP);
    assert_eq!(verdicts(&sweep(&mut log)), ["job gone none"]);
}

#[test]
fn rolled_before_it_died_the_old_pod_is_gone() {
    let mut log = Log::default();
    let old = pod("app", "app-old", "10.0.0.1", 29.0);
    works(&mut log, &old, old.issued, now() - hours(9.0), STEP);
    let new = pod("app", "app-new", "10.0.0.2", 9.0);
    works(&mut log, &new, new.issued, now(), STEP);
    let report = sweep(&mut log);
    assert_eq!(verdicts(&report), ["app undecided notice"]);
    assert_eq!(
        holders(&report, "app"),
        ["app-new undecided", "app-old gone"]
    );
}

#[test]
fn scaled_down_long_before_its_end_it_is_gone() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 35.0);
    works(&mut log, &app, app.issued, now() - hours(20.0), STEP);
    assert_eq!(verdicts(&sweep(&mut log)), ["app gone none"]);
}

#[test]
fn a_new_pod_every_day_after_a_quarter_of_an_hour_is_a_daily_outage() {
    let mut log = Log::default();
    let mut issued = now() - hours(57.0);
    for (name, address) in [("app-1", "10.0.0.1"), ("app-2", "10.0.0.2")] {
        let pod = with_token(&pod("app", name, address, 0.0), issued);
        works(&mut log, &pod, issued, issued + hours(24.0), STEP);
        issued = is_rejected_for(&mut log, &pod, 15);
    }
    let last = with_token(&pod("app", "app-3", "10.0.0.3", 0.0), issued);
    works(&mut log, &last, issued, now(), STEP);
    let report = sweep(&mut log);
    assert_eq!(verdicts(&report), ["app recurring critical"]);
    // It ends next with the token of the pod that is there now.
    let next = (issued + hours(24.0))
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string();
    assert_eq!(report["findings"][0]["rejected_from"], next);
}

#[test]
fn the_pod_of_a_stateful_set_comes_back_under_its_name() {
    let mut log = Log::default();
    let first = pod("db", "db-0", "10.0.0.1", 34.0);
    works(
        &mut log,
        &first,
        first.issued,
        first.issued + hours(24.0),
        STEP,
    );
    let back = is_rejected_for(&mut log, &first, 12);
    let second = Pod {
        uid: "another-uid".to_owned(),
        ..with_token(&first, back)
    };
    works(&mut log, &second, second.issued, now(), STEP);
    let report = sweep(&mut log);
    assert_eq!(verdicts(&report), ["db recurring critical"]);
}

#[test]
fn a_window_with_only_the_401s_of_a_death_still_shows_it() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 26.0);
    let back = is_rejected_for(&mut log, &app, 25);
    let next = with_token(&app, back - minutes(15));
    works(&mut log, &next, next.issued, now(), STEP);
    // Undecided by its token alone: two hours old.
    assert_eq!(verdicts(&sweep(&mut log)), ["app recurring critical"]);
}

#[test]
fn one_rejection_a_day_is_no_interruption_of_days() {
    let mut log = Log::default();
    let app = pod("app", "app-0", "10.0.0.1", 80.0);
    dies_daily(&mut log, &app, 3, 1, minutes(2));
    assert_eq!(verdicts(&sweep(&mut log)), ["app recurring warning"]);
}

#[test]
fn within_the_unmarked_hour_who_recurs_stays_recurring_unless_it_is_rejected_for_long() {
    let after_death = |rejected_minutes: i64, deaths_before: usize| {
        let mut log = Log::default();
        // It died 50 minutes ago.
        let last = now() - minutes(50) - hours(24.0);
        let app = with_token(&pod("app", "app-0", "10.0.0.1", 0.0), last);
        if deaths_before > 0 {
            let before = with_token(&app, last - hours(23.9));
            works(
                &mut log,
                &before,
                before.issued,
                last + minutes(5),
                minutes(1),
            );
            log.rejected(&app, last + minutes(7));
        }
        works(
            &mut log,
            &app,
            app.issued + hours(1.1),
            app.issued + hours(24.0),
            minutes(1),
        );
        is_rejected_for(&mut log, &app, rejected_minutes);
        let report = sweep(&mut log);
        let reasons = report["findings"][0]["holders"][0]["reasons"].to_string();
        (verdicts(&report), reasons.contains("quiet since"))
    };
    assert_eq!(
        after_death(8, 1),
        (vec!["app recurring warning".to_owned()], false)
    );
    assert_eq!(
        after_death(12, 1),
        (vec!["app rejected critical".to_owned()], true)
    );
    assert_eq!(
        after_death(8, 0),
        (vec!["app rejected critical".to_owned()], true)
    );
    assert_eq!(
        after_death(0, 0),
        (vec!["app expired critical".to_owned()], true)
    );
}
