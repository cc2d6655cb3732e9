//! Which clusters are wanted.

use super::named_log_group::NamedLogGroup;
use super::selector::{Pattern, Selector};
use crate::evidence::cluster::Cluster;
use crate::source::aws::connection::Connection;

/// Which clusters are wanted.
#[derive(Debug, Clone)]
pub struct ClusterSelection {
    /// Those that any of these selects; all, if absent.
    selectors: Option<Vec<Selector>>,
    /// But not those of these names.
    excluded: Vec<Pattern>,
    /// The log groups to read instead of those that EKS writes; none, if empty.
    log_groups: Vec<NamedLogGroup>,
}

impl ClusterSelection {
    /// Every cluster but those of these names.
    pub fn all(excluded: Vec<Pattern>) -> Self {
        Self {
            selectors: None,
            excluded,
            log_groups: Vec::new(),
        }
    }

    /// The clusters that these select, but those of these names.
    pub fn selected(selectors: Vec<Selector>, excluded: Vec<Pattern>) -> Self {
        Self {
            selectors: Some(selectors),
            excluded,
            log_groups: Vec::new(),
        }
    }

    /// The same clusters, as far as their events are in these log groups.
    #[must_use]
    pub fn in_log_groups(mut self, log_groups: Vec<NamedLogGroup>) -> Self {
        self.log_groups = log_groups;
        self
    }

    /// The log groups to read instead of those that EKS writes; none, if empty.
    pub fn log_groups(&self) -> &[NamedLogGroup] {
        &self.log_groups
    }

    /// Whether a cluster is wanted whose events are in a log group that was named.
    pub fn includes_cluster(&self, cluster: &Cluster) -> bool {
        let is_selected = |all: &Vec<Selector>| all.iter().any(|selector| selector.is(cluster));
        self.selectors.as_ref().is_none_or(is_selected)
            && !self.is_excluded(cluster.name.unescaped())
    }

    /// The one cluster that is named, if there is exactly one: it names what a log group's name
    /// does not.
    pub fn only_name(&self) -> Option<&str> {
        match self.selectors.as_deref() {
            Some([selector]) if !selector.is_pattern() => Some(selector.name()),
            _ => None,
        }
    }

    fn is_excluded(&self, name: &str) -> bool {
        self.excluded.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether this is every cluster, so that there should be one.
    pub fn is_all(&self) -> bool {
        self.selectors.is_none()
    }

    /// Whether clusters are wanted that nobody named: which there are has to be found out.
    pub fn has_unnamed(&self) -> bool {
        let selectors = self.selectors.as_ref();
        self.log_groups.is_empty()
            && selectors.is_none_or(|all| all.iter().any(|selector| selector.is_pattern()))
    }

    /// Whether a cluster is wanted, behind this connection; its account may be unknown.
    pub fn includes(&self, name: &str, account: Option<&str>, connection: &Connection) -> bool {
        let is_selected = |selectors: &Vec<Selector>| {
            selectors
                .iter()
                .any(|selector| selector.selects(name, account, &connection.region))
        };
        self.selectors.as_ref().is_none_or(is_selected) && !self.is_excluded(name)
    }

    /// The clusters that are wanted by their whole names, and are not excluded.
    pub fn names(&self) -> impl Iterator<Item = &Selector> {
        let selectors = self.selectors.iter().flatten();
        selectors.filter(|selector| !selector.is_pattern() && !self.is_excluded(selector.name()))
    }

    /// What is wanted, as it was named; nothing if it is every cluster.
    pub fn words(&self) -> Vec<&str> {
        let selectors = self.selectors.iter().flatten();
        let groups = self.log_groups.iter().map(|group| &*group.name);
        selectors.map(Selector::name).chain(groups).collect()
    }

    /// The Regions that are named with clusters, or with the log groups to read instead.
    pub fn regions(&self) -> Vec<String> {
        let selectors = self.selectors.iter().flatten();
        let of_clusters = selectors.filter_map(|selector| selector.region.clone());
        let of_groups = self.log_groups.iter();
        let of_groups = of_groups.filter_map(|group| group.region.clone());
        // A cluster in a log group that was named may be of any Region.
        let mut regions: Vec<String> = match self.log_groups.is_empty() {
            true => of_clusters.collect(),
            false => of_groups.collect(),
        };
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// Whether every cluster is named with its Region, so that no other Region need be looked at.
    pub fn names_every_region(&self) -> bool {
        if !self.log_groups.is_empty() {
            return self.log_groups.iter().all(|group| group.region.is_some());
        }
        let selectors = self.selectors.as_ref();
        selectors.is_some_and(|all| all.iter().all(|selector| selector.region.is_some()))
    }

    /// The patterns that are wanted.
    pub fn patterns(&self) -> impl Iterator<Item = &Selector> {
        let selectors = self.selectors.iter().flatten();
        selectors.filter(|selector| selector.is_pattern())
    }
}
