//! Which log groups are asked, and where.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::time::Instant;

use super::discovery::{Wanted, discover};
use super::log_group::{self, LogGroup};
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverages;
use crate::source::aws::access::Access;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::{Connection, connect};
use crate::source::aws::failure::Failure;

/// The clusters that were found, by where they are.
#[derive(Debug, Default)]
pub struct Fleet {
    /// The Regions that have any, each under one identity.
    pub regions: Vec<FoundRegion>,
    /// What could not be found, or not be looked at.
    pub missing: Vec<Missing>,
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

/// A cluster, or all clusters of a Region, that cannot be asked.
#[derive(Debug)]
pub struct Missing {
    /// The cluster; called `*` where it stands for all of a Region.
    pub cluster: Arc<Cluster>,
    /// Why.
    pub failure: Failure,
}

/// Connects everywhere and finds the clusters that are wanted.
///
/// Fails if nothing can be reached, and if a profile or a Region is asked for that is not there.
/// Where one of several identities has no credentials, its clusters are missing.
pub async fn find(
    accesses: &[Access],
    wanted: &Wanted,
    linked: bool,
    deadline: Instant,
) -> Result<Fleet, Failure> {
    let mut fleet = Fleet::default();
    let mut connections: Vec<Arc<Connection>> = Vec::new();
    for (access, connected) in accesses.iter().zip(connect_everywhere(accesses).await) {
        match connected {
            Ok(connection) => connections.push(Arc::new(connection)),
            Err(failure) if failure.cause().is_of_the_command_line() => return Err(failure),
            Err(failure) => fleet.missing.push(Missing::unreached(access, failure)),
        }
    }
    if connections.is_empty()
        && let Some(missing) = fleet.missing.pop()
    {
        return Err(missing.failure);
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
    fleet.ask_once();
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

async fn connect_everywhere(accesses: &[Access]) -> Vec<Result<Connection, Failure>> {
    let mut connecting = tokio::task::JoinSet::new();
    for (place, access) in accesses.iter().cloned().enumerate() {
        connecting.spawn(async move { (place, connect(&access).await) });
    }
    let mut connected = connecting.join_all().await;
    connected.sort_by_key(|(place, _)| *place);
    connected.into_iter().map(|(_, outcome)| outcome).collect()
}

impl Fleet {
    /// Leaves out clusters that two identities reach, but for the first: their evidence would be
    /// counted twice.
    fn ask_once(&mut self) {
        let mut reached: BTreeMap<(String, String, String), Option<String>> = BTreeMap::new();
        for region in &mut self.regions {
            let connection = &region.connection;
            let account = |cluster: &Cluster| {
                let known = cluster.account.as_ref().or(connection.account.as_ref());
                known.unwrap_or(&connection.access_key_id).clone()
            };
            let mut repeated: BTreeMap<String, (Arc<Cluster>, u64)> = BTreeMap::new();
            let mut groups = Vec::new();
            for group in region.groups.iter() {
                let place = connection.region.clone();
                let key = (account(&group.cluster), place, group.name.clone());
                match reached.entry(key) {
                    Entry::Vacant(free) => {
                        free.insert(connection.profile.clone());
                        groups.push(group.clone());
                    }
                    Entry::Occupied(first) => {
                        let text = repeats(first.get().as_deref(), connection);
                        let cluster = Arc::clone(&group.cluster);
                        repeated.entry(text).or_insert((cluster, 0)).1 += 1;
                    }
                }
            }
            if groups.len() < region.groups.len() {
                region.groups = Arc::new(groups);
            }
            for (text, (cluster, times)) in repeated {
                let place = log_group::name_of(&cluster.name);
                self.notes.of(&cluster).note_times(&place, text, times);
            }
        }
        self.regions.retain(|region| !region.groups.is_empty());
    }
}

fn repeats(first: Option<&str>, connection: &Connection) -> String {
    let named = |profile: Option<&str>| match profile {
        Some(profile) => format!("profile {profile}"),
        None => "the default profile".to_owned(),
    };
    format!(
        "{} and {} reach the same account in {}: queried once",
        named(first),
        named(connection.profile.as_deref()),
        connection.region
    )
}

impl Missing {
    /// Everything that an identity would have reached.
    fn unreached(access: &Access, failure: Failure) -> Self {
        Self {
            cluster: Arc::new(Cluster {
                region: access.region.clone(),
                ..Cluster::named("*")
            }),
            failure,
        }
    }

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
