//! Which log groups are asked, and where.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;

use super::connect::{Access, Connection, connect};
use super::discovery::{Wanted, discover};
use super::failure::{Cause, Failure};
use super::log_group::LogGroup;
use crate::evidence::cluster::Cluster;

/// The clusters that were found, by where they are.
#[derive(Debug)]
pub struct Fleet {
    /// The Regions that have any, each under one identity.
    pub regions: Vec<FoundRegion>,
    /// What could not be found, or not be looked at.
    pub missing: Vec<Missing>,
}

/// The clusters of one Region.
#[derive(Debug)]
pub struct FoundRegion {
    /// The connection.
    pub connection: Arc<Connection>,
    /// The log groups.
    pub groups: Arc<Vec<LogGroup>>,
}

/// A cluster, or all clusters of a Region, that cannot be asked.
#[derive(Debug)]
pub struct Missing {
    /// The cluster; called `*` where it stands for all of a Region.
    pub cluster: Arc<Cluster>,
    /// Why.
    pub failure: Failure,
}

/// Connects everywhere and finds the clusters that are wanted.
pub async fn find(
    accesses: &[Access],
    wanted: &Wanted,
    linked: bool,
    deadline: Instant,
) -> Result<Fleet, Failure> {
    let mut connections = Vec::new();
    for access in accesses {
        connections.push(Arc::new(connect(access).await?));
    }
    let mut looking = tokio::task::JoinSet::new();
    for (place, connection) in connections.iter().enumerate() {
        let (connection, wanted) = (Arc::clone(connection), wanted.clone());
        looking.spawn(async move {
            let found = discover(&connection, &wanted, linked, deadline).await;
            (place, found)
        });
    }
    let mut found: Vec<(usize, Result<Vec<LogGroup>, Failure>)> = looking.join_all().await;
    found.sort_by_key(|(place, _)| *place);
    let mut fleet = Fleet {
        regions: Vec::new(),
        missing: Vec::new(),
    };
    for (place, found) in found {
        let connection = &connections[place];
        match found {
            Ok(groups) if groups.is_empty() && *wanted == Wanted::All => {
                let failure = Failure::new(Cause::NoClusters).in_region(connection);
                fleet.missing.push(Missing::all(connection, failure));
            }
            Ok(groups) if groups.is_empty() => {}
            Ok(groups) => fleet.regions.push(FoundRegion {
                connection: Arc::clone(connection),
                groups: Arc::new(groups),
            }),
            Err(failure) => fleet.missing.push(Missing::all(connection, failure)),
        }
    }
    if let (Wanted::Named(names), Some(connection)) = (wanted, connections.first()) {
        let found: BTreeSet<&String> = fleet
            .regions
            .iter()
            .flat_map(|region| region.groups.iter())
            .map(|group| &group.cluster.name)
            .collect();
        // Where a Region could not be looked at, the cluster may be there.
        if fleet.missing.is_empty() {
            let missing = names.iter().filter(|name| !found.contains(name));
            fleet.missing = missing
                .map(|name| Missing::named(name, connection))
                .collect();
        }
    }
    Ok(fleet)
}

impl Missing {
    fn all(connection: &Connection, failure: Failure) -> Self {
        Self {
            cluster: Arc::new(Cluster {
                region: Some(connection.region.clone()),
                ..Cluster::named("*")
            }),
            failure,
        }
    }

    fn named(name: &str, connection: &Connection) -> Self {
        let cluster = Arc::new(Cluster {
            region: Some(connection.region.clone()),
            ..Cluster::named(name)
        });
        Self {
            failure: Failure::new(Cause::NoLogGroup).concerning(&cluster, connection),
            cluster,
        }
    }
}
