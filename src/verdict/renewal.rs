//! Holders that were rejected and are accepted again with a token too young for a mark. What a
//! source finds about them becomes a token like any other, and the verdict follows from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Held;
use super::rejection_join::Joined;
use super::thresholds::READ_WITHIN;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::holder::Holder;
use crate::evidence::set::EvidenceSet;
use crate::evidence::token_use::TokenUse;
use crate::evidence::tokens::Tokens;

/// The holders that were accepted after their last rejection, each with the token that they were
/// accepted with. Each program of a pod is checked separately: another one proves nothing.
pub(super) fn renewed<'a>(
    accounts: &BTreeMap<&'a ServiceAccount, Vec<Held<'a>>>,
    joined: &Joined<'a>,
    evidence: &EvidenceSet,
) -> BTreeMap<&'a Holder, TokenUse> {
    let held = accounts.values().flatten();
    held.filter_map(|(holder, token_use)| {
        let renewed = with_new_tokens(holder, token_use, joined, evidence)?;
        Some((*holder, renewed))
    })
    .collect()
}

fn with_new_tokens(
    holder: &Holder,
    token_use: &TokenUse,
    joined: &Joined<'_>,
    evidence: &EvidenceSet,
) -> Option<TokenUse> {
    let runs = &joined.holders.get(holder)?.runs;
    let mut renewed: Option<TokenUse> = None;
    for (user_agent, accepted) in evidence.unmarked(holder) {
        let rejections = runs.get(user_agent).into_iter().flatten();
        let Some(rejected) = rejections.map(|run| run.last).max() else {
            continue;
        };
        let uses = token_use.agents.iter();
        let uses = uses.filter(|(agent, _)| agent.is_none_or(|agent| **agent == *user_agent));
        let last_used = uses
            .flat_map(|(_, agent_use)| agent_use.tokens.iter())
            .map(|(_, token)| token.last_used)
            .max();
        let is_since = accepted.received > rejected && Some(accepted.received) > last_used;
        if is_since {
            let token = accepted.token(rejected - READ_WITHIN);
            let tokens = Tokens::one(accepted.credential_id.as_deref().map(Arc::from), token);
            let with = renewed.get_or_insert_with(|| token_use.clone());
            with.merge(TokenUse::of_agent(user_agent, 0, tokens));
        }
    }
    renewed
}

#[cfg(test)]
mod tests;
