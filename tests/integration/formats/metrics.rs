//! The metrics, read by the rules of Prometheus' text format.

use std::collections::{BTreeMap, BTreeSet};

use eks_stale_tokens::render::Format;
use regex::Regex;

use super::corpus::{harmless_twin, hostile, incomplete, recorded, text};

#[derive(Debug, PartialEq)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// Reads an exposition strictly: HELP and TYPE once before the samples of a metric, which stand
/// together, no sample twice, and nothing else.
fn read(text: &str) -> Vec<Sample> {
    assert!(text.ends_with('\n'));
    let line = Regex::new(
        r#"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9.e+]+)$"#,
    )
    .expect("a pattern");
    let label = Regex::new(r#"([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)""#).expect("ok");
    let (mut helped, mut typed) = (BTreeSet::new(), BTreeSet::new());
    let mut samples: Vec<Sample> = Vec::new();
    let mut current = String::new();
    for written in text.lines() {
        if let Some(help) = written.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("a name and words");
            assert!(
                !words.is_empty() && helped.insert(name.to_owned()),
                "{name}"
            );
            continue;
        }
        if let Some(kind) = written.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a name and a type");
            assert_eq!(kind, "gauge");
            assert!(
                helped.contains(name) && typed.insert(name.to_owned()),
                "{name}"
            );
            current = name.to_owned();
            continue;
        }
        let found = line
            .captures(written)
            .unwrap_or_else(|| panic!("{written}"));
        assert_eq!(found[1], current, "samples of a metric stand together");
        let labels: BTreeMap<String, String> = found.get(2).map_or_else(BTreeMap::new, |labels| {
            label
                .captures_iter(labels.as_str())
                .map(|found| {
                    let value = found[2]
                        .replace("\\n", "\n")
                        .replace("\\\"", "\"")
                        .replace("\\\\", "\\");
                    (found[1].to_owned(), value)
                })
                .collect()
        });
        let sample = Sample {
            name: found[1].to_owned(),
            labels,
            value: found[3].parse().expect("a number"),
        };
        let twice = |other: &Sample| other.name == sample.name && other.labels == sample.labels;
        assert!(!samples.iter().any(twice), "{written}");
        samples.push(sample);
    }
    samples
}

#[test]
fn a_recorded_log_is_told_in_numbers() {
    let samples = read(&text(
        Format::Prometheus,
        &recorded(&["recording", "timeline"]),
    ));
    let of = |name: &str, account: &str| -> Vec<f64> {
        samples
            .iter()
            .filter(|sample| sample.name == format!("eks_stale_tokens_{name}"))
            .filter(|sample| sample.labels["cluster"] == "recording")
            .filter(|sample| {
                sample
                    .labels
                    .get("service_account")
                    .is_none_or(|it| it == account)
            })
            .map(|sample| sample.value)
            .collect()
    };
    assert_eq!(of("sweep_complete", ""), [1.0]);
    assert_eq!(of("sweep_timestamp_seconds", ""), [1_795_500_477.0]);
    // The ledger: issued 1787888278, ends 1795664278; the log ends 163,800.8 s before.
    assert_eq!(
        of("until_rejection_seconds", "cluster-autoscaler"),
        [163_800.0]
    );
    assert_eq!(of("token_age_seconds", "cluster-autoscaler"), [7_612_199.0]);
    assert_eq!(of("requests", "cluster-autoscaler"), [54.0]);
    // A harmless account has no date, and would set off an alert with one.
    let harmless = "argocd-application-controller";
    assert_eq!(of("until_rejection_seconds", harmless), Vec::<f64>::new());
    assert_eq!(of("requests", harmless), [37.0]);
}

#[test]
fn hostile_text_adds_no_sample() {
    let found = read(&text(Format::Prometheus, &hostile()));
    let expected = read(&text(Format::Prometheus, &harmless_twin()));
    assert_eq!(found.len(), expected.len());
    for (sample, twin) in found.iter().zip(&expected) {
        assert_eq!((&sample.name, sample.value), (&twin.name, twin.value));
        assert!(sample.labels.keys().eq(twin.labels.keys()));
    }
}

#[test]
fn the_metrics_are_documented() {
    let document = std::fs::read_to_string("docs/metrics.md").expect("it is there");
    let documented: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let text = text(Format::Prometheus, &incomplete());
    let written: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("# TYPE eks_stale_tokens_")?
                .split(' ')
                .next()
        })
        .collect();
    assert_eq!(documented, written);
    let alerts = std::fs::read_to_string("docs/alerts.yaml").expect("it is there");
    let name = Regex::new("eks_stale_tokens_([a-z_]+)").expect("a pattern");
    for used in name.captures_iter(&alerts) {
        assert!(written.contains(&&used[1]), "{}", &used[1]);
    }
}
