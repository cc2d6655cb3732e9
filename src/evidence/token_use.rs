//! The evidence about one holder, merged.

use super::tally::Tally;
use super::token::{Token, Tokens};

/// Evidence about one holder: its tokens, and what it was seen as.
///
/// One event is a token use of one request; an aggregated row is a token use of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenUse {
    /// The tokens it used.
    pub tokens: Tokens,
    /// The pod's name; one, since a UID has one.
    pub pods: Tally,
    /// The nodes it ran on.
    pub nodes: Tally,
    /// The peer's addresses.
    pub addresses: Tally,
    /// The user agents, as the caller gave them.
    pub user_agents: Tally,
    /// What it called: verb and shape of the path.
    pub calls: Tally,
}

impl TokenUse {
    /// The use of one token, without anything known of its holder.
    pub fn of_token(credential_id: Option<String>, token: Token) -> Self {
        Self {
            tokens: Tokens::one(credential_id, token),
            ..Self::default()
        }
    }

    /// Adds other evidence about the same holder.
    pub fn merge(&mut self, other: Self) {
        self.tokens.merge(other.tokens);
        self.pods.merge(other.pods);
        self.nodes.merge(other.nodes);
        self.addresses.merge(other.addresses);
        self.user_agents.merge(other.user_agents);
        self.calls.merge(other.calls);
    }
}
