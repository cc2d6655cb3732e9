//! Rejections joined to the holders that most likely caused them.
//!
//! A rejected request has an address, a user agent and a path, and nothing else. It is joined to
//! a holder that was accepted from the same address under the same user agent, in the window or
//! before it. The path never decides against a holder, because a client that is rejected asks
//! for what it did not ask for before (it starts over with discovery, and its informers list
//! again); it only raises the confidence, and tells apart holders that share an address.
//!
//! The user agent alone joins nothing: in a cluster most of them are shared. It is a guess at the
//! service account, shown as such.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Held;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::Holder;
use crate::evidence::rejection::{RejectedCaller, Rejections};
use crate::evidence::set::EvidenceSet;
use crate::evidence::tally::Tally;
use crate::evidence::token_use::TokenUse;
use crate::report::rejection::{self, Candidate, Confidence, HolderRejections};

/// How many guesses are shown: a user agent that more accounts share says nothing.
const GUESSES: usize = 4;

/// The rejections of one cluster, joined.
#[derive(Debug, Default)]
pub struct Joined<'a> {
    /// The rejections of each holder.
    pub holders: BTreeMap<&'a Holder, HolderRejections>,
    /// Callers that no single holder explains, the most telling first.
    pub callers: Vec<rejection::RejectedCaller>,
}

/// One holder as the join sees it.
struct Known<'a> {
    holder: &'a Holder,
    uses: Vec<&'a TokenUse>,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
}

type Group<'a> = Vec<(&'a RejectedCaller, &'a Rejections)>;

/// Joins the rejections of a cluster to the holders that were accepted there.
pub fn join<'a>(evidence: &'a EvidenceSet, cluster: &Cluster) -> Joined<'a> {
    let mut groups: BTreeMap<(&str, &str), Group<'a>> = BTreeMap::new();
    for (caller, rejections) in evidence.rejected() {
        if *caller.cluster == *cluster {
            groups
                .entry((&caller.address, &caller.user_agent))
                .or_default()
                .push((caller, rejections));
        }
    }
    if groups.is_empty() {
        return Joined::default();
    }
    let known = known(evidence, cluster);
    let index = Index::of(&known);
    let mut shares: BTreeMap<usize, Group<'a>> = BTreeMap::new();
    let mut joined = Joined::default();
    for (key, group) in groups {
        let candidates = index.by_caller.get(&key).cloned().unwrap_or_default();
        let candidates = in_time(&known, candidates, &group);
        match candidates[..] {
            [only] => shares.entry(only).or_default().extend(group),
            [] => joined
                .callers
                .push(unexplained(&group, Vec::new(), index.guesses(key.1))),
            _ => {
                let (owned, open) = by_path(&known, &candidates, group);
                for (holder, rejected) in owned {
                    shares.entry(holder).or_default().push(rejected);
                }
                if !open.is_empty() {
                    let candidates = candidates.iter().map(|at| candidate(&known[*at])).collect();
                    joined
                        .callers
                        .push(unexplained(&open, candidates, Vec::new()));
                }
            }
        }
    }
    for (at, group) in shares {
        joined
            .holders
            .insert(known[at].holder, index.joined(&known, at, &group));
    }
    // What names somebody comes first; then the loudest.
    joined.callers.sort_by(|one, other| {
        let place = |caller: &rejection::RejectedCaller| {
            let names_nobody = caller.candidates.is_empty() && caller.perhaps.is_empty();
            (names_nobody, std::cmp::Reverse(caller.count), caller.first)
        };
        (place(one), &one.address, &one.user_agent).cmp(&(
            place(other),
            &other.address,
            &other.user_agent,
        ))
    });
    joined
}

fn known<'a>(evidence: &'a EvidenceSet, cluster: &Cluster) -> Vec<Known<'a>> {
    let mut uses: BTreeMap<&Holder, Vec<&TokenUse>> = BTreeMap::new();
    let of_cluster = |(holder, _): &Held<'a>| *holder.cluster == *cluster;
    for (holder, token_use) in evidence
        .holders()
        .chain(evidence.earlier())
        .filter(of_cluster)
    {
        uses.entry(holder).or_default().push(token_use);
    }
    uses.into_iter()
        .filter_map(|(holder, uses)| {
            let tokens = || uses.iter().flat_map(|token_use| token_use.tokens.iter());
            Some(Known {
                holder,
                first_seen: tokens().map(|(_, token)| token.first_used).min()?,
                last_seen: tokens().map(|(_, token)| token.last_used).max()?,
                uses,
            })
        })
        .collect()
}

/// The holders by what rejected requests have in common with them.
struct Index<'a> {
    by_caller: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    by_address: BTreeMap<&'a str, BTreeSet<usize>>,
    by_agent: BTreeMap<&'a str, BTreeSet<&'a ServiceAccount>>,
}

