//! Findings are ranked in a total order that does not depend on how the evidence came in.

use std::cmp::Reverse;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use eks_stale_tokens::render::{Format, RenderOptions};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::acceptance::Accepted;
use eks_stale_tokens::report::finding::Finding;
use eks_stale_tokens::report::severity::Severity;
use eks_stale_tokens::report::verdict::Verdict;
use eks_stale_tokens::verdict::{judge, rank};
use proptest::prelude::*;

use crate::recordings::{RECORDINGS, audit_log, evidence_in, merged, ninety_days};

fn report_on_both() -> Report {
    let mut all_coverages = eks_stale_tokens::evidence::coverage::Coverages::default();
    let mut sets = Vec::new();
    for recording in RECORDINGS {
        let (evidence, coverages) = evidence_in(recording, &audit_log(recording));
        sets.push(evidence);
        all_coverages.merge(coverages);
    }
    judge(&merged(sets), &all_coverages, &ninety_days())
}

/// What is most urgent comes first, whatever its namespace and its cluster, and no rank is left out.
#[test]
fn findings_are_ranked_by_severity_verdict_and_date() {
    let report = report_on_both();
    let ranks: Vec<usize> = report.findings.iter().map(|finding| finding.rank).collect();
    assert_eq!(ranks, (1..=report.findings.len()).collect::<Vec<_>>());
    assert!(report.findings.is_sorted_by_key(urgency));
    assert!(report.clusters.len() > 1 && report.findings.len() > 10);
}

fn urgency(finding: &Finding) -> (Reverse<Option<Severity>>, usize, DateTime<Utc>) {
    let order = [
        "rejected",
        "expired",
        "frozen",
        "recurring",
        "undecided",
        "refreshing late",
        "gone",
    ];
    let place = order.iter().position(|it| *it == finding.verdict.word());
    (
        Reverse(finding.severity),
        place.expect("a verdict"),
        finding.lead().rejected_from,
    )
}

#[test]
fn the_leading_holder_is_rejected_first_among_the_worst() {
    for finding in report_on_both().findings {
        let lead = finding.lead();
        assert_eq!(lead.verdict, finding.verdict);
        for holder in &finding.holders {
            assert!(holder.severity <= lead.severity);
            if holder.severity == lead.severity {
                assert!(!holder.verdict.is_worse_than(lead.verdict));
            }
            if lead.verdict == holder.verdict {
                assert!(lead.rejected_from <= holder.rejected_from);
            }
        }
    }
}

#[test]
fn harmless_findings_have_no_severity_and_nothing_to_do() {
    let report = report_on_both();
    let harmless: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.verdict.is_harmless())
        .collect();
    assert!(!harmless.is_empty());
    for finding in harmless {
        assert_eq!(finding.severity, None);
        assert!(finding.remedies.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever order findings come in, and whatever their dates and counts are, they leave in
    /// the same one.
    #[test]
    fn the_order_of_arrival_does_not_matter(
        (shuffled, changes) in Just(report_on_both().findings).prop_shuffle().prop_flat_map(|findings| {
            let length = findings.len();
            (Just(findings), prop::collection::vec((0_i64..3, 0_u64..3), length))
        })
    ) {
        let mut findings = shuffled;
        // Few different dates and counts, so that ties are the rule.
        for (finding, (days, requests)) in findings.iter_mut().zip(changes) {
            let day = DateTime::from_timestamp(1_800_000_000, 0).expect("a time") + TimeDelta::days(days);
            finding.holders.truncate(1);
            finding.holders[0].rejected_from = day;
            finding.holders[0].requests = requests;
        }
        let mut backwards = findings.clone();
        backwards.reverse();
        rank::rank(&mut findings);
        rank::rank(&mut backwards);
        prop_assert_eq!(findings, backwards);
    }
}

/// A finding as a format names it: its rank, its service account and, where the format says so, its
/// cluster.
type Ranked = (usize, String, Option<String>);

fn rendered(format: Format, report: &Report) -> String {
    let options = RenderOptions {
        width: 120,
        colour: false,
        time_zone: chrono_tz::UTC,
    };
    let mut bytes = Vec::new();
    format
        .render(report, &options, &mut bytes)
        .expect("written to memory");
    String::from_utf8(bytes).expect("UTF-8")
}

fn in_csv(text: &str) -> Vec<Ranked> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.filter(|row| row.len() > 1)
        .map(|row| {
            let account = format!("{}/{}", &row[2], &row[3]);
            let rank = row[0].parse().expect("a number");
            (rank, account, Some(row[1].to_owned()))
        })
        .collect()
}

fn in_json(text: &str) -> Vec<Ranked> {
    let report: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    findings
        .iter()
        .map(|finding| {
            let account = format!(
                "{}/{}",
                text(&finding["namespace"]),
                text(&finding["service_account"])
            );
            let rank = finding["rank"].as_u64().expect("a number") as usize;
            (rank, account, Some(text(&finding["cluster"])))
        })
        .collect()
}

