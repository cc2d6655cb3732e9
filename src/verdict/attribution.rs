//! Single rejected requests, each attributed to the holder that most likely sent it, in the same
//! way as in the report.

use std::collections::{BTreeMap, HashMap};

use super::lifetime::Lifetimes;
use super::memory::Memory;
use super::rejection_join;
use super::senders::Senders;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverages;
use crate::evidence::holder::Holder;
use crate::evidence::rejection::{Rejection, hour_of};
use crate::evidence::set::EvidenceSet;
use crate::evidence::token_use::TokenUse;
use crate::report::rejection::{Confidence, Sender, SenderToken};
use crate::report::token_lifetime::TokenLifetime;

/// Address, user agent, call and hour of a rejected request: everything that the attribution
/// distinguishes.
type Part = (String, String, String, i64);

/// The holders that rejected requests are attributed to.
#[derive(Debug, Default)]
pub struct Attribution {
    holders: Vec<KnownHolder>,
    parts: HashMap<Cluster, HashMap<Part, usize>>,
}

/// A holder that is rejected.
#[derive(Debug)]
struct KnownHolder {
    sender: Sender,
    /// Its tokens, in order of issue.
    tokens: Vec<SenderToken>,
}

impl Attribution {
    /// Joins the rejections in the evidence.
    pub fn of(
        evidence: &EvidenceSet,
        coverages: &Coverages,
        token_lifetime: Option<TokenLifetime>,
    ) -> Self {
        let mut attribution = Self::default();
        let mut uses: BTreeMap<&Holder, Vec<&TokenUse>> = BTreeMap::new();
        for (holder, token_use) in evidence.holders().chain(evidence.earlier()) {
            uses.entry(holder).or_default().push(token_use);
        }
        let memory = Memory::of(None, coverages.0.keys().map(|cluster| &**cluster));
        for (cluster, coverage) in &coverages.0 {
            let Some(window) = super::window(coverage) else {
                continue;
            };
            let lifetimes = Lifetimes::new(token_lifetime, &coverage.control_plane);
            let senders = Senders::of(None, evidence, cluster, &lifetimes);
            let joined = rejection_join::join(evidence, cluster, window, &memory, &senders);
            let mut places: BTreeMap<&Holder, usize> = BTreeMap::new();
            for (holder, part) in &joined.parts {
                let Some(rejections) = joined.holders.get(holder) else {
                    continue;
                };
                let place = *places.entry(holder).or_insert_with(|| {
                    let confidence = rejections.all.confidence;
                    let uses = uses.get(holder).map_or(&[][..], Vec::as_slice);
                    let known = known(holder, uses, confidence, &lifetimes);
                    attribution.holders.push(known);
                    attribution.holders.len() - 1
                });
                let key = (
                    part.address.to_owned(),
                    part.user_agent.to_owned(),
                    part.call.to_owned(),
                    hour_of(part.run.first),
                );
                let parts = attribution.parts.entry(Cluster::clone(cluster));
                parts.or_default().insert(key, place);
            }
        }
        attribution
    }

    /// The sender of a rejected request; `None` if no single holder matches.
    pub fn sender(&self, cluster: &Cluster, rejection: &Rejection) -> Option<Sender> {
        let key = (
            rejection.address.clone(),
            rejection.user_agent.clone(),
            rejection.call.clone(),
            hour_of(rejection.received),
        );
        let place = self.parts.get(cluster)?.get(&key)?;
        let known = self.holders.get(*place)?;
        let held = |token: &&SenderToken| token.issued <= rejection.received;
        Some(Sender {
            token: known.tokens.iter().rev().find(held).cloned(),
            ..known.sender.clone()
        })
    }
}

fn known(
    holder: &Holder,
    uses: &[&TokenUse],
    confidence: Confidence,
    lifetimes: &Lifetimes,
) -> KnownHolder {
    let mut token_use = TokenUse::default();
    for seen in uses {
        token_use.merge((*seen).clone());
    }
    let mut tokens: Vec<SenderToken> = token_use
        .tokens()
        .iter()
        .map(|(credential_id, token)| SenderToken {
            issued: token.issued,
            rejected_from: lifetimes.dated(token).end(),
            credential_id: credential_id.cloned().map(UntrustedText::from),
        })
        .collect();
    tokens.sort_by_key(|token| token.issued);
    KnownHolder {
        sender: Sender {
            service_account: (*holder.service_account).clone(),
            pod: token_use.pods.most_frequent(),
            node: token_use.nodes.most_frequent(),
            token: None,
            confidence,
        },
        tokens,
    }
}

#[cfg(test)]
mod tests;
