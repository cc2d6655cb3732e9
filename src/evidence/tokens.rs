//! The tokens of one holder.

use std::sync::Arc;

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
    pub fn one(credential_id: Option<Arc<str>>, token: Token) -> Self {
        match credential_id {
            Some(id) => Self {
                identified: Identified::one(id, token),
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
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Arc<str>>, &Token)> {
        let mut tokens: Vec<(Option<&Arc<str>>, &Token)> = self
            .identified
            .iter()
            .map(|(id, token)| (Some(id), token))
            .chain(self.dated.iter().map(|token| (None, token)))
            .collect();
        tokens.sort_by_key(|(id, token)| (token.issued, *id));
        tokens.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::token::Requests;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("a time")
    }

    fn one(id: Option<&str>, issued: i64) -> Tokens {
        let token = Token {
            issued: at(issued),
            latest_estimate: at(issued),
            first_used: at(issued + 4000),
            last_used: at(issued + 4000),
            requests: Requests::counted(1, 0, 0),
        };
        Tokens::one(id.map(Arc::from), token)
    }

    fn all(of: &[(Option<&str>, i64)]) -> Tokens {
        let mut tokens = Tokens::default();
        for (id, issued) in of {
            tokens.merge(one(*id, *issued));
        }
        tokens
    }

    #[test]
    fn estimates_that_touch_are_one_token() {
        for (estimates, tokens, may_be_several) in [
            (&[0][..], 1, false),
            (&[0, 15], 1, false),
            (&[15, 0], 1, false),
            (&[0, 16], 2, false),
            // A chain of estimates that is longer than those of one token.
            (&[0, 10, 20], 1, true),
            (&[0, 20, 10], 1, true),
            (&[0, 15, 31, 46], 2, false),
        ] {
            let of: Vec<_> = estimates.iter().map(|issued| (None, *issued)).collect();
            let found = all(&of);
            assert_eq!(found.iter().count(), tokens, "{estimates:?}");
            assert_eq!(found.may_be_several(), may_be_several, "{estimates:?}");
            let requests: u64 = found.iter().map(|(_, it)| it.requests.count()).sum();
            assert_eq!(requests, estimates.len() as u64, "{estimates:?}");
        }
        let named = all(&[(Some("JTI=a"), 0), (Some("JTI=a"), 100)]);
        assert_eq!(named.iter().count(), 1);
        assert!(!named.may_be_several());
    }

    #[test]
    fn a_token_is_found_by_its_identity_or_else_by_its_issue() {
        let tokens = all(&[(None, 100), (None, 110), (Some("JTI=a"), 50), (None, 0)]);
        let order: Vec<_> = tokens
            .iter()
            .map(|(id, it)| (id.map(|id| &**id), it.issued))
            .collect();
        assert_eq!(
            order,
            [(None, at(0)), (Some("JTI=a"), at(50)), (None, at(100)),]
        );
        for (id, estimate, found) in [
            (Some("JTI=a"), 999, Some(50)),
            (Some("JTI=b"), 50, None),
            (None, 50, None),
            (None, 0, Some(0)),
            (None, 99, None),
            (None, 105, Some(100)),
            (None, 110, Some(100)),
            (None, 111, None),
        ] {
            let token = tokens.find(id, at(estimate)).map(|token| token.issued);
            assert_eq!(token, found.map(at), "{id:?} {estimate}");
        }
    }
}
