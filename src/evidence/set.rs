//! All evidence, and its merge.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accepted::Evidence;
use super::cluster::Cluster;
use super::holder::Holder;
use super::legacy_token::{LegacyTokenRequest, LegacyTokenUse};
use super::rejection::{RejectedCaller, Rejection, Rejections};
use super::token_use::TokenUse;
use crate::audit::service_account::ServiceAccount;

/// How many addresses of rejected callers are kept apart: the pods and nodes of a large cluster.
const REJECTED_ADDRESSES: usize = 4_096;

/// How many rejected callers are kept apart at one address. Anybody who can reach the API server
/// can be rejected under as many user agents as it likes, but only from its own addresses: this
/// bounds what that costs us, and keeps it from crowding out the callers at other addresses.
const REJECTED_CALLERS: usize = 128;

/// Something that takes in evidence, and can be merged with another of its kind.
///
/// Sources feed it; [`EvidenceSet`] folds evidence into token uses, and other collectors may
/// keep every single request. Merging must not depend on order.
pub trait Collect: Default + Send {
    /// Takes in an accepted request.
    fn accept(&mut self, cluster: &Arc<Cluster>, evidence: Evidence);

    /// Takes in a request that was accepted before the window: it only helps to tell who is
    /// rejected inside it.
    fn accept_earlier(&mut self, _: &Arc<Cluster>, _: Evidence) {}

    /// Takes in a rejected request.
    fn reject(&mut self, cluster: &Arc<Cluster>, rejection: Rejection);

    /// Takes in rejections of one caller that were counted elsewhere.
    fn reject_many(&mut self, _: RejectedCaller, _: &Rejections) {}

    /// Who is rejected in this cluster, as far as this collector tells callers apart.
    fn rejected_in(&self, _: &Arc<Cluster>) -> Vec<(RejectedCaller, Rejections)> {
        Vec::new()
    }

    /// Takes in a request made with a token that is kept in a secret.
    fn legacy_token(&mut self, _: &Arc<Cluster>, _: LegacyTokenRequest) {}

    /// Takes in all that another collector holds.
    fn merge(&mut self, other: Self);
}

/// Where rejected requests came from.
type RejectedAddress = (Arc<Cluster>, String);

/// A token that is kept in a secret: its cluster, its subject and the secret, where it is known.
pub type LegacyToken = (Arc<Cluster>, ServiceAccount, Option<String>);

/// All evidence: the token use of every holder, and the rejections of every caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceSet {
    holders: BTreeMap<Holder, TokenUse>,
    earlier: BTreeMap<Holder, TokenUse>,
    rejected: BTreeMap<RejectedAddress, BTreeMap<RejectedCaller, Rejections>>,
    more_rejected: bool,
    legacy_tokens: BTreeMap<LegacyToken, LegacyTokenUse>,
}

impl EvidenceSet {
    /// Adds a token use of a holder.
    pub fn add(&mut self, holder: Holder, token_use: TokenUse) {
        self.holders.entry(holder).or_default().merge(token_use);
    }

    /// Adds a token use of a holder that lies before the window.
    pub fn add_earlier(&mut self, holder: Holder, token_use: TokenUse) {
        self.earlier.entry(holder).or_default().merge(token_use);
    }

    /// Every holder with its token use, in order.
    pub fn holders(&self) -> impl Iterator<Item = (&Holder, &TokenUse)> {
        self.holders.iter()
    }

    /// Every holder that was accepted before the window, with its token use there, in order.
    pub fn earlier(&self) -> impl Iterator<Item = (&Holder, &TokenUse)> {
        self.earlier.iter()
    }

    /// Every rejected caller with its rejections, in order.
    pub fn rejected(&self) -> impl Iterator<Item = (&RejectedCaller, &Rejections)> {
        self.rejected.values().flatten()
    }

    /// Whether there were more rejected callers than are kept apart.
    pub fn has_more_rejected(&self) -> bool {
        self.more_rejected
    }

    /// Every token kept in a secret, with its use, in order.
    pub fn legacy_tokens(&self) -> impl Iterator<Item = (&LegacyToken, &LegacyTokenUse)> {
        self.legacy_tokens.iter()
    }

    /// Adds rejections of a caller.
    pub fn add_rejections(&mut self, caller: RejectedCaller, rejections: &Rejections) {
        let address = (Arc::clone(&caller.cluster), caller.address.clone());
        let callers = self.rejected.entry(address).or_default();
        callers
            .entry(caller)
            .and_modify(|known| known.merge(rejections))
            .or_insert_with(|| rejections.clone());
        while callers.len() > REJECTED_CALLERS {
            callers.pop_last();
            self.more_rejected = true;
        }
        while self.rejected.len() > REJECTED_ADDRESSES {
            self.rejected.pop_last();
            self.more_rejected = true;
        }
    }

    /// Adds uses of a token that is kept in a secret.
    pub fn add_legacy(&mut self, token: LegacyToken, token_use: LegacyTokenUse) {
        match self.legacy_tokens.get_mut(&token) {
            Some(known) => known.merge(token_use),
            None => {
                self.legacy_tokens.insert(token, token_use);
            }
        }
    }
}

impl Collect for EvidenceSet {
    fn accept(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.add(evidence.holder(cluster), evidence.token_use());
    }

    fn accept_earlier(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.add_earlier(evidence.holder(cluster), evidence.token_use());
    }

    fn reject(&mut self, cluster: &Arc<Cluster>, rejection: Rejection) {
        let rejections = Rejections::one(rejection.received);
        self.add_rejections(rejection.caller(cluster), &rejections);
    }

    fn reject_many(&mut self, caller: RejectedCaller, rejections: &Rejections) {
        self.add_rejections(caller, rejections);
    }

    fn rejected_in(&self, cluster: &Arc<Cluster>) -> Vec<(RejectedCaller, Rejections)> {
        self.rejected()
            .filter(|(caller, _)| caller.cluster == *cluster)
            .map(|(caller, rejections)| (caller.clone(), rejections.clone()))
            .collect()
    }

    fn legacy_token(&mut self, cluster: &Arc<Cluster>, request: LegacyTokenRequest) {
        let token_use = request.token_use();
        let token = (Arc::clone(cluster), request.service_account, request.secret);
        self.add_legacy(token, token_use);
    }

    fn merge(&mut self, other: Self) {
        for (holder, token_use) in other.holders {
            self.add(holder, token_use);
        }
        for (holder, token_use) in other.earlier {
            self.add_earlier(holder, token_use);
        }
        self.more_rejected |= other.more_rejected;
        for (caller, rejections) in other.rejected.into_values().flatten() {
            self.add_rejections(caller, &rejections);
        }
        for (token, token_use) in other.legacy_tokens {
            self.add_legacy(token, token_use);
        }
    }
}
