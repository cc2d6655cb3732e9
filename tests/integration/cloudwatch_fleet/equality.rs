//! The same log through files, single events and aggregated rows gives the same findings.

use std::sync::Arc;
use std::time::Duration;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::evidence::coverage::Coverages;
use eks_stale_tokens::evidence::set::EvidenceSet;
use eks_stale_tokens::report::Report;
use eks_stale_tokens::source::cloudwatch::budget::Budget;
use eks_stale_tokens::source::cloudwatch::cluster_selection::ClusterSelection;
use eks_stale_tokens::source::cloudwatch::discovery::discover;
use eks_stale_tokens::source::cloudwatch::fleet::{Fleet, FoundRegion};
use eks_stale_tokens::source::cloudwatch::queries::logs_query::LogsQuery;
use eks_stale_tokens::source::cloudwatch::queries::{
    audit_evidence, stale_token_events, stale_token_holders,
};
use eks_stale_tokens::source::cloudwatch::query_limits::{QueryLimits, RunLimits, WindowEnd};
use eks_stale_tokens::source::cloudwatch::{Outcome, gather};
use eks_stale_tokens::verdict::judge;
use loopback_cloudwatch::LogClass;
use serde_json::Value;

use super::{WINDOW, connection, fixture, group, of_holders, report, service, tool_at};
use crate::recordings::ninety_days;
use crate::tool::tool;

/// The findings without what files do not tell: the Region and the account.
fn findings(report: &Value) -> Vec<Value> {
    let mut findings = report["findings"].as_array().expect("findings").clone();
    for finding in &mut findings {
        let finding = finding.as_object_mut().expect("an object");
        finding.remove("region");
        finding.remove("account");
        finding.remove("kubernetes_version");
        finding.remove("after_upgrade");
        // A window of CloudWatch begins where its log does, that of files where it was asked to.
        finding.remove("rejected_at_least_since");
        for holder in finding["holders"].as_array_mut().into_iter().flatten() {
            if let Some(rejections) = holder["rejections"].as_object_mut() {
                rejections.remove("at_least_since");
            }
        }
    }
    findings
}

#[test]
fn an_investigation_gives_the_same_findings_and_legacy_tokens_as_files_do() {
    let mut legacy = 0;
    for cluster in ["recording", "timeline"] {
        let cloudwatch = service()
            // Old enough to be looked back into.
            .group(group(cluster).created(0))
            .start();
        let asked = report(
            tool_at(&cloudwatch)
                .args(["investigate", cluster])
                .args(WINDOW),
            0,
        );
        let read = report(
            tool()
                .args(["investigate", "--input"])
                .arg(fixture(cluster))
                .args(WINDOW),
            0,
        );
        assert_same(&asked, &read);
        let tokens = &asked["clusters"][0]["legacy_tokens"];
        assert_eq!(tokens, &read["clusters"][0]["legacy_tokens"]);
        legacy += tokens.as_array().map_or(0, Vec::len);
    }
    assert!(legacy > 0);
}

fn assert_same(one: &Value, other: &Value) {
    let (one, other) = (findings(one), findings(other));
    assert!(one.len() > 3);
    assert_eq!(one, other);
}

#[test]
fn aggregated_rows_and_lines_of_files_give_the_same_findings() {
    for cluster in ["recording", "timeline"] {
        let cloudwatch = service().group(group(cluster)).start();
        let asked = report(
            tool_at(&cloudwatch).args(["sweep", cluster]).args(WINDOW),
            0,
        );
        let read = report(
            tool()
                .args(["sweep", "--input"])
                .arg(fixture(cluster))
                .args(WINDOW),
            0,
        );
        assert_same(&asked, &read);
        let tokens = |report: &Value| report["clusters"][0]["legacy_tokens"].clone();
        assert_eq!(tokens(&asked), tokens(&read));
        // One query reads everything, though somebody wrote the mark into bodies. Probes prove
        // only that the log was seen.
        assert_eq!(of_holders(&cloudwatch).len(), 1);
        let mut queries = cloudwatch.queries();
        queries.retain(|query| !query.text.contains("auditMark"));
        assert_eq!(queries.len(), 1);
    }
}

