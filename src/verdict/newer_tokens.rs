//! Whether the kubelet is known to have written newer tokens than the one a pod uses.
//!
//! A kubelet's request for a token names the service account and not the pod: it tells of a pod
//! only where that is the only one of its service account on the node.

use chrono::{DateTime, Utc};

use super::Held;
use super::thresholds::NEWER_TOKEN_IGNORED;
use crate::evidence::holder::Identity;
use crate::evidence::issuance::{Issuances, Newer};
use crate::evidence::set::IssuedOnNodes;
use crate::evidence::token::Token;
use crate::evidence::token_use::TokenUse;

/// What the kubelet beside a pod was issued for the pod's service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BesidePod<'a> {
    pub(super) issuances: &'a Issuances,
    /// Holders of the service account that are known on the node, or of which no node is known.
    pub(super) holders: usize,
}

impl<'a> BesidePod<'a> {
    /// What is known of the kubelet beside this holder; `None` for a holder that is no pod on
    /// one known node, or on a node whose kubelet was issued nothing that was logged.
    ///
    /// `holders` are all of the service account.
    pub fn of(
        (holder, token_use): &Held<'_>,
        holders: &[Held<'_>],
        issued: Option<&'a IssuedOnNodes>,
    ) -> Option<Self> {
        if !matches!(holder.identity, Identity::Pod { .. }) {
            return None;
        }
        let mut nodes = token_use.nodes.iter().map(|(node, _)| node);
        let (Some(node), None) = (nodes.next(), nodes.next()) else {
            return None;
        };
        let may_be_there = |other: &TokenUse| {
            let mut nodes = other.nodes.iter().peekable();
            nodes.peek().is_none() || nodes.any(|(other, _)| other == node)
        };
        Some(Self {
            issuances: issued?.get(node)?,
            holders: holders
                .iter()
                .filter(|(_, other)| may_be_there(other))
                .count(),
        })
    }

    /// The tokens that were issued after this one.
    pub fn newer_than(&self, issued: DateTime<Utc>) -> Option<Newer> {
        self.issuances.newer_than(issued)
    }

    /// Whether the pod used its token for so long beside a newer one that it is frozen.
    pub fn proves_frozen(&self, token: &Token) -> bool {
        self.holders == 1
            && self
                .newer_than(token.issued)
                .is_some_and(|newer| token.last_used - newer.first > NEWER_TOKEN_IGNORED)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::audit::service_account::ServiceAccount;
    use crate::evidence::cluster::Cluster;
    use crate::evidence::holder::Holder;

    fn held(uid: Option<&str>, nodes: &[&str]) -> (Holder, TokenUse) {
        let service_account = ServiceAccount::from_username("system:serviceaccount:ns:app");
        let identity = match uid {
            Some(uid) => Identity::Pod {
                uid: uid.to_owned(),
            },
            None => Identity::Caller {
                user_agent: String::new(),
                address: "10.0.0.1".to_owned(),
            },
        };
        let holder = Holder {
            cluster: Arc::new(Cluster::named("c")),
            service_account: service_account.expect("an account"),
            identity,
        };
        let mut token_use = TokenUse::default();
        for node in nodes {
            token_use.nodes.add(node, 1);
        }
        (holder, token_use)
    }

    /// How many may be on the node of the first, if that is known.
    fn beside_first(all: &[(Holder, TokenUse)]) -> Option<usize> {
        let issuances = Issuances::within_hour(DateTime::UNIX_EPOCH, 1);
        let issued = IssuedOnNodes::from([("n-1".to_owned(), issuances)]);
        let holders: Vec<Held<'_>> = all
            .iter()
            .map(|(one, token_use)| (one, token_use))
            .collect();
        BesidePod::of(&holders[0], &holders, Some(&issued)).map(|kubelet| kubelet.holders)
    }

    #[test]
    fn only_a_pod_on_one_known_node_has_a_kubelet_beside_it() {
        assert_eq!(beside_first(&[held(Some("a"), &["n-1"])]), Some(1));
        assert_eq!(beside_first(&[held(Some("a"), &["n-2"])]), None);
        assert_eq!(beside_first(&[held(Some("a"), &["n-1", "n-2"])]), None);
        assert_eq!(beside_first(&[held(Some("a"), &[])]), None);
        assert_eq!(beside_first(&[held(None, &["n-1"])]), None);
    }

    #[test]
    fn whoever_may_be_on_the_node_is_counted() {
        let first = || held(Some("a"), &["n-1"]);
        for (other, expected) in [
            (held(Some("b"), &["n-1"]), 2),
            (held(Some("b"), &["n-2"]), 1),
            (held(Some("b"), &["n-2", "n-1"]), 2),
            // A token of the older shape tells no node.
            (held(Some("b"), &[]), 2),
            (held(None, &[]), 2),
        ] {
            assert_eq!(beside_first(&[first(), other]), Some(expected));
        }
    }
}
