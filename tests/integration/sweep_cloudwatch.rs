//! A sweep through CloudWatch Logs Insights: the program as a process, over a socket.

use std::io::Cursor;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use loopback_cloudwatch::{CloudWatch, End, Fate, Fault, LogGroup, Operation, When};

use crate::cloudwatch_fleet::{STREAM, WINDOW};
use crate::recordings::{audit_log, fixtures};
use crate::tool::{Run, over_files, run, tool, tool_toward};

fn group(recording: &str) -> LogGroup {
    LogGroup::named(format!("/aws/eks/{recording}/cluster"))
        .events_from_audit_log(STREAM, Cursor::new(audit_log(recording)))
}

fn sweep(cloudwatch: &CloudWatch, cluster: &str) -> Command {
    let mut command = tool_toward(&cloudwatch.endpoint());
    command
        .args(["sweep", cluster, "--format", "json"])
        .args(WINDOW);
    command
}

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr))
}

/// The findings without the Region and the account, which files do not tell.
fn findings(run: &Run) -> Vec<serde_json::Value> {
    let mut findings = json(run)["findings"].as_array().expect("findings").clone();
    for finding in &mut findings {
        finding["region"] = serde_json::Value::Null;
        let finding = finding.as_object_mut().expect("an object");
        // Files do not tell these.
        for key in ["account", "kubernetes_version", "after_upgrade"] {
            finding.remove(key);
        }
    }
    findings
}

fn gaps(run: &Run) -> Vec<String> {
    json(run)["clusters"][0]["gaps"]
        .as_array()
        .expect("gaps")
        .iter()
        .map(|gap| gap["kind"].as_str().expect("a kind").to_owned())
        .collect()
}

