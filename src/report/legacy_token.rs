//! Tokens kept in secrets: they are never stale, but a related problem.

use chrono::{DateTime, Utc};

use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;

/// A token kept in a secret that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyTokenFinding {
    /// The token's subject.
    pub service_account: ServiceAccount,
    /// The secret, where the cluster reports it.
    pub secret: Option<UntrustedText>,
    /// The arrival of the first request.
    pub first_seen: DateTime<Utc>,
    /// The arrival of the last.
    pub last_seen: DateTime<Utc>,
    /// Requests seen.
    pub requests: u64,
    /// The peers' addresses.
    pub addresses: Vec<UntrustedText>,
    /// The user agents, as the callers gave them.
    pub user_agents: Vec<UntrustedText>,
}
