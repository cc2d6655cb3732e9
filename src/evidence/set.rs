//! All evidence, and its merge.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accepted::Evidence;
use super::cluster::Cluster;
use super::holder::Holder;
use super::rejection::{RejectedCaller, Rejection, Rejections};
use super::token_use::TokenUse;

/// How many rejected callers are kept apart. Anybody who can reach the API server can be
/// rejected under as many user agents as it likes; this bounds what that costs us.
const REJECTED_CALLERS: usize = 20_000;

/// Something that takes in evidence, and can be merged with another of its kind.
///
/// Sources feed it; [`EvidenceSet`] folds evidence into token uses, and other collectors may
/// keep every single request. Merging must not depend on order.
pub trait Collect: Default + Send {
    /// Takes in an accepted request.
    fn accept(&mut self, cluster: &Arc<Cluster>, evidence: Evidence);

    /// Takes in a rejected request.
    fn reject(&mut self, cluster: &Arc<Cluster>, rejection: Rejection);

    /// Takes in all that another collector holds.
    fn merge(&mut self, other: Self);
}

/// All evidence: the token use of every holder, and the rejections of every caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceSet {
    holders: BTreeMap<Holder, TokenUse>,
    rejected: BTreeMap<RejectedCaller, Rejections>,
    more_rejected: bool,
}

impl EvidenceSet {
    /// Adds a token use of a holder.
    pub fn add(&mut self, holder: Holder, token_use: TokenUse) {
        self.holders.entry(holder).or_default().merge(token_use);
    }

    /// Every holder with its token use, in order.
    pub fn holders(&self) -> impl Iterator<Item = (&Holder, &TokenUse)> {
        self.holders.iter()
    }

    /// Every rejected caller with its rejections, in order.
    pub fn rejected(&self) -> impl Iterator<Item = (&RejectedCaller, &Rejections)> {
        self.rejected.iter()
    }

    /// Whether there were more rejected callers than are kept apart.
    pub fn has_more_rejected(&self) -> bool {
        self.more_rejected
    }

    fn add_rejections(&mut self, caller: RejectedCaller, rejections: Rejections) {
        self.rejected
            .entry(caller)
            .and_modify(|known| known.merge(&rejections))
            .or_insert(rejections);
        while self.rejected.len() > REJECTED_CALLERS {
            self.rejected.pop_last();
            self.more_rejected = true;
        }
    }
}

impl Collect for EvidenceSet {
    fn accept(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.add(evidence.holder(cluster), evidence.token_use());
    }

    fn reject(&mut self, cluster: &Arc<Cluster>, rejection: Rejection) {
        let rejections = Rejections {
            first: rejection.received,
            last: rejection.received,
            count: 1,
        };
        self.add_rejections(rejection.caller(cluster), rejections);
    }

    fn merge(&mut self, other: Self) {
        for (holder, token_use) in other.holders {
            self.add(holder, token_use);
        }
        self.more_rejected |= other.more_rejected;
        for (caller, rejections) in other.rejected {
            self.add_rejections(caller, rejections);
        }
    }
}
