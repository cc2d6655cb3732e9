//! Clusters as the EKS API knows them.

use std::collections::BTreeMap;

use super::log_group::LogGroup;

/// A cluster of the EKS API. By default healthy: a version before the cap on tokens, and its audit log delivered.
#[derive(Debug, Clone)]
pub(crate) struct EksCluster {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) audit_logging: bool,
    /// In epoch seconds.
    pub(super) created: i64,
    /// The URL of its API server.
    pub(super) endpoint: String,
}

impl EksCluster {
    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: "1.33".to_owned(),
            audit_logging: true,
            created: 1_700_000_000,
            endpoint: "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com"
                .to_owned(),
        }
    }

    pub(crate) fn version(mut self, version: &str) -> Self {
        self.version = version.to_owned();
        self
    }

    pub(crate) fn endpoint(mut self, url: &str) -> Self {
        self.endpoint = url.to_owned();
        self
    }

    /// When it was created, in epoch seconds.
    pub(crate) fn created(mut self, seconds: i64) -> Self {
        self.created = seconds;
        self
    }

    /// Its audit log is not delivered; the log of its authenticator is.
    pub(crate) fn without_audit_logging(mut self) -> Self {
        self.audit_logging = false;
        self
    }

    pub(crate) fn arn(&self, region: &str, account: &str) -> String {
        format!("arn:aws:eks:{region}:{account}:cluster/{}", self.name)
    }
}

/// The clusters of one account and Region by their names.
///
/// Each log group of the account's own has its cluster, as it is where nothing was deleted; clusters that the test
/// names come in their place or beside them, and `deleted` are gone though their log groups are there.
pub(super) fn clusters(
    groups: &[LogGroup],
    named: Vec<EksCluster>,
    deleted: &[String],
) -> BTreeMap<String, EksCluster> {
    let of_groups = groups
        .iter()
        .filter(|group| group.linked_account.is_none())
        .filter_map(|group| {
            group
                .name
                .strip_prefix("/aws/eks/")?
                .strip_suffix("/cluster")
        })
        .map(EksCluster::named);
    of_groups
        .chain(named)
        .filter(|cluster| !deleted.contains(&cluster.name))
        .map(|cluster| (cluster.name.clone(), cluster))
        .collect()
}
