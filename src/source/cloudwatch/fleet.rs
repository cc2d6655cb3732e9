//! Which log groups are asked, and where.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use tokio::time::Instant;

use super::discovery::{Found, discover, names_like};
use super::log_group::{self, LogGroup};
use super::missing::Missing;
use super::wanted::Wanted;
use crate::audit::nearest::nearest;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverages;
use crate::source::aws::access::Access;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::{Connection, connect};
use crate::source::aws::failure::Failure;
use crate::source::eks::{self, LIST_CLUSTERS};

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

/// Deleted clusters that a note names.
const NAMED: usize = 5;

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
    share_paces(&mut connections);
    let mut looking = tokio::task::JoinSet::new();
    for (place, connection) in connections.iter().enumerate() {
        let (connection, wanted) = (Arc::clone(connection), wanted.clone());
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
            Err(failure) => fleet.missing.push(Missing::all(connection, failure)),
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
            fleet.missing.push(Missing::all(connection, failure));
        }
    }
    Ok(fleet)
}

/// Lets connections to the same account and Region share their paces: the quotas are the account's.
fn share_paces(connections: &mut [Arc<Connection>]) {
    let mut known: BTreeMap<(String, String), Arc<Connection>> = BTreeMap::new();
    for connection in connections {
        let account = connection.account.as_ref();
        let account = account.unwrap_or(&connection.access_key_id).clone();
        match known.entry((account, connection.region.clone())) {
            Entry::Vacant(free) => {
                free.insert(Arc::clone(connection));
            }
            Entry::Occupied(first) => {
                *connection = Arc::new(connection.sharing_paces_with(first.get()));
            }
        }
    }
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
    /// Adds what was found in a Region.
    fn add(&mut self, connection: &Arc<Connection>, found: Found, wanted: &Wanted) {
        let Found { mut groups, listed } = found;
        match listed {
            Some(Ok(names)) => {
                let own = |group: &LogGroup| group.linked_arn.is_none();
                let has_group =
                    |name: &String| groups.iter().any(|group| group.cluster.name == *name);
                let account = groups.iter().find(|group| own(group));
                let account = account.and_then(|group| group.cluster.account.clone());
                let account = account.or_else(|| connection.account.clone());
                for name in names.iter().filter(|name| !has_group(name)) {
                    if wanted.includes(name, account.as_deref(), connection) {
                        self.missing
                            .push(Missing::dark(name, account.clone(), connection));
                    }
                }
                let (kept, deleted): (Vec<_>, Vec<_>) = groups
                    .into_iter()
                    .partition(|group| !own(group) || names.contains(&group.cluster.name));
                groups = kept;
                self.note_deleted(&deleted, groups.first(), connection);
            }
            Some(Err(failure)) => match groups.first() {
                Some(group) => {
                    tracing::debug!(%failure, "clusters not listed");
                    let text = format!(
                        "{} in {}: clusters whose audit logging was never enabled cannot be seen",
                        match failure.cause() {
                            Cause::AccessDenied { .. } => "is not allowed",
                            Cause::OutOfTime => "did not respond in time",
                            _ => "failed",
                        },
                        connection.region
                    );
                    let coverage = self.notes.of(&group.cluster);
                    coverage.note_times(LIST_CLUSTERS, text, 1);
                }
                None if wanted.is_all() => {
                    let failure = Failure::new(Cause::NoClusters).in_region(connection);
                    self.missing.push(Missing::all(connection, failure));
                }
                None => {}
            },
            None => {}
        }
        if !groups.is_empty() {
            self.regions.push(FoundRegion {
                connection: Arc::clone(connection),
                groups: Arc::new(groups),
            });
        }
    }

    /// Says of log groups that have outlived their clusters that they are passed over.
    fn note_deleted(
        &mut self,
        deleted: &[LogGroup],
        beside: Option<&LogGroup>,
        connection: &Connection,
    ) {
        let (Some(beside), false) = (beside, deleted.is_empty()) else {
            return;
        };
        let mut names: Vec<&str> = deleted.iter().map(|group| &*group.cluster.name).collect();
        names.sort_unstable();
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let mut text = format!(
            "log groups of deleted clusters in {} are skipped: {}",
            connection.region,
            names.join(", ")
        );
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        let coverage = self.notes.of(&beside.cluster);
        coverage.note_times(LIST_CLUSTERS, text, 1);
    }

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
        let mut dark: Vec<Missing> = Vec::new();
        for missing in self.missing.drain(..) {
            let is_known = |known: &Missing| {
                known.cluster == missing.cluster && known.failure.cause() == missing.failure.cause()
            };
            if missing.cluster.name == "*" || !dark.iter().any(is_known) {
                dark.push(missing);
            }
        }
        self.missing = dark;
    }

    /// Notes which log groups were named and not found.
    async fn miss_log_groups(
        &mut self,
        wanted: &Wanted,
        connections: &[Arc<Connection>],
        deadline: Instant,
    ) {
        let found = |name: &str| {
            let mut groups = self.regions.iter().flat_map(|region| region.groups.iter());
            groups.any(|group| group.name == name)
        };
        let absent = wanted.log_groups().iter();
        let absent: Vec<&str> = absent
            .map(|group| &*group.name)
            .filter(|name| !found(name))
            .collect();
        for name in absent {
            let mut names: Vec<String> = Vec::new();
            for connection in connections {
                names.extend(names_like(connection, name, deadline).await);
            }
            let nearest = nearest(name, names.iter().map(|name| &**name));
            let cause = Cause::NoNamedLogGroup {
                name: name.to_owned(),
                nearest: nearest.first().map(|name| (*name).to_owned()),
            };
            if let Some(connection) = connections.first() {
                let failure = Failure::new(cause.clone()).in_region(connection);
                self.missing.push(Missing {
                    cluster: Arc::new(Cluster {
                        region: Some(connection.region.clone()),
                        account: connection.account.clone(),
                        ..Cluster::named(name)
                    }),
                    failure,
                });
            }
        }
    }

    /// Notes which clusters were named and not found.
    async fn miss(
        &mut self,
        wanted: &Wanted,
        connection: &Connection,
        connections: &[Arc<Connection>],
        deadline: Instant,
    ) {
        let groups = self.regions.iter().flat_map(|region| region.groups.iter());
        let mut found: Vec<Arc<Cluster>> = groups.map(|group| Arc::clone(&group.cluster)).collect();
        found.extend(
            self.missing
                .iter()
                .map(|missing| Arc::clone(&missing.cluster)),
        );
        let absent: Vec<_> = wanted
            .names()
            .chain(wanted.patterns())
            .filter(|selector| !found.iter().any(|cluster| selector.is(cluster)))
            .collect();
        if absent.is_empty() {
            return;
        }
        // Only now it matters which there are: for a name to suggest, and to tell a cluster in
        // the dark from one that is not there.
        let mut listed: Vec<(Arc<Connection>, String)> = Vec::new();
        for connection in connections {
            let names = eks::list(connection, deadline).await.unwrap_or_default();
            listed.extend(names.into_iter().map(|name| (Arc::clone(connection), name)));
        }
        for selector in absent {
            let name = selector.name();
            let dark = listed.iter().find(|(_, listed)| listed == name);
            self.missing.push(match dark {
                Some((connection, _)) => {
                    Missing::dark(name, connection.account.clone(), connection)
                }
                None => {
                    let names = listed.iter().map(|(_, name)| &**name);
                    let names = names.chain(found.iter().map(|cluster| &*cluster.name));
                    let nearest = nearest(name, names).first().map(|name| (*name).to_owned());
                    Missing::named(
                        name,
                        connection.account.clone(),
                        Cause::NoLogGroup { nearest },
                        connection,
                    )
                }
            });
        }
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