#[test]
fn the_infrequent_access_class_which_discovers_no_fields_gives_the_same() {
    let standard = service().group(group("recording")).start();
    let infrequent = service()
        .group(group("recording").class(LogClass::InfrequentAccess))
        .start();
    let sweep = |cloudwatch| {
        report(
            tool_at(cloudwatch)
                .args(["sweep", "recording"])
                .args(WINDOW),
            0,
        )
    };
    assert_same(&sweep(&standard), &sweep(&infrequent));
}

/// A window whose ends cut watches in two: what counts is the arrival.
#[test]
fn windows_that_begin_in_the_middle_give_the_same() {
    let window = [
        "--since",
        "2026-11-24T06:03:11.5Z",
        "--until",
        "2026-11-24T06:05:02.25Z",
        "--look-back",
        "7d",
    ];
    let cloudwatch = service().group(group("recording")).start();
    let asked = report(
        tool_at(&cloudwatch)
            .args(["sweep", "recording"])
            .args(window),
        0,
    );
    let read = report(
        tool()
            .args(["sweep", "--input"])
            .arg(fixture("recording"))
            .args(window),
        0,
    );
    assert_same(&asked, &read);
}

async fn judged(endpoint: String, query: LogsQuery) -> Report {
    let connection = connection(endpoint);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    let wanted = ClusterSelection::selected(vec!["recording".parse().expect("a name")], Vec::new());
    let groups = discover(&connection, &wanted, false, deadline)
        .await
        .expect("found")
        .groups;
    let fleet = Fleet {
        regions: vec![FoundRegion {
            connection: Arc::new(connection),
            groups: Arc::new(groups),
        }],
        ..Fleet::default()
    };
    let time = |text: &str| text.parse().expect("a time");
    let budget = Budget {
        max_queries: 4,
        max_scan: None,
        price_per_gb: None,
        time_limit: Duration::from_secs(60),
    };
    let limits = QueryLimits {
        since: time("2026-11-04T00:00:00Z"),
        look_back: None,
        end: WindowEnd {
            until: time("2026-11-24T06:10:00Z"),
            now: time("2026-11-24T06:10:00Z"),
            max_silence: chrono::TimeDelta::hours(1),
        },
        max_queries: budget.max_queries,
        run: Arc::new(RunLimits::new(budget, deadline)),
    };
    let outcome: Outcome<EvidenceSet> = gather(fleet, &[query], &limits, None).await;
    let Outcome {
        gathered, failures, ..
    } = outcome;
    assert!(failures.is_empty(), "{failures:?}");
    let coverages: &Coverages = &gathered.coverages;
    assert!(
        coverages
            .0
            .keys()
            .all(|cluster: &Arc<Cluster>| cluster.name == "recording")
    );
    judge(&gathered.collected, coverages, &ninety_days())
}

#[test]
fn aggregated_rows_and_single_events_give_the_same_findings() {
    let cloudwatch = service().group(group("recording")).start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let asked = |query| runtime.block_on(judged(cloudwatch.endpoint(), query));
    let (holders, events) = (
        asked(stale_token_holders::QUERY),
        asked(stale_token_events::QUERY),
    );
    assert!(holders.findings.len() > 5);
    assert_eq!(holders.findings, events.findings);
    // Of all the kinds that one scan reads, whole events are read with it.
    let whole = audit_evidence::QUERY.fallback.expect("whole events");
    let (rows, events) = (asked(audit_evidence::QUERY), asked(*whole));
    assert_eq!(rows.findings, events.findings);
    assert_eq!(
        rows.clusters[0].legacy_tokens,
        events.clusters[0].legacy_tokens
    );
}
