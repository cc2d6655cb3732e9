//! The holders that rejections can be attributed to, by what they have in common.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Held;
use super::memory::Memory;
use super::senders::Senders;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::capped_counts::CappedCounts;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::Holder;
use crate::evidence::set::EvidenceSet;
use crate::evidence::token_use::TokenUse;
use crate::report::rejection::HolderRejections;

/// How many guesses are shown: a user agent that more accounts share says nothing.
const GUESSES: usize = 4;

/// One holder as the join sees it.
pub(super) struct Known<'a> {
    pub(super) holder: &'a Holder,
    pub(super) uses: Vec<&'a TokenUse>,
    pub(super) first_seen: DateTime<Utc>,
    pub(super) last_seen: DateTime<Utc>,
    /// Whether it is known from an earlier report alone, which found it harmless.
    was_harmless: bool,
    /// Its rejections in the earlier report.
    pub(super) rejected_before: Option<&'a HolderRejections>,
}

/// The holders of a cluster: those of the evidence, and those that the earlier report knew.
pub(super) fn known<'a>(
    evidence: &'a EvidenceSet,
    cluster: &Cluster,
    memory: &'a Memory<'a>,
) -> Vec<Known<'a>> {
    let mut uses: BTreeMap<&Holder, Vec<&TokenUse>> = BTreeMap::new();
    let of_cluster = |(holder, _): &Held<'a>| *holder.cluster == *cluster;
    for (holder, token_use) in evidence
        .holders()
        .chain(evidence.earlier())
        .filter(of_cluster)
    {
        uses.entry(holder).or_default().push(token_use);
    }
    let seen: BTreeSet<&Holder> = uses.keys().copied().collect();
    for (holder, known) in memory.of_cluster(cluster) {
        uses.entry(holder).or_default().push(&known.token_use);
    }
    uses.into_iter()
        .filter_map(|(holder, uses)| {
            let reported = memory.get(holder).map(|known| known.reported);
            let times = || {
                uses.iter()
                    .flat_map(|token_use| token_use.agents.iter())
                    .flat_map(|(_, agent_use)| agent_use.tokens.iter())
            };
            Some(Known {
                holder,
                first_seen: times().map(|(_, token)| token.first_used).min()?,
                last_seen: times().map(|(_, token)| token.last_used).max()?,
                was_harmless: !seen.contains(holder)
                    && reported.is_some_and(|it| it.verdict.is_harmless()),
                rejected_before: reported.and_then(|it| it.rejections.as_deref()),
                uses,
            })
        })
        .collect()
}

/// The pods that send rejected requests and whose senders were never seen accepted.
pub(super) fn unseen<'a>(senders: &'a Senders, known: &[Known<'a>]) -> Vec<Known<'a>> {
    let seen: BTreeSet<&Holder> = known.iter().map(|one| one.holder).collect();
    let unseen = senders
        .unseen()
        .filter(|(holder, _)| !seen.contains(holder));
    unseen
        .filter_map(|(holder, token_use)| {
            let tokens = token_use.tokens();
            let started = tokens.iter().map(|(_, token)| token.issued).max()?;
            Some(Known {
                holder,
                uses: Vec::new(),
                first_seen: started,
                last_seen: started,
                was_harmless: false,
                rejected_before: None,
            })
        })
        .collect()
}

/// The holders by what rejected requests have in common with them.
pub(super) struct Index<'a> {
    by_caller: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    /// The same, of holders that were harmless when they were last seen.
    by_former_caller: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    /// Holders with more user agents than are counted separately: any may be theirs.
    by_any_agent: BTreeMap<&'a str, Vec<usize>>,
    pub(super) by_address: BTreeMap<&'a str, BTreeSet<usize>>,
    by_agent: BTreeMap<&'a str, BTreeSet<&'a ServiceAccount>>,
}

impl<'a> Index<'a> {
    pub(super) fn of(known: &[Known<'a>]) -> Self {
        let mut index = Self {
            by_caller: BTreeMap::new(),
            by_former_caller: BTreeMap::new(),
            by_any_agent: BTreeMap::new(),
            by_address: BTreeMap::new(),
            by_agent: BTreeMap::new(),
        };
        for (at, one) in known.iter().enumerate() {
            let has_more = one.uses.iter().any(|token_use| token_use.agents.has_more());
            for address in one.texts(|token_use| &token_use.addresses) {
                if !one.was_harmless {
                    index.by_address.entry(address).or_default().insert(at);
                }
                if has_more {
                    index.by_any_agent.entry(address).or_default().push(at);
                }
                let by_caller = match one.was_harmless {
                    true => &mut index.by_former_caller,
                    false => &mut index.by_caller,
                };
                for agent in one.agents() {
                    by_caller.entry((address, agent)).or_default().push(at);
                }
            }
            for agent in one.agents() {
                index
                    .by_agent
                    .entry(agent)
                    .or_default()
                    .insert(&one.holder.service_account);
            }
        }
        index
    }

    /// The holders that were accepted from this address under this user agent; where there is
    /// none, those there that may have used it among more than are counted separately.
    pub(super) fn candidates(&self, address: &str, agent: &str) -> Vec<usize> {
        let caller = (address, agent);
        self.by_caller
            .get(&caller)
            .or_else(|| self.by_former_caller.get(&caller))
            .or_else(|| self.by_any_agent.get(address))
            .cloned()
            .unwrap_or_default()
    }

    /// The accounts that use this agent. A missing user agent does not count as a match.
    pub(super) fn guesses(&self, agent: &str) -> Vec<ServiceAccount> {
        match self.by_agent.get(agent) {
            Some(accounts) if !agent.is_empty() && accounts.len() <= GUESSES => {
                accounts.iter().copied().cloned().collect()
            }
            _ => Vec::new(),
        }
    }
}

impl<'a> Known<'a> {
    pub(super) fn texts(&self, of: fn(&'a TokenUse) -> &'a CappedCounts) -> BTreeSet<&'a str> {
        let texts = self.uses.iter().flat_map(|token_use| of(token_use).iter());
        texts.map(|(text, _)| text).collect()
    }

    pub(super) fn agents(&self) -> BTreeSet<&'a str> {
        let names = self
            .uses
            .iter()
            .flat_map(|token_use| token_use.agents.names());
        names.collect()
    }

    /// Whether it was seen to be accepted at this time, both ends included.
    pub(super) fn was_accepted_between(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let tokens = self
            .uses
            .iter()
            .flat_map(|token_use| token_use.agents.iter())
            .flat_map(|(_, agent_use)| agent_use.tokens.iter());
        tokens
            .flat_map(|(_, token)| [token.first_used, token.last_used])
            .any(|time| (since..=until).contains(&time))
    }

    /// Whether it was seen to call this.
    pub(super) fn calls(&self, call: &str) -> bool {
        self.texts(|token_use| &token_use.calls).contains(call)
    }

    /// Whether it may have called this: a full tally shows nothing about what it left out.
    pub(super) fn may_call(&self, call: &str) -> bool {
        self.calls(call) || self.uses.iter().any(|token_use| token_use.calls.has_more())
    }
}

#[cfg(test)]
mod tests;
