//! Which log groups clusters have, and what is known of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::LogGroup as Listed;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::cluster_selection::ClusterSelection;
use super::log_group::{LogGroup, LogGroupInfo, NamedEvents};
use super::selector::Selector;
use crate::evidence::cluster::Cluster;
use crate::source::aws::call::call;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::eks;
use crate::source::eks::log_group_name;
use crate::source::pages::{Endless, Pages};

/// Up to so many named clusters are looked up one by one; for more, listing all is fewer calls.
const LOOKED_UP: usize = 5;

/// The most pages of log groups: an account has at most 1,000,000 of them in a Region (CloudWatch
/// Logs quotas), and a page holds 50 (API reference, DescribeLogGroups).
const MOST_PAGES: usize = 20_000;

/// The prefix of every cluster's log group.
const ALL: &str = "/aws/eks/";

/// What a Region was found to have.
#[derive(Debug)]
pub struct Found {
    /// The log groups of the clusters that are wanted.
    pub groups: Vec<LogGroup>,
    /// The names of all clusters by the EKS API, where they had to be known.
    pub listed: Option<Result<BTreeSet<String>, Failure>>,
}

/// The clusters that are wanted, as far as they are in this Region.
///
/// `linked` includes the log groups of accounts that are linked to this one for monitoring.
pub async fn discover(
    connection: &Connection,
    wanted: &ClusterSelection,
    linked: bool,
    deadline: Instant,
) -> Result<Found, Failure> {
    let listing = async {
        match wanted.has_unnamed() {
            true => Some(eks::list(connection, deadline).await),
            false => None,
        }
    };
    let (groups, listed) = tokio::join!(log_groups(connection, wanted, linked, deadline), listing);
    Ok(Found {
        groups: groups?,
        listed,
    })
}

async fn log_groups(
    connection: &Connection,
    wanted: &ClusterSelection,
    linked: bool,
    deadline: Instant,
) -> Result<Vec<LogGroup>, Failure> {
    if !wanted.log_groups().is_empty() {
        return named_groups(connection, wanted, linked, deadline).await;
    }
    let names: Vec<&str> = wanted.names().map(Selector::name).collect();
    let prefixes = if wanted.has_unnamed() || names.len() > LOOKED_UP {
        vec![ALL.to_owned()]
    } else {
        names
            .iter()
            .map(|name| log_group_name::of_cluster(name))
            .collect()
    };
    let mut groups: Vec<LogGroup> = Vec::new();
    for prefix in prefixes {
        let listed = match list(connection, &prefix, linked, deadline).await {
            Ok(listed) => listed,
            // Whoever may query but not list still gets what was asked for by name.
            Err(failure) => match failure.cause() {
                Cause::AccessDenied { .. } if !wanted.has_unnamed() => {
                    return Ok(undescribed(connection, wanted));
                }
                _ => return Err(failure.in_region(connection)),
            },
        };
        groups.extend(listed.into_iter().filter_map(|listed| {
            let cluster = log_group_name::cluster_of(listed.log_group_name.as_deref()?)?.to_owned();
            let group = described(connection, listed, cluster, linked)?;
            let Cluster { name, account, .. } = &*group.cluster;
            wanted
                .includes(name.unescaped(), account.as_deref(), connection)
                .then_some(group)
        }));
    }
    Ok(groups)
}

/// The log groups that were named, as far as they are here; whose events they hold is found out
/// later.
async fn named_groups(
    connection: &Connection,
    wanted: &ClusterSelection,
    linked: bool,
    deadline: Instant,
) -> Result<Vec<LogGroup>, Failure> {
    let is_here = |region: &Option<String>| match region {
        Some(region) => *region == connection.region,
        None => true,
    };
    let mut groups = Vec::new();
    for named in wanted.log_groups().iter().filter(|it| is_here(&it.region)) {
        let cluster = log_group_name::cluster_at_end_of(&named.name).or(wanted.only_name());
        let cluster = cluster.unwrap_or(&named.name);
        let listed = match list(connection, &named.name, linked, deadline).await {
            Ok(listed) => listed,
            Err(failure) if matches!(failure.cause(), Cause::AccessDenied { .. }) => {
                groups.push(LogGroup {
                    named: Some(NamedEvents::default()),
                    ..undescribed_group(connection, cluster, named.name.clone())
                });
                continue;
            }
            Err(failure) => return Err(failure.in_region(connection)),
        };
        let listed = listed
            .into_iter()
            .filter(|listed| listed.log_group_name.as_ref() == Some(&named.name))
            .filter_map(|listed| described(connection, listed, cluster.to_owned(), linked))
            .filter(|group| match (&named.account, &group.cluster.account) {
                (Some(wanted), Some(account)) => wanted == account,
                _ => true,
            });
        groups.extend(listed.map(|group| LogGroup {
            named: Some(NamedEvents::default()),
            ..group
        }));
    }
    Ok(groups)
}

