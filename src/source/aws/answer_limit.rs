//! How large an answer may be: the SDK reads the whole of one before any of it is looked at.

use std::error::Error;

use aws_sdk_cloudwatchlogs::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_cloudwatchlogs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudwatchlogs::error::BoxError;
use aws_smithy_types::body::SdkBody;
use http_body_util::{LengthLimitError, Limited};

/// The most bytes of one answer. Parsed, it takes about four times as much. The largest page that
/// CloudWatch Logs gives has 10,000 rows (API reference, GetQueryResults); whole events of 3 KiB
/// each fit.
pub const LARGEST_ANSWER: usize = 32 << 20;

/// Breaks an answer off that is larger than [`LARGEST_ANSWER`].
#[derive(Debug)]
pub(in crate::source) struct AnswerLimit;

impl Intercept for AnswerLimit {
    fn name(&self) -> &'static str {
        "AnswerLimit"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(whole, LARGEST_ANSWER));
        Ok(())
    }
}

/// Whether a call failed because its answer is too large.
pub(super) fn is_exceeded(error: &(dyn Error + 'static)) -> bool {
    let mut behind = Some(error);
    while let Some(error) = behind {
        if error.is::<LengthLimitError>() {
            return true;
        }
        behind = error.source();
    }
    false
}