/// The rows of the page's tables: `<a href="#finding-3">kube-system/kube2iam</a>`.
fn in_html(text: &str) -> Vec<Ranked> {
    let links = text.split("<th scope=\"row\"><a href=\"#finding-").skip(1);
    links
        .map(|link| {
            let (rank, rest) = link.split_once("\">").expect("a link");
            let (account, _) = rest.split_once("</a>").expect("a link");
            (rank.parse().expect("a number"), account.to_owned(), None)
        })
        .collect()
}

/// The rows of the table: `| 3 | `recording` | `kube-system/kube2iam` | ...`.
fn in_markdown(text: &str) -> Vec<Ranked> {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split(" | ").collect();
        let rank = cells.first()?.strip_prefix("| ")?.parse().ok()?;
        let code = |cell: &str| cell.trim_matches('`').to_owned();
        Some((rank, code(cells[2]), Some(code(cells[1]))))
    });
    rows.collect()
}

/// The rows below each namespace: `kube-system (recording)`, and then `  3 kube2iam  frozen ...`.
fn in_table(text: &str) -> Vec<Ranked> {
    let mut heading = None;
    let mut ranked = Vec::new();
    let lines = text
        .lines()
        .skip_while(|line| !line.contains("SERVICE ACCOUNT"));
    for line in lines.skip(1).take_while(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let first = words.next().expect("a word");
        let rank = first.parse();
        match (rank, &heading) {
            (Ok(rank), Some((namespace, cluster))) => {
                let name = words.next().expect("a name");
                ranked.push((
                    rank,
                    format!("{namespace}/{name}"),
                    Some(String::clone(cluster)),
                ));
            }
            _ => {
                let cluster = words.next().expect("a cluster");
                heading = Some((
                    first.to_owned(),
                    cluster.trim_matches(['(', ')']).to_owned(),
                ));
            }
        }
    }
    ranked
}

static RECORDED: LazyLock<Report> = LazyLock::new(report_on_both);

/// Verdict, severity, whether it is accepted, and the day of its rejection.
type Change = (Verdict, Severity, bool, i64);

fn any_changes() -> impl Strategy<Value = Vec<Change>> {
    let verdicts = prop::sample::select(Verdict::ALL.to_vec());
    let severities = prop::sample::select(Severity::ALL.to_vec());
    let change = (verdicts, severities, any::<bool>(), 0_i64..4);
    prop::collection::vec(change, RECORDED.findings.len())
}

/// A report with the recorded service accounts and these verdicts and dates.
fn changed(changes: Vec<Change>) -> Report {
    let mut report = RECORDED.clone();
    let begin = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
    for (finding, (verdict, severity, accepted, days)) in report.findings.iter_mut().zip(changes) {
        finding.verdict = verdict;
        finding.severity = Some(severity).filter(|_| !verdict.is_harmless() && !accepted);
        finding.accepted = accepted.then(|| Accepted {
            until: begin.date_naive(),
            reason: "known".into(),
        });
        finding.holders.truncate(1);
        finding.holders[0].verdict = verdict;
        finding.holders[0].severity = finding.severity;
        finding.holders[0].rejected_from = begin + TimeDelta::days(days);
    }
    rank::rank(&mut report.findings);
    report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    /// Every format gives a finding the same rank, and every flat list is in the order of ranks.
    #[test]
    fn every_format_agrees_on_the_rank(changes in any_changes()) {
        let report = changed(changes);
        let expected: Vec<Ranked> = report
            .findings
            .iter()
            .map(|it| (it.rank, it.service_account.to_string(), Some(it.cluster.name.unescaped().to_owned())))
            .collect();
        let ranks: Vec<usize> = expected.iter().map(|it| it.0).collect();
        prop_assert_eq!(ranks, (1..=expected.len()).collect::<Vec<_>>());
        prop_assert!(report.findings.is_sorted_by_key(urgency));
        prop_assert_eq!(&in_csv(&rendered(Format::Csv, &report)), &expected);
        prop_assert_eq!(&in_json(&rendered(Format::Json, &report)), &expected);
        let needy = report.findings.iter().filter(|it| !it.needs_no_action()).count();
        // What needs nobody is ranked behind all that does.
        prop_assert!(report.findings[..needy].iter().all(|it| !it.needs_no_action()));
        let without_cluster = |ranked: &[Ranked]| -> Vec<Ranked> {
            ranked.iter().map(|it| (it.0, it.1.clone(), None)).collect()
        };
        let in_page = in_html(&rendered(Format::Html, &report));
        prop_assert_eq!(in_page, without_cluster(&expected));
        prop_assert_eq!(in_markdown(&rendered(Format::Markdown, &report)), &expected[..needy]);
        let mut in_table = in_table(&rendered(Format::Table, &report));
        // Grouped by namespace: the groups in the order of their first rank, and each in order.
        let groups: Vec<usize> = in_table
            .chunk_by(|one, next| one.1.split('/').next() == next.1.split('/').next() && one.2 == next.2)
            .map(|group| {
                assert!(group.is_sorted());
                group[0].0
            })
            .collect();
        prop_assert!(groups.is_sorted());
        in_table.sort();
        prop_assert_eq!(in_table, &expected[..needy]);
    }
}