/// The names of log groups that begin like this one, for somebody who mistyped it.
pub async fn names_like(connection: &Connection, name: &str, deadline: Instant) -> Vec<String> {
    let beginning = name.char_indices().skip(1).find(|(_, c)| *c == '/');
    let end = beginning.map_or_else(
        || name.char_indices().nth(3).map_or(name.len(), |(at, _)| at),
        |(at, _)| at,
    );
    let listed = list(connection, &name[..end], false, deadline).await;
    let listed = listed.unwrap_or_default().into_iter();
    listed.filter_map(|group| group.log_group_name).collect()
}

async fn list(
    connection: &Connection,
    prefix: &str,
    linked: bool,
    deadline: Instant,
) -> Result<Vec<Listed>, Failure> {
    let mut groups = Vec::new();
    let mut pages = Pages::default();
    loop {
        let page = call(
            &connection.rate_limiters.describe,
            "logs:DescribeLogGroups",
            deadline,
            || {
                connection
                    .client
                    .describe_log_groups()
                    .log_group_name_prefix(prefix)
                    .set_include_linked_accounts(linked.then_some(true))
                    .set_next_token(pages.token())
                    .send()
            },
        )
        .await?;
        let Some(page) = page else {
            return Err(Failure::during("logs:DescribeLogGroups", Cause::OutOfTime));
        };
        groups.extend(page.log_groups.unwrap_or_default());
        match pages.turn(page.next_token, MOST_PAGES) {
            Ok(true) => {}
            Ok(false) => return Ok(groups),
            Err(Endless) => {
                let failure = Failure::during("logs:DescribeLogGroups", Cause::EndlessList);
                return Err(failure);
            }
        }
    }
}

fn described(
    connection: &Connection,
    listed: Listed,
    cluster: String,
    linked: bool,
) -> Option<LogGroup> {
    let name = listed.log_group_name?;
    let arn = listed
        .log_group_arn
        .or(listed.arn)
        .map(|arn| arn.trim_end_matches(":*").to_owned());
    // arn:aws:logs:REGION:ACCOUNT:log-group:NAME
    let account = arn
        .as_deref()
        .and_then(|arn| arn.split(':').nth(4))
        .filter(|account| !account.is_empty())
        .map(str::to_owned);
    Some(LogGroup {
        linked_arn: arn.filter(|_| linked),
        cluster: Arc::new(Cluster {
            name: cluster.into(),
            region: Some(connection.region.clone()),
            account,
        }),
        name,
        named: None,
        described: Some(LogGroupInfo {
            created: listed
                .creation_time
                .and_then(DateTime::<Utc>::from_timestamp_millis)
                .unwrap_or(DateTime::<Utc>::UNIX_EPOCH),
            retention_days: listed.retention_in_days.map(i64::from),
            stored_bytes: listed
                .stored_bytes
                .and_then(|bytes| u64::try_from(bytes).ok())
                .unwrap_or(0),
            class: listed
                .log_group_class
                .map_or_else(|| "STANDARD".to_owned(), |class| class.as_str().to_owned()),
        }),
    })
}

fn undescribed(connection: &Connection, wanted: &ClusterSelection) -> Vec<LogGroup> {
    let names: BTreeSet<&str> = wanted
        .names()
        .map(Selector::name)
        .filter(|name| wanted.includes(name, connection.account.as_deref(), connection))
        .collect();
    names
        .into_iter()
        .map(|name| undescribed_group(connection, name, log_group_name::of_cluster(name)))
        .collect()
}

fn undescribed_group(connection: &Connection, cluster: &str, name: String) -> LogGroup {
    LogGroup {
        cluster: Arc::new(Cluster {
            name: cluster.into(),
            region: Some(connection.region.clone()),
            account: connection.account.clone(),
        }),
        name,
        linked_arn: None,
        named: None,
        described: None,
    }
}
