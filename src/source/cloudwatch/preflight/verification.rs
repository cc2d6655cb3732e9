//! Whether the service answers the query as the events themselves say, construct by construct: in
//! words that name nothing of the log, so that they can be shown to anybody.

use std::fmt::Write as _;

use bytesize::ByteSize;
use chrono::{DateTime, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::check::{Check, CheckStatus};
use crate::source::aws::connection::Connection;
use crate::source::cloudwatch::chunk::Span;
use crate::source::cloudwatch::log_group::LogGroup;
use crate::source::cloudwatch::self_check::comparison::{Construct, Outcome};
use crate::source::cloudwatch::self_check::piece::Marks;
use crate::source::cloudwatch::self_check::{Checking, SelfCheck, delivered, text_id};
use crate::source::request_filter::RequestFilter;

const NAME: &str = "query";

/// The check.
pub(super) async fn check(
    connection: &Connection,
    group: &LogGroup,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
    deadline: Instant,
) -> Check {
    let window = Span {
        first_second: since.timestamp(),
        last_second: now.timestamp(),
    };
    let Some(span) = delivered(window, now).and_then(|it| Marks::default().piece(it)) else {
        let words = "not verified: the window is too short to read a small piece of it";
        return Check::new(NAME, CheckStatus::Warning, words);
    };
    let checking = Checking {
        connection,
        group,
        filter: RequestFilter::default(),
        deadline,
        stop: &CancellationToken::new(),
    };
    match checking.check(span).await {
        Err(failure) => Check::missing(NAME, &failure.concerning(&group.cluster, connection)),
        Ok(None) => {
            let words =
                "not verified: no complete result before the timeout; try a longer --timeout";
            Check::new(NAME, CheckStatus::Warning, words)
        }
        Ok(Some(checked)) => described(&connection.region, &checked),
    }
}

fn described(region: &str, checked: &SelfCheck) -> Check {
    let (state, verdict) = match (checked.difference(), checked.is_equal()) {
        (Some(_), _) => (
            CheckStatus::Warning,
            "the query's result differs from the events; a sweep reads whole events instead",
        ),
        (None, true) => (CheckStatus::Passed, "the query's result matches the events"),
        (None, false) => (
            CheckStatus::Warning,
            "nothing to compare in this piece of the log",
        ),
    };
    let time = |second| {
        DateTime::<Utc>::from_timestamp(second, 0)
            .unwrap_or_default()
            .format("%Y-%m-%d %H:%M:%S")
    };
    let mut words = format!(
        "{} in {region}, eks-stale-tokens {}: {verdict}\n{} to {} UTC, {} whole events, {} scanned",
        text_id(),
        env!("CARGO_PKG_VERSION"),
        time(checked.span.first_second),
        time(checked.span.last_second),
        checked.events,
        ByteSize(checked.bytes).display().si()
    );
    for Construct { name, outcome } in &checked.constructs {
        let outcome = match outcome {
            Outcome::Unused => "not used here".to_owned(),
            Outcome::Equal(facts) => format!("equal, {facts}"),
            Outcome::Differs { missing, excess } => {
                format!("DIFFERS: {missing} missing, {excess} too many")
            }
            Outcome::Malformed => "MALFORMED".to_owned(),
        };
        let _ = write!(words, "\n  {name}: {outcome}");
    }
    Check::new(NAME, state, words)
}
