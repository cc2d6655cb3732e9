//! Tokens by their ID. Most holders have one or two, and there may be a million holders. A few
//! holders have any number.

use std::collections::BTreeMap;
use std::sync::Arc;

use litemap::LiteMap;

use super::token::Token;

/// Up to this many are kept in one piece of memory; a node of a B-tree has room for eleven.
const FEW: usize = 8;

/// Tokens by their identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identified {
    /// At most [`FEW`].
    Few(LiteMap<Arc<str>, Token>),
    /// More than [`FEW`].
    Many(BTreeMap<Arc<str>, Token>),
}

impl Default for Identified {
    fn default() -> Self {
        Self::Few(LiteMap::new())
    }
}

impl Identified {
    /// One token.
    pub(super) fn one(id: Arc<str>, token: Token) -> Self {
        let mut few = LiteMap::with_capacity(1);
        few.insert(id, token);
        Self::Few(few)
    }

    /// Adds other tokens to these.
    pub(super) fn merge(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        match other {
            Self::Few(few) => few.into_iter().for_each(|(id, token)| self.add(id, token)),
            Self::Many(many) => many.into_iter().for_each(|(id, token)| self.add(id, token)),
        }
    }

    fn add(&mut self, id: Arc<str>, token: Token) {
        match self {
            Self::Few(few) => {
                match few.get_mut(&*id) {
                    Some(known) => known.merge(&token),
                    None => {
                        few.insert(id, token);
                    }
                }
                if few.len() > FEW {
                    *self = Self::Many(std::mem::take(few).into_iter().collect());
                }
            }
            Self::Many(many) => match many.get_mut(&*id) {
                Some(known) => known.merge(&token),
                None => {
                    many.insert(id, token);
                }
            },
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Few(few) if few.is_empty())
    }

    /// The token of this identity.
    pub(super) fn get(&self, id: &str) -> Option<&Token> {
        match self {
            Self::Few(few) => few.get(id),
            Self::Many(many) => many.get(id),
        }
    }

    /// Every token with its identity, in order of the identity.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Token)> {
        let (few, many) = match self {
            Self::Few(few) => (Some(few.iter()), None),
            Self::Many(many) => (None, Some(many.iter())),
        };
        let few = few.into_iter().flatten();
        let many = many.into_iter().flatten();
        few.chain(many)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::evidence::token::Requests;

    fn one(id: usize) -> Identified {
        let time = DateTime::UNIX_EPOCH;
        let token = Token {
            issued: time,
            latest_estimate: time,
            first_used: time,
            last_used: time,
            requests: Requests::counted(1, 0, 0),
        };
        Identified::one(format!("JTI={id:02}").into(), token)
    }

    /// The tokens of the first identities, each used twice.
    fn twice(count: usize) -> Identified {
        let mut all = Identified::default();
        for id in (0..count).rev().chain(0..count) {
            all.merge(one(id));
        }
        all
    }

    #[test]
    fn tokens_are_told_apart_however_many_there_are() {
        for count in [0, 1, FEW - 1, FEW, FEW + 1, 3 * FEW] {
            let all = twice(count);
            assert_eq!(all.is_empty(), count == 0);
            let is_few = matches!(all, Identified::Few(_));
            assert_eq!(is_few, count <= FEW, "{count} have one form");
            let ids: Vec<&str> = all.iter().map(|(id, _)| &**id).collect();
            let expected: Vec<String> = (0..count).map(|id| format!("JTI={id:02}")).collect();
            assert_eq!(ids, expected);
            for id in ids {
                let token = all.get(id).expect("it is there");
                assert_eq!(token.requests.count(), 2, "{id} of {count}");
            }
            assert_eq!(all.get("JTI=99"), None);
        }
    }

    #[test]
    fn few_and_many_merge_to_the_same_in_either_order() {
        for (one, other) in [(2, 3 * FEW), (3 * FEW, 2 * FEW), (0, 2 * FEW)] {
            let (mut right, mut left) = (twice(one), twice(other));
            right.merge(twice(other));
            left.merge(twice(one));
            assert_eq!(right, left);
            assert_eq!(right.iter().count(), one.max(other));
        }
    }
}
