//! Which cluster a path names.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::Arc;

use crate::evidence::cluster::Cluster;

/// The name of a cluster that nothing names.
pub(super) const UNNAMED: &str = "unnamed";

/// The clusters met so far, each shared by all of its inputs.
pub(super) struct Clusters<'a> {
    default_name: &'a str,
    known: BTreeMap<String, Arc<Cluster>>,
}

impl<'a> Clusters<'a> {
    pub(super) fn new(cluster_name: Option<&'a str>) -> Self {
        Self {
            default_name: cluster_name.unwrap_or(UNNAMED),
            known: BTreeMap::new(),
        }
    }

    pub(super) fn of(&mut self, path: &Path) -> Arc<Cluster> {
        let name = cluster_name_in(path).unwrap_or_else(|| self.default_name.to_owned());
        let cluster = self
            .known
            .entry(name.clone())
            .or_insert_with(|| Arc::new(Cluster::named(name)));
        Arc::clone(cluster)
    }
}

/// The cluster's name in a path that holds a log group's name, `/aws/eks/NAME/cluster`.
pub(super) fn cluster_name_in(path: &Path) -> Option<String> {
    let mut rest = path.components().map(Component::as_os_str);
    loop {
        rest.find(|part| *part == "aws")?;
        let mut ahead = rest.clone();
        if let (Some(service), Some(name), Some(log)) = (ahead.next(), ahead.next(), ahead.next())
            && service == "eks"
            && log == "cluster"
        {
            return Some(name.to_string_lossy().into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_group_in_the_path_names_the_cluster() {
        for (path, name) in [
            ("exports/aws/eks/prod-1/cluster/a.log", Some("prod-1")),
            ("/aws/eks/prod-1/cluster/000000.gz", Some("prod-1")),
            ("/var/log/kubernetes/audit.log", None),
            ("aws/eks/prod-1/audit.log", None),
            ("aws/aws/eks/prod-1/cluster/a", Some("prod-1")),
            ("aws/eks/cluster", None),
        ] {
            assert_eq!(cluster_name_in(Path::new(path)).as_deref(), name, "{path}");
        }
    }
}
