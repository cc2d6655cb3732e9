//! A third party's AWS emulator as a second opinion on the wire protocol: finding log groups,
//! starting, polling and stopping queries. It executes neither `parse` nor `stats` and does not
//! check that a query compiles: no row of an aggregate is as expected, and whole events stand in.
//!
//! `.ci/emulator` starts it and runs this.

use super::{STREAM, connection, report, requests, run_to, stale_event};
use crate::tool::tool_toward;

const EVENTS: i64 = 20;

#[test]
#[ignore = "needs an emulator: .ci/emulator"]
fn an_emulator_is_swept() {
    let endpoint = std::env::var("EMULATOR_ENDPOINT").expect("EMULATOR_ENDPOINT");
    let group = "/aws/eks/emulated/cluster";
    let client = connection(endpoint.clone()).client;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        // They may be there from a run before.
        let _ = client.delete_log_group().log_group_name(group).send().await;
        client
            .create_log_group()
            .log_group_name(group)
            .send()
            .await
            .expect("created");
        let stream = client
            .create_log_stream()
            .log_group_name(group)
            .log_stream_name(STREAM);
        stream.send().await.expect("created");
        let mut put = client
            .put_log_events()
            .log_group_name(group)
            .log_stream_name(STREAM);
        // Events from before the log group would lie before the window.
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        let second = chrono::Utc::now().timestamp() - 1 - super::START;
        for _ in 0..EVENTS {
            let (millis, event) = stale_event("sa", "pod", second);
            let event = aws_sdk_cloudwatchlogs::types::InputLogEvent::builder()
                .timestamp(millis)
                .message(event)
                .build()
                .expect("an event");
            put = put.log_events(event);
        }
        put.send().await.expect("put");
    });
    // By its name: the emulator's EKS has no such cluster, so that among all clusters it is a
    // deleted one. Rows of the aggregate are not as expected, so whole events are read instead.
    for command in ["sweep", "investigate"] {
        let report = report(
            tool_toward(&endpoint)
                .args([command, "emulated"])
                .args(["--since", "1h"]),
            0,
        );
        assert_eq!(requests(&report), EVENTS as u64, "{command}");
        assert_eq!(report["findings"][0]["service_account"], "sa");
    }
    let export = run_to(
        tool_toward(&endpoint).args(["export", "emulated", "--since", "1h"]),
        0,
    );
    assert_eq!(export.stdout.lines().count(), 1 + EVENTS as usize);
    let missing = run_to(tool_toward(&endpoint).args(["sweep", "nowhere"]), 1);
    assert!(
        missing.stderr.contains("there is no log group"),
        "{}",
        missing.stderr
    );
}
