//! Findings, their holders and their tokens.

use chrono::{DateTime, TimeDelta, Utc};

use super::acceptance::Accepted;
use super::interruption::Interruption;
use super::pod_status::PodStatus;
use super::rejection::{FindingRejections, HolderRejections};
use super::severity::Severity;
use super::token_lifetime::TokenLifetime;
use super::upgrade::AfterUpgrade;
use super::verdict::Verdict;
use crate::audit::advice::Advice;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::cluster_state::owner::Workload;
use crate::evidence::accepted::WARN_AFTER_SECONDS;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::Identity;

/// A service account of one cluster with its holders, its worst verdict and its earliest
/// rejection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its place among all findings, from 1.
    pub rank: usize,
    /// The cluster.
    pub cluster: Cluster,
    /// The service account.
    pub service_account: ServiceAccount,
    /// The worst holder's verdict.
    pub verdict: Verdict,
    /// The worst holder's severity; none for a harmless one.
    pub severity: Option<Severity>,
    /// Until when and why the operator accepts it, so that it has no severity.
    pub accepted: Option<Accepted>,
    /// What becomes of it after an upgrade to a version that caps tokens; absent where its cluster
    /// has such a version, or where nothing of it is left.
    pub after_upgrade: Option<AfterUpgrade>,
    /// The holders, the worst and the first to be rejected first. Never empty.
    pub holders: Vec<HolderFinding>,
    /// The clients behind the user agents, most requests first.
    pub clients: Vec<ClientFinding>,
    /// What to do, most effective first; empty for a harmless finding.
    pub remedies: Vec<Remedy>,
}

/// One holder of a service account's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderFinding {
    /// What distinguishes it from other holders.
    pub identity: Identity,
    /// The pod's name.
    pub pod: Option<UntrustedText>,
    /// The nodes it ran on.
    pub nodes: Vec<UntrustedText>,
    /// The peer's addresses.
    pub addresses: Vec<UntrustedText>,
    /// The user agents, as the caller gave them: those of the client that decides first, and then
    /// the most used.
    pub user_agents: Vec<UntrustedText>,
    /// Whether there were more user agents than are counted separately.
    pub more_user_agents: bool,
    /// What its evidence means.
    pub verdict: Verdict,
    /// How urgent it is.
    pub severity: Option<Severity>,
    /// When the token that decides was issued.
    pub issued: DateTime<Utc>,
    /// When the API server starts to reject that token, at the earliest.
    pub rejected_from: DateTime<Utc>,
    /// How long that token is accepted, and where that comes from.
    pub lifetime: TokenLifetime,
    /// Requests seen.
    pub requests: u64,
    /// The arrival of the first request seen.
    pub first_seen: DateTime<Utc>,
    /// The arrival of the last request seen.
    pub last_seen: DateTime<Utc>,
    /// Its tokens, in order of issue.
    pub tokens: Vec<TokenFinding>,
    /// What it called, verb and shape of the path, the most frequent first.
    pub calls: Vec<UntrustedText>,
    /// The rejections that it most likely caused.
    pub rejections: Option<Box<HolderRejections>>,
    /// The times that it was rejected at the end of a token and came back, in order.
    pub interruptions: Vec<Interruption>,
    /// The last sign of it, where it may have come back by now: a new token shows only after one
    /// hour.
    pub quiet_since: Option<DateTime<Utc>>,
    /// Whether all that is known of it lies before the window: it is here because it is
    /// rejected inside it. Its requests are not counted then.
    pub only_in_look_back: bool,
    /// What the cluster says of its pod, where it was queried and knows the pod.
    pub pod_status: Option<Box<PodStatus>>,
    /// What the verdict rests on, a sentence each. Times in UTC; no text of the log.
    pub reasons: Vec<UntrustedText>,
}

/// One token of a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFinding {
    /// The token's identity, `JTI=<uuid>`, where the cluster reports it.
    pub credential_id: Option<UntrustedText>,
    /// When it was issued: the earliest estimate.
    pub issued: DateTime<Utc>,
    /// The arrival of the first request made with it.
    pub first_used: DateTime<Utc>,
    /// The arrival of the last.
    pub last_used: DateTime<Utc>,
    /// Requests made with it.
    pub requests: u64,
    /// How long it is accepted, and where that comes from.
    pub lifetime: TokenLifetime,
    /// The user agents that used it.
    pub user_agents: Vec<UntrustedText>,
}

/// A client behind one or more user agents of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFinding {
    /// The client library and the component, in a few words.
    pub label: UntrustedText,
    /// What to do about it if it keeps its token.
    pub advice: Advice,
}

