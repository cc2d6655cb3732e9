//! Every way to see nothing is told from health: each cluster proves that its audit log was seen.

use loopback_cloudwatch::{CloudWatch, EksCluster, Fault, Operation, When};
use serde_json::{Value, json};

use super::{
    DAY, HOUR, START, STREAM, control_plane_event, empty, gaps, healthy, logging, plain_event,
    report, run_to, service, small_group, stale_event, tool_at,
};

const ALL_CLEAR: &str = "service account is about to be rejected";

/// What each command comes to: none gives the all-clear, all name the gap and the next step.
fn assert_unseen(start: impl Fn() -> CloudWatch, kind: &str, words: &str, hint: &str) {
    for command in ["sweep", "investigate", "export"] {
        let cloudwatch = start();
        let run = run_to(tool_at(&cloudwatch).args([command, "a"]).args(DAY), 4);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(!said.contains(ALL_CLEAR), "{command}: {said}");
        assert!(run.stderr.contains("cluster a: "), "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert!(run.stderr.contains(hint), "{}", run.stderr);
        if command != "export" {
            let report = report(tool_at(&cloudwatch).args([command, "a"]).args(DAY), 4);
            assert_eq!(report["complete"], false);
            assert_eq!(gaps(&report), [("a".to_owned(), kind.to_owned())]);
        }
    }
}

#[test]
fn a_log_group_without_an_audit_event_is_not_healthy() {
    let enable = "aws eks update-cluster-config --region eu-west-1 --name a";
    let nothing = "holds no audit event in the window";
    let kind = "no_events";
    assert_unseen(
        || service().group(empty("a")).start(),
        kind,
        nothing,
        enable,
    );
    // Other logs of the control plane are no audit log.
    let others = || {
        let group = empty("a");
        let group = group.event("authenticator-0", (START + 3_000) * 1_000, "level=info");
        service().group(group).start()
    };
    assert_unseen(others, kind, nothing, enable);
    // It stopped two days before, which is known from nowhere inside the window.
    let stopped = || service().group(logging("a", -180_000, -172_000)).start();
    assert_unseen(stopped, kind, nothing, enable);
    let off = service()
        .group(empty("a"))
        .cluster(EksCluster::named("a").without_audit_logging())
        .start();
    let run = run_to(tool_at(&off).args(["sweep", "a"]).args(DAY), 4);
    for words in ["cluster a: its audit logging is off", enable] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn an_audit_log_that_stopped_inside_the_window_is_not_healthy() {
    assert_unseen(
        || service().group(logging("a", -90_000, -600)).start(),
        "audit_log_stopped",
        "the newest audit event in log group /aws/eks/a/cluster is from 2026-11-20 05:50 UTC",
        "aws eks update-cluster-config --region eu-west-1 --name a",
    );
}

#[test]
fn an_audit_log_that_a_transformer_changes_is_not_healthy() {
    let events = || {
        (0..60).fold(empty("a"), |group, minute| {
            let message = r#"{"activity_id":1,"category_name":"Application Activity","metadata":{"product":{"name":"Amazon EKS"}}}"#;
            group.event(STREAM, (START + minute * 60) * 1_000, message)
        })
    };
    let ocsf = json!({"parseToOCSF": {"eventSource": "EKSAudit", "ocsfVersion": "V1.1"}});
    let of_group = || {
        let group = events().transformer([ocsf.clone()]);
        service().group(group).start()
    };
    assert_unseen(
        of_group,
        "no_events",
        "the log group's transformer (parseToOCSF) changes them",
        "aws logs delete-transformer --region eu-west-1 --log-group-identifier /aws/eks/a/cluster",
    );
    assert_unseen(
        || service().group(events()).start(),
        "no_events",
        "one of the account may change them",
        "aws logs describe-account-policies --region eu-west-1 --policy-type TRANSFORMER_POLICY",
    );
    let unknown = |fault: Fault| {
        let builder = service().group(events());
        let builder = builder.fault(Operation::GetTransformer, When::Always, fault);
        builder.start()
    };
    assert_unseen(
        || unknown(Fault::AccessDenied),
        "no_events",
        "a transformer may change them",
        "aws logs get-transformer --region eu-west-1 --log-group-identifier /aws/eks/a/cluster",
    );
    for fault in [Fault::AccessDenied, Fault::Hang] {
        let cloudwatch = unknown(fault);
        let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(DAY), 4);
        let (notes, _) = notes_and_since(&report);
        assert!(notes.contains("logs:GetTransformer"), "{notes}");
    }
    // It was switched on inside the window.
    let since = || {
        let group = (-9..4).fold(events(), |group, hour| {
            let (millis, event) = plain_event(hour * 600 - 84_000);
            group.event(STREAM, millis, &event)
        });
        service().group(group.transformer([ocsf.clone()])).start()
    };
    assert_unseen(
        since,
        "audit_log_stopped",
        "the log group's transformer (parseToOCSF) changes them",
        "aws logs delete-transformer",
    );
}

#[test]
fn how_long_a_silence_is_one_can_be_said() {
    let cloudwatch = service().group(logging("a", -90_000, -600)).start();
    let sweep = |max_silence: &str, exit| {
        let arguments = ["sweep", "a", "--max-silence", max_silence];
        report(tool_at(&cloudwatch).args(arguments).args(DAY), exit)
    };
    assert_eq!(sweep("2h", 0)["complete"], true);
    assert_eq!(sweep("69m", 4)["complete"], false);
    assert_eq!(sweep("70m", 0)["complete"], true);
}

#[test]
fn one_silent_cluster_of_many_is_named() {
    let cloudwatch = service()
        .groups(["a", "b", "c"].map(healthy))
        .group(empty("dark"))
        .start();
    let run = run_to(
        tool_at(&cloudwatch)
            .args(["sweep", "--all-clusters"])
            .args(DAY),
        4,
    );
    assert!(
        run.stdout.contains("could not see 1 of 4 clusters: dark"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains(ALL_CLEAR), "{}", run.stdout);
}

/// The proof costs two looks at ten minutes, whatever the number of clusters; where findings prove
/// it, none.
#[test]
fn a_healthy_fleet_stays_quiet_at_little_cost() {
    let cloudwatch = service().groups(["a", "b", "c"].map(healthy)).start();
    let run = run_to(
        tool_at(&cloudwatch)
            .args(["sweep", "--all-clusters"])
            .args(DAY),
        0,
    );
    assert!(run.stdout.contains(ALL_CLEAR), "{}", run.stdout);
    let queries = cloudwatch.queries();
    let mut probes: Vec<(i64, i64)> = queries
        .iter()
        .filter(|query| query.text.contains("auditMark"))
        .map(|query| (query.start, query.end))
        .collect();
    probes.sort_unstable();
    let (since, until) = (START - 82_800, START + 3_600);
    assert_eq!(probes, [(since, since + 600), (until - 600, until)]);
    assert_eq!(queries.len(), 3);

    let cloudwatch = service().group(small_group("a")).start();
    run_to(tool_at(&cloudwatch).args(["sweep", "a"]).args(HOUR), 0);
    assert_eq!(cloudwatch.queries().len(), 1);
}

/// A control plane's own requests prove that the log is seen, and tell its version: one scan is
/// enough, of everything and once.
#[test]
fn a_sweep_and_an_investigation_are_one_scan_where_the_control_plane_is_seen() {
    let marked = 60 * stale_event("sa", "a-pod", 0).1.len();
    for command in ["sweep", "investigate"] {
        let group = (-144..=6).fold(small_group("a").created(0), |group, ten_minutes| {
            let (millis, event) = control_plane_event(ten_minutes * 600, "system:apiserver");
            group.event(STREAM, millis, &event)
        });
        // Who is rejected is known from the window itself, and is accepted afterwards.
        let (millis, event) = super::floods::rejection("10.0.0.1", "agent", 1_800_000);
        let rejected = event.len();
        let group = group.event(STREAM, millis, &event);
        let cloudwatch = service().group(group).start();
        cloudwatch.fault(
            Operation::DescribeCluster,
            When::Always,
            Fault::AccessDenied,
        );
        let report = report(tool_at(&cloudwatch).args([command, "a"]).args(DAY), 0);
        assert_eq!(cloudwatch.queries().len(), 1, "{command}");
        let cluster = &report["clusters"][0];
        assert_eq!(cluster["judged_by"]["version"], "1.34");
        assert_eq!(cluster["queries"], 1);
        // The window is a day, from the 19th at 07:00.
        let own = 145 * control_plane_event(0, "system:apiserver").1.len();
        assert_eq!(cluster["bytes_scanned"], marked + own + rejected);
    }
}

/// The notes of a report's only cluster, and its window's beginning.
fn notes_and_since(report: &Value) -> (String, &str) {
    let cluster = &report["clusters"][0];
    let notes = cluster["notes"].as_array().expect("notes").iter();
    let notes: Vec<&str> = notes.filter_map(|note| note["text"].as_str()).collect();
    (notes.join("; "), cluster["since"].as_str().expect("a time"))
}

#[test]
fn a_later_beginning_clamps_the_window() {
    let cloudwatch = service().group(logging("a", -36_000, 3_600)).start();
    let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(DAY), 0);
    let (notes, since) = notes_and_since(&report);
    assert_eq!(since, "2026-11-19T20:00:00Z");
    assert_eq!(notes, "its audit log starts at 2026-11-19 20:00 UTC");
}

#[test]
fn a_deleted_cluster_and_a_new_one_are_lines_and_no_gaps() {
    let cloudwatch = service().group(empty("a")).deleted_cluster("a").start();
    let deleted = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(DAY), 0);
    let (notes, _) = notes_and_since(&deleted);
    assert!(notes.contains("EKS no longer has this cluster"), "{notes}");

    let created = |before: i64| EksCluster::named("a").created(START + 3_600 - before);
    let young = service().group(empty("a")).cluster(created(3_000)).start();
    let young = report(tool_at(&young).args(["sweep", "a"]).args(DAY), 0);
    let (notes, _) = notes_and_since(&young);
    assert!(notes.contains("created at 2026-11-20 06:10 UTC"), "{notes}");
    let old = service().group(empty("a")).cluster(created(3_700)).start();
    report(tool_at(&old).args(["sweep", "a"]).args(DAY), 4);
}

