//! Holders, their tokens, their clients, and what to do.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::super::conversion::{both_ways, boxed, list, one, optional};
use super::identity::{Cluster, ServiceAccount};
use super::lifetime::TokenLifetime;
use super::pod_status::PodStatus;
use super::rejection::HolderRejections;
use super::verdict::{Severity, Verdict};
use crate::audit::advice::Advice;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::holder;
use crate::report::{acceptance, finding, interruption, remembered};

/// One holder of a service account's token.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report::json) struct HolderFinding {
    /// What tells it from other holders.
    pub(super) identity: Identity,
    /// The pod's name.
    pub(super) pod: Option<UntrustedText>,
    /// The nodes it ran on.
    pub(super) nodes: Vec<UntrustedText>,
    /// The peer's addresses.
    pub(super) addresses: Vec<UntrustedText>,
    /// The user agents, as the caller gave them.
    pub(super) user_agents: Vec<UntrustedText>,
    /// Whether there were more user agents than are kept apart.
    #[serde(default)]
    pub(super) more_user_agents: bool,
    /// What its evidence means.
    pub(super) verdict: Verdict,
    /// How urgent it is.
    pub(super) severity: Option<Severity>,
    /// When the token that decides was issued.
    pub(super) issued: DateTime<Utc>,
    /// When the API server starts to reject that token, at the earliest.
    pub(super) rejected_from: DateTime<Utc>,
    /// How long that token is accepted, and who says so.
    pub(super) lifetime: TokenLifetime,
    /// Requests seen.
    pub(super) requests: u64,
    /// The arrival of the first request seen.
    pub(super) first_seen: DateTime<Utc>,
    /// The arrival of the last request seen.
    pub(super) last_seen: DateTime<Utc>,
    /// Its tokens, in order of issue.
    pub(super) tokens: Vec<TokenFinding>,
    /// What it called, verb and shape of the path, the most frequent first.
    #[serde(default)]
    pub(super) calls: Vec<UntrustedText>,
    /// The rejections that it most likely caused.
    #[serde(default)]
    pub(super) rejections: Option<Box<HolderRejections>>,
    /// The times that it was rejected at the end of a token and came back, in order.
    #[serde(default)]
    pub(super) interruptions: Vec<Interruption>,
    /// The last sign of it, where it may have come back by now: a new token shows only after one
    /// hour.
    #[serde(default)]
    pub(super) quiet_since: Option<DateTime<Utc>>,
    /// Whether all that is known of it lies before the window: it is here because it is
    /// rejected inside it. Its requests are not counted then.
    #[serde(default)]
    #[serde(rename = "seen_only_before")]
    pub(super) only_in_look_back: bool,
    /// What the cluster says of its pod, where it was asked and knows the pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pod_status: Option<Box<PodStatus>>,
    /// What the verdict rests on, a sentence each. Times in UTC; no text of the log.
    #[serde(default)]
    pub(super) reasons: Vec<UntrustedText>,
}

/// That a finding is accepted: it has no severity until then.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Accepted {
    /// The last day of it, in UTC.
    pub(super) until: NaiveDate,
    /// Why, in the operator's words.
    pub(super) reason: UntrustedText,
}

/// A holder that an earlier report knew and that no finding names.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report::json) struct RememberedHolder {
    /// Its cluster.
    pub(super) cluster: Cluster,
    /// Its service account.
    pub(super) service_account: ServiceAccount,
    /// The holder, as the last report had it that named it.
    pub(super) holder: HolderFinding,
}

/// What tells the holders of one service account apart.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Identity {
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

/// One token of a holder.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TokenFinding {
    /// The token's identity, `JTI=<uuid>`, where the cluster tells it.
    pub(super) credential_id: Option<UntrustedText>,
    /// When it was issued: the earliest estimate.
    pub(super) issued: DateTime<Utc>,
    /// The arrival of the first request made with it.
    pub(super) first_used: DateTime<Utc>,
    /// The arrival of the last.
    pub(super) last_used: DateTime<Utc>,
    /// Requests made with it.
    pub(super) requests: u64,
    /// How long it is accepted, and who says so.
    pub(super) lifetime: TokenLifetime,
    /// The user agents that used it; empty in what was a report of version 1.
    #[serde(default)]
    pub(super) user_agents: Vec<UntrustedText>,
}

/// One time that a holder was rejected at the end of a token and came back.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Interruption {
    /// The arrival of the last request accepted before it; absent where that lies before
    /// everything that was read.
    pub(super) last_accepted: Option<DateTime<Utc>>,
    /// The arrival of the first rejected request joined to it.
    pub(super) first_rejection: Option<DateTime<Utc>>,
    /// The arrival of the last; absent where none was seen: the token ran to its end.
    pub(super) last_rejection: Option<DateTime<Utc>>,
    /// How many rejected requests were joined to it.
    pub(super) rejections: u64,
}

/// A client behind one or more user agents of a finding.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ClientFinding {
    /// The client library and the component, in a few words.
    pub(super) label: UntrustedText,
    /// What to do about it if it keeps its token.
    pub(super) advice: Advice,
}

/// Something to do about a finding.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Remedy {
    /// A command that buys time: the workload reads a new token when it starts.
    Restart {
        /// The command, made of valid Kubernetes names only. The workload in it is inferred from
        /// the pod's name, unless it is known.
        command: String,
        /// Whether the workload in it is known from the cluster.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        workload_is_known: bool,
        /// When the API server starts to reject the new token, if the workload freezes again.
        new_date: DateTime<Utc>,
    },
    /// A sentence.
    Advice {
        /// What to do, in words.
        text: Advice,
    },
}

both_ways!(struct HolderFinding, finding::HolderFinding {
    identity: one, pod, nodes, addresses, user_agents, more_user_agents, verdict: one,
    severity: optional, issued, rejected_from, lifetime: one, requests, first_seen, last_seen,
    tokens: list, calls, rejections: boxed, interruptions: list, quiet_since, only_in_look_back,
    pod_status: boxed, reasons,
});
both_ways!(struct Accepted, acceptance::Accepted { until, reason });
both_ways!(struct RememberedHolder, remembered::RememberedHolder {
    cluster: one, service_account: one, holder: one,
});
both_ways!(struct Interruption, interruption::Interruption {
    last_accepted, first_rejection, last_rejection, rejections,
});
both_ways!(enum Identity, holder::Identity {
    Pod { uid }, Caller { user_agent, address },
});
both_ways!(struct TokenFinding, finding::TokenFinding {
    credential_id, issued, first_used, last_used, requests, lifetime: one, user_agents,
});
both_ways!(struct ClientFinding, finding::ClientFinding { label, advice });
both_ways!(enum Remedy, finding::Remedy {
    Restart { command, workload_is_known, new_date }, Advice { text },
});
