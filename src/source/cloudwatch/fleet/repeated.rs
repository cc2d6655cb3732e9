//! What several identities reach: it is queried once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::Fleet;
use crate::evidence::cluster::Cluster;
use crate::source::aws::connection::Connection;
use crate::source::cloudwatch::unseen_cluster::UnseenCluster;
use crate::source::eks::log_group_name;

impl Fleet {
    /// Leaves out clusters that two identities reach, but for the first: their evidence would be
    /// counted twice.
    pub(super) fn ask_once(&mut self) {
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
                let place = log_group_name::of_cluster(cluster.name.unescaped());
                self.notes.of(&cluster).note_times(&place, text, times);
            }
        }
        self.regions.retain(|region| !region.groups.is_empty());
        let mut dark: Vec<UnseenCluster> = Vec::new();
        for missing in self.missing.drain(..) {
            let is_known = |known: &UnseenCluster| {
                known.cluster == missing.cluster && known.failure.cause() == missing.failure.cause()
            };
            if missing.cluster.name == "*" || !dark.iter().any(is_known) {
                dark.push(missing);
            }
        }
        self.missing = dark;
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