impl<'a> Index<'a> {
    fn of(known: &[Known<'a>]) -> Self {
        let mut index = Self {
            by_caller: BTreeMap::new(),
            by_address: BTreeMap::new(),
            by_agent: BTreeMap::new(),
        };
        for (at, one) in known.iter().enumerate() {
            for address in one.texts(|token_use| &token_use.addresses) {
                index.by_address.entry(address).or_default().insert(at);
                for agent in one.texts(|token_use| &token_use.user_agents) {
                    index
                        .by_caller
                        .entry((address, agent))
                        .or_default()
                        .push(at);
                }
            }
            for agent in one.texts(|token_use| &token_use.user_agents) {
                index
                    .by_agent
                    .entry(agent)
                    .or_default()
                    .insert(&one.holder.service_account);
            }
        }
        index
    }

    /// The accounts that use this agent. That none was sent is no likeness.
    fn guesses(&self, agent: &str) -> Vec<ServiceAccount> {
        match self.by_agent.get(agent) {
            Some(accounts) if !agent.is_empty() && accounts.len() <= GUESSES => {
                accounts.iter().copied().cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    fn joined(&self, known: &[Known<'_>], at: usize, group: &Group<'_>) -> HolderRejections {
        let (first, last, count) = span(group);
        let addresses: BTreeSet<&str> = group.iter().map(|(it, _)| it.address.as_str()).collect();
        let others: BTreeSet<usize> = addresses
            .iter()
            .filter_map(|address| self.by_address.get(address))
            .flatten()
            .copied()
            .filter(|other| *other != at)
            .collect();
        let holder = &known[at];
        let alike = group.iter().any(|(caller, _)| holder.calls(&caller.call));
        HolderRejections {
            first,
            last,
            count,
            confidence: if alike {
                Confidence::AddressUserAgentAndPath
            } else {
                Confidence::AddressAndUserAgent
            },
            addresses: addresses.into_iter().map(str::to_owned).collect(),
            calls: calls(group),
            others_at_address: others.len(),
            accepted_in_between: first < holder.last_seen,
        }
    }
}

impl<'a> Known<'a> {
    fn texts(&self, of: fn(&'a TokenUse) -> &'a Tally) -> BTreeSet<&'a str> {
        let texts = self.uses.iter().flat_map(|token_use| of(token_use).iter());
        texts.map(|(text, _)| text).collect()
    }

    /// Whether it was seen to call this.
    fn calls(&self, call: &str) -> bool {
        self.texts(|token_use| &token_use.calls).contains(call)
    }

    /// Whether it may have called this: a tally that is full says nothing of what it left out.
    fn may_call(&self, call: &str) -> bool {
        self.calls(call) || self.uses.iter().any(|token_use| token_use.calls.has_more())
    }
}

/// Leaves out the candidates that were not there: of a pod and the one of the same service
/// account that took its place, the first cannot have been rejected when the second was in use,
/// nor the second before the first was gone. Other accounts prove nothing: whoever can use an
/// address could hide its dead neighbours otherwise.
fn in_time(known: &[Known<'_>], candidates: Vec<usize>, group: &Group<'_>) -> Vec<usize> {
    let (first, last, _) = span(group);
    let there = |at: &usize| {
        let one = &known[*at];
        !candidates.iter().map(|other| &known[*other]).any(|other| {
            let same = other.holder.service_account == one.holder.service_account;
            let replaced = one.last_seen < other.first_seen && first > other.first_seen;
            let replaces = other.last_seen < one.first_seen && last < one.first_seen;
            same && (replaced || replaces)
        })
    };
    let there: Vec<usize> = candidates.iter().copied().filter(there).collect();
    if there.is_empty() { candidates } else { there }
}

type Owned<'a> = Vec<(usize, (&'a RejectedCaller, &'a Rejections))>;

/// The calls that one candidate only is known for, and the ones that stay open.
fn by_path<'a>(
    known: &[Known<'_>],
    candidates: &[usize],
    group: Group<'a>,
) -> (Owned<'a>, Group<'a>) {
    let mut owned = Vec::new();
    let mut open = Vec::new();
    for rejected in group {
        let call = &rejected.0.call;
        let mut able = candidates.iter().filter(|at| known[**at].may_call(call));
        match (able.next(), able.next()) {
            (Some(only), None) if known[*only].calls(call) => owned.push((*only, rejected)),
            _ => open.push(rejected),
        }
    }
    (owned, open)
}

fn unexplained(
    group: &Group<'_>,
    candidates: Vec<Candidate>,
    perhaps: Vec<ServiceAccount>,
) -> rejection::RejectedCaller {
    let (first, last, count) = span(group);
    let caller = group.first().map(|(caller, _)| *caller);
    rejection::RejectedCaller {
        address: caller.map(|it| it.address.clone()).unwrap_or_default(),
        user_agent: caller.map(|it| it.user_agent.clone()).unwrap_or_default(),
        calls: calls(group),
        first,
        last,
        count,
        candidates,
        perhaps,
    }
}

fn candidate(known: &Known<'_>) -> Candidate {
    let pod = known
        .uses
        .iter()
        .find_map(|token_use| token_use.pods.most_frequent());
    Candidate {
        service_account: known.holder.service_account.clone(),
        pod: pod.map(str::to_owned),
    }
}

/// First, last and number; a group is never empty.
fn span(group: &Group<'_>) -> (DateTime<Utc>, DateTime<Utc>, u64) {
    let times = || group.iter().map(|(_, rejections)| rejections);
    (
        times().map(|it| it.first).min().unwrap_or_default(),
        times().map(|it| it.last).max().unwrap_or_default(),
        times().map(|it| it.count).sum(),
    )
}

fn calls(group: &Group<'_>) -> Vec<String> {
    let mut calls: Vec<_> = group
        .iter()
        .map(|(caller, rejections)| (std::cmp::Reverse(rejections.count), &caller.call))
        .collect();
    calls.sort();
    calls.dedup_by(|one, other| one.1 == other.1);
    calls.into_iter().map(|(_, call)| call.clone()).collect()
}
