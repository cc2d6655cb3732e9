//! Requests that the API server refused to authenticate.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cluster::Cluster;
use crate::audit::event::AuditEvent;
use crate::audit::path_shape::path_shape;

/// One rejected request: a 401 that the server answered before it knew any user.
///
/// It names no account and no pod; only the address, the user agent and the path are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The peer's address.
    pub address: String,
    /// The user agent, as the caller gave it.
    pub user_agent: String,
    /// Verb and shape of the path.
    pub call: String,
    /// When the request reached the API server.
    pub received: DateTime<Utc>,
}

impl Rejection {
    /// The rejection in an event. The server logs one at stage `ResponseStarted` only, for
    /// every verb (`WithFailedAuthenticationAudit` in Kubernetes'
    /// `staging/src/k8s.io/apiserver/pkg/endpoints/filters/authn_audit.go`).
    pub fn from_event(event: &AuditEvent) -> Option<Self> {
        let rejected = event.response_status.code == 401
            && event.stage == "ResponseStarted"
            && event.user.username.is_empty();
        rejected.then(|| Self {
            address: event.peer_address().to_owned(),
            user_agent: event.user_agent.clone(),
            call: format!("{} {}", event.verb, path_shape(&event.request_uri)),
            received: event.request_received_timestamp,
        })
    }

    /// Who was rejected.
    pub fn caller(&self, cluster: &Arc<Cluster>) -> RejectedCaller {
        RejectedCaller {
            cluster: Arc::clone(cluster),
            address: self.address.clone(),
            user_agent: self.user_agent.clone(),
            call: self.call.clone(),
        }
    }
}

/// What rejected requests are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RejectedCaller {
    /// The cluster that rejected it.
    pub cluster: Arc<Cluster>,
    /// The peer's address.
    pub address: String,
    /// The user agent, as the caller gave it.
    pub user_agent: String,
    /// Verb and shape of the path.
    pub call: String,
}

/// The rejections of one caller, merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejections {
    /// The arrival of the first.
    pub first: DateTime<Utc>,
    /// The arrival of the last.
    pub last: DateTime<Utc>,
    /// How many there were.
    pub count: u64,
}

impl Rejections {
    /// Adds other rejections of the same caller.
    pub fn merge(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.count += other.count;
    }
}
