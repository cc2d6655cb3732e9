//! What a source can read from an audit log: one type for every kind of evidence.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::accepted::StaleTokenRequest;
use super::holder::Identity;
use super::legacy_token::{LegacyTokenRequest, LegacyTokenUse};
use super::rejection::{RejectedRequest, Rejection};
use super::token_use::TokenUse;
use super::unmarked::UnmarkedRequest;
use crate::audit::service_account::ServiceAccount;

/// One thing that a source read about a cluster: an event, or a row that aggregates many events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// A request that was accepted with a stale token.
    StaleRequest(StaleTokenRequest),
    /// The same, before the window: it is not counted, and only used to attribute rejections in the
    /// window.
    EarlierStaleRequest(StaleTokenRequest),
    /// Requests of one holder that the source counted.
    TokenUse {
        /// The service account of the token.
        service_account: Arc<ServiceAccount>,
        /// What distinguishes the holder from others of that service account.
        identity: Identity,
        /// Its requests.
        token_use: TokenUse,
    },
    /// A request that was accepted with a token too young for a mark. It is not counted.
    UnmarkedRequest(UnmarkedRequest),
    /// A request that was rejected.
    Rejection(RejectedRequest),
    /// Rejections of one caller inside one hour that the source counted.
    RepeatedRejection {
        /// The first of them.
        first: Rejection,
        /// The arrival of the last.
        last: DateTime<Utc>,
        /// How many there were, the first and the last included.
        count: u64,
    },
    /// A request with a token that is kept in a secret.
    LegacyTokenRequest(LegacyTokenRequest),
    /// Requests with such a token that the source counted.
    LegacyTokenUse {
        /// The service account of the token.
        service_account: ServiceAccount,
        /// The secret, where it is known.
        secret: Option<String>,
        /// The requests.
        token_use: LegacyTokenUse,
    },
}
