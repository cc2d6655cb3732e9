//! The service as the real client of the AWS SDK sees it.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use loopback_s3::{ObjectFault, S3};

/// The real client, without retries of its own.
fn client(s3: &S3) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "test",
        ))
        .endpoint_url(s3.endpoint())
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

#[tokio::test]
async fn objects_are_listed_in_pages() {
    let s3 = S3::start();
    s3.page_size(2);
    for key in ["logs/c", "logs/a&b", "logs/d", "other"] {
        s3.put("bucket", key, "12345");
    }
    let client = client(&s3);
    let mut pages = client
        .list_objects_v2()
        .bucket("bucket")
        .prefix("logs/")
        .into_paginator()
        .send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        keys.push(
            page.contents()
                .iter()
                .filter_map(|object| object.key.clone())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(keys, [vec!["logs/a&b", "logs/c"], vec!["logs/d"]]);
    assert_eq!(s3.requests().len(), 2);
}

#[tokio::test]
async fn a_transfer_that_broke_off_goes_on_where_it_stopped() {
    let s3 = S3::start();
    s3.put("bucket", "key", "12345678");
    s3.fault("key", ObjectFault::Torn(1));
    let client = client(&s3);
    let get = || client.get_object().bucket("bucket").key("key");
    let torn = get().send().await.expect("an answer");
    torn.body.collect().await.expect_err("it breaks off");
    let rest = get().range("bytes=4-").send().await.expect("an answer");
    assert_eq!(rest.content_range(), Some("bytes 4-7/8"));
    let rest = rest.body.collect().await.expect("a body");
    assert_eq!(&rest.into_bytes()[..], b"5678");
    assert_eq!(s3.requests()[1].range.as_deref(), Some("bytes=4-"));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_its_code() {
    let s3 = S3::start();
    for key in ["denied", "archived"] {
        s3.put("bucket", key, "");
    }
    s3.fault("denied", ObjectFault::Denied);
    s3.fault("archived", ObjectFault::Archived);
    s3.put("elsewhere", "key", "");
    s3.put_into_region("elsewhere", "us-east-1");
    let client = client(&s3);
    let refusals = [
        ("bucket", "denied", "AccessDenied"),
        ("bucket", "archived", "InvalidObjectState"),
        ("bucket", "absent", "NoSuchKey"),
        ("absent", "key", "NoSuchBucket"),
        ("elsewhere", "key", "PermanentRedirect"),
    ];
    for (bucket, key, code) in refusals {
        let get = client.get_object().bucket(bucket).key(key);
        let refused = get.send().await.expect_err(code);
        assert_eq!(refused.code(), Some(code));
    }
}
