//! A fortnight of daily sweeps over a changing fleet: what each run tells the channel.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use loopback_cloudwatch::{CloudWatch, End, LogGroup, When};
use loopback_webhook::{Answer, WebhookReceiver};

use crate::cloudwatch_fleet::STREAM;
use crate::fleet_log::{Pod, rejection};
use crate::tool::{Run, run, tool_toward};

const HOSTILE: &str =
    "<!channel> @here `*read* <https://evil.example|this>\u{202e} \u{1b}[2J/1 (linux/amd64)";

/// The day on which the log group is empty.
const DARK: i64 = 8;

/// Eight o'clock on a day of the fortnight, the first being 1.
fn morning(day: i64) -> DateTime<Utc> {
    static FIRST: LazyLock<DateTime<Utc>> = LazyLock::new(|| {
        Utc.with_ymd_and_hms(2026, 9, 1, 8, 0, 0)
            .single()
            .expect("a time")
    });
    *FIRST + TimeDelta::days(day - 1)
}

fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

/// A pod that never reads its token again and outlives the fortnight.
fn frozen(
    namespace: &'static str,
    service_account: &'static str,
    name: &'static str,
    from: DateTime<Utc>,
) -> Pod {
    Pod {
        namespace,
        service_account,
        name,
        user_agent: "agent/v1.2.3 (linux/amd64) kubernetes/$Format",
        from,
        until: morning(99),
        every: TimeDelta::minutes(20),
        refreshes_after: None,
    }
}

fn fleet() -> Vec<Pod> {
    let mut pods = vec![
        // Nothing ever happens to it.
        frozen(
            "logging",
            "fluentd",
            "fluentd-4xk2m",
            morning(1) - TimeDelta::days(9),
        ),
        // It dies in the evening of the sixth day, and is restarted on the tenth.
        Pod {
            user_agent: "kube2iam/v0.0.0 (linux/amd64) kubernetes/$Format",
            until: morning(10) + hours(4),
            ..frozen(
                "kube-system",
                "kube2iam",
                "kube2iam-klngg",
                morning(6) + hours(12) - TimeDelta::days(90),
            )
        },
        Pod {
            user_agent: "kube2iam/v0.0.0 (linux/amd64) kubernetes/$Format",
            ..frozen(
                "kube-system",
                "kube2iam",
                "kube2iam-z7d9w",
                morning(10) + hours(4),
            )
        },
        // It dies at noon of the fourth day, and nobody restarts it.
        Pod {
            user_agent: "ledger/v2.0.1 (linux/amd64) kubernetes/$Format",
            ..frozen(
                "team-payments",
                "ledger",
                "ledger-0",
                morning(4) + hours(4) - TimeDelta::days(90),
            )
        },
        // Its last month begins on the third day; it is restarted on the fifth.
        Pod {
            until: morning(5) + hours(4),
            ..frozen(
                "external-secrets",
                "external-secrets",
                "external-secrets-6d4c8b9f57-x2v8k",
                morning(3) - hours(6) - TimeDelta::days(60),
            )
        },
        frozen(
            "external-secrets",
            "external-secrets",
            "external-secrets-6d4c8b9f57-q9w7z",
            morning(5) + hours(4),
        ),
        // Deployed on the third day.
        frozen(
            "team-payments",
            "reports",
            "reports-7f9c5d8b66-jk4lm",
            morning(3) + hours(2),
        ),
        // Its user agent wants to reach the channel.
        Pod {
            user_agent: HOSTILE,
            ..frozen(
                "web",
                "console",
                "console-55d8f4b6c9-t5v2x",
                morning(1) + hours(4),
            )
        },
        // Updated on the tenth day: from then on it reads its token every two hours.
        Pod {
            until: morning(10) + hours(2),
            ..frozen(
                "monitoring",
                "agent",
                "agent-2bq8r",
                morning(1) - TimeDelta::days(20),
            )
        },
        Pod {
            refreshes_after: Some(hours(2)),
            ..frozen("monitoring", "agent", "agent-9sd4f", morning(10) + hours(2))
        },
    ];
    const JOBS: [&str; 15] = [
        "report-29400001-b2c4d",
        "report-29400002-b2c4d",
        "report-29400003-b2c4d",
        "report-29400004-b2c4d",
        "report-29400005-b2c4d",
        "report-29400006-b2c4d",
        "report-29400007-b2c4d",
        "report-29400008-b2c4d",
        "report-29400009-b2c4d",
        "report-29400010-b2c4d",
        "report-29400011-b2c4d",
        "report-29400012-b2c4d",
        "report-29400013-b2c4d",
        "report-29400014-b2c4d",
        "report-29400015-b2c4d",
    ];
    // A job of every night, whose pods live for four hours.
    for (night, name) in (0..).zip(JOBS) {
        let from = morning(night) + hours(17);
        pods.push(Pod {
            until: from + hours(4),
            ..frozen("batch", "report", name, from)
        });
    }
    pods
}

