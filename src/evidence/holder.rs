//! The holder of a token.

use std::sync::Arc;

use super::cluster::Cluster;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;

/// The holder of a token: one pod, or, where an event names no pod, one caller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    /// The cluster it runs in.
    pub cluster: Arc<Cluster>,
    /// The service account its token speaks for.
    pub service_account: Arc<ServiceAccount>,
    /// What distinguishes it from other holders of that account.
    pub identity: Identity,
}

/// What distinguishes the holders of one service account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// The pod, by its UID: the pods of a StatefulSet keep their names when they are replaced.
    Pod {
        /// The pod's UID.
        uid: UntrustedText,
    },
    /// No pod is known: the caller as the API server saw it.
    Caller {
        /// The user agent, as the caller gave it.
        user_agent: UntrustedText,
        /// The peer's address.
        address: UntrustedText,
    },
}
