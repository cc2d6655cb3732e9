//! Attributes rejections to the holders that most likely caused them.
//!
//! A rejected request has only an address, a user agent and a path. It is attributed to a holder
//! that was accepted from the same address with the same user agent, in the window or before it.
//! The path never rules a holder out, because a rejected client sends requests that it did not send
//! before: it starts over with discovery, and its informers list again. The path only raises the
//! confidence, and distinguishes holders that share an address.
//!
//! Each hour of rejections is attributed separately: an address may be given to another pod, and a
//! client that is rejected once a day is not rejected in between.
//!
//! Holders from an earlier report count as much as those of the window, unless they were harmless
//! then: a holder that was gone is considered only if no other fits.
//!
//! The user agent alone is not enough: in a cluster most user agents are shared. It gives a guess
//! at the service account, and is shown as such.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::known_holders::{Index, Known, known, unseen};
use super::memory::Memory;
use super::senders::Senders;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::Holder;
use crate::evidence::rejection::{Run, RunsOfAgents};
use crate::evidence::set::EvidenceSet;
use crate::report::rejection::{self, Candidate, Confidence, HolderRejections};
use crate::report::scan::Window;

/// A first rejection that comes this soon after the start of the window may not be the first: a
/// client that is rejected tries again within minutes.
const EDGE: TimeDelta = TimeDelta::minutes(10);

/// The longest that a client waits between two requests, watches renewed included.
const LONGEST_EDGE: TimeDelta = TimeDelta::hours(1);

/// The rejections attributed to one holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedRejections {
    /// All of them.
    pub all: HolderRejections,
    /// By the user agent that was rejected, since programs that share a pod fail separately.
    pub runs: RunsOfAgents,
}

/// The rejections of one cluster, attributed.
#[derive(Debug, Default)]
pub struct Joined<'a> {
    /// The rejections of each holder.
    pub holders: BTreeMap<&'a Holder, JoinedRejections>,
    /// Callers that match no single holder, the most telling first.
    pub callers: Vec<rejection::RejectedCaller>,
    /// Every attributed part of the rejections, with its holder.
    pub parts: Vec<(&'a Holder, Rejected<'a>)>,
}

/// The rejections of one call inside one hour, by a caller that is known from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Rejected<'a> {
    /// The peer's address.
    pub address: &'a str,
    /// The user agent.
    pub user_agent: &'a str,
    /// Verb and shape of the path.
    pub call: &'a str,
    /// The rejections.
    pub run: Run,
}

type Group<'a> = Vec<Rejected<'a>>;

