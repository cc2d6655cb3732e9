//! The callers that were rejected, up to a limit.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cluster::Cluster;
use super::rejection::{RejectedCaller, Rejections};

/// Where rejected requests came from.
type RejectedAddress = (Arc<Cluster>, String);

/// Rejected callers: at most `MOST`, and at most `PER_ADDRESS` of one address.
///
/// Anyone who can reach the API server can be rejected under as many user agents as it likes, but
/// only from its own addresses. So where there are too many callers, each address keeps fewer, down
/// to one, and only then are addresses left out: a flood crowds out itself first.
///
/// An address keeps its first callers in order, and how many depends on all that was ever added:
/// merging is associative, and what is kept is counted exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RejectedCallers<const PER_ADDRESS: usize, const MOST: usize> {
    addresses: BTreeMap<RejectedAddress, BTreeMap<RejectedCaller, Rejections>>,
    /// The callers of all addresses.
    count: usize,
    /// How many callers an address may keep.
    per_address: usize,
    has_more: bool,
}

impl<const PER_ADDRESS: usize, const MOST: usize> Default for RejectedCallers<PER_ADDRESS, MOST> {
    fn default() -> Self {
        Self {
            addresses: BTreeMap::new(),
            count: 0,
            per_address: PER_ADDRESS,
            has_more: false,
        }
    }
}

impl<const PER_ADDRESS: usize, const MOST: usize> RejectedCallers<PER_ADDRESS, MOST> {
    /// Every caller with its rejections, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&RejectedCaller, &Rejections)> {
        self.addresses.values().flatten()
    }

    /// Whether there were more than are kept.
    pub(super) fn has_more(&self) -> bool {
        self.has_more
    }

    /// Adds rejections of a caller.
    pub(super) fn add(&mut self, caller: RejectedCaller, rejections: &Rejections) {
        let address = (Arc::clone(&caller.cluster), caller.address.clone());
        let callers = self.addresses.entry(address).or_default();
        if let Some(known) = callers.get_mut(&caller) {
            known.merge(rejections);
            return;
        }
        callers.insert(caller, rejections.clone());
        self.count += 1;
        if callers.len() > self.per_address {
            callers.pop_last();
            self.count -= 1;
            self.has_more = true;
        }
        self.trim();
    }

    /// Adds the callers of another part.
    pub(super) fn merge(&mut self, other: Self) {
        self.has_more |= other.has_more;
        self.keep(other.per_address);
        for (caller, rejections) in other.addresses.into_values().flatten() {
            self.add(caller, &rejections);
        }
    }

    fn trim(&mut self) {
        while self.count > MOST {
            self.has_more = true;
            if self.per_address > 1 {
                self.keep(self.per_address - 1);
            } else if let Some((_, callers)) = self.addresses.pop_last() {
                self.count -= callers.len();
            }
        }
    }

    /// Lets no address keep more callers than this.
    fn keep(&mut self, per_address: usize) {
        if per_address >= self.per_address {
            return;
        }
        self.per_address = per_address;
        for callers in self.addresses.values_mut() {
            while callers.len() > per_address {
                callers.pop_last();
                self.count -= 1;
                self.has_more = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    type Few = RejectedCallers<4, 12>;

    fn callers(of: &[(u8, u8)]) -> Few {
        let cluster = Arc::new(Cluster::named("a"));
        let mut callers = Few::default();
        for (address, agent) in of {
            let caller = RejectedCaller {
                cluster: Arc::clone(&cluster),
                address: address.to_string(),
                user_agent: agent.to_string(),
                call: String::new(),
            };
            callers.add(caller, &Rejections::one(DateTime::UNIX_EPOCH));
        }
        callers
    }

    proptest! {
        /// Merged in any parts and any order, also beyond what is kept.
        #[test]
        fn merging_is_the_same_in_any_parts(
            (seen, shuffled) in prop::collection::vec((0_u8..20, 0_u8..9), 0..90)
                .prop_flat_map(|seen| (Just(seen.clone()), Just(seen).prop_shuffle())),
            cut in 0_usize..90,
        ) {
            let (one, other) = shuffled.split_at(cut.min(shuffled.len()));
            let mut merged = callers(other);
            merged.merge(callers(one));
            prop_assert_eq!(&merged, &callers(&seen));
            prop_assert!(merged.iter().count() <= 12);
            for (caller, rejections) in merged.iter() {
                let is_it = |(address, agent): &&(u8, u8)| {
                    address.to_string() == caller.address && agent.to_string() == caller.user_agent
                };
                prop_assert_eq!(rejections.count(), seen.iter().filter(is_it).count() as u64);
            }
        }
    }

    #[test]
    fn a_flood_from_one_address_crowds_out_itself_alone() {
        let flood = (0..200).map(|agent| (7, agent));
        let others = (0..10).map(|address| (address, 0));
        let kept = callers(&flood.chain(others).collect::<Vec<_>>());
        let addresses: Vec<&str> = kept.addresses.keys().map(|it| it.1.as_str()).collect();
        assert_eq!(addresses.len(), 10, "{addresses:?}");
        assert!(kept.has_more());
    }

    #[test]
    fn as_many_as_may_be_kept_are_all_kept() {
        let seen: Vec<(u8, u8)> = (0..12).map(|at| (at % 3, at / 3)).collect();
        let kept = callers(&seen);
        assert_eq!(kept.iter().count(), 12);
        assert!(!kept.has_more());
    }
}
