//! Which user agents used which of a holder's tokens. A holder may have very many tokens, so they
//! are looked up in a map and not searched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::agents::Agents;
use crate::evidence::token::Token;

/// The user agents of a holder by the tokens that they used.
pub(super) struct TokenUsers<'a> {
    identified: BTreeMap<&'a str, Vec<&'a Arc<str>>>,
    /// Tokens without an identity, by the earliest estimate of their issue.
    dated: BTreeMap<DateTime<Utc>, Vec<&'a Arc<str>>>,
}

impl<'a> TokenUsers<'a> {
    /// The users of all tokens of a holder.
    pub(super) fn of_agents(agents: &'a Agents) -> Self {
        let mut users = Self {
            identified: BTreeMap::new(),
            dated: BTreeMap::new(),
        };
        for (agent, agent_use) in agents.iter() {
            let Some(agent) = agent else {
                continue;
            };
            for (id, token) in agent_use.tokens.iter() {
                let of_token = match id {
                    Some(id) => users.identified.entry(id).or_default(),
                    None => users.dated.entry(token.issued).or_default(),
                };
                of_token.push(agent);
            }
        }
        users
    }

    /// The user agents that used one of the holder's tokens, in order.
    pub(super) fn of(&self, credential_id: Option<&Arc<str>>, token: &Token) -> Vec<UntrustedText> {
        let agents: BTreeSet<&Arc<str>> = match credential_id {
            Some(id) => self
                .identified
                .get(&**id)
                .into_iter()
                .flatten()
                .copied()
                .collect(),
            // Estimates that belong to the same token lie between its earliest and its latest one.
            None => {
                let same = self.dated.range(token.issued..=token.latest_estimate);
                same.flat_map(|(_, agents)| agents).copied().collect()
            }
        };
        let agents = agents.into_iter().cloned();
        agents.map(UntrustedText::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::verdict::scenario::*;

    #[test]
    fn each_token_names_the_user_agents_that_used_it() {
        let (app, sidecar) = (sender("app-0", "app/v1"), sender("app-0", "sidecar/v1"));
        let mut cluster = Scenario::of_days(30);
        let used = [hours(1)];
        cluster.accept_token(&app, Some("JTI=a"), hours(9), used);
        cluster.accept_token(&sidecar, Some("JTI=b"), hours(8), used);
        cluster.accept_token(&app, Some("JTI=b"), hours(8), used);
        // Without an identity, these are estimates of the issue of one token.
        cluster.accept(&sidecar, hours(7), used);
        cluster.accept(&app, hours(7) - seconds(15), used);
        cluster.accept(&sidecar, hours(6), used);
        let report = cluster.judge();
        let tokens = &holder(&report, "app-0").tokens;
        let [first, second, third, last] = &tokens[..] else {
            panic!("{tokens:#?}");
        };
        assert_eq!(first.user_agents, ["app/v1"]);
        assert_eq!(second.user_agents, ["app/v1", "sidecar/v1"]);
        assert_eq!(third.user_agents, ["app/v1", "sidecar/v1"]);
        assert_eq!(last.user_agents, ["sidecar/v1"]);
    }
}
