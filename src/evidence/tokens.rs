//! The tokens of one holder.

use chrono::{DateTime, Utc};

use super::identified::Identified;
use super::token::{ESTIMATE_SPREAD, Token};

/// The tokens of one holder: by their ID where the cluster reports it, else by issue time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    identified: Identified,
    /// In order of issue, each further than [`ESTIMATE_SPREAD`] from the next.
    dated: Vec<Token>,
}

impl Tokens {
    /// One token.
    pub fn one(credential_id: Option<String>, token: Token) -> Self {
        match credential_id {
            Some(id) => Self {
                identified: Identified::one(&id, token),
                dated: Vec::new(),
            },
            None => Self {
                identified: Identified::default(),
                dated: vec![token],
            },
        }
    }

    /// Adds other tokens to these.
    pub fn merge(&mut self, other: Self) {
        self.identified.merge(other.identified);
        if other.dated.is_empty() {
            return;
        }
        if self.dated.is_empty() {
            self.dated = other.dated;
            return;
        }
        self.dated.extend(other.dated);
        self.dated.sort_by_key(|token| token.issued);
        // Tokens whose estimates touch are one: the groups are the connected runs of a set of
        // points on a line, which do not depend on the order in which the points came.
        self.dated.dedup_by(|next, kept| {
            let same = next.issued - kept.latest_estimate <= ESTIMATE_SPREAD;
            if same {
                kept.merge(next);
            }
            same
        });
    }

    /// The token to which this identity and this estimate of its issue belong.
    pub fn find(&self, credential_id: Option<&str>, estimate: DateTime<Utc>) -> Option<&Token> {
        match credential_id {
            Some(id) => self.identified.get(id),
            None => self
                .dated
                .iter()
                .find(|token| (token.issued..=token.latest_estimate).contains(&estimate)),
        }
    }

    /// Whether one of its tokens may be several: a token without an identity is known by its issue
    /// alone, and these estimates are too far apart for one token. A named token is one token
    /// however far apart its estimates are: the API servers' clocks differ.
    pub fn may_be_several(&self) -> bool {
        self.dated
            .iter()
            .any(|token| token.latest_estimate - token.issued > ESTIMATE_SPREAD)
    }

    /// Every token with its credential-id, in order of issue.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, &Token)> {
        let mut tokens: Vec<(Option<&str>, &Token)> = self
            .identified
            .iter()
            .map(|(id, token)| (Some(id), token))
            .chain(self.dated.iter().map(|token| (None, token)))
            .collect();
        tokens.sort_by_key(|(id, token)| (token.issued, *id));
        tokens.into_iter()
    }
}
