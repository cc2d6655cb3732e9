//! As whom AWS is asked, and what may be done with queries.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::EXTRA_WITHIN;
use super::check::{Check, CheckStatus};
use crate::source::aws::call::call;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::log_group::LogGroup;
use crate::source::cloudwatch::queries::audit_evidence;
use crate::source::error_words::in_words;

/// The identity behind the credentials.
pub(super) async fn identity(connection: &Connection, deadline: Instant) -> Check {
    const NAME: &str = "identity";
    let asking = connection.sts().get_caller_identity().send();
    let until = deadline.min(Instant::now() + EXTRA_WITHIN);
    match tokio::time::timeout_at(until, asking).await {
        Ok(Ok(caller)) => Check::new(NAME, CheckStatus::Passed, caller.arn.unwrap_or_default()),
        Ok(Err(error)) => {
            let words = in_words(&error);
            let words = format!("sts:GetCallerIdentity failed: {words}");
            Check::new(NAME, CheckStatus::Warning, words)
        }
        Err(_) => {
            let words = "sts:GetCallerIdentity did not respond; queries do not need it";
            Check::new(NAME, CheckStatus::Warning, words)
        }
    }
}

/// Starts the query of a sweep over one second, looks at it and stops it: what each permission
/// allows is known best by using it.
pub(super) async fn queries(
    connection: &Connection,
    group: &LogGroup,
    now: DateTime<Utc>,
    deadline: Instant,
) -> Vec<Check> {
    let client = &connection.client;
    let concerning = |failure: Failure| failure.concerning(&group.cluster, connection);
    let second = now.timestamp();
    let starting = call(
        &connection.rate_limiters.start_query,
        "logs:StartQuery",
        deadline,
        || {
            client
                .start_query()
                .log_group_names(&group.name)
                .query_string((audit_evidence::QUERY.text)())
                .start_time(second)
                .end_time(second)
                .send()
        },
    );
    let checked = |name, outcome: Result<bool, Failure>| match outcome {
        Ok(true) => Check::new(name, CheckStatus::Passed, "allowed"),
        Ok(false) => Check::new(name, CheckStatus::Warning, "no response before the timeout"),
        Err(failure) => Check::missing(name, &concerning(failure)),
    };
    let (id, start) = match starting.await {
        Ok(Some(started)) => (started.query_id, Ok(true)),
        Ok(None) => (None, Ok(false)),
        Err(failure) => (None, Err(failure)),
    };
    let mut checks = vec![checked("logs:StartQuery", start)];
    let Some(id) = id else {
        return checks;
    };
    let looking = call(
        &connection.rate_limiters.get_query_results,
        "logs:GetQueryResults",
        deadline,
        || client.get_query_results().query_id(&id).send(),
    );
    let looked = looking.await.map(|answer| answer.is_some());
    checks.push(checked("logs:GetQueryResults", looked));
    let stopping = call(
        &connection.rate_limiters.stop_query,
        "logs:StopQuery",
        deadline,
        || client.stop_query().query_id(&id).send(),
    );
    let stopped = match stopping.await {
        // That it has ended already is no refusal.
        Err(failure) if !matches!(failure.cause(), Cause::AccessDenied { .. }) => Ok(true),
        other => other.map(|answer| answer.is_some()),
    };
    checks.push(checked("logs:StopQuery", stopped));
    checks
}
