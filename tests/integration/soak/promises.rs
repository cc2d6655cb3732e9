//! What holds after every run, whatever happened.

use serde_json::Value;

use super::run::{self, Ended, OLDER, OUTPUT};
use super::scenario::{Scenario, Signal};

/// The findings of a day on which nothing goes wrong.
pub(super) struct Expected {
    sweep: Value,
    investigate: Value,
}

impl Expected {
    pub(super) fn of_a_good_day() -> Self {
        let findings = |command| {
            let good = Scenario {
                command,
                polls: 0,
                page_size: 10_000,
                ends: None,
                faults: Vec::new(),
                timeout: std::time::Duration::from_secs(60),
                signal: None,
                has_older: false,
                is_disk_full: false,
            };
            let ended = run::run(&good);
            assert_eq!(ended.code, Some(0), "{ended}");
            let report: Value = serde_json::from_str(&ended.stdout).expect("a report");
            assert!(report["findings"][0].is_object(), "{report}");
            essence(&report)
        };
        Self {
            sweep: findings("sweep"),
            investigate: findings("investigate"),
        }
    }

    fn of(&self, command: &str) -> &Value {
        match command {
            "sweep" => &self.sweep,
            _ => &self.investigate,
        }
    }
}

/// Whether a run kept every promise; if not, which it broke.
pub(super) fn check(scenario: &Scenario, ended: &Ended, expected: &Expected) -> Result<(), String> {
    let promise = |holds: bool, words: &str| holds.then_some(()).ok_or_else(|| words.to_owned());
    promise(!ended.hung, "it ends")?;
    promise(!ended.stderr.contains("panicked"), "it does not panic")?;
    let signal = scenario.signal.map(|(signal, _)| signal);
    // A signal may come before the program listens to any, or after it has ended.
    let codes: &[Option<i32>] = match signal {
        None => &[Some(0), Some(1), Some(4)],
        Some(_) => &[Some(0), Some(1), Some(4), Some(130), None],
    };
    promise(codes.contains(&ended.code), "its exit code is documented")?;
    let cut_short = ended.code.is_none() || signal == Some(Signal::InterruptTwice);
    if !cut_short {
        check_queries(scenario, ended)?;
    }
    check_files(scenario, ended, expected)?;
    let report = match serde_json::from_str::<Value>(&ended.stdout) {
        Ok(report) => Some(report),
        Err(_) if ended.stdout.is_empty() || cut_short => None,
        Err(error) => return Err(format!("standard output is a report or nothing: {error}")),
    };
    if let Some(report) = &report {
        check_report(report, scenario, expected)?;
    }
    let complete = report.as_ref().map(|report| report["complete"] == true);
    match ended.code {
        Some(0) => promise(complete == Some(true), "exit code 0 is a complete report"),
        Some(4) => promise(
            complete == Some(false),
            "exit code 4 is an incomplete report",
        ),
        Some(1) => promise(ended.stderr.contains("error: "), "a failure is told"),
        _ => Ok(()),
    }
}

/// No query runs that could have been stopped.
fn check_queries(scenario: &Scenario, ended: &Ended) -> Result<(), String> {
    let forgotten = ended.left_running.iter().find(|query| {
        let tried = ended.stopped.contains(&query.id);
        !tried && !scenario.loses_starts()
    });
    match forgotten {
        None => Ok(()),
        Some(query) => Err(format!("query {} could be stopped", query.id)),
    }
}

/// The file is the older one, or a whole report, and nothing is beside it.
fn check_files(scenario: &Scenario, ended: &Ended, expected: &Expected) -> Result<(), String> {
    let is_written = match ended.files.as_slice() {
        [] if !scenario.has_older => false,
        [(name, text)] if name == OUTPUT => {
            let is_older = scenario.has_older && text == OLDER;
            if !is_older {
                let report: Value = serde_json::from_str(text)
                    .map_err(|error| format!("the file is whole: {error}"))?;
                check_report(&report, scenario, expected)?;
            }
            !is_older
        }
        _ => return Err("nothing but the output file is left".to_owned()),
    };
    if scenario.is_disk_full && is_written {
        return Err("what does not fit is not written".to_owned());
    }
    let succeeded = matches!(ended.code, Some(0 | 4));
    if succeeded && (scenario.is_disk_full || !is_written) {
        return Err("a report that could not be written is a failure".to_owned());
    }
    Ok(())
}

/// Findings are exact, or the report says that it is incomplete.
fn check_report(report: &Value, scenario: &Scenario, expected: &Expected) -> Result<(), String> {
    let is_exact = essence(report) == *expected.of(scenario.command);
    match is_exact || report["complete"] == false {
        true => Ok(()),
        false => Err(format!("findings are exact: {}", report["findings"])),
    }
}

/// The findings without what other calls than queries tell: the cluster's version, where
/// eks:DescribeCluster fails (that is a note, as the lifetime of tokens is stated), and its account,
/// which logs:DescribeLogGroups tells.
fn essence(report: &Value) -> Value {
    let mut findings = report["findings"].clone();
    for finding in findings.as_array_mut().into_iter().flatten() {
        for told in ["after_upgrade", "kubernetes_version", "account"] {
            finding[told] = Value::Null;
        }
    }
    findings
}
