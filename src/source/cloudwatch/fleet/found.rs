//! What was found in a Region, and what is missing there: clusters without audit logging, and log
//! groups that have outlived their clusters.

use std::sync::Arc;

use super::{Fleet, FoundRegion};
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::cloudwatch::cluster_selection::ClusterSelection;
use crate::source::cloudwatch::discovery::Found;
use crate::source::cloudwatch::log_group::LogGroup;
use crate::source::cloudwatch::unseen_cluster::UnseenCluster;
use crate::source::eks::LIST_CLUSTERS;

/// Deleted clusters that a note names.
const NAMED: usize = 5;

impl Fleet {
    /// Adds what was found in a Region.
    pub(super) fn add(
        &mut self,
        connection: &Arc<Connection>,
        found: Found,
        wanted: &ClusterSelection,
    ) {
        let Found { mut groups, listed } = found;
        match listed {
            Some(Ok(names)) => {
                let own = |group: &LogGroup| group.linked_arn.is_none();
                let has_group =
                    |name: &String| groups.iter().any(|group| group.cluster.name == **name);
                let account = groups.iter().find(|group| own(group));
                let account = account.and_then(|group| group.cluster.account.clone());
                let account = account.or_else(|| connection.account.clone());
                for name in names.iter().filter(|name| !has_group(name)) {
                    if wanted.includes(name, account.as_deref(), connection) {
                        self.missing
                            .push(UnseenCluster::dark(name, account.clone(), connection));
                    }
                }
                let (kept, deleted): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| {
                    !own(group) || names.contains(group.cluster.name.unescaped())
                });
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
                    self.missing.push(UnseenCluster::all(connection, failure));
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
        let mut names: Vec<&str> = deleted
            .iter()
            .map(|group| group.cluster.name.unescaped())
            .collect();
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
}
