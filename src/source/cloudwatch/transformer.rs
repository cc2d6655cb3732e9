//! Transformers: what changes the events of a log group before a query sees them (CloudWatch Logs
//! user guide, page "Transform logs during ingestion").

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::Processor;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::silence::Silence;
use crate::source::aws::call::call;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::aws::transformer::Transformer;

/// The action, as a policy names it.
pub const GET_TRANSFORMER: &str = "logs:GetTransformer";

/// How long the report waits for transformers: that events are unreadable is known without them.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

/// Finds the transformers of the log groups that hold other things than audit events. Returns why
/// some could not be found: their places among the silences, and the failures.
pub async fn find(silences: &mut [Silence], deadline: Instant) -> Vec<(usize, Failure)> {
    let deadline = deadline.min(Instant::now() + FOUND_WITHIN);
    let mut running = JoinSet::new();
    for (place, silence) in silences.iter().enumerate() {
        if let Some((connection, log_group)) = silence.to_look_up() {
            let (connection, log_group) = (Arc::clone(connection), log_group.to_owned());
            running.spawn(async move { (place, get(&connection, &log_group, deadline).await) });
        }
    }
    let mut failures = Vec::new();
    while let Some(joined) = running.join_next().await {
        match joined {
            Ok((place, Ok(transformer))) => silences[place].transformer = transformer,
            Ok((place, Err(failure))) => failures.push((place, failure)),
            // A panic has been printed.
            Err(_) => {}
        }
    }
    failures
}

async fn get(
    connection: &Connection,
    log_group: &str,
    deadline: Instant,
) -> Result<Transformer, Failure> {
    let client = &connection.client;
    let calling = call(
        &connection.rate_limiters.describe,
        GET_TRANSFORMER,
        deadline,
        || {
            client
                .get_transformer()
                .log_group_identifier(log_group)
                .send()
        },
    );
    match timeout_at(deadline, calling).await {
        Ok(Ok(Some(answer))) => Ok(match answer.transformer_config.as_deref() {
            None | Some([]) => Transformer::None,
            Some(processors) => Transformer::Found(names(processors)),
        }),
        Ok(Ok(None)) | Err(_) => Err(Failure::during(GET_TRANSFORMER, Cause::OutOfTime)),
        // The log group is there: what was not found is a transformer.
        Ok(Err(failure)) if matches!(failure.cause(), Cause::NoLogGroup { .. }) => {
            Ok(Transformer::None)
        }
        Ok(Err(failure)) => Err(failure),
    }
}

/// The processors by the names that the API gives them.
fn names(processors: &[Processor]) -> String {
    let names: Vec<&str> = processors.iter().map(name).collect();
    names.join(", ")
}

fn name(processor: &Processor) -> &'static str {
    let parsers = [
        (processor.parse_to_ocsf.is_some(), "parseToOCSF"),
        (processor.parse_json.is_some(), "parseJSON"),
        (processor.parse_key_value.is_some(), "parseKeyValue"),
        (processor.parse_cloudfront.is_some(), "parseCloudfront"),
        (processor.parse_postgres.is_some(), "parsePostgres"),
        (processor.parse_route53.is_some(), "parseRoute53"),
        (processor.parse_vpc.is_some(), "parseVPC"),
        (processor.parse_waf.is_some(), "parseWAF"),
        (processor.grok.is_some(), "grok"),
        (processor.csv.is_some(), "csv"),
    ];
    let parser = parsers.into_iter().find(|(is_it, _)| *is_it);
    // The others move and rename the keys that a parser found.
    parser.map_or("a processor of keys", |(_, name)| name)
}
