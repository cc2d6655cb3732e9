//! The holders of one service account, each with its verdict, combined into a finding.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Held;
use super::assigned_pods::Pods;
use super::client::clients;
use super::explanation;
use super::fix;
use super::holder::{Judgement, Surroundings, judge};
use super::lifetime::Lifetimes;
use super::memory::Memory;
use super::pod_status;
use super::rank::urgency;
use super::rejection_join::{Joined, JoinedRejections};
use super::successor::Successors;
use super::thresholds::ACCEPTED_PAST_END;
use super::token_users::TokenUsers;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::{Holder, Identity};
use crate::evidence::rejection::RunsOfAgents;
use crate::report::finding::{Finding, HolderFinding, TokenFinding};
use crate::report::interruption::Interruption;
use crate::report::rejection::HolderRejections;
use crate::report::scan::Window;

/// A service account and what its holders are judged by.
pub struct Account<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The service account.
    pub service_account: &'a ServiceAccount,
    /// Its holders.
    pub holders: &'a [Held<'a>],
    /// The cluster's rejections.
    pub joined: &'a Joined<'a>,
    /// How long the cluster's tokens are accepted.
    pub lifetimes: &'a Lifetimes,
    /// What an earlier report knew.
    pub memory: &'a Memory<'a>,
    /// Its holders that only the earlier report knew.
    pub only_remembered: &'a BTreeSet<&'a Holder>,
    /// Its holders that an earlier report knew to recur.
    pub recurring_before: BTreeSet<&'a Identity>,
    /// What the cluster reports about its pods, where it was queried.
    pub pods: Option<Pods<'a>>,
    /// The window.
    pub window: Window,
    /// Until when the cluster was seen; `None` if that is unknown.
    pub seen_until: Option<DateTime<Utc>>,
}

impl Account<'_> {
    /// The finding; `None` if none of the holders used a token.
    pub fn finding(&self) -> Option<Finding> {
        let successors = Successors::among(self.holders, self.lifetimes);
        let mut judged: Vec<HolderFinding> = self
            .holders
            .iter()
            .enumerate()
            .filter_map(|(place, held)| self.holder(place, held, &successors))
            .collect();
        // No two holders are alike, and a stable sort would take memory for half of them again.
        judged.sort_unstable_by(|one, other| {
            let order = |it: &HolderFinding| urgency(it.severity, it.verdict, it.rejected_from);
            (order(one), &one.pod, &one.identity).cmp(&(order(other), &other.pod, &other.identity))
        });
        // Most accounts have one holder, and there may be very many accounts.
        judged.shrink_to_fit();
        let lead = judged.first()?;
        let mut clients = fix::clients(self.service_account, &judged);
        clients.shrink_to_fit();
        let mut remedies = fix::remedies(
            lead.verdict,
            &self.service_account.namespace,
            &judged,
            &clients,
            &self.lifetimes.judged_by(),
            self.window.until,
        );
        remedies.shrink_to_fit();
        Some(Finding {
            rank: 0,
            cluster: self.cluster.clone(),
            service_account: self.service_account.clone(),
            verdict: lead.verdict,
            severity: lead.severity,
            accepted: None,
            after_upgrade: None,
            clients,
            remedies,
            holders: judged,
        })
    }

    fn holder(
        &self,
        place: usize,
        held: &Held<'_>,
        successors: &Successors<'_>,
    ) -> Option<HolderFinding> {
        let (holder, token_use) = held;
        let remembered = self
            .memory
            .get(holder)
            .filter(|_| self.only_remembered.contains(holder));
        let joined = self.joined.holders.get(holder);
        let none = RunsOfAgents::new();
        let runs = joined.map_or(&none, |joined| &joined.runs);
        let judged = clients(&token_use.agents, runs, self.lifetimes)
            .iter()
            .filter_map(|client| {
                let successor = successors
                    .of(place, client)
                    .filter(|_| !self.is_there(holder));
                let around = Surroundings {
                    window: self.window,
                    seen_until: self.seen_until,
                    successor: successor.as_ref(),
                    is_known_to_recur: self.recurring_before.contains(&holder.identity),
                    was_frozen: remembered.is_some_and(|known| known.was_frozen_or_dead()),
                };
                judge(client, around)
            })
            .collect();
        let mut finding = holder_finding(held, joined, judged, self)?;
        if let Some(pods) = self.pods {
            let account = self.service_account;
            pod_status::add(&mut finding, account, pods, self.lifetimes, self.window);
        }
        let reasons = explanation::reasons(&finding, self.window);
        finding.reasons = reasons.into_iter().map(UntrustedText::from).collect();
        match remembered.filter(|_| joined.is_none()) {
            None => Some(finding),
            // It died, and nothing more was heard of it. Of anybody else, silence is the end.
            Some(known) => {
                let stays = finding.verdict.is_dead() && known.is_fresh(self.window.until);
                let before = known.reported.rejections.clone();
                finding.rejections =
                    before.map(|it| Box::new(HolderRejections { count: 0, ..*it }));
                stays.then_some(finding)
            }
        }
    }

    /// Whether the holder's pod is still in the cluster: then it has no successor.
    fn is_there(&self, holder: &Holder) -> bool {
        let Identity::Pod { uid } = &holder.identity else {
            return false;
        };
        self.pods
            .is_some_and(|pods| pods.state.pod(uid.unescaped()).is_some())
    }

    /// The largest age, in seconds, at which one of the holders was still accepted although its
    /// token should have been rejected by then.
    pub fn accepted_past_lifetime(&self) -> Option<i64> {
        let seen = self.holders.iter();
        let seen = seen.filter(|(holder, _)| !self.only_remembered.contains(holder));
        let ages = seen.flat_map(|(_, token_use)| {
            let tokens = token_use.tokens();
            let past = |age: &chrono::TimeDelta, lifetime| *age - lifetime > ACCEPTED_PAST_END;
            let ages: Vec<_> = tokens
                .iter()
                .map(|(_, token)| (token.age_at_last_use(), self.lifetimes.of(token).duration()))
                .filter(|(age, lifetime)| past(age, *lifetime))
                .map(|(age, _)| age.num_seconds())
                .collect();
            ages
        });
        ages.max()
    }
}

