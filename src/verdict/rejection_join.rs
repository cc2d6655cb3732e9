//! Rejections joined to the holders that most likely caused them.
//!
//! A rejected request has an address, a user agent and a path, and nothing else. It is joined to
//! a holder that was accepted from the same address under the same user agent, in the window or
//! before it. The path never decides against a holder, because a client that is rejected asks
//! for what it did not ask for before (it starts over with discovery, and its informers list
//! again); it only raises the confidence, and tells apart holders that share an address.
//!
//! Each hour of rejections is joined by itself: an address is given to another pod, and a client
//! that is rejected once a day is not rejected in between.
//!
//! The user agent alone joins nothing: in a cluster most of them are shared. It is a guess at the
//! service account, shown as such.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Held;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::Holder;
use crate::evidence::rejection::Run;
use crate::evidence::set::EvidenceSet;
use crate::evidence::tally::Tally;
use crate::evidence::token_use::TokenUse;
use crate::report::rejection::{self, Candidate, Confidence, HolderRejections};

/// How many guesses are shown: a user agent that more accounts share says nothing.
const GUESSES: usize = 4;

/// The runs of rejections joined to one holder, by user agent.
pub type RunsOfAgents = BTreeMap<String, Vec<Run>>;

/// The rejections joined to one holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedRejections {
    /// All of them.
    pub all: HolderRejections,
    /// By the user agent that was rejected, since programs that share a pod die apart.
    pub runs: RunsOfAgents,
}

/// The rejections of one cluster, joined.
#[derive(Debug, Default)]
pub struct Joined<'a> {
    /// The rejections of each holder.
    pub holders: BTreeMap<&'a Holder, JoinedRejections>,
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

/// The rejections of one call inside one hour, by a caller that is known from elsewhere.
#[derive(Clone, Copy)]
struct Rejected<'a> {
    address: &'a str,
    user_agent: &'a str,
    call: &'a str,
    run: Run,
}

type Group<'a> = Vec<Rejected<'a>>;

/// Joins the rejections of a cluster to the holders that were accepted there.
pub fn join<'a>(evidence: &'a EvidenceSet, cluster: &Cluster) -> Joined<'a> {
    let mut groups: BTreeMap<(&str, &str), Group<'a>> = BTreeMap::new();
    for (caller, rejections) in evidence.rejected() {
        if *caller.cluster == *cluster {
            let group = groups
                .entry((&caller.address, &caller.user_agent))
                .or_default();
            group.extend(rejections.runs().map(|run| Rejected {
                address: &caller.address,
                user_agent: &caller.user_agent,
                call: &caller.call,
                run,
            }));
        }
    }
    if groups.is_empty() {
        return Joined::default();
    }
    let known = known(evidence, cluster);
    let index = Index::of(&known);
    let mut shares: BTreeMap<usize, Group<'a>> = BTreeMap::new();
    let mut joined = Joined::default();
    for ((address, user_agent), group) in groups {
        let candidates = index.candidates(&known, address, user_agent);
        if candidates.is_empty() {
            let guesses = index.guesses(user_agent);
            joined
                .callers
                .push(unexplained(&group, Vec::new(), guesses));
            continue;
        }
        let mut open: Group<'a> = Vec::new();
        let mut suspects: BTreeSet<usize> = BTreeSet::new();
        for rejected in group {
            let candidates = in_time(&known, &candidates, rejected.run);
            match sender(&known, &candidates, rejected.call) {
                Some(sender) => shares.entry(sender).or_default().push(rejected),
                None => {
                    suspects.extend(candidates);
                    open.push(rejected);
                }
            }
        }
        if !open.is_empty() {
            let suspects = suspects
                .into_iter()
                .map(|at| candidate(&known[at]))
                .collect();
            joined
                .callers
                .push(unexplained(&open, suspects, Vec::new()));
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
            let times = || {
                uses.iter()
                    .flat_map(|token_use| token_use.agents.iter())
                    .flat_map(|(_, agent_use)| agent_use.tokens.iter())
            };
            Some(Known {
                holder,
                first_seen: times().map(|(_, token)| token.first_used).min()?,
                last_seen: times().map(|(_, token)| token.last_used).max()?,
                uses,
            })
        })
        .collect()
}

/// The holders by what rejected requests have in common with them.
struct Index<'a> {
    by_caller: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    /// Holders with more user agents than are kept apart: any may be theirs.
    by_any_agent: BTreeMap<&'a str, Vec<usize>>,
    by_address: BTreeMap<&'a str, BTreeSet<usize>>,
    by_agent: BTreeMap<&'a str, BTreeSet<&'a ServiceAccount>>,
}

