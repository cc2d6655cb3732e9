//! The evidence about one holder, merged.

use std::sync::Arc;

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
    pub fn of_agent(user_agent: impl Into<Arc<str>>, requests: u64, tokens: Tokens) -> Self {
        Self {
            agents: Agents::one(user_agent, requests, tokens),
            ..Self::default()
        }
    }

    /// The tokens that the holder used.
    pub fn tokens(&self) -> Tokens {
        self.agents.tokens()
    }

    /// Keeps what another holder of the same account has as well in one place for both: the pods of
    /// a workload have their user agents and calls in common.
    pub(super) fn share(&mut self, other: &Self) {
        self.agents.share_names(&other.agents);
        self.nodes.share_texts(&other.nodes);
        self.calls.share_texts(&other.calls);
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::evidence::token::{Requests, Token};

    #[test]
    fn everything_known_of_a_holder_adds_up() {
        let use_of = |name: &str| {
            let time = DateTime::UNIX_EPOCH;
            let token = Token {
                issued: time,
                latest_estimate: time,
                first_used: time,
                last_used: time,
                requests: Requests::counted(1, 0, 0),
            };
            let tokens = Tokens::one(Some(format!("JTI={name}").into()), token);
            let mut token_use = TokenUse::of_agent(name, 1, tokens);
            for counts in [
                &mut token_use.pods,
                &mut token_use.nodes,
                &mut token_use.addresses,
                &mut token_use.calls,
            ] {
                counts.add(name, 1);
            }
            token_use
        };
        let mut both = use_of("a");
        both.merge(use_of("b"));
        assert!(both.agents.names().eq(["a", "b"]));
        assert_eq!(both.tokens().iter().count(), 2);
        for counts in [&both.pods, &both.nodes, &both.addresses, &both.calls] {
            assert!(counts.iter().eq([("a", 1), ("b", 1)]));
        }
    }
}
