//! The arguments that say which clusters' log groups to read, where, and as whom.

use clap::Args;

use super::aws_args::AwsArgs;
use super::exit::Failure;
use crate::source::cloudwatch::cluster_selection::ClusterSelection;
use crate::source::cloudwatch::fleet::FleetSelection;
use crate::source::cloudwatch::named_log_group::NamedLogGroup;
use crate::source::cloudwatch::selector::{NotASelector, Pattern, Selector};

#[derive(Debug, Args)]
pub(super) struct ClustersArgs {
    /// Clusters to read from CloudWatch: names, patterns such as 'prod-*', ARNs
    ///
    /// The ARN of a cluster or of its log group also selects the Region and the account. The name of
    /// a cluster's log group works as well.
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,

    /// Every cluster of the Region
    ///
    /// Found with eks:ListClusters, so clusters without audit logging are reported as not seen. If
    /// that call is denied, only clusters with a log group are found.
    #[arg(long, conflicts_with_all = ["clusters", "input"], help_heading = "AWS")]
    all_clusters: bool,

    /// Leave out clusters of this name or pattern; repeatable
    #[arg(
        long,
        value_name = "PATTERN",
        conflicts_with = "input",
        help_heading = "AWS"
    )]
    exclude_cluster: Vec<String>,

    /// Read this log group, by name or ARN, instead of those that EKS writes; repeatable
    ///
    /// For log groups that were renamed, or that CloudWatch Logs centralization fills from several
    /// accounts and Regions. Clusters are told apart by the account and Region in each event. CLUSTER
    /// selects among the clusters in the log group. If neither the events nor the name of the log
    /// group contain a cluster's name, a single CLUSTER sets it. Listing the clusters in the log group
    /// takes one more query over the window.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["all_clusters", "input"],
        help_heading = "AWS"
    )]
    log_group: Vec<NamedLogGroup>,

    #[command(flatten)]
    pub(super) access: AwsArgs,

    /// Include clusters of source accounts linked to this monitoring account
    #[arg(long, help_heading = "AWS")]
    linked_accounts: bool,
}

impl ClustersArgs {
    /// The clusters, as far as any are named.
    pub(super) fn fleet(self) -> Result<FleetSelection, Failure> {
        if self.clusters.is_empty() && !self.all_clusters && self.log_group.is_empty() {
            return Err(Failure::Usage(
                "name a cluster, all of them with --all-clusters, or audit logs with --input PATH"
                    .to_owned(),
            ));
        }
        // A log group holds whichever clusters it does.
        let all = self.all_clusters || self.clusters.is_empty();
        let wanted =
            wanted(&self.clusters, all, &self.exclude_cluster)?.in_log_groups(self.log_group);
        Ok(FleetSelection {
            accesses: self.access.accesses(&wanted)?,
            wanted,
            linked: self.linked_accounts,
        })
    }
}

/// The clusters that were named, or all of them, but those that are excluded.
pub(super) fn wanted(
    clusters: &[String],
    all: bool,
    excluded: &[String],
) -> Result<ClusterSelection, Failure> {
    let excluded = excluded
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<Pattern>, NotASelector>>()
        .map_err(|error| Failure::Usage(format!("--exclude-cluster: {error}")))?;
    if all {
        return Ok(ClusterSelection::all(excluded));
    }
    let selectors = clusters
        .iter()
        .map(|text| text.parse())
        .collect::<Result<Vec<Selector>, NotASelector>>()
        .map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(ClusterSelection::selected(selectors, excluded))
}

/// Refuses what cannot be the name of one cluster.
pub(super) fn one_cluster(text: &str) -> Result<Selector, Failure> {
    let selector: Selector = text
        .parse()
        .map_err(|error: NotASelector| Failure::Usage(error.to_string()))?;
    if selector.is_pattern() {
        return Err(Failure::Usage(format!(
            "{text:?} may be several clusters; name one"
        )));
    }
    Ok(selector)
}
