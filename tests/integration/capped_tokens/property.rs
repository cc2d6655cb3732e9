//! Whatever the lifetime, and whoever shares its pod: a client that never changes its token, or is
//! rejected at its end, is never harmless.

use chrono::{DateTime, TimeDelta, Utc};
use eks_stale_tokens::report::finding::HolderFinding;
use eks_stale_tokens::verdict::{Context, judge};
use proptest::prelude::*;

use super::life::{hours, minutes, now, pod, with_token};
use crate::outage::log_writer::{Log, Pod};
use crate::recordings::evidence_in;

/// Another program in the pod: its user agent, when it first read a token, how often it reads one,
/// and how often it sends a request.
type Other = (usize, i64, i64, i64);

const AGENTS: [&str; 3] = [
    "app/v1.0 (linux/amd64) kubernetes/abcdef0",
    "sidecar/v2",
    "",
];

fn works(log: &mut Log, pod: &Pod, from: DateTime<Utc>, to: DateTime<Utc>, step: i64) {
    let mut time = from.max(pod.issued + TimeDelta::seconds(3607));
    while time <= to {
        log.accepted(pod, time);
        time += minutes(step);
    }
}

fn others_work(log: &mut Log, pod: &Pod, others: &[Other]) {
    for (agent, began, reads, step) in others {
        let pod = Pod {
            agent: AGENTS[*agent],
            ..pod.clone()
        };
        let mut read = now() - minutes(*began);
        while read < now() {
            let token = with_token(&pod, read - minutes(20));
            let until = (read + minutes(*reads)).min(now()) - minutes(1);
            works(log, &token, read, until, *step);
            read += minutes(*reads);
        }
    }
}

fn holder(log: &Log, lifetime: TimeDelta) -> HolderFinding {
    let (evidence, coverages) = evidence_in("property", &log.text());
    let report = judge(
        &evidence,
        &coverages,
        &Context::stated(lifetime.num_seconds()),
    );
    report.findings[0].holders[0].clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_mixture_of_programs_hides_one_that_never_changes_its_token(
        days in prop_oneof![Just(1), Just(2), Just(7), Just(90), Just(365)],
        part in 0.55_f64..0.99,
        step in 3_i64..40,
        others in prop::collection::vec((0_usize..3, 90_i64..4_000, 65_i64..1_300, 5_i64..40), 0..3),
    ) {
        let lifetime = TimeDelta::days(days);
        // Old enough to be told from a late refresher: half a life, or two days.
        let oldest = (lifetime.num_minutes() as f64 * part) as i64;
        let age = minutes(oldest.clamp(12 * 60 + 90, 30 * 24 * 60));
        prop_assume!(age >= hours(49.5).min(lifetime / 2 + minutes(90)));
        let mut log = Log::default();
        let mut frozen = pod("app", "app-0", "10.0.0.1", 0.0);
        frozen.issued = now() - age;
        works(&mut log, &frozen, now() - hours(30.0), now(), step);
        log.accepted(&frozen, now());
        others_work(&mut log, &frozen, &others);
        let judged = holder(&log, lifetime);
        prop_assert!(!judged.verdict.is_harmless(), "{:?}", judged.reasons);
    }

    #[test]
    fn no_mixture_of_programs_hides_one_that_is_rejected_at_the_end_of_its_token(
        days in prop_oneof![Just(1), Just(2), Just(7), Just(90)],
        dead_for in 80_i64..170,
        step in 3_i64..40,
        others in prop::collection::vec((0_usize..3, 90_i64..4_000, 65_i64..1_300, 5_i64..40), 0..3),
    ) {
        let lifetime = TimeDelta::days(days);
        let end = now() - minutes(dead_for);
        let mut log = Log::default();
        let mut dead = pod("app", "app-0", "10.0.0.1", 0.0);
        dead.issued = end - lifetime;
        works(&mut log, &dead, end - hours(20.0), end, step);
        let mut time = end + minutes(2);
        while time <= now() {
            log.rejected(&dead, time);
            time += minutes(step);
        }
        others_work(&mut log, &dead, &others);
        let judged = holder(&log, lifetime);
        prop_assert!(!judged.verdict.is_harmless(), "{:?}", judged.reasons);
    }
}
