//! What a whole report says of itself.

use super::sample::*;
use super::*;
use crate::evidence::cluster::Cluster;
use crate::evidence::gap::GapKind;

fn cluster(name: &str) -> ClusterScan {
    scan(Cluster::named(name))
}

fn frozen(name: &str, severity: Severity) -> Finding {
    let holder = finding::HolderFinding {
        severity: Some(severity),
        ..holder("web-0", Verdict::Frozen)
    };
    finding(name, vec![holder])
}

#[test]
fn nothing_was_seen_if_every_cluster_is_blind() {
    let silent = ClusterScan {
        without_events: true,
        ..cluster("a")
    };
    let hidden = ClusterScan {
        gaps: vec![gap(GapKind::NotQueried)],
        ..cluster("b")
    };
    let torn = ClusterScan {
        gaps: vec![gap(GapKind::TornLine)],
        ..cluster("c")
    };
    let found = vec![frozen("app", Severity::Notice)];
    let nowhere = Report {
        gaps: vec![gap(GapKind::NotAnAuditLog)],
        ..report(Vec::new(), Vec::new())
    };
    for (report, expected) in [
        (report(vec![silent.clone()], Vec::new()), true),
        (report(vec![hidden.clone()], Vec::new()), true),
        (report(vec![silent.clone(), hidden], Vec::new()), true),
        (report(vec![silent.clone(), torn], Vec::new()), false),
        (report(vec![cluster("d")], Vec::new()), false),
        (report(vec![silent], found), false),
        (nowhere, true),
        // Nothing was requested.
        (report(Vec::new(), Vec::new()), false),
    ] {
        assert_eq!(report.saw_nothing(), expected, "{report:#?}");
    }
}

#[test]
fn accepted_findings_are_counted_by_themselves() {
    let report = report(
        vec![cluster("c")],
        vec![
            frozen("a", Severity::Critical),
            accepted(frozen("b", Severity::Critical)),
            accepted(frozen("c", Severity::Critical)),
            frozen("d", Severity::Notice),
            frozen("e", Severity::Notice),
            finding("f", vec![holder("web-0", Verdict::Gone)]),
        ],
    );
    assert_eq!(report.accepted(), 2);
    assert_eq!(report.count(Verdict::Frozen), 3);
    assert_eq!(report.count(Verdict::Gone), 1);
    let of_severity = |severity| {
        let findings = report.of_severity(severity);
        findings
            .map(|it| &*it.service_account.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(of_severity(Severity::Critical), ["a"]);
    assert_eq!(of_severity(Severity::Warning), Vec::<&str>::new());
    assert_eq!(of_severity(Severity::Notice), ["d", "e"]);
}

#[test]
fn urgent_callers_count_like_findings() {
    let mut report = report(vec![cluster("c"), cluster("d")], Vec::new());
    assert_eq!(report.worst_severity(), None);
    report.findings = vec![frozen("a", Severity::Notice)];
    assert_eq!(report.worst_severity(), Some(Severity::Notice));
    report.clusters[0].rejected_callers = vec![caller(None), caller(Some(Severity::Warning))];
    report.clusters[1].rejected_callers = vec![caller(Some(Severity::Critical))];
    assert_eq!(report.worst_severity(), Some(Severity::Critical));
    let urgent: Vec<_> = report
        .urgent_callers()
        .map(|(scan, caller)| (scan.cluster.name.to_string(), caller.severity))
        .collect();
    assert_eq!(
        urgent,
        [
            ("d".to_owned(), Some(Severity::Critical)),
            ("c".to_owned(), Some(Severity::Warning))
        ]
    );
}

#[test]
fn a_finding_is_dated_by_its_own_cluster() {
    let mut late = cluster("late");
    late.window.until = at(9);
    late.judged_by.uncapped_tokens = 2;
    let report = report(vec![late, cluster("c")], Vec::new());
    let here = frozen("a", Severity::Notice);
    let there = Finding {
        cluster: Cluster::named("late"),
        ..here.clone()
    };
    let nowhere = Finding {
        cluster: Cluster::named("elsewhere"),
        ..here.clone()
    };
    assert_eq!(report.as_of(), Some(at(9)));
    assert_eq!(report.now(&here), at(0));
    assert_eq!(report.now(&there), at(9));
    assert_eq!(report.window_end(&nowhere), None);
    let uncapped = |finding| report.judged_by(finding).map(|it| it.uncapped_tokens);
    assert_eq!(uncapped(&here), Some(0));
    assert_eq!(uncapped(&there), Some(2));
    assert_eq!(uncapped(&nowhere), None);
}
