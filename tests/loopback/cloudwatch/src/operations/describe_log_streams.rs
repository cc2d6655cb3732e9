//! DescribeLogStreams.

use loopback_aws::{Exception, Input};
use serde_json::{Value, json};

use crate::service::Service;

const MOST_ITEMS: usize = 50;

pub(crate) fn answer(service: &Service, input: Input<'_>) -> Result<Value, Exception> {
    let group = match (
        input.text("logGroupName")?,
        input.text("logGroupIdentifier")?,
    ) {
        (Some(group), None) | (None, Some(group)) => &service.groups[service.group(group)?],
        _ => {
            return Err(Exception::invalid(
                "Exactly one of logGroupName and logGroupIdentifier is needed.",
            ));
        }
    };
    let prefix = input.text("logStreamNamePrefix")?;
    let by_time = match input.text("orderBy")? {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") => true,
        Some(other) => {
            return Err(Exception::invalid(format!(
                "Streams cannot be ordered by {other}."
            )));
        }
    };
    if by_time && prefix.is_some() {
        return Err(Exception::invalid(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let mut streams: Vec<_> = group
        .streams()
        .into_iter()
        .filter(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix)))
        .collect();
    if by_time {
        streams.sort_by_key(|(_, span)| span.last);
    }
    if input.flag("descending")? {
        streams.reverse();
    }
    let limit = input.count("limit", MOST_ITEMS)?.unwrap_or(MOST_ITEMS);
    let from = match input.text("nextToken")? {
        Some(token) => streams
            .iter()
            .position(|(name, _)| *name == token)
            .ok_or_else(|| Exception::invalid("The specified nextToken is invalid."))?,
        None => 0,
    };
    let to = (from + limit).min(streams.len());
    let arn = group.arn(&service.settings.region, &service.settings.account);
    let page: Vec<Value> = streams[from..to]
        .iter()
        .map(|(name, span)| {
            json!({
                "logStreamName": name,
                "creationTime": span.first,
                "firstEventTimestamp": span.first,
                "lastEventTimestamp": span.last,
                "lastIngestionTime": span.last_ingestion,
                "arn": format!("{arn}:log-stream:{name}"),
                "storedBytes": 0,
            })
        })
        .collect();
    let mut answer = json!({"logStreams": page});
    if let Some((next, _)) = streams.get(to) {
        answer["nextToken"] = Value::from(*next);
    }
    Ok(answer)
}
