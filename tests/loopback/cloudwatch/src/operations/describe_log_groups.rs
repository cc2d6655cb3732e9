//! DescribeLogGroups.

use loopback_aws::{Exception, Input};
use serde_json::{Value, json};

use crate::log_group::LogGroup;
use crate::service::Service;

const MOST_ITEMS: usize = 50;

pub(crate) fn answer(service: &Service, input: Input<'_>) -> Result<Value, Exception> {
    let prefix = input.text("logGroupNamePrefix")?;
    let pattern = input.text("logGroupNamePattern")?;
    let identifiers = input.texts("logGroupIdentifiers")?;
    let class = input.text("logGroupClass")?;
    let linked = input.flag("includeLinkedAccounts")?;
    if prefix.is_some() && pattern.is_some() {
        return Err(Exception::invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    if identifiers.is_some() && (prefix.is_some() || pattern.is_some() || class.is_some()) {
        return Err(Exception::invalid(
            "logGroupIdentifiers cannot be combined with another filter.",
        ));
    }
    let (region, account) = (&service.settings.region, &service.settings.account);
    let wanted = |group: &LogGroup| {
        prefix.is_none_or(|prefix| group.name.starts_with(prefix))
            && (linked || group.linked_account.is_none())
            && pattern.is_none_or(|pattern| group.name.contains(pattern))
            && class.is_none_or(|class| group.class.name() == class)
            && identifiers.as_ref().is_none_or(|identifiers| {
                let arn = group.arn(region, account);
                identifiers
                    .iter()
                    .any(|identifier| *identifier == group.name || *identifier == arn)
            })
    };
    let groups: Vec<&LogGroup> = service
        .groups
        .iter()
        .filter(|group| wanted(group))
        .collect();
    let limit = input.count("limit", MOST_ITEMS)?.unwrap_or(MOST_ITEMS);
    let from = match input.text("nextToken")? {
        Some(token) => groups
            .iter()
            .position(|group| group.arn(region, account) == token)
            .ok_or_else(|| Exception::invalid("The specified nextToken is invalid."))?,
        None => 0,
    };
    let to = (from + limit).min(groups.len());
    let page: Vec<Value> = groups[from..to]
        .iter()
        .map(|group| description(service, group, pattern.is_some()))
        .collect();
    let mut answer = json!({"logGroups": page});
    if let Some(next) = groups.get(to) {
        answer["nextToken"] = Value::from(next.arn(region, account));
    }
    Ok(answer)
}

/// One group; found by a pattern, it is described with three fields only, as documented.
fn description(service: &Service, group: &LogGroup, by_pattern: bool) -> Value {
    let arn = group.arn(&service.settings.region, &service.settings.account);
    let mut description = json!({
        "logGroupName": group.name,
        "creationTime": group.creation_time(),
        "arn": format!("{arn}:*"),
    });
    if by_pattern {
        return description;
    }
    description["logGroupArn"] = Value::from(arn);
    description["logGroupClass"] = Value::from(group.class.name());
    description["storedBytes"] = Value::from(group.size());
    description["metricFilterCount"] = Value::from(0);
    if let Some(days) = group.retention_days {
        description["retentionInDays"] = Value::from(days);
    }
    description
}
