//! Who is rejected already, and how it is known.
//!
//! A rejected request names nobody. What it has in common with requests that were accepted
//! earlier tells who most likely sent it, and how likely.

use chrono::{DateTime, Utc};

use crate::audit::service_account::ServiceAccount;

/// What rejected and accepted requests have in common; the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The user agent alone. It is shared by whoever uses the same library, so it is a guess at
    /// the service account and never a verdict.
    UserAgent,
    /// The address and the user agent.
    AddressAndUserAgent,
    /// The address, the user agent and the shape of at least one path.
    AddressUserAgentAndPath,
}

impl Confidence {
    /// What they have in common, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::UserAgent => "user agent alone",
            Self::AddressAndUserAgent => "address, agent",
            Self::AddressUserAgentAndPath => "address, agent, path",
        }
    }
}

/// The rejections that one holder most likely caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRejections {
    /// The arrival of the first.
    pub first: DateTime<Utc>,
    /// The arrival of the last.
    pub last: DateTime<Utc>,
    /// How many there were.
    pub count: u64,
    /// What they have in common with its accepted requests.
    pub confidence: Confidence,
    /// The addresses they came from.
    pub addresses: Vec<String>,
    /// What was called: verb and shape of the path.
    pub calls: Vec<String>,
    /// How many other holders were seen at these addresses: more than none on a host network,
    /// or where an address was given to another pod.
    pub others_at_address: usize,
    /// Whether it was accepted again after the first of them: it works from time to time, or
    /// something else at its address sends a bad token.
    pub accepted_in_between: bool,
}

/// A caller that is rejected, and that no single holder explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedCaller {
    /// The peer's address.
    pub address: String,
    /// The user agent, as the caller gave it.
    pub user_agent: String,
    /// What was called: verb and shape of the path.
    pub calls: Vec<String>,
    /// The arrival of the first rejection.
    pub first: DateTime<Utc>,
    /// The arrival of the last.
    pub last: DateTime<Utc>,
    /// How many there were.
    pub count: u64,
    /// The holders that share its address and user agent; none for an unknown caller.
    pub candidates: Vec<Candidate>,
    /// The service accounts that used this user agent from elsewhere: guesses.
    pub perhaps: Vec<ServiceAccount>,
}

/// A holder that may have caused rejections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its service account.
    pub service_account: ServiceAccount,
    /// Its pod's name, where it is known.
    pub pod: Option<String>,
}
