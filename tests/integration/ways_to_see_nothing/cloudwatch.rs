//! Through the loopback service.

use std::process::{Command, Stdio};

use loopback_cloudwatch::{Builder, EksCluster, End, Exception, Fault, LogGroup, Operation, When};
use loopback_webhook::WebhookReceiver;

use super::{
    ALL_CLEAR, Outcome, assert_outcome, assert_remembered, assert_rows, fails, incomplete, refused,
    silent,
};
use crate::cloudwatch_fleet::{
    DAY, START, STREAM, empty, healthy, logging, service, small_group_for_days, stale_event,
};
use crate::tool::{Run, run, tool_toward};

/// A way to see nothing: what the service holds and does, the arguments beside the window, and
/// the outcome.
struct Row {
    name: &'static str,
    service: fn() -> Builder,
    arguments: &'static [&'static str],
    outcome: Outcome,
}

fn faulty(operation: Operation, when: When, fault: Fault) -> Builder {
    service().group(healthy("a")).fault(operation, when, fault)
}

fn ending(end: End) -> Builder {
    service().group(healthy("a")).queries_end(When::Always, end)
}

fn transformed() -> LogGroup {
    let message = r#"{"activity_id":1,"metadata":{"product":{"name":"Amazon EKS"}}}"#;
    (0..60).fold(empty("a"), |group, minute| {
        group.event(STREAM, (START + minute * 60) * 1_000, message)
    })
}

