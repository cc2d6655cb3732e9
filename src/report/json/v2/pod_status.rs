//! What the cluster says of pods.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::conversion::{both_ways, one, optional};
use crate::audit::untrusted_text::UntrustedText;
use crate::cluster_state::owner;
use crate::report::pod_status;

/// What the cluster says of a holder's pod.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PodStatus {
    /// How the pod is.
    pub(super) state: PodState,
    /// The workload that owns it, by its owner references; absent for a pod that is gone and left
    /// nothing that tells.
    pub(super) workload: Option<Workload>,
    /// When the container of the client started, the last time.
    pub(super) started: Option<DateTime<Utc>>,
    /// How often that container was started again.
    pub(super) restarts: u32,
    /// The image of the container of the client, as the pod names it; absent where the user agent
    /// fits none of several containers.
    pub(super) image: Option<UntrustedText>,
    /// The pod that took the place of one that is gone.
    pub(super) replaced_by: Option<UntrustedText>,
    /// What was seen since the client was started again, or its pod replaced; absent where it was
    /// not.
    pub(super) restarted: Option<Restarted>,
}

/// A workload.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Workload {
    /// The API group, empty for the core group.
    pub(super) group: UntrustedText,
    /// The kind: `Deployment`, `Rollout`; `Pod` for a pod that nothing owns, `Node` for a static
    /// pod.
    pub(super) kind: UntrustedText,
    /// The name.
    pub(super) name: UntrustedText,
}

/// How a pod is.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum PodState {
    /// It is ready.
    Ready,
    /// It is there, and not ready.
    NotReady,
    /// It is there, and one of its containers crashes again and again.
    CrashLooping,
    /// It is being deleted.
    Terminating,
    /// Its containers have ended.
    Ended,
    /// It is not in the cluster any more.
    Gone,
}

/// That a client was started again.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Restarted {
    /// When.
    pub(super) at: DateTime<Utc>,
    /// What was seen of it since.
    pub(super) since: SinceRestart,
}

/// What was seen of a client since it was started again.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum SinceRestart {
    /// A request of it was accepted.
    Accepted,
    /// It is rejected still.
    Rejected,
    /// Neither: a new token leaves no mark for an hour.
    Quiet,
}

/// A pod at the address of a rejected caller.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PodAtAddress {
    /// Its namespace.
    pub(super) namespace: UntrustedText,
    /// Its name.
    pub(super) name: UntrustedText,
    /// Its service account.
    pub(super) service_account: UntrustedText,
    /// The workload that owns it.
    pub(super) workload: Workload,
    /// Whether it had the address during all of the rejections.
    pub(super) was_there: bool,
    /// Whether it shares the address with its node.
    pub(super) host_network: bool,
    /// Whether one of its containers fits the user agent.
    pub(super) fits: bool,
    /// How it is.
    pub(super) state: PodState,
}

both_ways!(struct PodStatus, pod_status::PodStatus {
    state: one, workload: optional, started, restarts, image, replaced_by, restarted: optional,
});
both_ways!(struct Workload, owner::Workload { group, kind, name });
both_ways!(enum PodState, pod_status::PodState {
    Ready, NotReady, CrashLooping, Terminating, Ended, Gone,
});
both_ways!(struct Restarted, pod_status::Restarted { at, since: one });
both_ways!(enum SinceRestart, pod_status::SinceRestart { Accepted, Rejected, Quiet });
both_ways!(struct PodAtAddress, pod_status::PodAtAddress {
    namespace, name, service_account, workload: one, was_there, host_network, fits, state: one,
});