/// The finding on one holder: its worst client decides.
fn holder_finding(
    (holder, token_use): &Held<'_>,
    joined: Option<&JoinedRejections>,
    judged: Vec<Judgement>,
    account: &Account<'_>,
) -> Option<HolderFinding> {
    let window = account.window;
    let mut interruptions: Vec<Interruption> = judged
        .iter()
        .flat_map(|it| it.interruptions.iter().copied())
        .collect();
    interruptions.sort_unstable_by_key(Interruption::at);
    interruptions.dedup();
    let judgement = judged
        .into_iter()
        .min_by_key(|it| urgency(it.severity, it.verdict, it.rejected_from))?;
    let all = token_use.tokens();
    let last_seen = all.iter().map(|(_, it)| it.last_used).max()?;
    let only_in_look_back = last_seen < window.since;
    let users = TokenUsers::of_agents(&token_use.agents);
    let tokens: Vec<TokenFinding> = all
        .iter()
        .map(|(credential_id, token)| TokenFinding {
            credential_id: credential_id.cloned().map(UntrustedText::from),
            issued: token.issued,
            first_used: token.first_used,
            last_used: token.last_used,
            // Of a holder that is known from before the window, nothing is counted.
            requests: match token.last_used < window.since {
                true => 0,
                false => token.requests.count(),
            },
            lifetime: account.lifetimes.of(token),
            user_agents: users.of(credential_id, token),
        })
        .collect();
    // The client to blame comes first, and then the most used.
    let mut user_agents = token_use.agents.texts();
    user_agents.sort_by_key(|agent| !judgement.user_agents.contains(agent));
    let finding = HolderFinding {
        identity: holder.identity.clone(),
        pod: token_use.pods.most_frequent(),
        nodes: token_use.nodes.texts(),
        addresses: token_use.addresses.texts(),
        user_agents,
        more_user_agents: token_use.agents.has_more(),
        verdict: judgement.verdict,
        severity: judgement.severity,
        issued: judgement.issued,
        rejected_from: judgement.rejected_from,
        lifetime: judgement.lifetime,
        requests: tokens.iter().map(|token| token.requests).sum(),
        first_seen: tokens.iter().map(|token| token.first_used).min()?,
        last_seen,
        tokens,
        calls: token_use.calls.texts(),
        rejections: joined.map(|joined| Box::new(joined.all.clone())),
        interruptions,
        quiet_since: judgement.quiet_since,
        only_in_look_back,
        pod_status: None,
        reasons: Vec::new(),
    };
    Some(finding)
}

#[cfg(test)]
mod tests;
