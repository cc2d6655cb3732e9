//! Audit logs in S3, against a stand-in on the loopback interface.

mod selection;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use loopback_s3::{ObjectFault, S3, S3Request};
use serde_json::Value;

use crate::cloudwatch_fleet::stale_event;
use crate::files::written::gzip;
use crate::files::{analysis, gaps};
use crate::recordings::audit_log;
use crate::tool::{Run, run, tool};

const BUCKET: &str = "audit-archive";

/// The program toward a stand-in.
fn tool_toward(s3: &S3) -> Command {
    let mut command = tool();
    command
        .env("AWS_ENDPOINT_URL_S3", s3.endpoint())
        .env("AWS_ACCESS_KEY_ID", "AKIDLOOPBACK")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-west-1");
    command
}

fn swept(s3: &S3, arguments: &[&str]) -> Run {
    let mut command = tool_toward(s3);
    run(command
        .args(["sweep", "--format", "json", "--input"])
        .args(arguments))
}

fn report(run: &Run, code: i32) -> Value {
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("a report")
}

/// The report of the same log from a file.
fn from_disk(text: &str) -> Value {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), text).expect("written");
    let mut command = tool();
    let run = run(command
        .args(["sweep", "--format", "json", "--input"])
        .arg(file.path()));
    analysis(report(&run, 0))
}

/// A recorded log, in so many parts.
fn parts(text: &str, count: usize) -> Vec<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let size = lines.len().div_ceil(count);
    lines.chunks(size).map(<[&str]>::concat).collect()
}

/// A log in S3: every other object compressed.
fn with_log(text: &str, count: usize) -> S3 {
    let s3 = S3::start();
    for (number, part) in parts(text, count).into_iter().enumerate() {
        let key = format!("logs/{number:05}");
        match number % 2 {
            0 => s3.put(BUCKET, &format!("{key}.gz"), gzip(part.as_bytes())),
            _ => s3.put(BUCKET, &key, part),
        }
    }
    s3
}

fn read(requests: &[S3Request]) -> Vec<&str> {
    let reads = requests.iter().filter(|it| it.action == "s3:GetObject");
    reads.map(|request| &*request.key).collect()
}

#[test]
fn a_log_in_s3_gives_the_report_of_the_same_log_on_disk() {
    let text = audit_log("timeline");
    let s3 = with_log(&text, 70);
    s3.page_size(30);
    let found = report(&swept(&s3, &["s3://audit-archive/logs/"]), 0);
    assert_eq!(analysis(found.clone()), from_disk(&text));
    let notes = found["clusters"][0]["notes"].to_string();
    // Three pages and 70 objects.
    assert!(notes.contains("73 requests, "), "{notes}");
    assert_eq!(s3.requests().len(), 73);
}

#[test]
fn ten_thousand_small_objects_are_read_each_once() {
    let s3 = S3::start();
    for second in 0..10_000 {
        let (_, event) = stale_event("sa", "pod", second);
        s3.put(BUCKET, &format!("a/{second:05}"), format!("{event}\n"));
    }
    let mut command = tool_toward(&s3);
    let export = run(command.args(["export", "--input", "s3://audit-archive"]));
    assert_eq!((export.code, &*export.stderr), (Some(0), ""));
    assert_eq!(export.stdout.lines().count(), 1 + 10_000);
    let requests = s3.requests();
    let keys: BTreeSet<&str> = read(&requests).into_iter().collect();
    assert_eq!((keys.len(), requests.len()), (10_000, 10_000 + 10));
}

#[test]
fn throttling_costs_time_and_no_evidence() {
    let text = audit_log("timeline");
    let s3 = with_log(&text, 40);
    s3.page_size(10);
    s3.throttle_every(3);
    let found = report(&swept(&s3, &["s3://audit-archive/logs/"]), 0);
    assert_eq!(analysis(found), from_disk(&text));
    assert!(s3.requests().len() > 60);
}

#[test]
fn a_torn_transfer_goes_on_where_it_broke_off() {
    let text = audit_log("timeline");
    for fault in [ObjectFault::Torn(4), ObjectFault::WithoutRanges] {
        let s3 = S3::start();
        s3.put(BUCKET, "audit.log", text.clone());
        s3.put(BUCKET, "audit.log.gz", gzip(text.as_bytes()));
        for key in ["audit.log", "audit.log.gz"] {
            s3.fault(key, fault);
            let found = report(&swept(&s3, &[&format!("s3://audit-archive/{key}")]), 0);
            assert_eq!(analysis(found), from_disk(&text), "{key} {fault:?}");
        }
        let requests = s3.requests();
        let ranges: Vec<_> = requests.iter().filter_map(|it| it.range.clone()).collect();
        let half = format!("bytes={}-", text.len() / 2);
        assert_eq!(ranges.first(), Some(&half), "{fault:?}");
        // A key that is named is not taken for the prefix of another.
        assert!(
            read(&requests)
                .iter()
                .filter(|key| **key == "audit.log.gz")
                .count()
                <= 5
        );
    }
}

#[test]
fn a_transfer_that_never_ends_is_a_gap() {
    let text = audit_log("recording");
    let s3 = with_log(&text, 2);
    s3.put(BUCKET, "logs/00000.gz", "x");
    s3.fault("logs/00000.gz", ObjectFault::Torn(u32::MAX));
    let found = report(&swept(&s3, &["s3://audit-archive/"]), 4);
    let [(name, kind, detail, 1)] = &gaps(&found)[..] else {
        panic!("one gap: {:?}", gaps(&found));
    };
    assert_eq!((&**name, &**kind), ("00000.gz", "unreadable"));
    assert!(detail.contains("its download was interrupted"), "{detail}");
}

