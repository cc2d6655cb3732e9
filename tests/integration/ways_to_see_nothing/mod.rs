//! Every way to see nothing, one row each: none gives the all-clear, and the headline, the exit
//! code, the gaps, the metrics and the message all say so. What an earlier report knew of the
//! cluster is never told gone, and is still known the day after.
//!
//! - [`files`]: through files
//! - [`cloudwatch`]: through the loopback service

mod cloudwatch;
mod files;

use std::fs;
use std::path::Path;
use std::process::Command;

use loopback_webhook::WebhookReceiver;
use serde_json::Value;

use crate::tool::run;

const ALL_CLEAR: &str = "service account is about to be rejected";

/// What a run has to come to.
struct Outcome {
    code: i32,
    /// Words of the headline, or of the error where there is no report.
    words: &'static str,
    /// The cluster and the kind of every gap; none where there is no report.
    gaps: Option<&'static [(&'static str, &'static str)]>,
}

/// A run that fails: there is no report, and nothing that was saved is touched.
const fn fails(words: &'static str) -> Outcome {
    Outcome {
        code: 1,
        words,
        gaps: None,
    }
}

/// A command line that is refused.
const fn refused(words: &'static str) -> Outcome {
    Outcome {
        code: 2,
        words,
        gaps: None,
    }
}

/// A report with these gaps.
const fn incomplete(words: &'static str, gaps: &'static [(&'static str, &'static str)]) -> Outcome {
    Outcome {
        code: 4,
        words,
        gaps: Some(gaps),
    }
}

/// A report without a gap that gives no all-clear all the same.
const fn silent(words: &'static str) -> Outcome {
    Outcome {
        code: 0,
        words,
        gaps: Some(&[]),
    }
}

/// Holds every row to its outcome, several at a time, and names all that fail.
fn assert_rows<Row: Sync + std::panic::RefUnwindSafe>(
    rows: &[Row],
    name: fn(&Row) -> &'static str,
    check: fn(&Row),
) {
    const AT_ONCE: usize = 4;
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let shares: Vec<_> = rows
            .chunks(rows.len().div_ceil(AT_ONCE))
            .map(|share| {
                let fails = move |row: &&Row| std::panic::catch_unwind(|| check(row)).is_err();
                scope.spawn(move || share.iter().filter(fails).map(name).collect::<Vec<_>>())
            })
            .collect();
        let ended = shares
            .into_iter()
            .map(|share| share.join().expect("no panic"));
        ended.flatten().collect()
    });
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Runs a sweep that compares with the saved report and saves its own over it, and holds what it
/// says to what it has to come to.
fn assert_outcome(row: &str, command: &mut Command, state: &Path, outcome: &Outcome) {
    let directory = state.parent().expect("a directory");
    let (prometheus, html) = (directory.join("r.prom"), directory.join("r.html"));
    let before = fs::read(state).expect("a saved report");
    let webhook = WebhookReceiver::start();
    let run = run(command
        .arg("--previous")
        .arg(state)
        .args(["--notify", "always", "--format", "table", "--output"])
        .arg(state)
        .arg("--output")
        .arg(&prometheus)
        .arg("--output")
        .arg(&html)
        .env("EKS_STALE_TOKENS_WEBHOOK", webhook.url()));
    let said = format!("{row}:\n{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.code, Some(outcome.code), "{said}");
    assert!(!said.contains(ALL_CLEAR), "{said}");
    let Some(gaps) = outcome.gaps else {
        assert_eq!(run.stdout, "", "{said}");
        assert!(run.stderr.contains(outcome.words), "{said}");
        assert_eq!(fs::read(state).expect("a saved report"), before, "{said}");
        assert!(!prometheus.exists() && !html.exists(), "{said}");
        return;
    };
    assert!(run.stdout.contains(outcome.words), "{said}");
    // The headline comes before any number.
    let first = run.stdout.find(outcome.words);
    assert!(
        first < run.stdout.find("Incomplete:").or(Some(usize::MAX)),
        "{said}"
    );
    assert!(
        !fs::read_to_string(html)
            .expect("a page")
            .contains(ALL_CLEAR),
        "{said}"
    );

    let report: Value = serde_json::from_slice(&fs::read(state).expect("a report")).expect("JSON");
    let is_complete = gaps.is_empty();
    assert_eq!(report["complete"], is_complete, "{said}");
    assert_eq!(found_gaps(&report), gaps, "{said}");
    for change in report["changes"]["accounts"]
        .as_array()
        .into_iter()
        .flatten()
    {
        if change["cluster"]["name"] == "a" {
            assert_ne!(change["kind"], "gone", "{said}");
        }
    }
    let metrics = fs::read_to_string(prometheus).expect("metrics");
    let complete = format!(
        "eks_stale_tokens_report_complete {}\n",
        i32::from(is_complete)
    );
    assert!(metrics.contains(&complete), "{said}\n{metrics}");
    for (cluster, _) in gaps.iter().filter(|(cluster, _)| !cluster.is_empty()) {
        let dark = metrics.lines().any(|line| {
            line.starts_with("eks_stale_tokens_sweep_complete")
                && line.contains(&format!("cluster=\"{cluster}\""))
                && line.ends_with("} 0")
        });
        assert!(dark, "{said}\n{metrics}");
    }
    let messages = webhook.take();
    assert_eq!(messages.len(), 1, "{said}");
    let message = messages[0].text();
    assert_eq!(
        message.contains("*Incomplete:*"),
        !is_complete,
        "{said}\n{message}"
    );
    for word in [ALL_CLEAR, "gone", "nothing changed"] {
        assert!(is_complete || !message.contains(word), "{said}\n{message}");
    }
}

/// The cluster and the kind of every gap; no cluster for those of none.
fn found_gaps(report: &Value) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let clusters = report["clusters"].as_array().expect("clusters");
    for cluster in clusters {
        for gap in cluster["gaps"].as_array().expect("gaps") {
            let name = cluster["name"].as_str().expect("a name");
            found.push((name, gap["kind"].as_str().expect("a kind")));
        }
    }
    for gap in report["gaps"].as_array().into_iter().flatten() {
        found.push(("", gap["kind"].as_str().expect("a kind")));
    }
    found.dedup();
    found
}

/// A day after: the same cluster is seen again, and what was known of it is no news.
fn assert_remembered(row: &str, command: &mut Command, state: &Path) {
    let run = run(command
        .arg("--previous")
        .arg(state)
        .args(["--format", "json"]));
    let said = format!("{row}, the day after:\n{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.code, Some(0), "{said}");
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["complete"], true, "{said}");
    let changes = report["changes"]["accounts"].as_array().expect("changes");
    let kinds: Vec<&Value> = changes.iter().map(|change| &change["kind"]).collect();
    assert_eq!(kinds, ["unchanged"], "{said}");
}
