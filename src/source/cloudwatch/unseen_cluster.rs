//! What cannot be queried: a cluster, or all clusters of a Region.

use std::sync::Arc;

use crate::evidence::cluster::Cluster;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;

/// A cluster, or all clusters of a Region, that cannot be asked.
#[derive(Debug)]
pub struct UnseenCluster {
    /// The cluster; called `*` where it stands for all of a Region.
    pub cluster: Arc<Cluster>,
    /// Why.
    pub failure: Failure,
}

impl UnseenCluster {
    /// Everything that an identity would have reached.
    pub(super) fn unreached(access: &AwsTarget, failure: Failure) -> Self {
        Self {
            cluster: Arc::new(Cluster {
                region: access.region.clone(),
                ..Cluster::named("*")
            }),
            failure,
        }
    }

    /// All clusters of a Region.
    pub(super) fn all(connection: &Connection, failure: Failure) -> Self {
        Self {
            cluster: Arc::new(Cluster {
                region: Some(connection.region.clone()),
                account: connection.account.clone(),
                ..Cluster::named("*")
            }),
            failure,
        }
    }

    /// A cluster by its name, and why it cannot be queried.
    pub(super) fn named(
        name: &str,
        account: Option<String>,
        cause: Cause,
        connection: &Connection,
    ) -> Self {
        let cluster = Arc::new(Cluster {
            region: Some(connection.region.clone()),
            account,
            ..Cluster::named(name)
        });
        Self {
            failure: Failure::new(cause).concerning(&cluster, connection),
            cluster,
        }
    }

    /// A cluster that does not deliver its audit log.
    pub(super) fn dark(name: &str, account: Option<String>, connection: &Connection) -> Self {
        Self::named(name, account, Cause::AuditLoggingOff, connection)
    }
}