/// Joins the rejections of a cluster to the holders that were accepted there, now or when an
/// earlier report was made.
pub fn join<'a>(
    evidence: &'a EvidenceSet,
    cluster: &Cluster,
    window: Window,
    memory: &'a Memory<'a>,
    senders: &'a Senders,
) -> Joined<'a> {
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
    let mut known = known(evidence, cluster, memory);
    let index = Index::of(&known);
    known.extend(unseen(senders, &known));
    let mut shares: BTreeMap<usize, Group<'a>> = BTreeMap::new();
    let mut joined = Joined::default();
    for ((address, user_agent), group) in groups {
        let mut candidates = index.candidates(address, user_agent);
        // The pod that had the address all the time sent them, unless somebody else was accepted
        // from there since it started: then the list is not of this cluster, or of another time.
        let by_pod = senders.holder(address, user_agent);
        if let Some(at) = by_pod.and_then(|it| known.iter().position(|one| one.holder == it)) {
            let started = known[at].first_seen;
            let is_before = |other: &usize| *other == at || known[*other].last_seen <= started;
            if candidates.iter().all(is_before) {
                candidates = vec![at];
            }
        }
        if candidates.is_empty() {
            let guesses = index.guesses(user_agent);
            joined
                .callers
                .push(unexplained(&group, window, Vec::new(), guesses));
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
                .push(unexplained(&open, window, suspects, Vec::new()));
        }
    }
    for (at, group) in shares {
        let holder = known[at].holder;
        joined
            .parts
            .extend(group.iter().map(|part| (holder, *part)));
        joined.holders.insert(
            known[at].holder,
            joined_to(&index, &known, at, &group, window),
        );
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

/// Everything that was attributed to one holder.
fn joined_to(
    index: &Index<'_>,
    known: &[Known<'_>],
    at: usize,
    group: &Group<'_>,
    window: Window,
) -> JoinedRejections {
    let (first, last, count) = span(group);
    let addresses: BTreeSet<&str> = group.iter().map(|it| it.address).collect();
    let others: BTreeSet<usize> = addresses
        .iter()
        .filter_map(|address| index.by_address.get(address))
        .flatten()
        .copied()
        .filter(|other| *other != at)
        .collect();
    let holder = &known[at];
    let alike = group.iter().any(|it| holder.calls(it.call));
    let is_known_by_pod = !group
        .iter()
        .any(|it| index.candidates(it.address, it.user_agent).contains(&at));
    let (since, at_least_since) = match holder.rejected_before {
        Some(before) if holder.last_seen < before.first => (before.first, before.at_least_since),
        _ => {
            let at_edge = is_at_edge(group, window);
            (
                first,
                at_edge && !holder.was_accepted_between(window.since, first),
            )
        }
    };
    let all = HolderRejections {
        first: since.min(first),
        at_least_since,
        last,
        count,
        confidence: if is_known_by_pod {
            Confidence::PodAtAddress
        } else if alike {
            Confidence::AddressUserAgentAndPath
        } else {
            Confidence::AddressAndUserAgent
        },
        addresses: addresses.into_iter().map(UntrustedText::from).collect(),
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

/// Leaves out the candidates that were not there: of a pod and the one of the same service
/// account that took its place, the first cannot have been rejected when the second was in use,
/// nor the second before the first was gone. Other accounts prove nothing: whoever can use an
/// address could otherwise hide its dead neighbours.
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

/// Whether the first rejection of a group comes so soon after the start of the window that there
/// may have been earlier ones: within the time in which it is rejected again.
fn is_at_edge(group: &Group<'_>, window: Window) -> bool {
    let (first, last, count) = span(group);
    let pauses = i32::try_from(count.saturating_sub(1).max(1)).unwrap_or(i32::MAX);
    let interval = ((last - first) / pauses).clamp(EDGE, LONGEST_EDGE);
    first - window.since <= interval
}

fn unexplained(
    group: &Group<'_>,
    window: Window,
    candidates: Vec<Candidate>,
    perhaps: Vec<ServiceAccount>,
) -> rejection::RejectedCaller {
    let (first, last, count) = span(group);
    let caller = group.first();
    rejection::RejectedCaller {
        address: caller.map(|it| it.address.into()).unwrap_or_default(),
        user_agent: caller.map(|it| it.user_agent.into()).unwrap_or_default(),
        kind: None,
        severity: None,
        is_new: false,
        calls: calls(group),
        first,
        at_least_since: is_at_edge(group, window),
        last,
        count,
        candidates,
        perhaps,
        pods: Vec::new(),
    }
}

fn candidate(known: &Known<'_>) -> Candidate {
    let pod = known
        .uses
        .iter()
        .find_map(|token_use| token_use.pods.most_frequent());
    Candidate {
        service_account: (*known.holder.service_account).clone(),
        pod,
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

fn calls(group: &Group<'_>) -> Vec<UntrustedText> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for rejected in group {
        *counts.entry(rejected.call).or_default() += rejected.run.count;
    }
    let mut calls: Vec<(&str, u64)> = counts.into_iter().collect();
    calls.sort_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
    calls.into_iter().map(|(call, _)| call.into()).collect()
}

#[cfg(test)]
mod tests;
