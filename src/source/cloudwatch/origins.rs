//! Whose events a log group holds that the operator named: centralization fills one log group from
//! several accounts and Regions.
//!
//! What is not knowable: two clusters of one account and Region whose events share a log group, if
//! neither `@source.log` nor the log group's name tells their names apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::cluster_selection::ClusterSelection;
use super::fleet::{Fleet, FoundRegion};
use super::log_group::{LogGroup, NamedEvents};
use super::queries::log_origins;
use super::queries::logs_query::QuerySpan;
use super::query_limits::QueryLimits;
use super::row::Row;
use super::run::{Completion, QueryResult, QuerySpec, run};
use super::unseen_cluster::UnseenCluster;
use crate::evidence::cluster::Cluster;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::aws::region::is_well_formed;
use crate::source::eks::log_group_name::cluster_at_end_of;

/// Where some of a log group's events come from, as they state it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    account: Option<String>,
    region: Option<String>,
    /// The log group that they were written to first.
    source: Option<String>,
}

/// Replaces each log group that was named by one for every cluster whose events it holds, as far as
/// that cluster is wanted. It takes one query over the window for each log group.
pub async fn split(fleet: &mut Fleet, wanted: &ClusterSelection, limits: &QueryLimits) {
    let mut running = JoinSet::new();
    for (place, region) in fleet.regions.iter_mut().enumerate() {
        let (named, others): (Vec<_>, Vec<_>) = region
            .groups
            .iter()
            .cloned()
            .partition(|group| group.named.is_some());
        if named.is_empty() {
            continue;
        }
        region.groups = Arc::new(others);
        for group in named {
            let (connection, limits) = (Arc::clone(&region.connection), limits.clone());
            running.spawn(async move {
                let origins = origins_of(&group, &connection, &limits).await;
                (place, group, origins)
            });
        }
    }
    let mut found = running.join_all().await;
    if found.is_empty() {
        return;
    }
    found.sort_by(|one, other| (one.0, &one.1.name).cmp(&(other.0, &other.1.name)));
    for (place, group, origins) in found {
        let FoundRegion { connection, groups } = &mut fleet.regions[place];
        match origins {
            Ok((result, origins)) => {
                let groups = Arc::make_mut(groups);
                let parts = parts(&group, &origins, connection, wanted.only_name());
                if parts.iter().any(|part| part.cluster.name == *group.name) {
                    let text = "its name states no cluster: several clusters of one account and Region cannot be told apart in it";
                    let coverage = fleet.notes.of(&parts[0].cluster);
                    coverage.note_times(&group.name, text, 1);
                }
                let mut wanted_parts = parts
                    .into_iter()
                    .filter(|part| wanted.includes_cluster(&part.cluster))
                    .peekable();
                if let Some(first) = wanted_parts.peek() {
                    let coverage = fleet.notes.of(&first.cluster);
                    coverage.queries += 1;
                    coverage.bytes_scanned += result.bytes_scanned;
                    coverage.charge(limits.price(&connection.region, result.bytes_scanned));
                }
                groups.extend(wanted_parts);
            }
            Err(failure) => fleet.missing.push(UnseenCluster {
                cluster: Arc::clone(&group.cluster),
                failure: failure.concerning_group(&group, connection),
            }),
        }
    }
    fleet.regions.retain(|region| !region.groups.is_empty());
    miss(fleet, wanted);
}

/// Notes the clusters that were named and have no event in any of the log groups.
fn miss(fleet: &mut Fleet, wanted: &ClusterSelection) {
    let groups = fleet.regions.iter().flat_map(|region| region.groups.iter());
    let found: BTreeSet<Arc<Cluster>> = groups.map(|group| Arc::clone(&group.cluster)).collect();
    // Where a log group could not be read, the cluster may be in it.
    if !fleet.missing.is_empty() {
        return;
    }
    let absent = wanted.names().chain(wanted.patterns());
    let absent = absent.filter(|selector| !found.iter().any(|cluster| selector.is(cluster)));
    for selector in absent {
        let cluster = Cluster {
            region: selector.region.clone(),
            account: selector.account.clone(),
            ..Cluster::named(selector.name())
        };
        let groups = wanted.log_groups().iter().map(|group| group.name.clone());
        let cause = Cause::NotInLogGroups {
            log_groups: groups.collect(),
        };
        fleet.missing.push(UnseenCluster {
            failure: Failure::new(cause).of_cluster(&cluster),
            cluster: Arc::new(cluster),
        });
    }
}