fn assert_nothing_left_running(cloudwatch: &CloudWatch) {
    let left: Vec<_> = cloudwatch
        .queries()
        .into_iter()
        .filter(|query| query.fate == Fate::LeftRunning)
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_same_evidence_gives_the_same_findings_as_from_files() {
    for recording in ["recording", "timeline"] {
        // Older than the window: that the log begins inside it shows in its events alone.
        let cloudwatch = CloudWatch::builder()
            .group(group(recording).created(0))
            .polls_until_complete(3)
            .page_size(100)
            .start();
        let asked = run(&mut sweep(&cloudwatch, recording));
        assert_eq!(asked.code, Some(0), "{}", asked.stderr);
        let directory = fixtures().join("aws/eks").join(recording);
        let read = over_files(
            "sweep",
            &[&directory],
            WINDOW.into_iter().chain(["--format", "json"]),
        );
        assert_eq!(read.code, Some(0), "{}", read.stderr);
        assert!(findings(&asked).len() > 5);
        assert_eq!(findings(&asked), findings(&read), "{recording}");
        assert_nothing_left_running(&cloudwatch);
    }
}

#[test]
fn an_export_has_the_same_rows_as_from_files() {
    let cloudwatch = CloudWatch::builder()
        .group(group("timeline"))
        .page_size(300)
        .start();
    for flags in [&[][..], &["--rejected"]] {
        let asked = run(tool_toward(&cloudwatch.endpoint())
            .args(["export", "timeline"])
            .args(flags)
            .args(WINDOW));
        let directory = fixtures().join("aws/eks/timeline");
        let read = over_files(
            "export",
            &[&directory],
            WINDOW.into_iter().chain(flags.iter().copied()),
        );
        assert_eq!(
            (asked.code, read.code),
            (Some(0), Some(0)),
            "{}",
            asked.stderr
        );
        assert!(asked.stdout.lines().count() > 1_000);
        let rejected = asked.stdout.matches(",rejected,").count();
        assert_eq!(rejected > 200, !flags.is_empty(), "{rejected}");
        // A file knows nothing of accounts and Regions.
        let nowhere = asked.stdout.replace(",111122223333,eu-west-1,", ",,,");
        assert_ne!(nowhere, asked.stdout);
        assert!(nowhere == read.stdout, "the rows differ");
    }
}

#[test]
fn a_busy_service_is_waited_for() {
    let cloudwatch = CloudWatch::builder().group(group("timeline")).start();
    cloudwatch.fault(Operation::StartQuery, When::Nth(1), Fault::LimitExceeded);
    cloudwatch.fault(Operation::GetQueryResults, When::Nth(1), Fault::Throttle);
    cloudwatch.fault(
        Operation::GetQueryResults,
        When::Nth(2),
        Fault::InternalFailure,
    );
    let asked = run(&mut sweep(&cloudwatch, "timeline"));
    assert_eq!(asked.code, Some(0), "{}", asked.stderr);
    assert!(findings(&asked).len() > 5);
}

#[test]
fn every_other_end_of_a_query_is_an_incomplete_report() {
    for (end, word) in [
        (End::Failed, "Failed"),
        (End::Cancelled, "Cancelled"),
        (End::Timeout, "Timeout"),
        (End::Unknown, "Unknown"),
    ] {
        let cloudwatch = CloudWatch::builder()
            .group(group("timeline"))
            .queries_end(When::Always, end)
            .polls_until_complete(0)
            .start();
        let asked = run(&mut sweep(&cloudwatch, "timeline"));
        assert_eq!(asked.code, Some(4), "{word}: {}", asked.stderr);
        assert_eq!(gaps(&asked), ["query_ended"], "{word}");
        assert!(asked.stdout.contains(word), "{word}: {}", asked.stdout);
    }
}

#[test]
fn a_query_that_outlives_its_time_is_stopped_and_its_partial_rows_are_reported() {
    let cloudwatch = CloudWatch::builder()
        .group(group("timeline"))
        .queries_end(When::Always, End::Never)
        .start();
    let began = Instant::now();
    let asked = run(sweep(&cloudwatch, "timeline").args(["--timeout", "10s"]));
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(asked.code, Some(4), "{}", asked.stderr);
    assert_eq!(gaps(&asked), ["time_limit"]);
    assert!(!findings(&asked).is_empty(), "rows of the running query");
    assert_eq!(cloudwatch.calls_of("StopQuery").len(), 1);
    assert_nothing_left_running(&cloudwatch);
}

#[cfg(unix)]
#[test]
fn an_interrupted_query_is_stopped_and_what_is_known_is_reported() {
    for signal in ["INT", "TERM", "HUP"] {
        let cloudwatch = CloudWatch::builder()
            .group(group("timeline"))
            .queries_end(When::Always, End::Never)
            .start();
        let child = sweep(&cloudwatch, "timeline")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // The rows of the second look are in hand when the third is made.
        cloudwatch.wait_for("GetQueryResults", 3);
        let killed = Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        let broken_off = Run::from(child.wait_with_output().expect("the program ends"));
        assert_eq!(broken_off.code, Some(130), "{}", broken_off.stderr);
        assert_eq!(gaps(&broken_off), ["interrupted"]);
        assert!(!findings(&broken_off).is_empty());
        assert_eq!(cloudwatch.calls_of("StopQuery").len(), 1);
        assert_nothing_left_running(&cloudwatch);
    }
}

/// Under `nohup` the end of the terminal ends nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_that_is_ignored_interrupts_nothing() {
    let cloudwatch = CloudWatch::builder()
        .group(group("timeline"))
        .queries_end(When::Always, End::Never)
        .start();
    let sweep = sweep(&cloudwatch, "timeline");
    let mut ignoring = Command::new("sh");
    ignoring.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    ignoring.arg(sweep.get_program()).args(sweep.get_args());
    for (name, value) in sweep.get_envs() {
        match value {
            Some(value) => ignoring.env(name, value),
            None => ignoring.env_remove(name),
        };
    }
    let child = ignoring
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    cloudwatch.wait_for("GetQueryResults", 2);
    let send = |signal| {
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("kill runs").success());
    };
    send("HUP");
    cloudwatch.wait_for("GetQueryResults", 4);
    assert_eq!(cloudwatch.calls_of("StopQuery").len(), 0);
    send("TERM");
    let broken_off = Run::from(child.wait_with_output().expect("the program ends"));
    assert_eq!(broken_off.code, Some(130), "{}", broken_off.stderr);
}

