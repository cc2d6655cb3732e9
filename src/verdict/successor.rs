//! Who took a client's place: another holder of the account with the same client, first used after
//! the last use of the one before.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Held;
use super::client::{Client, DatedToken};
use super::holder::Successor;
use super::lifetime::Lifetimes;

/// A holder that uses a client.
struct User {
    holder: usize,
    first_used: DateTime<Utc>,
    newest: DatedToken,
}

/// The holders of one account by their clients, in order of first use.
pub struct Successors(BTreeMap<String, Vec<User>>);

impl Successors {
    /// The holders of an account, by their place among them.
    pub fn among(holders: &[Held<'_>], lifetimes: &Lifetimes) -> Self {
        let mut users: BTreeMap<String, Vec<User>> = BTreeMap::new();
        for (place, (_, token_use)) in holders.iter().enumerate() {
            for (agent, agent_use) in token_use.agents.iter() {
                let first_used = agent_use.tokens.iter().map(|(_, it)| it.first_used).min();
                let newest = agent_use
                    .tokens
                    .iter()
                    .map(|(_, it)| it)
                    .max_by_key(|it| it.issued);
                if let (Some(agent), Some(first_used), Some(newest)) = (agent, first_used, newest) {
                    users
                        .entry(program(agent).to_owned())
                        .or_default()
                        .push(User {
                            holder: place,
                            first_used,
                            newest: lifetimes.dated(newest),
                        });
                }
            }
        }
        for users in users.values_mut() {
            users.sort_by_key(|user| (user.first_used, user.holder));
        }
        Self(users)
    }

    /// Who took the place of a client of this holder.
    pub fn of(&self, holder: usize, client: &Client) -> Option<Successor> {
        let last_used = client.tokens.iter().map(|it| it.token.last_used).max()?;
        client
            .user_agents
            .iter()
            .filter_map(|agent| {
                let users = self.0.get(program(agent))?;
                let later = users.partition_point(|user| user.first_used <= last_used);
                let others = || users[later..].iter().filter(|user| user.holder != holder);
                let newest = others().max_by_key(|user| user.newest.token.issued)?;
                Some(Successor {
                    first_used: others().next()?.first_used,
                    newest: newest.newest.clone(),
                })
            })
            .min_by_key(|successor| successor.first_used)
    }
}

/// The program that a user agent names: a rollout may bring another version of the same.
fn program(user_agent: &str) -> &str {
    user_agent.split(['/', ' ']).next().unwrap_or_default()
}
