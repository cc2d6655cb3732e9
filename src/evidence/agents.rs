//! What each user agent of a holder did: several programs may share one pod.

use std::sync::Arc;

use crate::audit::untrusted_text::UntrustedText;

use litemap::LiteMap;

use super::capped_counts::{pop_last, share_texts};
use super::majority::Majority;
use super::tokens::Tokens;

/// How many user agents of a holder are counted separately. A pod has one or two; a caller that
/// makes up more is not worth more memory.
const KEPT: usize = 32;

/// What one user agent did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentUse {
    /// Requests seen.
    pub requests: u64,
    /// The tokens it used.
    pub tokens: Tokens,
}

impl AgentUse {
    fn merge(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.tokens.merge(other.tokens);
    }
}

/// The user agents beyond those that are counted separately, combined into one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Others {
    merged: AgentUse,
    requests: Majority,
}

/// The user agents of a holder: the first [`KEPT`] in order with what each did, and the rest
/// together.
///
/// What is kept is the start of the sorted union, so an agent that was left out of a part is
/// left out of the whole, and merging stays associative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agents {
    kept: LiteMap<Arc<str>, AgentUse>,
    others: Option<Box<Others>>,
}

impl Agents {
    /// One user agent, with the number of requests that it made with these tokens.
    pub fn one(user_agent: impl Into<Arc<str>>, requests: u64, tokens: Tokens) -> Self {
        let mut kept = LiteMap::with_capacity(1);
        kept.insert(user_agent.into(), AgentUse { requests, tokens });
        Self { kept, others: None }
    }

    /// Adds other user agents of the same holder.
    pub fn merge(&mut self, other: Self) {
        if self.kept.is_empty() {
            *self = other;
            return;
        }
        for (user_agent, agent_use) in other.kept {
            match self.kept.get_mut(&user_agent) {
                Some(known) => known.merge(agent_use),
                None => {
                    self.kept.insert(user_agent, agent_use);
                }
            }
        }
        if let Some(more) = other.others {
            let others = self.others.get_or_insert_default();
            others.merged.merge(more.merged);
            others.requests.merge(&more.requests);
        }
        while self.kept.len() > KEPT {
            let Some((user_agent, agent_use)) = pop_last(&mut self.kept) else {
                break;
            };
            let others = self.others.get_or_insert_default();
            others.requests.add(&user_agent, agent_use.requests);
            others.merged.merge(agent_use);
        }
    }

    /// Keeps each name that another holder has as well in one place for both.
    pub(super) fn share_names(&mut self, other: &Self) {
        share_texts(&mut self.kept, &other.kept);
    }

    /// The tokens of all user agents.
    pub fn tokens(&self) -> Tokens {
        let mut tokens = Tokens::default();
        for (_, agent_use) in self.iter() {
            tokens.merge(agent_use.tokens.clone());
        }
        tokens
    }

    /// Every user agent with what it did, in order, and those that are not counted separately as
    /// one without a name.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Arc<str>>, &AgentUse)> {
        let kept = self.kept.iter().map(|(agent, it)| (Some(agent), it));
        kept.chain(self.others.iter().map(|others| (None, &others.merged)))
    }

    /// The user agents that are counted separately, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.kept.keys().map(|agent| &**agent)
    }

    /// Whether some were not counted separately.
    pub fn has_more(&self) -> bool {
        self.others.is_some()
    }

    /// Whether this user agent is one of the holder's, or may be one that was not counted
    /// separately.
    pub fn may_include(&self, user_agent: &str) -> bool {
        self.has_more() || self.kept.contains_key(user_agent)
    }

    /// The user agents, the most used first, then in order. One that was not counted separately is
    /// first if it sent most of the requests.
    pub fn texts(&self) -> Vec<UntrustedText> {
        let kept = self.kept.iter();
        let kept = kept.map(|(agent, it)| (Arc::clone(agent), it.requests));
        let left_out = self
            .others
            .as_ref()
            .and_then(|others| others.requests.text());
        let left_out = left_out.map(|(agent, requests)| (agent.into(), requests));
        let mut counts: Vec<(Arc<str>, u64)> = kept.chain(left_out).collect();
        counts.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
        let texts = counts.into_iter().map(|(agent, _)| agent.into());
        texts.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agents(names: &[String]) -> Agents {
        let mut agents = Agents::default();
        for name in names {
            agents.merge(Agents::one(name.clone(), 1, Tokens::default()));
        }
        agents
    }

    proptest! {
        /// Merged in any parts, also beyond the limit.
        #[test]
        fn merging_is_the_same_in_any_parts(
            names in prop::collection::vec("[a-z]{1,2}", 0..200),
            first in 0_usize..200,
            second in 0_usize..200,
        ) {
            let (first, second) = (first.min(names.len()), second.min(names.len()));
            let (low, high) = (first.min(second), first.max(second));
            let mut right = agents(&names[high..]);
            let mut middle = agents(&names[low..high]);
            middle.merge(agents(&names[..low]));
            right.merge(middle);
            prop_assert_eq!(&right, &agents(&names));
            let requests: u64 = right.iter().map(|(_, agent_use)| agent_use.requests).sum();
            prop_assert_eq!(requests, names.len() as u64);
        }
    }

    #[test]
    fn the_most_used_is_shown_first_though_it_was_not_kept_apart() {
        let mut all = agents(
            &(0..40)
                .map(|at| format!("a-{at:02}/v1"))
                .collect::<Vec<_>>(),
        );
        for _ in 0..50 {
            all.merge(Agents::one("z-main/v1".to_owned(), 1, Tokens::default()));
        }
        assert!(all.has_more());
        assert_eq!(all.texts()[0], "z-main/v1");
        assert!(all.may_include("z-main/v1"));
        let few = agents(&["a".to_owned()]);
        assert!(!few.may_include("b"));
    }

    #[test]
    fn as_many_as_are_kept_are_all_counted_separately() {
        let names: Vec<String> = (0..33).map(|at| format!("a-{at:02}/v1")).collect();
        let kept = agents(&names[..KEPT]);
        assert!(!kept.has_more());
        assert!(kept.names().eq(names[..KEPT].iter().map(String::as_str)));
        assert!(agents(&names).has_more());
    }

    #[test]
    fn the_tokens_of_all_user_agents_are_the_holders() {
        let token = |second: i64| {
            let time = chrono::DateTime::from_timestamp(second, 0).expect("a time");
            let token = crate::evidence::token::Token {
                issued: time,
                latest_estimate: time,
                first_used: time,
                last_used: time,
                requests: Default::default(),
            };
            Tokens::one(None, token)
        };
        let mut all = Agents::one("a".to_owned(), 1, token(0));
        all.merge(Agents::one("b".to_owned(), 1, token(1_000)));
        assert_eq!(all.tokens().iter().count(), 2);
    }
}
