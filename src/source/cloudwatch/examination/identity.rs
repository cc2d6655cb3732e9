//! As whom AWS is asked.

use tokio::time::Instant;

use super::EXTRA_WITHIN;
use super::check::{Check, State};
use crate::source::aws::connection::Connection;
use crate::source::error_words::in_words;

/// The identity behind the credentials.
pub(super) async fn check(connection: &Connection, deadline: Instant) -> Check {
    const NAME: &str = "identity";
    let asking = connection.sts().get_caller_identity().send();
    let until = deadline.min(Instant::now() + EXTRA_WITHIN);
    match tokio::time::timeout_at(until, asking).await {
        Ok(Ok(caller)) => Check::new(NAME, State::Good, caller.arn.unwrap_or_default()),
        Ok(Err(error)) => {
            let words = in_words(&error);
            let words = format!("sts:GetCallerIdentity failed: {words}");
            Check::new(NAME, State::Doubtful, words)
        }
        Err(_) => {
            let words = "sts:GetCallerIdentity did not answer; queries do not need it";
            Check::new(NAME, State::Doubtful, words)
        }
    }
}
