//! Findings are ranked in a total order that does not depend on how the evidence came in.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use eks_stale_tokens::report::Report;
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

#[test]
fn namespaces_stand_together_by_their_earliest_rejection() {
    let report = report_on_both();
    let ranks: Vec<usize> = report.findings.iter().map(|finding| finding.rank).collect();
    assert_eq!(ranks, (1..=report.findings.len()).collect::<Vec<_>>());

    let mut namespaces: Vec<(String, String)> = Vec::new();
    let mut earliest: BTreeMap<(String, String), Option<DateTime<Utc>>> = BTreeMap::new();
    for finding in &report.findings {
        let namespace = (
            finding.cluster.name.clone(),
            finding.service_account.namespace.clone(),
        );
        if namespaces.last() != Some(&namespace) {
            assert!(
                !namespaces.contains(&namespace),
                "{namespace:?} is torn apart"
            );
            namespaces.push(namespace.clone());
        }
        let date = finding.severity.map(|_| finding.lead().rejected_from);
        let known = earliest.entry(namespace).or_default();
        *known = (*known).into_iter().chain(date).min();
    }
    let dates: Vec<DateTime<Utc>> = namespaces
        .iter()
        .map(|namespace| earliest[namespace].unwrap_or(DateTime::<Utc>::MAX_UTC))
        .collect();
    assert!(dates.is_sorted(), "{dates:?}");
    assert!(namespaces.len() > 10);
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
