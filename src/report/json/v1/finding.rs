//! Holders, their tokens, their clients, and what to do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rejection::HolderRejections;
use super::verdict::{Severity, Verdict};
use crate::audit::advice::Advice;
use crate::audit::untrusted_text::UntrustedText;

/// One holder of a service account's token.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct HolderFinding {
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
    /// What its evidence means.
    pub(super) verdict: Verdict,
    /// How urgent it is.
    pub(super) severity: Option<Severity>,
    /// When the token that decides was issued.
    pub(super) issued: DateTime<Utc>,
    /// When the API server starts to reject that token, at the earliest.
    pub(super) rejected_from: DateTime<Utc>,
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
    pub(super) rejections: Option<HolderRejections>,
    /// Whether all that is known of it lies before the window: it is here because it is
    /// rejected inside it. Its requests are not counted then.
    #[serde(default)]
    #[serde(rename = "seen_only_before")]
    pub(super) only_in_look_back: bool,
    /// What the verdict rests on, a sentence each. Times in UTC; no text of the log.
    #[serde(default)]
    pub(super) reasons: Vec<UntrustedText>,
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
        /// the pod's name.
        command: String,
        /// When the API server starts to reject the new token, if the workload freezes again.
        new_date: DateTime<Utc>,
    },
    /// A sentence.
    Advice {
        /// What to do, in words.
        text: Advice,
    },
}
