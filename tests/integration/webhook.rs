//! The webhook: what is sent when, what is tried again, and what is never shown.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use loopback_webhook::{Answer, WebhookReceiver};
use serde_json::Value;

use crate::changes::one_frozen_pod;
use crate::tool::{Run, run, tool};

/// The last part of the receiver's address.
const SECRET: &str = "hunter2";

fn sweep(log: &Path, webhook: &WebhookReceiver) -> Command {
    let mut command = tool();
    command
        .args(["sweep", "--cluster-name", "prod-1", "--input"])
        .arg(log)
        .env("EKS_STALE_TOKENS_WEBHOOK", webhook.url());
    command
}

/// Sweeps one frozen pod, with the report in a file and at its side.
fn sweep_with(answers: &[Answer], arguments: &[&str]) -> (Run, usize, Value) {
    let (_directory, log, report) = one_frozen_pod();
    let webhook = WebhookReceiver::start();
    webhook.answers(answers.iter().cloned());
    let run = run(sweep(&log, &webhook)
        .arg("--previous")
        .arg(&report)
        .arg("--output")
        .arg(&report)
        .args(arguments));
    let text = std::fs::read_to_string(&report).expect("the report is never lost");
    let report = serde_json::from_str(&text).expect("JSON");
    assert!(!run.stderr.contains(SECRET), "{}", run.stderr);
    assert!(!run.stdout.contains(SECRET) && !text.contains(SECRET));
    (run, webhook.count(), report)
}

#[test]
fn the_message_is_json_that_slack_takes() {
    let (_directory, log, _) = one_frozen_pod();
    let webhook = WebhookReceiver::start();
    let run = run(&mut sweep(&log, &webhook));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let message = webhook.take().remove(0);
    assert_eq!(message.path, "/services/T0AAA/B0BBB/hunter2hunter2");
    assert!(message.headers.contains("content-type: application/json"));
    let body: Value = serde_json::from_str(&message.body).expect("JSON");
    assert_eq!(body.as_object().expect("an object").len(), 1);
    assert!(message.text().contains("`logging/fluentd` new: frozen"));
    // It was not asked for a comparison, and the table says nothing of one.
    assert!(!run.stdout.contains("First report"));
}

