//! A cluster's log group, and what of it is kept.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::evidence::cluster::Cluster;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;

/// A cluster's log group.
#[derive(Debug, Clone)]
pub struct LogGroup {
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// The name.
    pub name: String,
    /// The ARN, where linked accounts are asked too and a name alone does not tell whose it is.
    pub linked_arn: Option<String>,
    /// What is known of the group, unless that could not be queried.
    pub described: Option<LogGroupInfo>,
    /// Present if the operator named the group: it may hold the events of other accounts and
    /// Regions, or of several clusters.
    pub named: Option<NamedEvents>,
}

/// The events of one cluster in a log group that the operator named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedEvents {
    /// The condition that selects them, as a query writes it; absent if they are all.
    pub condition: Option<String>,
}

/// What DescribeLogGroups tells.
#[derive(Debug, Clone)]
pub struct LogGroupInfo {
    /// When the group was created.
    pub created: DateTime<Utc>,
    /// For how many days its events are kept; for ever, if absent.
    pub retention_days: Option<i64>,
    /// Bytes stored, as ingested.
    pub stored_bytes: u64,
    /// The log class, as the service names it.
    pub class: String,
}

impl LogGroup {
    /// The condition that selects the cluster's events, where the group holds others too. Such a
    /// group cannot share a query.
    pub fn condition(&self) -> Option<&str> {
        self.named.as_ref()?.condition.as_deref()
    }

    /// Whether the group is of the class Standard, as far as that is known.
    pub fn is_standard(&self) -> bool {
        let described = self.described.as_ref();
        described.is_none_or(|described| described.class == "STANDARD")
    }

    /// The first moment of which events are kept; `None` if that is not known.
    pub fn retained_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let described = self.described.as_ref()?;
        let retained = described
            .retention_days
            .and_then(|days| now.checked_sub_signed(TimeDelta::try_days(days)?));
        Some(retained.map_or(described.created, |retained| {
            retained.max(described.created)
        }))
    }

    /// Why nothing before [`Self::retained_since`] is there, in words.
    pub fn retention_reason(&self, now: DateTime<Utc>) -> String {
        let retention = self
            .described
            .as_ref()
            .filter(|described| self.retained_since(now) > Some(described.created))
            .and_then(|described| described.retention_days);
        match retention {
            Some(days) => format!("the log group keeps events for {days} d"),
            None => "the log group was created then".to_owned(),
        }
    }

    /// The bytes that a query over this window scans, by what the group stores and for how long:
    /// as good as the group's traffic is even. `None` if that is not known.
    pub fn bytes_in(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<u64> {
        let retained_since = self.retained_since(now)?;
        let stored = self.described.as_ref()?.stored_bytes;
        let kept = (now - retained_since).num_seconds().max(1);
        let asked = (until.min(now) - since.max(retained_since))
            .num_seconds()
            .max(0);
        Some((stored as f64 * (asked as f64 / kept as f64).min(1.0)) as u64)
    }
}

/// The group of a row, by its `@log`, which is `ACCOUNT:NAME`.
pub(super) fn whose(members: &[&LogGroup], log: Option<&str>) -> Option<usize> {
    // What `@log` states of events that were centralized is not documented.
    if let [member] = members
        && member.named.is_some()
    {
        return Some(0);
    }
    let Some(log) = log else {
        return (members.len() == 1).then_some(0);
    };
    let (account, name) = log.split_once(':').unwrap_or(("", log));
    let is_named = |group: &&LogGroup| group.name == name;
    members
        .iter()
        .position(|group| is_named(group) && group.cluster.account.as_deref() == Some(account))
        .or_else(|| members.iter().position(is_named))
}

impl Failure {
    /// The same failure, concerning a log group and its cluster.
    #[must_use]
    pub fn concerning_group(self, group: &LogGroup, connection: &Connection) -> Self {
        let failure = self.concerning(&group.cluster, connection);
        match group.named {
            Some(_) => failure.in_log_group(&group.name),
            None => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::eks::log_group_name;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn group(created: &str, retention_days: Option<i64>) -> LogGroup {
        LogGroup {
            cluster: Arc::new(Cluster::named("a")),
            name: log_group_name::of_cluster("a"),
            linked_arn: None,
            named: None,
            described: Some(LogGroupInfo {
                created: time(created),
                retention_days,
                stored_bytes: 1_000,
                class: "STANDARD".to_owned(),
            }),
        }
    }

    #[test]
    fn what_is_kept_begins_with_creation_or_retention() {
        let now = time("2026-11-24T00:00:00Z");
        let young = group("2026-11-23T12:00:00Z", Some(30));
        assert_eq!(
            young.retained_since(now),
            Some(time("2026-11-23T12:00:00Z"))
        );
        assert!(young.retention_reason(now).contains("created"));
        let old = group("2026-01-01T00:00:00Z", Some(3));
        assert_eq!(old.retained_since(now), Some(time("2026-11-21T00:00:00Z")));
        assert!(old.retention_reason(now).contains("3 d"));
        let whole_day = (time("2026-11-23T00:00:00Z"), now);
        assert_eq!(old.bytes_in(whole_day.0, whole_day.1, now), Some(333));
        assert_eq!(young.bytes_in(whole_day.0, whole_day.1, now), Some(1_000));
    }
}