#[test]
fn an_object_that_changed_since_it_was_listed_is_a_gap() {
    let text = audit_log("timeline");
    for (fault, words) in [
        (
            ObjectFault::Vanished,
            "it was deleted after it was listed; run again",
        ),
        (
            ObjectFault::Replaced,
            "it was replaced after it was listed; run again",
        ),
        (
            ObjectFault::TornAndReplaced,
            "it was replaced after it was listed; run again",
        ),
        (
            ObjectFault::Denied,
            "s3:GetObject is not allowed in eu-west-1: Access Denied; allow s3:GetObject on arn:aws:s3:::audit-archive/*",
        ),
        (
            ObjectFault::Archived,
            "it is archived (S3 Glacier); restore it: aws s3api restore-object --region eu-west-1 --bucket audit-archive --key logs/00002.gz --restore-request Days=7",
        ),
    ] {
        let s3 = with_log(&text, 4);
        s3.fault("logs/00002.gz", fault);
        let found = report(&swept(&s3, &["s3://audit-archive/logs/"]), 4);
        let [(name, kind, detail, 1)] = &gaps(&found)[..] else {
            panic!("one gap: {:?}", gaps(&found));
        };
        assert_eq!((&**name, &**kind), ("00002.gz", "unreadable"), "{fault:?}");
        assert!(detail.contains(words), "{detail}");
        assert!(!detail.contains("damaged"), "{detail}");
        let lines = found["clusters"][0]["lines"].as_u64().expect("a number");
        let all = text.lines().count() as u64;
        assert!((all / 2..all).contains(&lines), "the rest is read: {lines}");
    }
}

#[test]
fn what_cannot_be_read_at_all_says_what_to_do() {
    let s3 = S3::start();
    s3.put(BUCKET, "logs/audit.log", audit_log("recording"));
    s3.put("not-mine", "audit.log", "x");
    s3.deny_listing("not-mine");
    for (location, words) in [
        (
            "s3://audit-archive/lgos/",
            "no objects under s3://audit-archive/lgos/; list what is there: aws s3 ls s3://audit-archive/",
        ),
        (
            "s3://adit-archive/",
            "there is no bucket adit-archive\n  list your buckets: aws s3 ls",
        ),
        (
            "s3://not-mine/",
            "allow s3:ListBucket on arn:aws:s3:::not-mine",
        ),
    ] {
        let refused = swept(&s3, &[location]);
        assert_eq!(refused.code, Some(1), "{location}");
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
    }
    s3.fault("logs/audit.log", ObjectFault::Denied);
    let refused = swept(&s3, &["s3://audit-archive/logs/"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .stderr
            .contains("cannot read s3://audit-archive/logs/audit.log: s3:GetObject is not allowed"),
        "{}",
        refused.stderr
    );
    for wrong in [
        &["s3://"][..],
        &["s3://a b/"],
        &["s3://audit-archive", "--profile", "a", "--profile", "b"],
    ] {
        assert_eq!(swept(&s3, wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn a_bucket_in_another_region_is_followed() {
    let text = audit_log("recording");
    let s3 = S3::start();
    s3.put(BUCKET, "audit.log", text.clone());
    s3.put_into_region(BUCKET, "us-west-2");
    let found = report(&swept(&s3, &["s3://audit-archive"]), 0);
    assert_eq!(analysis(found), from_disk(&text));
    let mut command = tool_toward(&s3);
    command.env_remove("AWS_REGION");
    let nowhere = run(command.args(["sweep", "--input", "s3://audit-archive"]));
    assert_eq!(nowhere.code, Some(0), "{}", nowhere.stderr);
}

/// A third party's S3 as a second opinion on the wire protocol: `.ci/emulator` starts it.
#[test]
#[ignore = "needs an emulator: .ci/emulator"]
fn an_emulator_s_objects_are_read() {
    let endpoint = std::env::var("EMULATOR_ENDPOINT").expect("EMULATOR_ENDPOINT");
    let text = audit_log("timeline");
    let parts = parts(&text, 1_200);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let credentials = Credentials::new("test", "test", None, None, "test");
        let config = aws_sdk_s3::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            // Only there a bucket needs no constraint.
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&endpoint)
            .force_path_style(true);
        let client = aws_sdk_s3::Client::from_conf(config.build());
        // It may be there from a run before.
        let _ = client.create_bucket().bucket(BUCKET).send().await;
        for (number, part) in parts.iter().enumerate() {
            let body = gzip(part.as_bytes());
            let put = client.put_object().bucket(BUCKET).body(body.into());
            let key = format!("eks/a b+c&d/{number:05}.gz");
            put.key(key).send().await.expect("put");
        }
    });
    let mut command = tool();
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1");
    let location = format!("s3://{BUCKET}/eks/");
    let found = report(
        &run(command
            .args(["sweep", "--format", "json", "--endpoint-url", &endpoint])
            .args(["--input", &location])),
        0,
    );
    assert_eq!(analysis(found.clone()), from_disk(&text));
    let notes = found["clusters"][0]["notes"].to_string();
    let requests = format!("{} requests", thousands(parts.len() + 2));
    assert!(notes.contains(&requests), "{notes}");
    let refused = run(command.args(["--input", "s3://nowhere-at-all/"]));
    assert!(
        refused.stderr.contains("there is no bucket nowhere-at-all"),
        "{}",
        refused.stderr
    );
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}
