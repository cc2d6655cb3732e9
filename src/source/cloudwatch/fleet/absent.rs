//! What was named and is not there, each with what the operator may have meant.

use std::sync::Arc;

use tokio::time::Instant;

use super::Fleet;
use crate::audit::nearest::nearest;
use crate::evidence::cluster::Cluster;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::cluster_selection::ClusterSelection;
use crate::source::cloudwatch::discovery::names_like;
use crate::source::cloudwatch::unseen_cluster::UnseenCluster;
use crate::source::eks;

impl Fleet {
    /// Notes which log groups were named and not found.
    pub(super) async fn miss_log_groups(
        &mut self,
        wanted: &ClusterSelection,
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
                self.missing.push(UnseenCluster {
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
    pub(super) async fn miss(
        &mut self,
        wanted: &ClusterSelection,
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
                    UnseenCluster::dark(name, connection.account.clone(), connection)
                }
                None => {
                    let names = listed.iter().map(|(_, name)| &**name);
                    let names = names.chain(found.iter().map(|cluster| cluster.name.unescaped()));
                    let nearest = nearest(name, names).first().map(|name| (*name).to_owned());
                    UnseenCluster::named(
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
