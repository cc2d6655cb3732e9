//! Holders and callers from an earlier report that this one does not name: if they are rejected
//! later, they are still known.

use super::finding::HolderFinding;
use super::rejection::RejectedCaller;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;

/// A rejected caller that matched no holder, that was reported, and that is not urgent
/// any more, or could not be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedCaller {
    /// Its cluster.
    pub cluster: Cluster,
    /// The caller, as it was reported when it was urgent.
    pub caller: RejectedCaller,
}

/// A holder that is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedHolder {
    /// Its cluster.
    pub cluster: Cluster,
    /// Its service account.
    pub service_account: ServiceAccount,
    /// The holder, as the last report had it that named it.
    pub holder: HolderFinding,
}
