//! What a sweep of many clusters needs: each cluster with what is missing for it.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::check::{Check, CheckStatus};
use super::{PreflightOptions, control_plane, log_group, permissions};
use crate::evidence::cluster::Cluster;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::cluster_selection::ClusterSelection;
use crate::source::cloudwatch::fleet::{FleetSelection, FoundRegion, find};
use crate::source::cloudwatch::log_group::LogGroup;
use crate::source::eks::LIST_CLUSTERS;

/// Clusters looked at side by side in a Region: the EKS API is given so long for each.
const AT_ONCE: usize = 8;

/// A cluster, or all that one identity reaches in a Region, and what was found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCluster {
    /// The cluster; called `*` where it stands for all of a Region.
    pub cluster: Arc<Cluster>,
    /// The profile that was asked for.
    pub profile: Option<String>,
    /// What was looked at.
    pub checks: Vec<Check>,
}

impl CheckedCluster {
    /// The worst of what was found.
    pub fn state(&self) -> CheckStatus {
        let states = self.checks.iter().map(|check| check.state);
        states.fold(CheckStatus::Passed, CheckStatus::max)
    }

    fn of_failure(cluster: Arc<Cluster>, profile: Option<String>, failure: &Failure) -> Self {
        Self {
            cluster,
            profile,
            checks: vec![Check::missing(piece(failure), failure)],
        }
    }
}

/// Looks at every cluster that is wanted and that one identity reaches in a Region. That nothing is
/// reached is a row as well.
pub async fn check_fleet(
    access: &AwsTarget,
    wanted: &ClusterSelection,
    options: &PreflightOptions,
    deadline: Instant,
) -> Vec<CheckedCluster> {
    let profile = || access.profile.clone();
    let reached = FleetSelection {
        wanted: wanted.clone(),
        accesses: vec![access.clone()],
        linked: false,
    };
    let fleet = match find(&reached, deadline).await {
        Ok(fleet) => fleet,
        Err(failure) => {
            let cluster = Arc::new(Cluster {
                region: access.region.clone(),
                ..Cluster::named("*")
            });
            return vec![CheckedCluster::of_failure(cluster, profile(), &failure)];
        }
    };
    let mut rows: Vec<CheckedCluster> = fleet
        .missing
        .into_iter()
        .map(|missing| CheckedCluster::of_failure(missing.cluster, profile(), &missing.failure))
        .collect();
    for FoundRegion { connection, groups } in &fleet.regions {
        rows.push(shared(connection, groups, options, deadline).await);
        rows.extend(each(connection, groups, options, deadline).await);
    }
    for (cluster, coverage) in fleet.notes.0 {
        let row = rows.iter_mut().find(|row| row.cluster == cluster);
        let notes = coverage.notes.keys();
        let notes = notes.filter(|note| note.place == LIST_CLUSTERS);
        if let Some(row) = row {
            row.checks.extend(notes.map(|note| {
                Check::new(LIST_CLUSTERS, CheckStatus::Warning, note.text.to_string())
            }));
        }
    }
    rows
}

/// What all clusters of a Region share: the identity, and whether queries are allowed.
async fn shared(
    connection: &Arc<Connection>,
    groups: &[LogGroup],
    options: &PreflightOptions,
    deadline: Instant,
) -> CheckedCluster {
    let mut checks = vec![permissions::identity(connection, deadline).await];
    let mut account = connection.account.clone();
    if let Some(group) = groups.first() {
        checks.extend(permissions::queries(connection, group, options.now, deadline).await);
        account = account.or_else(|| group.cluster.account.clone());
    }
    CheckedCluster {
        cluster: Arc::new(Cluster {
            region: Some(connection.region.clone()),
            account,
            ..Cluster::named("*")
        }),
        profile: connection.profile.clone(),
        checks,
    }
}

/// Each cluster by itself.
async fn each(
    connection: &Arc<Connection>,
    groups: &Arc<Vec<LogGroup>>,
    options: &PreflightOptions,
    deadline: Instant,
) -> Vec<CheckedCluster> {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut looking = JoinSet::new();
    for group in groups.iter().cloned() {
        let (connection, room) = (Arc::clone(connection), Arc::clone(&room));
        let options = options.clone();
        looking.spawn(async move {
            let _room = room.acquire().await;
            let name = group.cluster.name.unescaped();
            let (mut checks, version) = control_plane::checks(&connection, name, deadline).await;
            let since = options.since(version);
            checks.extend(log_group::checks(&connection, &group, since, options.now));
            checks.push(log_group::audit_stream(&connection, &group, options.now, deadline).await);
            CheckedCluster {
                cluster: Arc::clone(&group.cluster),
                profile: connection.profile.clone(),
                checks,
            }
        });
    }
    looking.join_all().await
}

/// What is missing, in a word or two.
fn piece(failure: &Failure) -> &'static str {
    match failure.cause() {
        Cause::NoRegion | Cause::UnknownRegion { .. } => "Region",
        Cause::UnknownProfile { .. } => "profile",
        Cause::NoCredentials { .. }
        | Cause::BadCredentials { .. }
        | Cause::RoleNotAssumed { .. } => "credentials",
        Cause::AuditLoggingOff => "audit logging",
        Cause::NoLogGroup { .. } => "log group",
        Cause::NoClusters => "clusters",
        _ => failure.scope().operation_or_any(),
    }
}