#[test]
fn each_refusal_has_a_sentence_and_a_next_step() {
    for (operation, fault, words) in [
        (
            Operation::StartQuery,
            Fault::AccessDenied,
            &[
                "logs:StartQuery is not allowed",
                "allow logs:StartQuery on arn:",
            ][..],
        ),
        (
            Operation::GetQueryResults,
            Fault::AccessDenied,
            &["logs:GetQueryResults is not allowed"],
        ),
        (
            Operation::GetQueryResults,
            Fault::ExpiredCredentials,
            &["credentials are invalid or have expired", "aws sso login"],
        ),
        (
            Operation::StartQuery,
            Fault::UnknownCredentials,
            &["credentials are invalid", "aws sso login"],
        ),
    ] {
        let cloudwatch = CloudWatch::builder().group(group("timeline")).start();
        cloudwatch.fault(operation, When::Always, fault);
        let asked = run(&mut sweep(&cloudwatch, "timeline"));
        assert_eq!(asked.code, Some(1), "{}", asked.stderr);
        assert_eq!(asked.stdout, "");
        for word in words {
            assert!(asked.stderr.contains(word), "{word}: {}", asked.stderr);
        }
        assert!(
            asked.stderr.contains("cluster timeline"),
            "{}",
            asked.stderr
        );
        assert_nothing_left_running(&cloudwatch);
    }
}

#[test]
fn an_unknown_cluster_is_told_how_to_enable_its_audit_log() {
    let cloudwatch = CloudWatch::builder().group(group("timeline")).start();
    let asked = run(&mut sweep(&cloudwatch, "elsewhere"));
    assert_eq!(asked.code, Some(1));
    for words in [
        "no log group /aws/eks/elsewhere/cluster in eu-west-1",
        "aws eks update-cluster-config --region eu-west-1 --name elsewhere --logging",
    ] {
        assert!(asked.stderr.contains(words), "{}", asked.stderr);
    }
}

#[test]
fn a_window_before_the_log_group_is_told_as_such() {
    let created = LogGroup::named("/aws/eks/young/cluster").created(1_795_000_000_000);
    let cloudwatch = CloudWatch::builder().group(created).start();
    let asked = run(tool_toward(&cloudwatch.endpoint()).args([
        "sweep",
        "young",
        "--since",
        "2026-01-01",
        "--until",
        "2026-01-02",
    ]));
    assert_eq!(asked.code, Some(1), "{}", asked.stdout);
    assert!(asked.stderr.contains("retention"), "{}", asked.stderr);
    assert!(asked.stderr.contains("--since 24h"), "{}", asked.stderr);
}

#[test]
fn without_region_or_credentials_the_next_step_is_named() {
    let without_region = run(tool()
        .args(["sweep", "prod-1"])
        .env("AWS_ACCESS_KEY_ID", "AKIDLOOPBACK")
        .env("AWS_SECRET_ACCESS_KEY", "secret"));
    assert_eq!(without_region.code, Some(1));
    assert!(
        without_region.stderr.contains("--region"),
        "{}",
        without_region.stderr
    );

    let without_credentials = run(tool().args(["sweep", "prod-1", "--region", "eu-west-1"]));
    assert_eq!(without_credentials.code, Some(1));
    let said = &without_credentials.stderr;
    assert!(said.contains("no AWS credentials were found"), "{said}");
    assert!(said.contains("aws sso login"), "{said}");
}

/// A name that a Region could have, and none has: nothing answers there.
#[test]
fn a_region_that_does_not_exist_is_said_not_to() {
    for (region, next) in [
        ("eu-wset-1", "did you mean eu-west-1?"),
        ("zz-moon-9", "aws account list-regions"),
    ] {
        let run = run(tool()
            .args(["sweep", "--all-clusters", "--region", region])
            .env("AWS_ACCESS_KEY_ID", "AKIDNOBODY")
            .env("AWS_SECRET_ACCESS_KEY", "secret"));
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        let words = format!("there is no AWS Region {region}");
        assert!(run.stderr.contains(&words), "{}", run.stderr);
        assert!(run.stderr.contains(next), "{}", run.stderr);
    }
}
