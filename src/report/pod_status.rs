//! What the cluster reports about a holder's pod: its owner, its image, and whether it was
//! restarted.

use chrono::{DateTime, Utc};

use crate::audit::untrusted_text::UntrustedText;
use crate::cluster_state::owner::Workload;

/// What the cluster says of a holder's pod. Absent from a holder where the cluster was not queried,
/// or does not know the pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodStatus {
    /// How the pod is.
    pub state: PodState,
    /// The workload that owns it, by its owner references; absent for a pod that is gone and left
    /// nothing conclusive.
    pub workload: Option<Workload>,
    /// When the container of the client started, the last time.
    pub started: Option<DateTime<Utc>>,
    /// How often that container was started again.
    pub restarts: u32,
    /// The image of the container of the client, as the pod names it; absent where the user agent
    /// fits none of several containers.
    pub image: Option<UntrustedText>,
    /// The pod that took the place of one that is gone.
    pub replaced_by: Option<UntrustedText>,
    /// What was seen since the client was started again, or its pod replaced, after it was rejected
    /// or used its token last; absent where it was not.
    pub restarted: Option<Restarted>,
}

/// How a pod is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodState {
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

impl PodState {
    /// The state in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not ready",
            Self::CrashLooping => "crash-looping",
            Self::Terminating => "terminating",
            Self::Ended => "ended",
            Self::Gone => "gone",
        }
    }

    /// Whether nothing of it runs any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Gone)
    }
}

/// That a client was started again: it has read a new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restarted {
    /// When.
    pub at: DateTime<Utc>,
    /// What was seen of it since.
    pub since: SinceRestart,
}

/// What was seen of a client since it was started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SinceRestart {
    /// A request of it was accepted.
    Accepted,
    /// It is rejected still.
    Rejected,
    /// Neither: a new token leaves no mark for an hour.
    Quiet,
}

impl SinceRestart {
    /// What was seen, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Accepted => "accepted since",
            Self::Rejected => "rejected still",
            Self::Quiet => "no rejection since",
        }
    }
}

/// A pod at the address of a rejected caller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodAtAddress {
    /// Its namespace.
    pub namespace: UntrustedText,
    /// Its name.
    pub name: UntrustedText,
    /// Its service account.
    pub service_account: UntrustedText,
    /// The workload that owns it.
    pub workload: Workload,
    /// Whether it had the address during all of the rejections.
    pub was_there: bool,
    /// Whether it shares the address with its node.
    pub host_network: bool,
    /// Whether one of its containers fits the user agent.
    pub fits: bool,
    /// How it is.
    pub state: PodState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_over_when_it_has_ended_or_is_gone() {
        let states = [
            PodState::Ready,
            PodState::NotReady,
            PodState::CrashLooping,
            PodState::Terminating,
            PodState::Ended,
            PodState::Gone,
        ];
        assert_eq!(
            states.map(PodState::words),
            [
                "ready",
                "not ready",
                "crash-looping",
                "terminating",
                "ended",
                "gone"
            ]
        );
        assert_eq!(
            states.map(PodState::is_over),
            [false, false, false, false, true, true]
        );
        let since = [
            SinceRestart::Accepted,
            SinceRestart::Rejected,
            SinceRestart::Quiet,
        ];
        assert_eq!(
            since.map(SinceRestart::words),
            ["accepted since", "rejected still", "no rejection since"]
        );
    }
}