/// The cluster's log as it is at eight o'clock on that day.
fn cloudwatch(day: i64) -> CloudWatch {
    let mut group =
        LogGroup::named("/aws/eks/prod-1/cluster").created(morning(-99).timestamp_millis());
    // On the eighth day nothing of the days before is there.
    let is_dark = day == DARK;
    for pod in fleet().into_iter().filter(|_| !is_dark) {
        for (time, message) in pod.events(morning(day - 2), morning(day)) {
            group = group.event(STREAM, time.timestamp_millis(), &message);
        }
    }
    // From the second evening on somebody is rejected who was never accepted.
    let orphan = std::iter::successors(Some(morning(2) + hours(12)), |time| {
        Some(*time + TimeDelta::minutes(30))
    });
    for time in orphan.take_while(|time| *time < morning(day)) {
        if time >= morning(day - 2) && !is_dark {
            group = group.event(
                STREAM,
                time.timestamp_millis(),
                &rejection("10.0.7.77", "orphan/v1.0 (linux/amd64)", time),
            );
        }
    }
    let builder = CloudWatch::builder().group(group).polls_until_complete(0);
    // On the ninth day somebody stops the query in the console.
    if day == 9 {
        builder.queries_end(When::Always, End::Cancelled).start()
    } else {
        builder.start()
    }
}

fn sweep(day: i64, state: &Path, webhook: &WebhookReceiver) -> Run {
    run(tool_toward(&cloudwatch(day).endpoint())
        .args(["sweep", "prod-1", "--until"])
        .arg(morning(day).to_rfc3339())
        .arg("--previous")
        .arg(state)
        .arg("--output")
        .arg(state)
        .env("EKS_STALE_TOKENS_WEBHOOK", webhook.url()))
}

#[test]
fn a_fortnight_of_sweeps_tells_what_changed_and_nothing_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let state = directory.path().join("state.json");
    let webhook = WebhookReceiver::start();
    let mut diary = String::new();
    for day in 1..=14 {
        // On the twelfth day the chat is down.
        webhook.answers([if day == 12 {
            Answer::Http(503, "", "down")
        } else {
            Answer::OK
        }]);
        let run = sweep(day, &state, &webhook);
        let arrived = webhook.take();
        let _ = writeln!(
            diary,
            "--- day {day}, {}: exit code {}",
            morning(day).format("%Y-%m-%d %H:%M"),
            run.code.expect("not killed")
        );
        for line in run.stderr.lines() {
            let line = line.replace(&state.display().to_string(), "STATE");
            let _ = writeln!(diary, "stderr: {line}");
        }
        match arrived.first() {
            None => diary.push_str("nothing sent\n"),
            Some(_) if day == 12 => {
                let _ = writeln!(diary, "not taken, {} times", arrived.len());
            }
            Some(message) => {
                assert_eq!(arrived.len(), 1);
                // Who died stays dead, and nobody ever goes.
                assert!(!message.text().contains("gone"), "day {day}");
                assert!(message.text().len() < 3000);
                let _ = writeln!(diary, "{}", message.text());
            }
        }
        assert_eq!(run.stdout, "");
    }
    insta::assert_snapshot!(diary);
}
