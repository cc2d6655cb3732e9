//! The clients of a holder: the programs in a pod, kept apart if they use their own tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::lifetime::{DatedToken, Lifetimes};
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::agents::{AgentUse, Agents};
use crate::evidence::rejection::{Run, RunsOfAgents};
use crate::evidence::tokens::Tokens;

/// One program, as far as it can be distinguished: its tokens one after the other, and its
/// rejections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Its user agents; empty for those that were not counted separately.
    pub user_agents: BTreeSet<UntrustedText>,
    /// Its tokens in order of issue.
    pub tokens: Vec<DatedToken>,
    /// Whether what looks like one token may be several.
    pub may_be_several: bool,
    /// Whether another client with the same user agent exists in this holder.
    pub has_others_beside: bool,
    /// The rejections attributed to it, in order.
    pub rejections: Vec<Run>,
}

/// The clients of a holder.
///
/// Where all of its tokens follow one another, the holder is one client. Where an older token is
/// used after a newer one's first use, several programs share the pod, and each user agent is
/// judged by itself: so is it where one agent was rejected and another accepted afterwards, which
/// ends nothing for the first. Programs that share a user agent are told apart by their tokens.
pub fn clients(agents: &Agents, rejections: &RunsOfAgents, lifetimes: &Lifetimes) -> Vec<Client> {
    let all = dated(&agents.tokens(), lifetimes);
    let several = agents.iter().nth(1).is_some();
    if !several || !(overlap(&all) || others_go_on(agents, rejections) || has_unseen(agents)) {
        let whole = Client {
            user_agents: agents.texts().into_iter().collect(),
            may_be_several: agents.tokens().may_be_several(),
            rejections: in_order(rejections.values().flatten().copied().collect()),
            tokens: all,
            has_others_beside: false,
        };
        return apart(whole);
    }
    let kept: BTreeSet<&str> = agents.names().collect();
    let of_agent = |agent: Option<&str>| -> Vec<Run> {
        let is_its = |name: &str| match agent {
            Some(agent) => agent == name,
            None => !kept.contains(name),
        };
        let runs = rejections.iter().filter(|(name, _)| is_its(name));
        in_order(runs.flat_map(|(_, runs)| runs).copied().collect())
    };
    agents
        .iter()
        .flat_map(|(agent, agent_use)| {
            apart(Client {
                user_agents: agent
                    .cloned()
                    .map(UntrustedText::from)
                    .into_iter()
                    .collect(),
                tokens: dated(&agent_use.tokens, lifetimes),
                may_be_several: agent_use.tokens.may_be_several(),
                has_others_beside: false,
                rejections: of_agent(agent.map(|it| &**it)),
            })
        })
        .collect()
}

fn dated(tokens: &Tokens, lifetimes: &Lifetimes) -> Vec<DatedToken> {
    tokens
        .iter()
        .map(|(_, token)| lifetimes.dated(token))
        .collect()
}

fn in_order(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_unstable();
    runs
}

/// Whether an older token was used after a newer one's first use.
fn overlap(tokens: &[DatedToken]) -> bool {
    let mut last_used = DateTime::<Utc>::MIN_UTC;
    tokens.iter().any(|it| {
        let overlaps = last_used > it.token.first_used;
        last_used = last_used.max(it.token.last_used);
        overlaps
    })
}

/// Whether one of its programs was never seen accepted: its token is known by when its container
/// started, and no program went on from there to another.
fn has_unseen(agents: &Agents) -> bool {
    agents.iter().any(|(_, agent_use)| {
        let mut tokens = agent_use.tokens.iter().peekable();
        tokens.peek().is_some() && tokens.all(|(_, token)| token.last_used == token.issued)
    })
}

/// Whether an agent was rejected, and never accepted afterwards, while another was.
fn others_go_on(agents: &Agents, rejections: &RunsOfAgents) -> bool {
    let last_used = |tokens: &Tokens| tokens.iter().map(|(_, token)| token.last_used).max();
    rejections.iter().any(|(name, runs)| {
        let Some(rejected) = runs.iter().map(|run| run.last).max() else {
            return false;
        };
        let (own, others): (Vec<_>, Vec<_>) = agents
            .iter()
            .partition(|(agent, _)| agent.is_none_or(|agent| **agent == **name));
        let is_after = |uses: &[(Option<&Arc<str>>, &AgentUse)]| {
            uses.iter()
                .any(|(_, agent_use)| last_used(&agent_use.tokens) > Some(rejected))
        };
        !is_after(&own) && is_after(&others)
    })
}

/// The clients behind one user agent. A newer token is first marked an hour after its issue, when a
/// client that changed to it has long let go of its older one: an older one that is used even then
/// belongs to another program. No client goes back to an older token. Each token goes to the
/// program whose last one ended latest.
fn apart(client: Client) -> Vec<Client> {
    let mut tokens = client.tokens;
    tokens.sort_by_key(|it| (it.token.first_used, it.token.issued));
    let mut chains: Vec<Vec<DatedToken>> = Vec::new();
    // The chains by when they ended, with the newest token of each: a holder may have very many.
    let mut ended: BTreeMap<(DateTime<Utc>, usize), DateTime<Utc>> = BTreeMap::new();
    for token in tokens {
        let (issued, last_used) = (token.token.issued, token.token.last_used);
        let before = ended
            .range(..=(token.token.first_used, usize::MAX))
            .rev()
            .find(|(_, newest)| **newest <= issued)
            .map(|(key, _)| *key);
        let place = match before {
            Some((at, place)) => {
                ended.remove(&(at, place));
                chains[place].push(token);
                place
            }
            None => {
                chains.push(vec![token]);
                chains.len() - 1
            }
        };
        ended.insert((last_used, place), issued);
    }
    let has_others_beside = chains.len() > 1;
    chains
        .into_iter()
        .map(|mut tokens| {
            tokens.sort_by_key(|it| it.token.issued);
            Client {
                user_agents: client.user_agents.clone(),
                tokens,
                may_be_several: client.may_be_several,
                has_others_beside,
                rejections: client.rejections.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
