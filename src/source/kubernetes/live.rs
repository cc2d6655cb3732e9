//! The pods of a live cluster, from its API server: read only, page by page.
//!
//! - [`target`]: the API server of a context, or of this process's own cluster
//! - [`identity`]: which EKS cluster a context is of
//! - [`connection`]: a list, page by page
//! - [`error`]: what can go wrong, in sentences
//!
//! Of pods the whole object is needed; of ReplicaSets and Jobs only the metadata is asked for.

mod connection;
mod error;
mod identity;
mod target;

use std::time::Duration;

use chrono::{DateTime, Utc};
use kube::api::ListParams;

use super::list::ListReader;
use crate::cluster_state::ClusterState;
use crate::evidence::cluster::Cluster;
use connection::{Connection, Stopped};
pub use error::LiveError;
pub use target::Target;

/// How long the API server may take to answer for one page.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// How often a list is begun again whose continue token has expired.
const LISTS: usize = 3;

/// What is listed, with its kind, and whether its metadata is enough.
const RESOURCES: [(&str, &str, &str, bool); 3] = [
    ("pods", "/api/v1/pods", "Pod", false),
    (
        "replicasets",
        "/apis/apps/v1/replicasets",
        "ReplicaSet",
        true,
    ),
    ("jobs", "/apis/batch/v1/jobs", "Job", true),
];

/// What a live cluster says of its pods.
#[derive(Debug)]
pub struct LivePods {
    /// The context, for messages.
    pub place: String,
    /// What it says.
    pub state: ClusterState,
    /// The EKS cluster, where the kubeconfig names it.
    pub cluster: Option<Cluster>,
    /// The host and port of the API server.
    pub server: Option<String>,
    /// Objects that could not be understood.
    pub malformed: u64,
    /// What may not be listed, in sentences: the pods alone tell less.
    pub notes: Vec<String>,
}

/// Lists the pods of a cluster, with the ReplicaSets and Jobs that own them.
pub async fn read(target: &Target, now: DateTime<Utc>) -> Result<LivePods, LiveError> {
    let connection = Connection::to(target).await?;
    let mut reader = ListReader::new(ClusterState::live(now));
    let mut notes = Vec::new();
    let mut begun = 1;
    let mut resources = RESOURCES.iter();
    let mut next = resources.next();
    while let Some((resource, path, kind, metadata_only)) = next {
        match connection
            .list(resource, path, kind, *metadata_only, &mut reader)
            .await
        {
            Ok(()) => next = resources.next(),
            // What was read of the list may be gone by now.
            Err(Stopped::Expired) if begun < LISTS => {
                begun += 1;
                reader = ListReader::new(ClusterState::live(now));
                resources = RESOURCES.iter();
                next = resources.next();
                notes.clear();
            }
            Err(Stopped::Expired) => {
                return Err(LiveError::Expired {
                    place: connection.place,
                    resource,
                    times: begun,
                });
            }
            Err(Stopped::Failed(LiveError::Forbidden { .. })) if *metadata_only => {
                notes.push(format!(
                    "{resource} may not be listed: owners are known only as far as the pods name them"
                ));
                next = resources.next();
            }
            Err(Stopped::Failed(error)) => return Err(error),
        }
    }
    let malformed = reader.found.malformed;
    Ok(LivePods {
        place: connection.place,
        state: reader.into_state(),
        cluster: connection.cluster,
        server: connection.server,
        malformed,
        notes,
    })
}

/// What of a live cluster may be listed.
#[derive(Debug)]
pub struct Probed {
    /// The context, for messages.
    pub place: String,
    /// What may not be listed beside the pods: without it the pods alone tell less.
    pub forbidden: Vec<&'static str>,
}

/// Whether pods can be listed, and what else: one of each.
pub async fn probe(target: &Target, now: DateTime<Utc>) -> Result<Probed, LiveError> {
    let connection = Connection::to(target).await?;
    let params = ListParams::default().limit(1);
    let mut forbidden = Vec::new();
    for (resource, path, kind, metadata_only) in RESOURCES {
        let mut reader = ListReader::new(ClusterState::live(now));
        let page = connection.page(resource, path, kind, metadata_only, &params, &mut reader);
        match page.await {
            Ok(_) | Err(Stopped::Expired) => {}
            Err(Stopped::Failed(LiveError::Forbidden { .. })) if metadata_only => {
                forbidden.push(resource);
            }
            Err(Stopped::Failed(error)) => return Err(error),
        }
    }
    Ok(Probed {
        place: connection.place,
        forbidden,
    })
}
