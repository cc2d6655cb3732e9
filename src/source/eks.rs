//! The EKS API: what is known of clusters beside their logs.
//!
//! Nothing here may cost more than a note: a sweep works without any answer.
//!
//! - [`descriptions`]: what is known of clusters while their logs are queried
//! - [`log_group_name`]: the names of the log groups that EKS writes

pub mod descriptions;
pub mod log_group_name;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_eks::types::{Cluster as Answer, LogType};
use chrono::{DateTime, Utc};
use tokio::time::{Instant, timeout_at};

use super::aws::call::call;
use super::aws::cause::Cause;
use super::aws::connection::Connection;
use super::aws::failure::Failure;
use super::pages::{Endless, Pages};
use crate::evidence::control_plane::{DescribedCluster, Description};

/// The action, as a policy names it.
pub const DESCRIBE_CLUSTER: &str = "eks:DescribeCluster";

/// The action, as a policy names it.
pub const LIST_CLUSTERS: &str = "eks:ListClusters";

/// How long to wait for the list of clusters: without it, log groups tell which there are.
const LISTED_WITHIN: Duration = Duration::from_secs(10);

/// The most pages of cluster names, of 100 each (API reference, ListClusters). AWS allows 100
/// clusters in a Region, and more on request.
const MOST_PAGES: usize = 1_000;

/// The names of all clusters in a Region.
pub async fn list(connection: &Connection, deadline: Instant) -> Result<BTreeSet<String>, Failure> {
    let deadline = deadline.min(Instant::now() + LISTED_WITHIN);
    let client = connection.eks();
    let mut names = BTreeSet::new();
    let mut pages = Pages::default();
    loop {
        let calling = call(
            &connection.rate_limiters.list_clusters,
            LIST_CLUSTERS,
            deadline,
            || client.list_clusters().set_next_token(pages.token()).send(),
        );
        let page = match timeout_at(deadline, calling).await {
            Ok(Ok(Some(page))) => page,
            Ok(Err(failure)) => return Err(failure.in_region(connection)),
            Ok(Ok(None)) | Err(_) => {
                let failure = Failure::during(LIST_CLUSTERS, Cause::OutOfTime);
                return Err(failure.in_region(connection));
            }
        };
        names.extend(page.clusters.unwrap_or_default());
        match pages.turn(page.next_token, MOST_PAGES) {
            Ok(true) => {}
            Ok(false) => return Ok(names),
            Err(Endless) => {
                let failure = Failure::during(LIST_CLUSTERS, Cause::EndlessList);
                return Err(failure.in_region(connection));
            }
        }
    }
}

/// Asks the EKS API for one cluster; `None` if it did not answer before the deadline.
pub async fn describe(
    connection: &Connection,
    name: &str,
    deadline: Instant,
) -> Result<Option<Description>, Failure> {
    let client = connection.eks();
    let pace = &connection.rate_limiters.describe_cluster;
    let calling = call(pace, DESCRIBE_CLUSTER, deadline, || {
        client.describe_cluster().name(name).send()
    });
    // An answer that takes too long is given up, whatever the retries of a call allow.
    match timeout_at(deadline, calling).await {
        Ok(Ok(Some(answer))) => Ok(answer.cluster.map(described)),
        Ok(Ok(None)) | Err(_) => Ok(None),
        Ok(Err(failure)) if *failure.cause() == Cause::NoCluster => Ok(Some(Description::Deleted)),
        Ok(Err(failure)) => Err(failure),
    }
}

fn described(cluster: Answer) -> Description {
    let setups = cluster.logging.and_then(|logging| logging.cluster_logging);
    let audit_logging = setups.unwrap_or_default().into_iter().any(|setup| {
        setup.enabled == Some(true) && setup.types.unwrap_or_default().contains(&LogType::Audit)
    });
    Description::Cluster(DescribedCluster {
        version: cluster.version.and_then(|version| version.parse().ok()),
        arn: cluster.arn,
        endpoint: cluster.endpoint,
        created: cluster
            .created_at
            .and_then(|time| DateTime::<Utc>::from_timestamp(time.secs(), time.subsec_nanos())),
        audit_logging,
    })
}
