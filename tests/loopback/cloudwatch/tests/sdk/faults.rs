//! Misbehaviour on demand.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use loopback_cloudwatch::{CloudWatch, Fault, Operation, When};

use super::{GROUP, START, client, column, prompt, results, start};

#[tokio::test]
async fn errors_come_with_the_code_of_the_real_ones() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    let faults = [
        (Fault::Throttle, 400, "ThrottlingException"),
        (Fault::LimitExceeded, 400, "LimitExceededException"),
        (Fault::InternalFailure, 500, "InternalFailure"),
        (Fault::Unavailable, 503, "ServiceUnavailableException"),
        (Fault::ExpiredCredentials, 400, "ExpiredTokenException"),
        (
            Fault::UnknownCredentials,
            400,
            "UnrecognizedClientException",
        ),
        (Fault::AccessDenied, 400, "AccessDeniedException"),
    ];
    for (fault, status, code) in faults {
        cloudwatch.fault(Operation::DescribeLogGroups, When::Nth(1), fault);
        let error = client
            .describe_log_groups()
            .send()
            .await
            .expect_err("it was ordered");
        assert_eq!(error.code(), Some(code));
        let answered = error
            .raw_response()
            .map(|response| response.status().as_u16());
        assert_eq!(answered, Some(status), "{code}");
        client
            .describe_log_groups()
            .send()
            .await
            .expect("only the first call fails");
    }
}

#[tokio::test]
async fn an_access_error_names_action_and_resource() {
    let denied = Fault::AccessDenied;
    let cloudwatch = prompt(1)
        .fault(Operation::StartQuery, When::Always, denied)
        .start();
    let client = client(&cloudwatch);
    let call = client
        .start_query()
        .log_group_name(GROUP)
        .query_string("fields @message");
    let error = call
        .start_time(START)
        .end_time(START)
        .send()
        .await
        .expect_err("it was ordered");
    let message = error.message().expect("it says why");
    assert!(
        message.starts_with(
            "User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: logs:StartQuery on \
             resource: arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod-1/cluster:log-stream:"
        ),
        "{message}"
    );
}

#[tokio::test]
async fn a_fault_meets_the_calls_that_it_names() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    let id = start(&client, "fields @message").await;
    cloudwatch.fault(Operation::GetQueryResults, When::Nth(2), Fault::Throttle);
    let mut refused = Vec::new();
    for call in 1..=3 {
        if client
            .get_query_results()
            .query_id(&id)
            .send()
            .await
            .is_err()
        {
            refused.push(call);
        }
    }
    assert_eq!(refused, [2]);
    cloudwatch.fault(Operation::GetQueryResults, When::From(1), Fault::Throttle);
    client
        .get_query_results()
        .query_id(&id)
        .send()
        .await
        .expect_err("it was ordered");
    cloudwatch.behave();
    client
        .get_query_results()
        .query_id(&id)
        .send()
        .await
        .expect("it behaves");
}

#[tokio::test]
async fn an_answer_can_be_lost_with_and_without_the_deed() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    let call = client
        .start_query()
        .log_group_name(GROUP)
        .query_string("fields @message");
    let call = call.start_time(START).end_time(START);
    cloudwatch.fault(Operation::StartQuery, When::Nth(1), Fault::Reset);
    let error = call.clone().send().await.expect_err("it was ordered");
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    assert!(cloudwatch.queries().is_empty());
    cloudwatch.fault(Operation::StartQuery, When::Nth(1), Fault::AnswerLost);
    call.send().await.expect_err("it was ordered");
    assert_eq!(cloudwatch.queries().len(), 1);
    assert_eq!(cloudwatch.running(), 1);
}

#[tokio::test]
async fn a_body_can_be_junk_or_break_off() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    cloudwatch.fault(Operation::DescribeLogGroups, When::Nth(1), Fault::JunkBody);
    let junk = client.describe_log_groups().send().await;
    let junk = junk.expect_err("it was ordered");
    assert!(matches!(junk, SdkError::ServiceError(_)), "{junk:?}");
    assert_eq!(junk.code(), None);
    cloudwatch.fault(
        Operation::DescribeLogGroups,
        When::Nth(1),
        Fault::TruncatedBody,
    );
    let broken = client.describe_log_groups().send().await;
    let broken = broken.expect_err("it was ordered");
    assert!(matches!(broken, SdkError::ResponseError(_)), "{broken:?}");
}

#[tokio::test]
async fn a_call_can_hang_or_be_slow() {
    let cloudwatch = prompt(1).start();
    let client = client(&cloudwatch);
    let began = Instant::now();
    let slow = Fault::Slow(Duration::from_millis(150));
    cloudwatch.fault(Operation::DescribeLogGroups, When::Nth(1), slow);
    client
        .describe_log_groups()
        .send()
        .await
        .expect("slow, but well");
    assert!(began.elapsed() >= Duration::from_millis(150));
    cloudwatch.fault(Operation::DescribeLogGroups, When::Nth(1), Fault::Hang);
    let patience = Duration::from_millis(200);
    let waited = tokio::time::timeout(patience, client.describe_log_groups().send()).await;
    waited.expect_err("it was ordered");
}

#[tokio::test]
async fn page_tokens_can_expire_and_pages_repeat() {
    let cloudwatch = prompt(4).page_size(2).start();
    let client = client(&cloudwatch);
    let id = start(&client, "fields count").await;
    let first = results(&client, &id).await;
    assert_eq!(column(&first, "count"), ["3", "2"]);
    let next = || {
        client
            .get_query_results()
            .query_id(&id)
            .set_next_token(first.next_token.clone())
    };
    cloudwatch.fault(
        Operation::GetQueryResults,
        When::Nth(1),
        Fault::ExpiredPageToken,
    );
    let error = next().send().await.expect_err("it was ordered");
    assert_eq!(error.code(), Some("InvalidParameterException"));
    cloudwatch.fault(
        Operation::GetQueryResults,
        When::Nth(1),
        Fault::RepeatedPage,
    );
    let repeated = next().send().await.expect("a page");
    assert_eq!(column(&repeated, "count"), ["3", "2"]);
    assert_eq!(repeated.next_token, first.next_token);
    let last = next().send().await.expect("a page");
    assert_eq!(column(&last, "count"), ["1", "0"]);
}

const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 \
    Credential=AKIDEXAMPLE/20261124/eu-west-1/logs/aws4_request\r\n";

#[test]
fn the_wire_refuses_unsigned_and_unknown_calls() {
    let cloudwatch = CloudWatch::builder().start();
    let ask = |target: &str, authorization: &str| {
        let address = cloudwatch.endpoint().replace("http://", "");
        let mut stream = TcpStream::connect(&address).expect("it listens");
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: Logs_20140328.{target}\r\n{authorization}\
             Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    };
    let unsigned = ask("DescribeLogGroups", "");
    assert!(unsigned.starts_with("HTTP/1.1 400"), "{unsigned}");
    assert!(
        unsigned.contains(r#""__type":"MissingAuthenticationTokenException""#),
        "{unsigned}"
    );
    let unknown = ask("FilterLogEvents", SIGNED);
    assert!(
        unknown.contains(r#""__type":"UnknownOperationException""#),
        "{unknown}"
    );
    let known = ask("DescribeLogGroups", SIGNED);
    assert!(known.starts_with("HTTP/1.1 200"), "{known}");
    assert_eq!(cloudwatch.calls().len(), 2);
    assert_eq!(cloudwatch.calls_of("FilterLogEvents").len(), 1);
}