const ROWS: &[Row] = &[
    Row {
        name: "an empty log group",
        service: || service().group(empty("a")),
        arguments: &["a"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "other streams only",
        service: || {
            let group = empty("a");
            service().group(group.event("authenticator-0", (START + 3_000) * 1_000, "level=info"))
        },
        arguments: &["a"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "an audit log that stopped two days ago",
        service: || service().group(logging("a", -180_000, -172_000)),
        arguments: &["a"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "an audit log that stopped inside the window",
        service: || service().group(logging("a", -90_000, -600)),
        arguments: &["a"],
        outcome: incomplete(
            "could not see all of a: audit log stopped",
            &[("a", "audit_log_stopped")],
        ),
    },
    Row {
        name: "an audit log that stopped under a frozen pod",
        service: || {
            let (millis, event) = stale_event("sa", "a-pod", -60_000);
            service().group(logging("a", -90_000, -60_000).event(STREAM, millis, &event))
        },
        arguments: &["a"],
        outcome: incomplete(
            "could not see all of a: audit log stopped",
            &[("a", "audit_log_stopped")],
        ),
    },
    Row {
        name: "audit logging that is off",
        service: || {
            let cluster = EksCluster::named("a").without_audit_logging();
            service().group(empty("a")).cluster(cluster)
        },
        arguments: &["a"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "a cluster without a log group",
        service: || {
            service()
                .group(healthy("b"))
                .cluster(EksCluster::named("a"))
        },
        arguments: &["--all-clusters"],
        outcome: incomplete("could not see 1 of 2 clusters: a", &[("a", "not_asked")]),
    },
    Row {
        name: "a transformer",
        service: || service().group(transformed()),
        arguments: &["a"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "a window before the log group",
        service: || service().group(logging("a", 7_200, 20_000).created((START + 7_200) * 1_000)),
        arguments: &["a"],
        outcome: fails("the window lies before the creation of log group"),
    },
    Row {
        name: "a window behind the log",
        service: || service().group(logging("a", -400_000, -300_000)),
        arguments: &["a"],
        outcome: incomplete("nothing could be read", &[("a", "no_events")]),
    },
    Row {
        name: "a window that is not kept any more",
        service: || service().group(healthy("a").retention_days(1)),
        arguments: &["a"],
        outcome: fails("the window lies before the creation of log group"),
    },
    Row {
        name: "a typo",
        service: || service().group(healthy("prod-1")),
        arguments: &["prod-2"],
        outcome: fails("did you mean prod-1?"),
    },
    Row {
        name: "a pattern that fits no cluster",
        service: || service().group(healthy("a")),
        arguments: &["prod-*"],
        outcome: fails("prod-*"),
    },
    Row {
        name: "no cluster at all",
        service,
        arguments: &["--all-clusters"],
        outcome: fails("there is no"),
    },
    Row {
        name: "every cluster excluded",
        service: || service().group(healthy("a")),
        arguments: &["--all-clusters", "--exclude-cluster", "*"],
        outcome: fails(""),
    },
    Row {
        name: "a deleted cluster",
        service: || service().group(empty("a")).deleted_cluster("a"),
        arguments: &["a"],
        outcome: silent("there was nothing to read"),
    },
    Row {
        name: "a new cluster",
        service: || {
            let cluster = EksCluster::named("a").created(START + 3_000);
            service().group(empty("a")).cluster(cluster)
        },
        arguments: &["a"],
        outcome: silent("there was nothing to read"),
    },
    Row {
        name: "StartQuery denied",
        service: || faulty(Operation::StartQuery, When::Always, Fault::AccessDenied),
        arguments: &["a"],
        outcome: fails("logs:StartQuery is not allowed"),
    },
    Row {
        name: "the probe denied",
        service: || faulty(Operation::StartQuery, When::From(3), Fault::AccessDenied),
        arguments: &["a"],
        outcome: incomplete("could not see all of a", &[("a", "not_asked")]),
    },
    Row {
        name: "GetQueryResults denied",
        service: || {
            faulty(
                Operation::GetQueryResults,
                When::Always,
                Fault::AccessDenied,
            )
        },
        arguments: &["a"],
        outcome: fails("logs:GetQueryResults is not allowed"),
    },
    Row {
        name: "expired credentials",
        service: || {
            faulty(
                Operation::StartQuery,
                When::Always,
                Fault::ExpiredCredentials,
            )
        },
        arguments: &["a"],
        outcome: fails("invalid or have expired"),
    },
    Row {
        name: "queries that fail",
        service: || ending(End::Failed),
        arguments: &["a"],
        outcome: incomplete("could not see all of a", &[("a", "query_ended")]),
    },
    Row {
        name: "queries that somebody stops",
        service: || ending(End::Cancelled),
        arguments: &["a"],
        outcome: incomplete("could not see all of a", &[("a", "query_ended")]),
    },
    Row {
        name: "queries that never end",
        service: || ending(End::Never),
        arguments: &["a", "--timeout", "2s"],
        outcome: incomplete("could not see all of a", &[("a", "time_limit")]),
    },
    Row {
        name: "a log group that vanished",
        service: || {
            let gone = Exception::not_found("gone");
            faulty(Operation::StartQuery, When::Always, Fault::Other(gone))
        },
        arguments: &["a"],
        outcome: fails("there is no log group /aws/eks/a/cluster"),
    },
    Row {
        name: "a fleet of 120 with events in 3",
        service: || {
            let dark = (0..117).map(|nth| empty(&format!("dark-{nth:03}")));
            service().groups(["b", "c", "d"].map(healthy)).groups(dark)
        },
        arguments: &["b", "c", "d", "dark-000", "dark-001", "dark-116"],
        outcome: incomplete(
            "could not see 3 of 6 clusters: dark-000, dark-001, dark-116",
            &[
                ("dark-000", "no_events"),
                ("dark-001", "no_events"),
                ("dark-116", "no_events"),
            ],
        ),
    },
    Row {
        name: "a beginning in the future",
        service: || service().group(healthy("a")),
        arguments: &["a", "--since", "2126-01-01"],
        outcome: refused("the window ends before it starts"),
    },
    Row {
        name: "an end in the future",
        service: || service().group(healthy("a")),
        arguments: &["a", "--until", "2126-01-01"],
        outcome: refused("--until is in the future"),
    },
    Row {
        name: "a scan that would cost too much",
        service: || service().group(healthy("a")).bytes_factor(1_000_000),
        arguments: &["a", "--max-scan", "1KB"],
        outcome: fails("--max-scan allows"),
    },
];

fn sweep(builder: Builder, arguments: &[&str], check: impl FnOnce(&mut Command)) {
    let cloudwatch = builder.start();
    let mut command = tool_toward(&cloudwatch.endpoint());
    command.arg("sweep").args(arguments);
    for pair in DAY.chunks(2) {
        if !arguments.contains(&pair[0]) {
            command.args(pair);
        }
    }
    check(&mut command);
}

#[test]
fn no_log_group_gives_an_all_clear_that_was_not_earned() {
    assert_rows(
        ROWS,
        |row| row.name,
        |row| {
            let directory = tempfile::tempdir().expect("a directory");
            let state = directory.path().join("state.json");
            let known = || service().group(small_group_for_days("a"));
            sweep(known(), &["a"], |command| {
                let first = run(command.arg("--output").arg(&state));
                assert_eq!(first.code, Some(0), "{}", first.stderr);
            });
            sweep((row.service)(), row.arguments, |command| {
                assert_outcome(row.name, command, &state, &row.outcome);
            });
            sweep(known(), &["a"], |command| {
                assert_remembered(row.name, command, &state)
            });
        },
    );
}

#[test]
fn a_fleet_of_120_with_events_in_3_is_117_gaps() {
    let dark = (0..117).map(|nth| empty(&format!("dark-{nth:03}")));
    let builder = service().groups(["b", "c", "d"].map(healthy)).groups(dark);
    sweep(builder, &["--all-clusters"], |command| {
        let run = run(command);
        assert_eq!(run.code, Some(4), "{}", run.stderr);
        let words = "could not see 117 of 120 clusters: dark-000, dark-001, dark-002 and 114 more";
        assert!(run.stdout.contains(words), "{}", run.stdout);
        assert!(!run.stdout.contains(ALL_CLEAR), "{}", run.stdout);
    });
}

/// What shows that the table can fail.
#[test]
fn what_was_seen_is_all_clear() {
    let fleet = || service().groups(["a", "b", "c"].map(healthy));
    for arguments in [&["a"][..], &["--all-clusters"]] {
        sweep(fleet(), arguments, |command| {
            let run = run(command);
            assert_eq!(run.code, Some(0), "{}", run.stderr);
            assert!(run.stdout.contains(ALL_CLEAR), "{}", run.stdout);
        });
    }
}

/// Whoever breaks a sweep off has seen nothing: the saved report stays, and nobody is told.
#[test]
fn an_interrupted_sweep_says_nothing_of_health() {
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().join("state.json");
    let known = || service().group(small_group_for_days("a"));
    sweep(known(), &["a"], |command| {
        let first = run(command.arg("--output").arg(&state));
        assert_eq!(first.code, Some(0), "{}", first.stderr);
    });
    let before = std::fs::read(&state).expect("a saved report");
    let webhook = WebhookReceiver::start();
    let cloudwatch = ending(End::Never).start();
    let child = tool_toward(&cloudwatch.endpoint())
        .args(["sweep", "a", "--token-lifetime", "90d", "--previous"])
        .arg(&state)
        .arg("--output")
        .arg(&state)
        .args(["--format", "table", "--notify", "always"])
        .args(DAY)
        .env("EKS_STALE_TOKENS_WEBHOOK", webhook.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    cloudwatch.wait_for("GetQueryResults", 4);
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(sent.expect("kill runs").success());
    let run = Run::from(child.wait_with_output().expect("the program ends"));
    let said = format!("{}\n{}", run.stdout, run.stderr);
    assert_eq!(run.code, Some(130), "{said}");
    assert!(
        run.stdout.contains("could not see all of a: interrupted"),
        "{said}"
    );
    assert!(!said.contains(ALL_CLEAR), "{said}");
    assert_eq!(webhook.take().len(), 0);
    assert_eq!(std::fs::read(&state).expect("a saved report"), before);
    sweep(known(), &["a"], |command| {
        assert_remembered("an interrupted sweep", command, &state)
    });
}

/// With a filter, which is of `investigate`.
#[test]
fn a_filter_that_finds_nothing_clears_nobody() {
    for (filter, code, words) in [
        (["--pod", "a-pot"], 1, "nearest: a-pod"),
        (
            ["--namespace", "payments"],
            0,
            "was not seen with a stale token, among 1 holder",
        ),
    ] {
        let cloudwatch = service().group(small_group_for_days("a")).start();
        let mut command = tool_toward(&cloudwatch.endpoint());
        let run = run(command.args(["investigate", "a"]).args(filter).args(DAY));
        let said = format!("{filter:?}: {}\n{}", run.stdout, run.stderr);
        assert_eq!(run.code, Some(code), "{said}");
        assert!(said.contains(words), "{said}");
        assert!(!said.contains(ALL_CLEAR), "{said}");
    }
}
