//! What a sweep needs, looked at piece by piece: each with what fixes it.
//!
//! - [`check`]: one piece, and how it was found
//! - [`permissions`]: as whom AWS is asked, and what that allows
//! - [`control_plane`]: what the EKS API says of the cluster
//! - [`log_group`], [`audit_events`]: whether its audit log is there, and what is kept of it
//! - [`verification`]: whether the query is answered as whole events say
//! - [`fleet`]: many clusters

mod audit_events;
pub mod check;
mod control_plane;
pub mod fleet;
mod log_group;
mod permissions;
mod verification;

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::cluster_selection::ClusterSelection;
use super::discovery::discover;
use super::selector::Selector;
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::cluster::Cluster;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::default_window::default_window;
use check::{Check, CheckStatus};

/// How long to wait for what a sweep does without.
const EXTRA_WITHIN: Duration = Duration::from_secs(10);

/// What is looked at.
#[derive(Debug, Clone)]
pub struct PreflightOptions {
    /// The cluster; without one, only what all clusters share.
    pub cluster: Option<Selector>,
    /// The start of the window that a sweep would ask for; absent if the cluster's version
    /// decides.
    pub since: Option<DateTime<Utc>>,
    /// The present.
    pub now: DateTime<Utc>,
    /// Whether the query's answer is compared with whole events.
    pub verifies: bool,
}

impl PreflightOptions {
    /// The start of the window that a sweep of a cluster of this version would ask for.
    fn since(&self, version: Option<KubernetesVersion>) -> DateTime<Utc> {
        self.since
            .unwrap_or_else(|| self.now - default_window(version))
    }
}

/// Looks at everything that a sweep needs behind one connection.
pub async fn check(
    connection: &Connection,
    options: &PreflightOptions,
    deadline: Instant,
) -> Vec<Check> {
    let mut checks = vec![
        Check::new("Region", CheckStatus::Passed, &*connection.region),
        permissions::identity(connection, deadline).await,
    ];
    let wanted = match &options.cluster {
        Some(selector) => ClusterSelection::selected(vec![selector.clone()], Vec::new()),
        None => ClusterSelection::all(Vec::new()),
    };
    let mut version = None;
    if let Some(selector) = &options.cluster {
        let cluster = selector.name();
        let (checks_of_cluster, known) = control_plane::checks(connection, cluster, deadline).await;
        checks.extend(checks_of_cluster);
        version = known;
    }
    let (since, now) = (options.since(version), options.now);
    let groups = match discover(connection, &wanted, false, deadline).await {
        Ok(found) => found.groups,
        Err(failure) => {
            checks.push(Check::missing("logs:DescribeLogGroups", &failure));
            return checks;
        }
    };
    match (&options.cluster, groups.first()) {
        (None, None) => {
            let failure = Failure::new(Cause::NoClusters).in_region(connection);
            checks.push(Check::missing("clusters", &failure));
        }
        (None, Some(_)) => {
            let names: Vec<&str> = groups
                .iter()
                .map(|group| group.cluster.name.unescaped())
                .collect();
            let words = format!("{} with a log group: {}", names.len(), names.join(", "));
            checks.push(Check::new("clusters", CheckStatus::Passed, words));
        }
        (Some(selector), None) => {
            let cluster = Cluster::named(selector.name());
            let failure =
                Failure::new(Cause::NoLogGroup { nearest: None }).concerning(&cluster, connection);
            checks.push(Check::missing("log group", &failure));
        }
        (Some(_), Some(group)) => {
            checks.extend(log_group::checks(connection, group, since, now));
            checks.push(log_group::audit_stream(connection, group, now, deadline).await);
            let queries = permissions::queries(connection, group, now, deadline).await;
            let is_allowed = queries
                .iter()
                .all(|check| check.state == CheckStatus::Passed);
            checks.extend(queries);
            if is_allowed {
                checks.push(audit_events::check(connection, group, now, deadline).await);
                if options.verifies {
                    checks
                        .push(verification::check(connection, group, (since, now), deadline).await);
                }
            }
        }
    }
    checks
}
