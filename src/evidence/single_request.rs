//! A request by itself, accepted or rejected.

use std::sync::Arc;

use super::accepted::AcceptedRequest;
use super::cluster::Cluster;
use super::rejection::RejectedRequest;

/// One request.
#[derive(Debug)]
pub enum SingleRequest {
    /// It was accepted with a stale token.
    Accepted(AcceptedRequest),
    /// It was rejected, so it has no user name.
    Rejected {
        /// The cluster.
        cluster: Arc<Cluster>,
        /// The request.
        request: RejectedRequest,
    },
}
