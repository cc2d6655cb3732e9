//! Tokens by their ID. Most holders have one or two, and there may be a million holders. A few
//! holders have any number.

use std::collections::BTreeMap;

use litemap::LiteMap;

use super::token::Token;

/// Up to this many are kept in one piece of memory; a node of a B-tree has room for eleven.
const FEW: usize = 8;

/// Tokens by their identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identified {
    /// At most [`FEW`].
    Few(LiteMap<Box<str>, Token>),
    /// More than [`FEW`].
    Many(BTreeMap<Box<str>, Token>),
}

impl Default for Identified {
    fn default() -> Self {
        Self::Few(LiteMap::new())
    }
}

impl Identified {
    /// One token.
    pub(super) fn one(id: &str, token: Token) -> Self {
        let mut few = LiteMap::with_capacity(1);
        few.insert(id.into(), token);
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

    fn add(&mut self, id: Box<str>, token: Token) {
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
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Token)> {
        let (few, many) = match self {
            Self::Few(few) => (Some(few.iter()), None),
            Self::Many(many) => (None, Some(many.iter())),
        };
        let few = few.into_iter().flatten();
        let many = many.into_iter().flatten();
        few.chain(many).map(|(id, token)| (&**id, token))
    }
}