/// Of whom nothing may be listed nobody knows from when on a log is kept: that the beginning is
/// refused is no gap.
#[test]
fn a_beginning_that_is_refused_is_no_gap() {
    let cloudwatch = service()
        .group(logging("a", 0, 3_600).created(START * 1_000))
        .fault(
            Operation::DescribeLogGroups,
            When::Always,
            Fault::AccessDenied,
        )
        .start();
    let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(DAY), 0);
    assert_eq!(gaps(&report), []);
}

#[test]
fn a_probe_that_fails_is_a_gap() {
    let cloudwatch = service().group(healthy("a")).start();
    cloudwatch.fault(Operation::StartQuery, When::From(2), Fault::AccessDenied);
    let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(DAY), 4);
    assert_eq!(gaps(&report), [("a".to_owned(), "not_asked".to_owned())]);
}

/// The control plane's own requests state the version, where the EKS API does not.
#[test]
fn the_version_is_learnt_from_the_control_plane() {
    for (user, version) in [
        ("system:apiserver", Value::from("1.34")),
        ("evil", Value::Null),
    ] {
        let (millis, event) = control_plane_event(3_500, user);
        let cloudwatch = service()
            .group(healthy("a").event(STREAM, millis, &event))
            .fault(
                Operation::DescribeCluster,
                When::Always,
                Fault::AccessDenied,
            )
            .start();
        let report = report(tool_at(&cloudwatch).args(["sweep", "a"]).args(DAY), 0);
        assert_eq!(
            report["clusters"][0]["judged_by"]["version"], version,
            "{user}"
        );
    }
}
