//! Who is rejected, and how it is known.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::identity::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;

/// What rejected and accepted requests have in common; the weakest first.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Confidence {
    /// The user agent alone. It is shared by whoever uses the same library, so it is a guess at
    /// the service account and never a verdict.
    UserAgent,
    /// The address and the user agent.
    AddressAndUserAgent,
    /// The address, the user agent and the shape of at least one path.
    AddressUserAgentAndPath,
}

/// The rejections that one holder most likely caused.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct HolderRejections {
    /// The arrival of the first.
    pub(super) first: DateTime<Utc>,
    /// The arrival of the last.
    pub(super) last: DateTime<Utc>,
    /// How many there were.
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

/// A caller that is rejected, and that no single holder explains.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RejectedCaller {
    /// The peer's address.
    pub(super) address: UntrustedText,
    /// The user agent, as the caller gave it.
    pub(super) user_agent: UntrustedText,
    /// What was called: verb and shape of the path.
    pub(super) calls: Vec<UntrustedText>,
    /// The arrival of the first rejection.
    pub(super) first: DateTime<Utc>,
    /// The arrival of the last.
    pub(super) last: DateTime<Utc>,
    /// How many there were.
    pub(super) count: u64,
    /// The holders that share its address and user agent; none for an unknown caller.
    pub(super) candidates: Vec<Candidate>,
    /// The service accounts that used this user agent from elsewhere: guesses.
    pub(super) perhaps: Vec<ServiceAccount>,
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