/// Something to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// A command that buys time: the workload reads a new token when it starts.
    Restart {
        /// The command, made of valid Kubernetes names only.
        command: String,
        /// Whether the workload in it is known from the cluster, and not inferred from the name of
        /// a pod.
        workload_is_known: bool,
        /// When the API server starts to reject the new token, if the workload freezes again.
        new_date: DateTime<Utc>,
    },
    /// A sentence.
    Advice {
        /// What to do, in words.
        text: Advice,
    },
}

impl TokenFinding {
    /// Whether it is known by a request that it left no mark on: one that a rejected holder was
    /// accepted with again. It was issued at the time stated or later.
    pub fn is_unmarked(&self) -> bool {
        let age = self.last_used - self.issued;
        self.requests == 0 && age > TimeDelta::zero() && age.num_seconds() < WARN_AFTER_SECONDS
    }
}

impl HolderFinding {
    /// When it was accepted again after its rejections with a token too young for a mark.
    pub fn accepted_again(&self) -> Option<DateTime<Utc>> {
        let newest = self.tokens.iter().max_by_key(|token| token.last_used)?;
        newest.is_unmarked().then_some(newest.last_used)
    }

    /// Whether no accepted request of it was seen, here or before: it is known by the address of
    /// its pod alone, and its token by when its container started.
    pub fn was_never_accepted(&self) -> bool {
        // A request can be told from others only an hour after the issue of its token.
        let is_assumed = |token: &TokenFinding| token.last_used == token.issued;
        !self.tokens.is_empty() && self.tokens.iter().all(is_assumed)
    }

    /// The workload that owns its pod, where the cluster says so.
    pub fn workload(&self) -> Option<&Workload> {
        self.pod_status.as_ref()?.workload.as_ref()
    }
}

impl Finding {
    /// The workloads behind it, as far as the cluster names them, each once.
    pub fn workloads(&self) -> Vec<&Workload> {
        let mut workloads: Vec<&Workload> = Vec::new();
        for workload in self.holders.iter().filter_map(HolderFinding::workload) {
            if !workloads.contains(&workload) {
                workloads.push(workload);
            }
        }
        workloads
    }

    /// The images of its clients, as far as the cluster names them, each once.
    pub fn images(&self) -> Vec<&UntrustedText> {
        let mut images: Vec<&UntrustedText> = Vec::new();
        let statuses = self
            .holders
            .iter()
            .filter_map(|it| it.pod_status.as_deref());
        for image in statuses.filter_map(|it| it.image.as_ref()) {
            if !images.contains(&image) {
                images.push(image);
            }
        }
        images
    }

    /// The holder that is rejected first among those with the worst verdict: the finding's
    /// dates are its dates.
    pub fn lead(&self) -> &HolderFinding {
        &self.holders[0]
    }

    /// Whether nothing has to be done about it now: it is harmless, or accepted.
    pub fn needs_no_action(&self) -> bool {
        self.verdict.is_harmless() || self.accepted.is_some()
    }

    /// Requests of all holders.
    pub fn requests(&self) -> u64 {
        self.holders.iter().map(|holder| holder.requests).sum()
    }

    /// Tokens of all holders.
    pub fn tokens(&self) -> usize {
        self.holders.iter().map(|holder| holder.tokens.len()).sum()
    }

    /// The arrival of the first request of any holder.
    pub fn first_seen(&self) -> DateTime<Utc> {
        self.holders
            .iter()
            .map(|holder| holder.first_seen)
            .fold(self.lead().first_seen, DateTime::min)
    }

    /// The arrival of the last request of any holder.
    pub fn last_seen(&self) -> DateTime<Utc> {
        self.holders
            .iter()
            .map(|holder| holder.last_seen)
            .fold(self.lead().last_seen, DateTime::max)
    }

    /// The interruptions of all holders, in order.
    pub fn interruptions(&self) -> Vec<Interruption> {
        let mut interruptions: Vec<Interruption> = self
            .holders
            .iter()
            .flat_map(|holder| holder.interruptions.iter().copied())
            .collect();
        interruptions.sort_unstable_by_key(Interruption::at);
        interruptions
    }

    /// The rejections of all holders; `None` if none of them was rejected.
    pub fn rejections(&self) -> Option<FindingRejections> {
        FindingRejections::of(
            self.holders
                .iter()
                .filter_map(|it| it.rejections.as_deref()),
        )
    }

    /// The longest interruption of any holder.
    pub fn longest_interruption(&self) -> Option<TimeDelta> {
        self.interruptions().iter().map(Interruption::length).max()
    }

    /// How many holders share the finding's verdict.
    pub fn holders_with_verdict(&self) -> usize {
        self.holders
            .iter()
            .filter(|holder| holder.verdict == self.verdict)
            .count()
    }
}

#[cfg(test)]
mod tests;
