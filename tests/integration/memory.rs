//! The earlier report is a memory: the dead stay named, days after their last accepted request.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tempfile::TempDir;

use crate::outage::log_writer::{Log, Pod, at, every};
use crate::tool::{Run, run, tool};

/// The first sweep, a day and a half before the pod's death.
const FIRST: &str = "2026-09-05T08:00:00Z";

fn morning(day: i64) -> DateTime<Utc> {
    at(FIRST) + TimeDelta::days(day)
}

/// A pod that dies at eight in the evening of the second day.
fn dying() -> Pod {
    let mut pod = Pod::new("app", "app-7f9c5d8b66-jk4lm", "10.0.3.17", FIRST);
    pod.issued = morning(1) + TimeDelta::hours(12) - TimeDelta::days(90);
    pod
}

/// What the sweep of a morning sees of a pod: accepted while its token lives, rejected afterwards.
fn day_of(pod: &Pod, day: i64, rejections_until: DateTime<Utc>) -> Log {
    let mut log = Log::default();
    let end = pod.issued + TimeDelta::days(90);
    for time in every(10, morning(day) - TimeDelta::days(1), morning(day)) {
        log.goes_on(time);
        if time < end {
            log.accepted(pod, time);
        } else if time < rejections_until {
            log.rejected(pod, time + TimeDelta::seconds(7));
        }
    }
    log.goes_on(morning(day));
    log
}

struct Sweeps(TempDir);

impl Sweeps {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn run(&self, log: &Log, arguments: &[&str]) -> (Run, Value) {
        self.run_of("prod-1", log, arguments)
    }

    fn run_of(&self, cluster: &str, log: &Log, arguments: &[&str]) -> (Run, Value) {
        let state = self.0.path().join("state.json");
        let input = self.0.path().join("audit.log");
        std::fs::write(&input, log.text()).expect("written");
        let run = run(tool()
            .args([
                "sweep",
                "--cluster-name",
                cluster,
                "--since",
                "24h",
                "--format",
                "csv",
            ])
            .args(["--fail-on", "critical", "--input"])
            .arg(&input)
            .arg("--previous")
            .arg(&state)
            .arg("--output")
            .arg(&state)
            .args(arguments));
        let report = json(&state);
        (run, report)
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("read")).expect("JSON")
}

#[test]
fn the_dead_stay_named_for_as_long_as_they_are_rejected() {
    let sweeps = Sweeps::new();
    let pod = dying();
    let (first, report) = sweeps.run(&day_of(&pod, 1, morning(99)), &[]);
    assert_eq!(first.code, Some(3), "{}", first.stderr);
    assert_eq!(report["findings"][0]["verdict"], "frozen");
    for day in 2..12 {
        let (run, report) = sweeps.run(&day_of(&pod, day, morning(99)), &[]);
        assert_eq!(run.code, Some(3), "{}", run.stderr);
        let finding = &report["findings"][0];
        assert_eq!(finding["verdict"], "rejected", "day {day}");
        assert_eq!(finding["service_account"], "app");
        assert_eq!(finding["holders"][0]["pod"], "app-7f9c5d8b66-jk4lm");
        assert_eq!(
            finding["first_rejection"], "2026-09-06T20:00:07Z",
            "day {day}"
        );
        assert_eq!(finding["rejected_at_least_since"], false, "day {day}");
        assert_eq!(
            finding["rejection_confidence"],
            "address_user_agent_and_path"
        );
        let change = &report["changes"]["accounts"][0];
        assert_eq!(change["kind"], if day == 2 { "worse" } else { "unchanged" });
        assert_eq!(
            report["clusters"][0]["rejected_callers"],
            serde_json::json!([])
        );
        let row = run.stdout.lines().nth(1).expect("a row");
        assert!(row.contains(",2026-09-06T20:00:07Z,"), "{row}");
        assert!(row.contains("\"address, agent, path\",false,"), "{row}");
    }
}

