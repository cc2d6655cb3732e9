//! Which log groups are asked, and where.
//!
//! - [`found`]: what a Region holds
//! - [`repeated`]: what several identities reach
//! - [`absent`]: what was named and is not there

mod absent;
mod found;
mod repeated;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use tokio::time::Instant;

use super::cluster_selection::ClusterSelection;
use super::discovery::{Found, discover};
use super::log_group::LogGroup;
use super::unseen_cluster::UnseenCluster;
use crate::evidence::coverage::Coverages;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::{Connection, connect};
use crate::source::aws::failure::Failure;

/// Which clusters are wanted, where to look for them, and as whom.
#[derive(Debug, Clone)]
pub struct FleetSelection {
    /// The clusters.
    pub wanted: ClusterSelection,
    /// Every profile in every Region.
    pub accesses: Vec<AwsTarget>,
    /// Whether clusters of linked source accounts are wanted as well.
    pub linked: bool,
}

/// The clusters that were found, by where they are.
#[derive(Debug, Default)]
pub struct Fleet {
    /// The Regions that have any, each under one identity.
    pub regions: Vec<FoundRegion>,
    /// What could not be found, or not be looked at.
    pub missing: Vec<UnseenCluster>,
    /// What else to know of clusters.
    pub notes: Coverages,
}

/// The clusters of one Region.
#[derive(Debug)]
pub struct FoundRegion {
    /// The connection.
    pub connection: Arc<Connection>,
    /// The log groups.
    pub groups: Arc<Vec<LogGroup>>,
}

/// Connects everywhere and finds the clusters that are wanted.
///
/// Fails if nothing can be reached, and if a profile or a Region is asked for that is not there.
/// Where one of several identities has no credentials, its clusters are missing.
pub async fn find(fleet: &FleetSelection, deadline: Instant) -> Result<Fleet, Failure> {
    let FleetSelection {
        wanted,
        accesses,
        linked,
    } = fleet;
    let mut fleet = Fleet::default();
    let mut connections: Vec<Arc<Connection>> = Vec::new();
    for (access, connected) in accesses.iter().zip(connect_everywhere(accesses).await) {
        match connected {
            Ok(connection) => connections.push(Arc::new(connection)),
            Err(failure) if failure.cause().is_of_the_command_line() => return Err(failure),
            Err(failure) => fleet
                .missing
                .push(UnseenCluster::unreached(access, failure)),
        }
    }
    if connections.is_empty()
        && let Some(missing) = fleet.missing.pop()
    {
        return Err(missing.failure);
    }
    share_rate_limiters(&mut connections);
    let mut looking = tokio::task::JoinSet::new();
    for (place, connection) in connections.iter().enumerate() {
        let (connection, wanted, linked) = (Arc::clone(connection), wanted.clone(), *linked);
        looking.spawn(async move {
            let found = discover(&connection, &wanted, linked, deadline).await;
            (place, found)
        });
    }
    let mut found: Vec<(usize, Result<Found, Failure>)> = looking.join_all().await;
    found.sort_by_key(|(place, _)| *place);
    for (place, found) in found {
        let connection = &connections[place];
        match found {
            Ok(found) => fleet.add(connection, found, wanted),
            Err(failure) => fleet.missing.push(UnseenCluster::all(connection, failure)),
        }
    }
    fleet.ask_once();
    // Where a Region could not be looked at, a cluster that is not found may be there.
    let is_all_seen = fleet
        .missing
        .iter()
        .all(|missing| missing.cluster.name != "*");
    if let Some(connection) = connections.first().filter(|_| is_all_seen) {
        if wanted.log_groups().is_empty() {
            fleet.miss(wanted, connection, &connections, deadline).await;
        } else {
            fleet.miss_log_groups(wanted, &connections, deadline).await;
        }
        if fleet.regions.is_empty() && fleet.missing.is_empty() {
            let failure = Failure::new(Cause::NoClusters).in_region(connection);
            fleet.missing.push(UnseenCluster::all(connection, failure));
        }
    }
    Ok(fleet)
}

/// Lets connections to the same account and Region share their rate limiters: the quotas are the account's.
fn share_rate_limiters(connections: &mut [Arc<Connection>]) {
    let mut known: BTreeMap<(String, String), Arc<Connection>> = BTreeMap::new();
    for connection in connections {
        let account = connection.account.as_ref();
        let account = account.unwrap_or(&connection.access_key_id).clone();
        match known.entry((account, connection.region.clone())) {
            Entry::Vacant(free) => {
                free.insert(Arc::clone(connection));
            }
            Entry::Occupied(first) => {
                *connection = Arc::new(connection.sharing_rate_limiters_with(first.get()));
            }
        }
    }
}

async fn connect_everywhere(accesses: &[AwsTarget]) -> Vec<Result<Connection, Failure>> {
    let mut connecting = tokio::task::JoinSet::new();
    for (place, access) in accesses.iter().cloned().enumerate() {
        connecting.spawn(async move { (place, connect(&access).await) });
    }
    let mut connected = connecting.join_all().await;
    connected.sort_by_key(|(place, _)| *place);
    connected.into_iter().map(|(_, outcome)| outcome).collect()
}