#[test]
fn teams_takes_a_card() {
    let (_directory, log, _) = one_frozen_pod();
    let webhook = WebhookReceiver::start();
    webhook.answers([Answer::Http(202, "", "")]);
    let run = run(sweep(&log, &webhook).args(["--chat", "teams"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let body: Value = serde_json::from_str(&webhook.take().remove(0).body).expect("JSON");
    assert_eq!(body["type"], "message");
    let card = &body["attachments"][0];
    assert_eq!(
        card["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    let blocks = card["content"]["body"].as_array().expect("blocks");
    let lines: Vec<String> = blocks
        .iter()
        .map(|block| {
            let runs = block["inlines"].as_array().expect("runs").iter();
            runs.filter_map(|run| run["text"].as_str()).collect()
        })
        .collect();
    assert!(
        lines[2].contains("logging/fluentd new: frozen"),
        "{lines:?}"
    );
    let restart = "kubectl rollout restart daemonset/fluentd -n logging";
    assert!(lines.iter().any(|line| line == restart), "{lines:?}");
}

#[test]
fn over_tls_only_a_server_that_is_trusted_gets_it() {
    let (directory, log, _) = one_frozen_pod();
    let certificate = directory.path().join("certificate.pem");
    let webhook = WebhookReceiver::start_with_tls(&certificate);
    let refused = run(&mut sweep(&log, &webhook));
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("localhost: no secure connection"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains(SECRET), "{}", refused.stderr);
    assert_eq!(webhook.count(), 0);
    let trusted = run(sweep(&log, &webhook).env("SSL_CERT_FILE", &certificate));
    assert_eq!(trusted.code, Some(0), "{}", trusted.stderr);
    assert_eq!(webhook.count(), 1);
    // Nor is it sent where there are no certificates to trust.
    let none = run(sweep(&log, &webhook)
        .env("SSL_CERT_FILE", directory.path().join("none.pem"))
        .env_remove("SSL_CERT_DIR"));
    assert!(none.stderr.contains("ca-certificates"), "{}", none.stderr);
}

#[test]
fn what_may_pass_is_tried_again() {
    let (run, count, report) = sweep_with(
        &[Answer::Http(503, "", "busy"), Answer::Close, Answer::OK],
        &["-vv"],
    );
    assert_eq!((run.code, count), (Some(0), 3), "{}", run.stderr);
    assert_eq!(report["changes"]["told"], true);
}

#[test]
fn the_pause_that_the_server_asks_for_is_made() {
    let (_directory, log, _) = one_frozen_pod();
    let webhook = WebhookReceiver::start();
    webhook.answers([Answer::Http(429, "Retry-After: 2\r\n", ""), Answer::OK]);
    let run = run(&mut sweep(&log, &webhook));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let messages = webhook.take();
    assert!(messages[1].at - messages[0].at >= Duration::from_secs(2));
}

#[test]
fn a_pause_without_reason_is_not_made() {
    let began = Instant::now();
    let (run, count, _) = sweep_with(&[Answer::Http(429, "Retry-After: 86400\r\n", "")], &[]);
    assert_eq!((run.code, count), (Some(1), 1), "{}", run.stderr);
    assert!(run.stderr.contains("retry after 86400 s"), "{}", run.stderr);
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn what_will_not_pass_is_a_failure_and_no_lost_report() {
    for (answer, said) in [
        (
            Answer::Http(404, "", "no_service"),
            "responded with 404: no_service",
        ),
        (
            Answer::Http(403, "", "no hook hunter2hunter2 here"),
            "responded with 403\n",
        ),
        (
            Answer::Http(400, "", "\u{1b}[2Jbad\nmore"),
            "responded with 400: \\u{1b}[2Jbad\n",
        ),
        (
            Answer::Http(307, "Location: http://127.0.0.1:1/\r\n", ""),
            "responded with 307\n",
        ),
    ] {
        let (run, count, report) = sweep_with(&[answer], &["-vv", "--format", "table"]);
        assert_eq!((run.code, count), (Some(1), 1), "{}", run.stderr);
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert!(run.stdout.contains("logging"));
        assert_eq!(report["findings"][0]["service_account"], "fluentd");
        // The next run will tell it.
        assert_eq!(report["changes"]["told"], false);
    }
}

#[test]
fn notify_says_when() {
    let (_directory, log, report) = one_frozen_pod();
    let webhook = WebhookReceiver::start();
    let path = report.to_str().expect("UTF-8");
    let told = |arguments: &[&str]| {
        let run = run(sweep(&log, &webhook)
            .args(["--previous", path, "--output", path])
            .args(arguments));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        webhook.take().first().map(|message| message.text())
    };
    assert!(told(&["--notify", "never"]).is_none());
    std::fs::remove_file(&report).expect("removed");
    assert!(told(&[]).expect("a message").contains("*1 new*"));
    assert!(told(&[]).is_none());
    assert!(told(&["--notify", "changes"]).is_none());
    let text = told(&["--notify", "always"]).expect("a message");
    assert!(text.contains("nothing changed"), "{text}");
    assert!(text.contains("1 critical"), "{text}");
}

#[test]
fn a_long_message_is_cut_to_the_worst() {
    let webhook = WebhookReceiver::start();
    let run = run(tool()
        .args(["sweep", "--input", "fixtures/aws"])
        .env("EKS_STALE_TOKENS_WEBHOOK", webhook.url()));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = webhook.take().remove(0).text();
    assert!(text.chars().count() < 3000, "{text}");
    let severities: Vec<usize> = text
        .lines()
        .filter_map(|line| line.strip_prefix("• *"))
        .filter_map(|line| {
            let known = ["critical", "warning", "notice"];
            known.iter().position(|severity| line.starts_with(severity))
        })
        .collect();
    assert_eq!(severities.len(), 9, "{text}");
    assert!(severities.is_sorted(), "{text}");
    assert!(
        text.lines()
            .any(|line| line.starts_with("and ") && line.ends_with(" more"))
    );
    assert!(text.contains("` in `timeline` new: "), "{text}");
}

#[test]
fn to_be_told_always_there_must_be_somebody_to_tell() {
    let refused = run(tool()
        .args(["sweep", "prod-1", "--notify", "always"])
        .env("EKS_STALE_TOKENS_WEBHOOK", ""));
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("needs an address"),
        "{}",
        refused.stderr
    );
}

#[test]
fn the_address_is_refused_without_being_shown() {
    for (address, reason) in [
        ("http://hooks.example.com/hunter2", "use https://"),
        ("hunter2", "must begin with https://"),
        ("/hunter2", "not a URL"),
        (
            "ftp://hooks.example.com/hunter2",
            "must begin with https://",
        ),
        ("https://me:hunter2@hooks.example.com/", "not supported"),
    ] {
        let refused = run(tool().args(["sweep", "prod-1", "--webhook", address]));
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains(reason), "{}", refused.stderr);
        assert!(!refused.stderr.contains(SECRET), "{}", refused.stderr);
    }
    for help in ["-h", "--help"] {
        let shown = run(tool()
            .env(
                "EKS_STALE_TOKENS_WEBHOOK",
                "https://hooks.example.com/hunter2",
            )
            .args(["sweep", help]));
        assert!(shown.stdout.contains("EKS_STALE_TOKENS_WEBHOOK"));
        assert!(!shown.stdout.contains(SECRET));
    }
}

#[test]
fn sigterm_during_delivery_ends_it_and_the_next_run_tells() {
    let (_directory, log, report) = one_frozen_pod();
    let webhook = WebhookReceiver::start();
    webhook.answers([Answer::Hang]);
    let child = sweep(&log, &webhook)
        .arg("--previous")
        .arg(&report)
        .arg("--output")
        .arg(&report)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let began = Instant::now();
    while webhook.count() == 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "nothing is sent");
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .expect("kill runs");
    assert!(killed.success());
    let run = Run::from(child.wait_with_output().expect("it ends"));
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    let text = std::fs::read_to_string(&report).expect("the report is never lost");
    assert!(text.contains("\"told\": false"), "{text}");
}