/// Nobody looked for three days: what was known before is known after.
#[test]
fn a_dark_cluster_forgets_nobody() {
    let sweeps = Sweeps::new();
    let pod = dying();
    sweeps.run(&day_of(&pod, 1, morning(99)), &[]);
    sweeps.run(&day_of(&pod, 2, morning(99)), &[]);
    let mut dark = Log::default();
    dark.goes_on(morning(3));
    for day in 3..5 {
        // The file of that day belongs to another cluster.
        let (_, report) = sweeps.run_of("prod-2", &dark, &[]);
        assert_eq!(
            report["remembered"][0]["holder"]["verdict"], "rejected",
            "day {day}"
        );
    }
    let (_, report) = sweeps.run(&day_of(&pod, 5, morning(99)), &[]);
    assert_eq!(report["findings"][0]["verdict"], "rejected");
    assert_eq!(
        report["findings"][0]["first_rejection"],
        "2026-09-06T20:00:07Z"
    );
    assert_eq!(report["remembered"], serde_json::json!([]));
}

/// A frozen pod whose time came, and of which nothing more was heard, is not gone.
#[test]
fn who_fell_silent_when_its_time_came_is_expired() {
    let sweeps = Sweeps::new();
    let pod = dying();
    sweeps.run(&day_of(&pod, 1, morning(99)), &[]);
    // The next sweep comes three days later, and sees the last day only.
    let mut verdicts = Vec::new();
    for day in 4..12 {
        let (_, report) = sweeps.run(&day_of(&pod, day, at(FIRST)), &[]);
        verdicts.push(report["findings"][0]["verdict"].as_str().map(str::to_owned));
    }
    let expired = Some("expired".to_owned());
    assert_eq!(verdicts[..5], vec![expired.clone(); 5]);
    // A week after its end, a pod that nobody ever heard of again was most likely deleted.
    assert_eq!(verdicts[7], None);
}

/// A pod that was replaced before its time is gone when its time comes.
#[test]
fn who_was_replaced_in_time_is_gone() {
    let sweeps = Sweeps::new();
    let old = dying();
    let mut new = Pod::new("app", "app-7f9c5d8b66-z9x8c", "10.0.3.18", FIRST);
    new.issued = morning(0) + TimeDelta::hours(4);
    let mut log = day_of(&old, 0, morning(99));
    sweeps.run(&log, &[]);
    log = Log::default();
    for time in every(10, morning(0) + TimeDelta::hours(6), morning(1)) {
        log.accepted(&new, time);
    }
    let (_, report) = sweeps.run(&log, &[]);
    assert_eq!(report["findings"].as_array().expect("a list").len(), 1);
    for day in 2..5 {
        let (run, report) = sweeps.run(&day_of(&new, day, morning(99)), &[]);
        assert_eq!(run.code, Some(0), "day {day}: {}", run.stdout);
        let holders = report["findings"][0]["holders"].as_array().expect("a list");
        assert_eq!(holders.len(), 1, "day {day}");
    }
}

/// One of two programs in a pod dies, the other goes on: the dead one is still found.
#[test]
fn a_dead_program_in_a_living_pod_is_remembered() {
    let sweeps = Sweeps::new();
    let dying = dying();
    let living = |time: DateTime<Utc>| {
        let mut pod = dying.clone();
        pod.agent = "sidecar/v2.0 (linux/amd64) kubernetes/abcdef0";
        // It reads its token every four hours.
        let age = TimeDelta::hours(2) + TimeDelta::minutes(time.timestamp() / 60 % 120);
        pod.issued = time - age;
        pod
    };
    for day in 1..5 {
        let mut log = day_of(&dying, day, morning(99));
        for time in every(60, morning(day) - TimeDelta::days(1), morning(day)) {
            let time = time + TimeDelta::seconds(90);
            log.accepted(&living(time), time);
        }
        let (_, report) = sweeps.run(&log, &[]);
        let verdict = if day == 1 { "frozen" } else { "rejected" };
        assert_eq!(report["findings"][0]["verdict"], verdict, "day {day}");
    }
}

#[test]
fn an_investigation_remembers_as_well() {
    let sweeps = Sweeps::new();
    let pod = dying();
    sweeps.run(&day_of(&pod, 1, morning(99)), &[]);
    let log = sweeps.0.path().join("today.log");
    std::fs::write(&log, day_of(&pod, 4, morning(99)).text()).expect("written");
    let mut command = tool();
    command
        .args(["investigate", "--cluster-name", "prod-1", "--input"])
        .arg(&log);
    let without = run(&mut command);
    assert!(
        !without.stdout.contains("ns/app: 1 pod"),
        "{}",
        without.stdout
    );
    let with = run(command
        .arg("--previous")
        .arg(sweeps.0.path().join("state.json")));
    assert!(
        with.stdout.contains("ns/app: 1 pod since at least"),
        "{}",
        with.stdout
    );
}