impl<'a> Index<'a> {
    fn of(known: &[Known<'a>]) -> Self {
        let mut index = Self {
            by_caller: BTreeMap::new(),
            by_any_agent: BTreeMap::new(),
            by_address: BTreeMap::new(),
            by_agent: BTreeMap::new(),
        };
        for (at, one) in known.iter().enumerate() {
            let has_more = one.uses.iter().any(|token_use| token_use.agents.has_more());
            for address in one.texts(|token_use| &token_use.addresses) {
                index.by_address.entry(address).or_default().insert(at);
                if has_more {
                    index.by_any_agent.entry(address).or_default().push(at);
                }
                for agent in one.agents() {
                    index
                        .by_caller
                        .entry((address, agent))
                        .or_default()
                        .push(at);
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
    /// none, those there that may have used it among more than are kept apart.
    fn candidates(&self, known: &[Known<'_>], address: &str, agent: &str) -> Vec<usize> {
        match self.by_caller.get(&(address, agent)) {
            Some(candidates) => candidates.clone(),
            None => {
                let may = self
                    .by_any_agent
                    .get(address)
                    .into_iter()
                    .flatten()
                    .copied();
                may.filter(|at| *at < known.len()).collect()
            }
        }
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

    fn joined(&self, known: &[Known<'_>], at: usize, group: &Group<'_>) -> JoinedRejections {
        let (first, last, count) = span(group);
        let addresses: BTreeSet<&str> = group.iter().map(|it| it.address).collect();
        let others: BTreeSet<usize> = addresses
            .iter()
            .filter_map(|address| self.by_address.get(address))
            .flatten()
            .copied()
            .filter(|other| *other != at)
            .collect();
        let holder = &known[at];
        let alike = group.iter().any(|it| holder.calls(it.call));
        let all = HolderRejections {
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
        };
        let mut runs = RunsOfAgents::new();
        for rejected in group {
            runs.entry(rejected.user_agent.to_owned())
                .or_default()
                .push(rejected.run);
        }
        JoinedRejections { all, runs }
    }
}

impl<'a> Known<'a> {
    fn texts(&self, of: fn(&'a TokenUse) -> &'a Tally) -> BTreeSet<&'a str> {
        let texts = self.uses.iter().flat_map(|token_use| of(token_use).iter());
        texts.map(|(text, _)| text).collect()
    }

    fn agents(&self) -> BTreeSet<&'a str> {
        let names = self
            .uses
            .iter()
            .flat_map(|token_use| token_use.agents.names());
        names.collect()
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
fn in_time(known: &[Known<'_>], candidates: &[usize], run: Run) -> Vec<usize> {
    let there = |at: &usize| {
        let one = &known[*at];
        !candidates.iter().map(|other| &known[*other]).any(|other| {
            let same = other.holder.service_account == one.holder.service_account;
            let replaced = one.last_seen < other.first_seen && run.first > other.first_seen;
            let replaces = other.last_seen < one.first_seen && run.last < one.first_seen;
            same && (replaced || replaces)
        })
    };
    let there: Vec<usize> = candidates.iter().copied().filter(there).collect();
    if there.is_empty() {
        candidates.to_vec()
    } else {
        there
    }
}

/// The only candidate, or the only one that is known to call this; `None` if that stays open.
fn sender(known: &[Known<'_>], candidates: &[usize], call: &str) -> Option<usize> {
    if let [only] = candidates {
        return Some(*only);
    }
    let mut able = candidates.iter().filter(|at| known[**at].may_call(call));
    match (able.next(), able.next()) {
        (Some(only), None) if known[*only].calls(call) => Some(*only),
        _ => None,
    }
}

fn unexplained(
    group: &Group<'_>,
    candidates: Vec<Candidate>,
    perhaps: Vec<ServiceAccount>,
) -> rejection::RejectedCaller {
    let (first, last, count) = span(group);
    let caller = group.first();
    rejection::RejectedCaller {
        address: caller.map(|it| it.address.to_owned()).unwrap_or_default(),
        user_agent: caller
            .map(|it| it.user_agent.to_owned())
            .unwrap_or_default(),
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
    let times = || group.iter().map(|it| it.run);
    (
        times().map(|it| it.first).min().unwrap_or_default(),
        times().map(|it| it.last).max().unwrap_or_default(),
        times().map(|it| it.count).sum(),
    )
}

fn calls(group: &Group<'_>) -> Vec<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for rejected in group {
        *counts.entry(rejected.call).or_default() += rejected.run.count;
    }
    let mut calls: Vec<(&str, u64)> = counts.into_iter().collect();
    calls.sort_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
    calls.into_iter().map(|(call, _)| call.to_owned()).collect()
}
