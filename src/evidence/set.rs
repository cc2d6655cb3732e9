//! All evidence, and its merge.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cluster::Cluster;
use super::holder::Holder;
use super::legacy_token::LegacyTokenUse;
use super::observation::Observation;
use super::rejected_callers::RejectedCallers;
use super::rejection::{RejectedCaller, RejectedRequest, Rejections, Run};
use super::token_use::TokenUse;
use super::unmarked::Unmarked;
use crate::audit::service_account::ServiceAccount;

/// How many rejected callers are counted separately: several for each pod of a large cluster. One
/// takes up to 3 KiB until it is reported.
const MOST_REJECTED_CALLERS: usize = 32_768;

/// How many rejected callers are counted separately at one address.
pub const REJECTED_CALLERS: usize = 128;

/// A sink for observations, which can be merged with another of its kind.
///
/// [`EvidenceSet`] folds them into token uses; other collectors may keep every single request.
/// Merging must not depend on order.
pub trait Collect: Default + Send {
    /// Adds what was read about a cluster.
    fn record(&mut self, cluster: &Arc<Cluster>, observation: Observation);

    /// Adds all that another collector holds.
    fn merge(&mut self, other: Self);

    /// Everything collected so far, for a preliminary report; `None` for a collector that gives
    /// none before its end.
    fn snapshot(&self) -> Option<Self> {
        None
    }
}

/// A token that is kept in a secret: its cluster, its subject and the secret, where it is known.
pub type LegacyToken = (Arc<Cluster>, ServiceAccount, Option<String>);

/// Token uses by their holder. Boxed, since the nodes of a large map are half empty.
type TokenUses = BTreeMap<Holder, Box<TokenUse>>;

/// Adds a token use of a holder.
fn add(known: &mut TokenUses, mut holder: Holder, mut token_use: TokenUse) {
    if let Some(known) = known.get_mut(&holder) {
        known.merge(token_use);
        return;
    }
    // An account may have a million holders. They stand side by side.
    let before = known.range(..&holder).next_back();
    let after = known.range(&holder..).next();
    let mut beside = before.into_iter().chain(after);
    let of_account = beside.find(|(it, _)| it.service_account == holder.service_account);
    if let Some((same, its)) = of_account {
        holder.service_account = Arc::clone(&same.service_account);
        token_use.share(its);
    }
    known.insert(holder, Box::new(token_use));
}

/// All evidence: the token use of every holder, and the rejections of every caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceSet {
    holders: TokenUses,
    earlier: TokenUses,
    /// By user agent: the last of each.
    unmarked: BTreeMap<Holder, BTreeMap<String, Unmarked>>,
    rejected: RejectedCallers<REJECTED_CALLERS, MOST_REJECTED_CALLERS>,
    legacy_tokens: BTreeMap<LegacyToken, LegacyTokenUse>,
}

impl EvidenceSet {
    /// Every holder with its token use, in order.
    pub fn holders(&self) -> impl Iterator<Item = (&Holder, &TokenUse)> {
        let holders = self.holders.iter();
        holders.map(|(holder, token_use)| (holder, &**token_use))
    }

    /// Every holder that was accepted before the window, with its token use there, in order.
    pub fn earlier(&self) -> impl Iterator<Item = (&Holder, &TokenUse)> {
        let earlier = self.earlier.iter();
        earlier.map(|(holder, token_use)| (holder, &**token_use))
    }

    /// The last requests of a holder that were accepted with a token too young for a mark, by user
    /// agent, as far as they were looked for.
    pub fn unmarked(&self, holder: &Holder) -> impl Iterator<Item = (&str, &Unmarked)> {
        let of_holder = self.unmarked.get(holder).into_iter().flatten();
        of_holder.map(|(user_agent, accepted)| (user_agent.as_str(), accepted))
    }

    /// Every rejected caller with its rejections, in order.
    pub fn rejected(&self) -> impl Iterator<Item = (&RejectedCaller, &Rejections)> {
        self.rejected.iter()
    }

    /// Whether there were more rejected callers than are counted separately.
    pub fn has_more_rejected(&self) -> bool {
        self.rejected.has_more()
    }

    /// Every token kept in a secret, with its use, in order.
    pub fn legacy_tokens(&self) -> impl Iterator<Item = (&LegacyToken, &LegacyTokenUse)> {
        self.legacy_tokens.iter()
    }

    /// Adds a request that was accepted without a mark.
    fn add_unmarked(&mut self, holder: Holder, user_agent: String, accepted: Unmarked) {
        let of_holder = self.unmarked.entry(holder).or_default();
        match of_holder.get_mut(&user_agent) {
            Some(known) if *known >= accepted => {}
            _ => {
                of_holder.insert(user_agent, accepted);
            }
        }
    }

    /// Adds uses of a token that is kept in a secret.
    fn add_legacy(&mut self, token: LegacyToken, token_use: LegacyTokenUse) {
        match self.legacy_tokens.get_mut(&token) {
            Some(known) => known.merge(token_use),
            None => {
                self.legacy_tokens.insert(token, token_use);
            }
        }
    }
}

impl Collect for EvidenceSet {
    fn record(&mut self, cluster: &Arc<Cluster>, observation: Observation) {
        match observation {
            Observation::StaleRequest(evidence) => {
                add(
                    &mut self.holders,
                    evidence.holder(cluster),
                    evidence.token_use(),
                );
            }
            Observation::EarlierStaleRequest(evidence) => {
                add(
                    &mut self.earlier,
                    evidence.holder(cluster),
                    evidence.token_use(),
                );
            }
            Observation::TokenUse {
                service_account,
                identity,
                token_use,
            } => {
                let holder = Holder {
                    cluster: Arc::clone(cluster),
                    service_account,
                    identity,
                };
                add(&mut self.holders, holder, token_use);
            }
            Observation::UnmarkedRequest(request) => {
                let holder = request.holder(cluster);
                self.add_unmarked(holder, request.user_agent, request.accepted);
            }
            Observation::Rejection(RejectedRequest { rejection, .. }) => {
                let rejections = Rejections::one(rejection.received);
                self.rejected.add(rejection.caller(cluster), &rejections);
            }
            Observation::RepeatedRejection { first, last, count } => {
                let rejections = Rejections::run(Run {
                    first: first.received,
                    last,
                    count,
                });
                self.rejected.add(first.caller(cluster), &rejections);
            }
            Observation::LegacyTokenRequest(request) => {
                let token_use = request.token_use();
                let token = (Arc::clone(cluster), request.service_account, request.secret);
                self.add_legacy(token, token_use);
            }
            Observation::LegacyTokenUse {
                service_account,
                secret,
                token_use,
            } => self.add_legacy((Arc::clone(cluster), service_account, secret), token_use),
        }
    }

    fn merge(&mut self, other: Self) {
        for (holder, token_use) in other.holders {
            add(&mut self.holders, holder, *token_use);
        }
        for (holder, token_use) in other.earlier {
            add(&mut self.earlier, holder, *token_use);
        }
        for (holder, agents) in other.unmarked {
            for (user_agent, accepted) in agents {
                self.add_unmarked(holder.clone(), user_agent, accepted);
            }
        }
        self.rejected.merge(other.rejected);
        for (token, token_use) in other.legacy_tokens {
            self.add_legacy(token, token_use);
        }
    }

    fn snapshot(&self) -> Option<Self> {
        Some(self.clone())
    }
}

#[cfg(test)]
mod tests;