async fn origins_of(
    group: &LogGroup,
    connection: &Connection,
    limits: &QueryLimits,
) -> Result<(QueryResult, Vec<Origin>), Failure> {
    let query = log_origins::QUERY;
    let spec = QuerySpec {
        name: query.name,
        text: (query.text)(),
        limit: query.row_limit,
        rows_are_events: query.rows_are_events,
        can_be_split: false,
        groups: &[group],
        span: limits.span(QuerySpan::Written),
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut take = |page| rows.extend(page);
    let result = run(
        connection,
        &spec,
        limits.run.deadline,
        &limits.run.stop,
        &mut take,
    )
    .await?;
    limits.run.progress.advance(result.bytes_scanned);
    let failed = |cause| Err(Failure::during("logs:GetQueryResults", cause));
    match &result.completion {
        Completion::Complete => {}
        Completion::TimeLimit => return failed(Cause::OutOfTime),
        other => {
            let reason = format!("the query for the accounts and Regions failed: {other:?}");
            return failed(Cause::Other { reason });
        }
    }
    match rows.iter().map(Origin::of).collect() {
        Some(origins) => Ok((result, origins)),
        None => failed(Cause::Other {
            reason: "the account or the Region that events come from cannot be read".to_owned(),
        }),
    }
}

impl Origin {
    /// The origin that a row states; `None` if a value is not what it should be.
    fn of(row: &Row) -> Option<Self> {
        let is_account =
            |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        // The values go into the text of a query.
        let is_source = |text: &str| {
            let is_allowed = |c: char| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '#' | ':')
            };
            text.chars().all(is_allowed)
        };
        let value = |name: &str, is_valid: &dyn Fn(&str) -> bool| {
            let text = row.get(name).filter(|text| !text.is_empty());
            match text {
                Some(text) => is_valid(text).then(|| Some(text.to_owned())),
                None => Some(None),
            }
        };
        Some(Self {
            account: value("@aws.account", &is_account)?,
            region: value("@aws.region", &is_well_formed)?,
            source: value("@source.log", &is_source)?,
        })
    }

    /// The cluster, by the best that is known: the log group that the events were written to
    /// first, the name of this log group, or the name that the operator gives.
    fn cluster(
        &self,
        group: &LogGroup,
        connection: &Connection,
        only_name: Option<&str>,
    ) -> Cluster {
        let source = self.source.as_deref();
        let name = source
            .map(|source| source.split_once(':').map_or(source, |(_, name)| name))
            .and_then(cluster_at_end_of)
            .or_else(|| cluster_at_end_of(&group.name))
            .or(only_name)
            .unwrap_or(&group.name);
        let region = self.region.as_ref().unwrap_or(&connection.region);
        Cluster {
            name: name.into(),
            region: Some(region.clone()),
            account: self
                .account
                .clone()
                .or_else(|| group.cluster.account.clone()),
        }
    }

    /// The condition that selects its events.
    fn condition(&self, by_source: bool) -> String {
        let compare = |field: &str, value: &Option<String>| match value {
            Some(value) => format!("{field} = \"{value}\""),
            None => format!("not ispresent({field})"),
        };
        let mut parts = vec![
            compare("@aws.account", &self.account),
            compare("@aws.region", &self.region),
        ];
        if by_source {
            parts.push(compare("@source.log", &self.source));
        }
        format!("({})", parts.join(" and "))
    }
}

/// The log group once for each cluster; as it is, if it holds no event.
fn parts(
    group: &LogGroup,
    origins: &[Origin],
    connection: &Connection,
    only_name: Option<&str>,
) -> Vec<LogGroup> {
    let mut clusters: BTreeMap<Cluster, Vec<&Origin>> = BTreeMap::new();
    for origin in origins {
        let cluster = origin.cluster(group, connection, only_name);
        clusters.entry(cluster).or_default().push(origin);
    }
    let is_shared = clusters.len() > 1;
    let mut places: BTreeMap<(&Option<String>, &Option<String>), usize> = BTreeMap::new();
    for of_cluster in clusters.values() {
        let own: BTreeSet<_> = of_cluster
            .iter()
            .map(|it| (&it.account, &it.region))
            .collect();
        for place in own {
            *places.entry(place).or_default() += 1;
        }
    }
    let condition = |of_cluster: &[&Origin]| {
        let conditions: BTreeSet<String> = of_cluster
            .iter()
            .map(|origin| origin.condition(places[&(&origin.account, &origin.region)] > 1))
            .collect();
        let conditions: Vec<String> = conditions.into_iter().collect();
        format!("({})", conditions.join(" or "))
    };
    if clusters.is_empty() {
        return vec![group.clone()];
    }
    clusters
        .iter()
        .map(|(cluster, of_cluster)| LogGroup {
            cluster: Arc::new(cluster.clone()),
            named: Some(NamedEvents {
                condition: is_shared.then(|| condition(of_cluster)),
            }),
            ..group.clone()
        })
        .collect()
}
