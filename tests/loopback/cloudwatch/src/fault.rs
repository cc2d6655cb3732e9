//! Misbehaviour on demand: which call of which operation goes wrong, and how.

use std::time::Duration;

use hyper::StatusCode;
use loopback_aws::Exception;

use super::operation::Operation;
use super::quota::too_many_queries;

/// Which calls of an operation are meant, counted from 1 and from the moment at which the fault was ordered. The
/// retries that an SDK makes by itself are calls like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// This one only.
    Nth(u32),
    /// The first so many.
    First(u32),
    /// This one and all that follow.
    From(u32),
    /// Each one.
    Always,
}

impl When {
    /// Whether the call with that number is meant.
    pub(crate) fn holds(self, call: u32) -> bool {
        match self {
            Self::Nth(nth) => call == nth,
            Self::First(count) => call <= count,
            Self::From(first) => call >= first,
            Self::Always => true,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// `ThrottlingException`, "Rate exceeded".
    Throttle,
    /// `LimitExceededException`, as when too many queries run.
    LimitExceeded,
    /// HTTP 500, `InternalFailure`.
    InternalFailure,
    /// HTTP 503, `ServiceUnavailableException`.
    Unavailable,
    /// The connection is closed and nothing is done.
    Reset,
    /// The call is carried out, and the connection closed instead of an answer.
    AnswerLost,
    /// No answer, ever.
    Hang,
    /// The answer comes so much later.
    Slow(Duration),
    /// The call is carried out, and answered with what is no JSON.
    JunkBody,
    /// The call is carried out, and answered with an object without members.
    EmptyAnswer,
    /// The call is carried out, and the answer breaks off in its middle.
    TruncatedBody,
    /// `ExpiredTokenException`: the credentials ran out.
    ExpiredCredentials,
    /// `UnrecognizedClientException`: the credentials are none.
    UnknownCredentials,
    /// `AccessDeniedException` for this operation's action.
    AccessDenied,
    /// `InvalidParameterException`: the page token is no longer good. Without a token, nothing happens.
    ExpiredPageToken,
    /// The page before is answered once more. For the first page, nothing happens.
    RepeatedPage,
    /// The first page is answered, whatever the token, and names a next page: by a token that was
    /// never given before.
    FurtherPage,
    /// The same, by a token that is always the same.
    SamePage,
    /// A query is Running and has no rows, though it may have been Complete before.
    StaleStatus,
    /// The answer carries so many bytes that nobody needs.
    Padded(usize),
    /// Any other error.
    Other(Exception),
}

impl Fault {
    /// The error that is answered without doing anything, for the faults that are one.
    pub(crate) fn exception(
        &self,
        operation: Operation,
        account: &str,
        resource: &str,
    ) -> Option<Exception> {
        let action = operation.action();
        let exception = match self {
            Self::Throttle => Exception::throttled(),
            Self::LimitExceeded => too_many_queries(100),
            Self::InternalFailure => Exception::new(
                "InternalFailure",
                "The request processing has failed because of an internal error.",
            )
            .with_status(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => Exception::new(
                "ServiceUnavailableException",
                "The service cannot complete the request.",
            )
            .with_status(StatusCode::SERVICE_UNAVAILABLE),
            Self::ExpiredCredentials => Exception::new(
                "ExpiredTokenException",
                "The security token included in the request is expired",
            ),
            Self::UnknownCredentials => Exception::unknown_credentials(),
            Self::AccessDenied => Exception::new(
                "AccessDeniedException",
                format!(
                    "User: arn:aws:iam::{account}:user/auditor is not authorized to perform: {action} on \
                     resource: {resource} because no identity-based policy allows the {action} action"
                ),
            ),
            Self::Other(exception) => exception.clone(),
            _ => return None,
        };
        Some(operation.api().sends(exception))
    }
}

/// A fault that was ordered, with the calls that it has seen.
#[derive(Debug)]
struct Planned {
    operation: Operation,
    when: When,
    fault: Fault,
    seen: u32,
}

/// All faults that were ordered.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    planned: Vec<Planned>,
}

impl Faults {
    pub(crate) fn plan(&mut self, operation: Operation, when: When, fault: Fault) {
        self.planned.push(Planned {
            operation,
            when,
            fault,
            seen: 0,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.planned.clear();
    }

    /// Counts a call; the fault that it meets is the one ordered first.
    pub(crate) fn meet(&mut self, operation: Operation) -> Option<Fault> {
        let mut met = None;
        for planned in self
            .planned
            .iter_mut()
            .filter(|planned| planned.operation == operation)
        {
            planned.seen += 1;
            if met.is_none() && planned.when.holds(planned.seen) {
                met = Some(planned.fault.clone());
            }
        }
        met
    }
}
