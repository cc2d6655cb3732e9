//! One call to AWS: in its turn, and tried again while that can help.

use std::future::Future;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use tokio::time::{Instant, sleep, timeout_at};

use super::answer_limit;
use super::failure::Failure;
use super::rate_limiter::RateLimiter;
use crate::source::error_words::in_words;

/// How often a call is tried that the network or the service broke.
const ATTEMPTS_AT_BROKEN: u32 = 6;

/// How often a call is made that cannot be repeated safely, if the answers are lost: each may have
/// done its work, and one more is the price of a network that loses a packet.
const UNSAFE_ATTEMPTS: u32 = 2;

/// Whether a call may be made again when its answer was lost on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Repeat {
    /// It only reads, or does the same however often it is made.
    Safe,
    /// Each call may do its work once more.
    Unsafe,
}
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What a failed call is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// The service has no room now: it is asked again until the deadline.
    Room,
    /// Something broke on the way: it is asked again a few times.
    Broken,
    /// Asking again would fail again.
    Never,
}

/// A call under way at the deadline is waited for so much longer: what it does is done anyway, and
/// a query that it starts can only be stopped by whoever knows it.
const GRACE: Duration = Duration::from_secs(2);

/// Makes a call, and makes it again as long as that can help. `Ok(None)` when the deadline came
/// before an answer did.
pub(in crate::source) async fn call<T, E, F>(
    limiter: &RateLimiter,
    action: &'static str,
    deadline: Instant,
    send: impl Fn() -> F,
) -> Result<Option<T>, Failure>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    call_with(Repeat::Safe, limiter, action, deadline, send).await
}

/// The same for a call that may not be safe to repeat.
pub(in crate::source) async fn call_with<T, E, F>(
    repeat: Repeat,
    limiter: &RateLimiter,
    action: &'static str,
    deadline: Instant,
    send: impl Fn() -> F,
) -> Result<Option<T>, Failure>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let (mut attempts, mut lost) = (0, 0);
    let mut longest = FIRST_PAUSE;
    loop {
        if Instant::now() >= deadline || timeout_at(deadline, limiter.acquire()).await.is_err() {
            return Ok(None);
        }
        let Ok(outcome) = timeout_at(deadline + GRACE, send()).await else {
            return Ok(None);
        };
        let error = match outcome {
            Ok(answer) => {
                limiter.answered();
                return Ok(Some(answer));
            }
            Err(error) => error,
        };
        if is_throttling(&error) {
            limiter.throttled();
        }
        attempts += 1;
        lost += u32::from(may_have_worked(&error));
        let again = again(&error);
        // Full jitter: many that wait for the same thing must not come back together.
        let pause = longest.mul_f64(fastrand::f64());
        longest = (longest * 2).min(LONGEST_PAUSE);
        let hopeless = again == Again::Never
            || (again == Again::Broken && attempts >= ATTEMPTS_AT_BROKEN)
            || (repeat == Repeat::Unsafe && lost >= UNSAFE_ATTEMPTS)
            || Instant::now() + pause >= deadline;
        tracing::debug!(
            action,
            attempts,
            code = error.code(),
            request_id = aws_sdk_cloudwatchlogs::operation::RequestId::request_id(&error),
            retry = !hopeless,
            "call failed"
        );
        if hopeless {
            return Err(Failure::of_call(action, &error));
        }
        sleep(pause).await;
    }
}

/// Whether the service may have done what was asked, although no answer tells so.
fn may_have_worked<E>(error: &SdkError<E>) -> bool
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error {
        SdkError::ConstructionFailure(_) => false,
        // Without a connection nothing was sent. The SDK has no kind of its own for that.
        SdkError::DispatchFailure(failure) => {
            !failure.is_user() && !in_words(error).contains("client error (Connect)")
        }
        SdkError::ServiceError(service) => service.raw().status().is_success(),
        _ => true,
    }
}

/// Whether calls come too fast, and not whether too many queries run.
fn is_throttling<E>(error: &SdkError<E>) -> bool
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    again(error) == Again::Room && error.code() != Some("LimitExceededException")
}

fn again<E>(error: &SdkError<E>) -> Again
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    if answer_limit::is_exceeded(error) {
        return Again::Never;
    }
    match error.code() {
        Some(
            "LimitExceededException"
            | "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "SlowDown",
        ) => return Again::Room,
        Some(
            "InternalFailure"
            | "InternalServerError"
            | "ServiceUnavailableException"
            | "RequestTimeout",
        ) => {
            return Again::Broken;
        }
        _ => {}
    }
    match error {
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => Again::Broken,
        SdkError::DispatchFailure(failure) => {
            // An error of another kind that may pass says so; one of credentials does not.
            let may_pass = failure
                .as_connector_error()
                .is_some_and(|error| error.as_other().is_some());
            if failure.is_io() || failure.is_timeout() || may_pass {
                Again::Broken
            } else {
                Again::Never
            }
        }
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            // A body that cannot be read comes with a good status and no code.
            let unreadable = error.code().is_none() && status < 400;
            if status >= 500 || status == 429 || unreadable {
                Again::Broken
            } else {
                Again::Never
            }
        }
        _ => Again::Never,
    }
}
