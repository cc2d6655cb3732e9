//! Who is rejected, and how it is known.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::conversion::{both_ways, list, one, optional};
use super::identity::{Cluster, ServiceAccount};
use super::pod_status::PodAtAddress;
use super::verdict::Severity;
use crate::audit::untrusted_text::UntrustedText;
use crate::report::{rejection, remembered};

/// What rejected and accepted requests have in common; the weakest first.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Confidence {
    /// The user agent alone. It is shared by whoever uses the same library, so it is a guess at
    /// the service account and never a verdict.
    UserAgent,
    /// The address alone, which a pod has now and had all the time, and whose container has run for
    /// longer than a token lives; on the host network of a node the user agent fits its image.
    PodAtAddress,
    /// The address and the user agent.
    AddressAndUserAgent,
    /// The address, the user agent and the shape of at least one path.
    AddressUserAgentAndPath,
}

/// The rejections that one holder most likely caused.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct HolderRejections {
    /// The arrival of the first since it was last accepted; from before the window where the
    /// earlier report knew it.
    pub(super) first: DateTime<Utc>,
    /// Whether there may have been earlier ones: the first came as soon as the window began.
    #[serde(default)]
    pub(super) at_least_since: bool,
    /// The arrival of the last.
    pub(super) last: DateTime<Utc>,
    /// How many there were inside the window.
    pub(super) count: u64,
    /// What they have in common with its accepted requests.
    pub(super) confidence: Confidence,
    /// The addresses they came from.
    pub(super) addresses: Vec<UntrustedText>,
    /// What was called: verb and shape of the path.
    pub(super) calls: Vec<UntrustedText>,
    /// How many other holders were seen at these addresses: more than none on a host network,
    /// or where an address was given to another pod.
    pub(super) others_at_address: usize,
    /// Whether it was accepted again after the first of them: it works from time to time, or
    /// something else at its address sends a bad token.
    pub(super) accepted_in_between: bool,
}

/// What a rejected caller looks like.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum CallerKind {
    /// A workload: it calls the Kubernetes API from inside, or from where an account was accepted.
    Workload,
    /// A program that people run: kubectl, Helm, a browser.
    Tool,
    /// A kubelet, whose certificate or bootstrap token is not accepted.
    Node,
    /// Inside, but it calls nothing of the Kubernetes API: a scanner, or a probe.
    Scanner,
    /// It calls from an address of the internet that no account was accepted from.
    Outsider,
}

/// A caller that is rejected, and that no single holder explains.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RejectedCaller {
    /// The peer's address.
    pub(super) address: UntrustedText,
    /// The user agent, as the caller gave it.
    pub(super) user_agent: UntrustedText,
    /// What it looks like; absent in what was a report of version 1.
    #[serde(default)]
    pub(super) kind: Option<CallerKind>,
    /// How urgent it is: only what looks like a workload, and is rejected all the time, is.
    #[serde(default)]
    pub(super) severity: Option<Severity>,
    /// Whether it is urgent and was not in the earlier report.
    #[serde(default)]
    pub(super) is_new: bool,
    /// What was called: verb and shape of the path.
    pub(super) calls: Vec<UntrustedText>,
    /// The arrival of the first rejection; from before the window where the earlier report knew
    /// it.
    pub(super) first: DateTime<Utc>,
    /// Whether there may have been earlier ones: the first came as soon as the window began.
    #[serde(default)]
    pub(super) at_least_since: bool,
    /// The arrival of the last.
    pub(super) last: DateTime<Utc>,
    /// How many there were inside the window.
    pub(super) count: u64,
    /// The holders that share its address and user agent; none for an unknown caller.
    pub(super) candidates: Vec<Candidate>,
    /// The service accounts that used this user agent from elsewhere: guesses.
    pub(super) perhaps: Vec<ServiceAccount>,
    /// The pods that have its address now, where the cluster was asked: leads, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pods: Vec<PodAtAddress>,
}

/// A rejected caller that an earlier report told of.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RememberedCaller {
    /// Its cluster.
    pub(super) cluster: Cluster,
    /// The caller, as it was reported when it was urgent.
    pub(super) caller: RejectedCaller,
}

/// A holder that may have caused rejections.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Candidate {
    /// Its service account.
    pub(super) service_account: ServiceAccount,
    /// Its pod's name, where it is known.
    pub(super) pod: Option<UntrustedText>,
}

both_ways!(enum Confidence, rejection::Confidence {
    UserAgent, PodAtAddress, AddressAndUserAgent, AddressUserAgentAndPath,
});
both_ways!(struct HolderRejections, rejection::HolderRejections {
    first, at_least_since, last, count, confidence: one, addresses, calls, others_at_address, accepted_in_between,
});
both_ways!(struct RejectedCaller, rejection::RejectedCaller {
    address, user_agent, kind: optional, severity: optional, is_new, calls, first, at_least_since,
    last, count, candidates: list, perhaps: list, pods: list,
});
both_ways!(struct RememberedCaller, remembered::RememberedCaller { cluster: one, caller: one });
both_ways!(enum CallerKind, rejection::CallerKind { Workload, Tool, Node, Scanner, Outsider });
both_ways!(struct Candidate, rejection::Candidate { service_account: one, pod });
