//! The service as the real client of the AWS SDK sees it.

mod faults;
mod groups;
mod quotas;
mod regions;
mod rows;
mod states;

use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatchlogs::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use loopback_cloudwatch::{Builder, CloudWatch, LogGroup};

const GROUP: &str = "/aws/eks/prod-1/cluster";
const STREAM: &str = "kube-apiserver-audit-0123456789abcdef0123456789abcdef";
/// The first second of the events here.
const START: i64 = 1_790_000_000;

/// A group with so many events, one a second.
fn group(events: i64) -> LogGroup {
    (0..events).fold(LogGroup::named(GROUP), |group, second| {
        let message = format!(r#"{{"verb":"get","count":{second}}}"#);
        group.event(STREAM, (START + second) * 1_000, &message)
    })
}

/// A service with one group, whose queries complete at once.
fn prompt(events: i64) -> Builder {
    CloudWatch::builder()
        .group(group(events))
        .polls_until_complete(0)
}

/// The real client, without retries of its own.
fn client(cloudwatch: &CloudWatch) -> Client {
    client_of(cloudwatch, "AKIDEXAMPLE", "eu-west-1")
}

fn client_of(cloudwatch: &CloudWatch, access_key: &str, region: &'static str) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_timeout(Duration::from_secs(2))
        .build();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(region))
        .credentials_provider(Credentials::new(access_key, "secret", None, None, "test"))
        .endpoint_url(cloudwatch.endpoint())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .build();
    Client::from_conf(config)
}

/// Starts a query over all events here.
async fn start(client: &Client, text: &str) -> String {
    let started = client
        .start_query()
        .log_group_name(GROUP)
        .start_time(START)
        .end_time(START + 86_400)
        .query_string(text)
        .send()
        .await
        .expect("the query compiles");
    started.query_id.expect("a started query has an id")
}

async fn results(client: &Client, id: &str) -> GetQueryResultsOutput {
    client
        .get_query_results()
        .query_id(id)
        .send()
        .await
        .expect("the query is known")
}

/// The status and the number of rows.
fn seen(results: &GetQueryResultsOutput) -> (QueryStatus, usize) {
    let status = results.status.clone().expect("every answer has a status");
    (status, results.results().len())
}

/// The values of one field.
fn column(results: &GetQueryResultsOutput, name: &str) -> Vec<String> {
    let fields = results.results().iter().flatten();
    let named = fields.filter(|field| field.field() == Some(name));
    named.filter_map(|field| field.value.clone()).collect()
}
