//! A client's successor: another holder of the service account with the same client, first used
//! after the last use of the previous one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Held;
use super::client::Client;
use super::holder::Successor;
use super::lifetime::Lifetimes;
use crate::evidence::token::Token;

/// A holder that uses a client.
struct User<'a> {
    holder: usize,
    first_used: DateTime<Utc>,
    newest: &'a Token,
}

/// The holders that use one client, in order of first use.
#[derive(Default)]
struct Users<'a> {
    users: Vec<User<'a>>,
    /// Of each user and all behind it, where the one with the newest token stands, and the one
    /// among those of other holders: looked up for every holder of an account, of which there may
    /// be very many.
    newest: Vec<(usize, Option<usize>)>,
}

impl<'a> Users<'a> {
    fn sort(&mut self) {
        self.users
            .sort_by_key(|user| (user.first_used, user.holder));
        let issued = |place: usize| self.users[place].newest.issued;
        let holder = |place: usize| self.users[place].holder;
        let mut newest: Vec<(usize, Option<usize>)> = Vec::with_capacity(self.users.len());
        for place in (0..self.users.len()).rev() {
            newest.push(match newest.last() {
                None => (place, None),
                Some(&(first, second)) if issued(place) > issued(first) => {
                    let is_other = holder(place) != holder(first);
                    (place, if is_other { Some(first) } else { second })
                }
                Some(&(first, second)) => {
                    let is_newer = second.is_none_or(|second| issued(place) > issued(second));
                    let is_second = holder(place) != holder(first) && is_newer;
                    (first, if is_second { Some(place) } else { second })
                }
            });
        }
        newest.reverse();
        self.newest = newest;
    }

    /// The first of another holder that starts after a given time, and the one with the newest
    /// token.
    fn after(&self, moment: DateTime<Utc>, holder: usize) -> Option<(&User<'a>, &User<'a>)> {
        let later = self.users.partition_point(|user| user.first_used <= moment);
        let first = self.users[later..]
            .iter()
            .find(|user| user.holder != holder)?;
        let (newest, second) = *self.newest.get(later)?;
        let newest = match self.users[newest].holder == holder {
            true => second?,
            false => newest,
        };
        Some((first, &self.users[newest]))
    }
}

/// The holders of one account by their clients.
pub struct Successors<'a> {
    users: BTreeMap<&'a str, Users<'a>>,
    lifetimes: &'a Lifetimes,
}

impl<'a> Successors<'a> {
    /// The holders of an account, by their place among them.
    pub fn among(holders: &[Held<'a>], lifetimes: &'a Lifetimes) -> Self {
        let mut users: BTreeMap<&str, Users<'_>> = BTreeMap::new();
        for (place, (_, token_use)) in holders.iter().enumerate() {
            for (agent, agent_use) in token_use.agents.iter() {
                let first_used = agent_use.tokens.iter().map(|(_, it)| it.first_used).min();
                let newest = agent_use
                    .tokens
                    .iter()
                    .map(|(_, it)| it)
                    .max_by_key(|it| it.issued);
                if let (Some(agent), Some(first_used), Some(newest)) = (agent, first_used, newest) {
                    users.entry(program(agent)).or_default().users.push(User {
                        holder: place,
                        first_used,
                        newest,
                    });
                }
            }
        }
        users.values_mut().for_each(Users::sort);
        Self { users, lifetimes }
    }

    /// The successor of a client of this holder.
    pub fn of(&self, holder: usize, client: &Client) -> Option<Successor> {
        let last_used = client.tokens.iter().map(|it| it.token.last_used).max()?;
        client
            .user_agents
            .iter()
            .filter_map(|agent| {
                let (first, newest) = self
                    .users
                    .get(program(agent.unescaped()))?
                    .after(last_used, holder)?;
                Some(Successor {
                    first_used: first.first_used,
                    newest: self.lifetimes.dated(newest.newest),
                })
            })
            .min_by_key(|successor| successor.first_used)
    }
}

/// The program that a user agent names: a rollout may bring another version of the same.
fn program(user_agent: &str) -> &str {
    user_agent.split(['/', ' ']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
