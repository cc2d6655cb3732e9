//! The evidence about one holder, merged.

use super::agents::Agents;
use super::capped_counts::CappedCounts;
use super::tokens::Tokens;

/// Evidence about one holder: its user agents with their tokens, and its pods, nodes, addresses and
/// calls.
///
/// One event is a token use of one request; an aggregated row is a token use of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenUse {
    /// The user agents, as the caller gave them, each with the tokens it used.
    pub agents: Agents,
    /// The pod's name; one, since a UID has one.
    pub pods: CappedCounts,
    /// The nodes it ran on.
    pub nodes: CappedCounts,
    /// The peer's addresses.
    pub addresses: CappedCounts,
    /// What it called: verb and shape of the path.
    pub calls: CappedCounts,
}

impl TokenUse {
    /// The use of tokens by one user agent, without anything else known of its holder.
    pub fn of_agent(user_agent: String, requests: u64, tokens: Tokens) -> Self {
        Self {
            agents: Agents::one(user_agent, requests, tokens),
            ..Self::default()
        }
    }

    /// The tokens that the holder used.
    pub fn tokens(&self) -> Tokens {
        self.agents.tokens()
    }

    /// Adds other evidence about the same holder.
    pub fn merge(&mut self, other: Self) {
        self.agents.merge(other.agents);
        self.pods.merge(other.pods);
        self.nodes.merge(other.nodes);
        self.addresses.merge(other.addresses);
        self.calls.merge(other.calls);
    }
}
