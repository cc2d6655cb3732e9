//! What a line is about: a service account, with its cluster where there are several.

use std::fmt::Display;

use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::finding::Finding;

/// A finding by its service account.
pub(super) fn of_finding(report: &Report, finding: &Finding) -> String {
    with_cluster(&finding.service_account, report, &finding.cluster)
}

/// What belongs to a cluster, with the cluster where there are several.
pub(super) fn with_cluster(what: impl Display, report: &Report, cluster: &Cluster) -> String {
    match report.name_among_several(cluster) {
        Some(cluster) => format!("{what} ({cluster})"),
        None => what.to_string(),
    }
}
