//! Bad days, one after the other: seeded runs of the program against a service that misbehaves, with
//! signals and a disk that is full.
//!
//! A run that breaks a promise is named by its seed: `SOAK_SEED=17 cargo test soak` runs that one
//! again, `SOAK_RUNS=10000 cargo test --release soak -- --nocapture` runs more and prints what came
//! of them. Signals come at a moment of the clock, so that a seed repeats what was ordered, and not
//! always what happens.

mod promises;
mod run;
mod scenario;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use promises::Expected;
use scenario::Scenario;

/// The runs of a landing.
const RUNS: u64 = 300;

/// Runs at a time: they wait more than they work.
const AT_ONCE: usize = 8;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is not a number")),
    )
}

/// After each run: no query is left running that could be stopped, no file is half-written, and
/// findings are exact or the report says that it is incomplete.
// The figures are for who runs more of them.
#[allow(clippy::print_stdout)]
#[test]
fn soak_every_bad_day_ends_as_documented() {
    let seeds = match number("SOAK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SOAK_RUNS").unwrap_or(RUNS),
    };
    let began = Instant::now();
    let expected = Expected::of_a_good_day();
    let next = AtomicU64::new(seeds.start);
    let outcomes: Mutex<BTreeMap<String, u64>> = Mutex::default();
    let broken: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if !seeds.contains(&seed) {
                        break;
                    }
                    let scenario = Scenario::of(seed);
                    let ended = run::run(&scenario);
                    if let Err(promise) = promises::check(&scenario, &ended, &expected) {
                        let words = format!("SOAK_SEED={seed}: {promise}\n{scenario:#?}\n{ended}");
                        broken.lock().expect("not poisoned").push(words);
                    }
                    let mut outcomes = outcomes.lock().expect("not poisoned");
                    *outcomes.entry(ended.outcome()).or_default() += 1;
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().expect("not poisoned");
    println!(
        "{} runs in {:.0?}:",
        seeds.end - seeds.start,
        began.elapsed()
    );
    for (outcome, runs) in &outcomes {
        println!("{runs:6} {outcome}");
    }
    let broken = broken.into_inner().expect("not poisoned");
    assert!(
        broken.is_empty(),
        "{} broken promises\n\n{}",
        broken.len(),
        broken
            .iter()
            .take(3)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n\n")
    );
    // The days are as different as they are meant to be.
    if seeds.end - seeds.start >= RUNS {
        for outcome in ["exit 0", "exit 1", "exit 4", "exit 130", "killed"] {
            assert!(outcomes.contains_key(outcome), "{outcome}: {outcomes:?}");
        }
    }
}
