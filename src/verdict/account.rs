//! The holders of one service account, judged and put together as a finding.

use chrono::{DateTime, Utc};

use super::cure;
use super::explanation;
use super::rejection_join::Joined;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::report::finding::{Finding, HolderFinding, TokenFinding};
use crate::report::scan::Window;
use crate::report::token_lifetime::TokenLifetime;
use crate::verdict::Held;
use crate::verdict::holder::judge;
use crate::verdict::thresholds::ACCEPTED_PAST_END;

/// The finding on a service account; `None` if none of its holders used a token.
pub fn finding(
    cluster: &Cluster,
    service_account: &ServiceAccount,
    holders: &[Held<'_>],
    joined: &Joined<'_>,
    window: Window,
    lifetime: &TokenLifetime,
) -> Option<Finding> {
    let mut judged: Vec<HolderFinding> = holders
        .iter()
        .filter_map(|held| holder_finding(held, joined, window, lifetime))
        .collect();
    judged.sort_by(|one, other| {
        (
            one.verdict.order(),
            one.rejected_from,
            &one.pod,
            &one.identity,
        )
            .cmp(&(
                other.verdict.order(),
                other.rejected_from,
                &other.pod,
                &other.identity,
            ))
    });
    let lead = judged.first()?;
    let clients = cure::clients(service_account, &judged);
    let new_date = window
        .until
        .checked_add_signed(lifetime.duration())
        .unwrap_or(DateTime::<Utc>::MAX_UTC);
    let remedies = cure::remedies(
        lead.verdict,
        &service_account.namespace,
        &judged,
        &clients,
        new_date,
    );
    Some(Finding {
        rank: 0,
        cluster: cluster.clone(),
        service_account: service_account.clone(),
        verdict: lead.verdict,
        severity: lead.severity,
        clients,
        remedies,
        holders: judged,
    })
}

fn holder_finding(
    (holder, token_use): &Held<'_>,
    joined: &Joined<'_>,
    window: Window,
    lifetime: &TokenLifetime,
) -> Option<HolderFinding> {
    let rejections = joined.holders.get(holder);
    let judgement = judge(&token_use.tokens, rejections, window, lifetime)?;
    let last_seen = token_use.tokens.iter().map(|(_, it)| it.last_used).max()?;
    let seen_only_before = last_seen < window.since;
    let tokens: Vec<TokenFinding> = token_use
        .tokens
        .iter()
        .map(|(credential_id, token)| TokenFinding {
            credential_id: credential_id.map(str::to_owned),
            issued: token.issued,
            first_used: token.first_used,
            last_used: token.last_used,
            requests: if seen_only_before {
                0
            } else {
                token.requests.count()
            },
        })
        .collect();
    let mut finding = HolderFinding {
        identity: holder.identity.clone(),
        pod: token_use.pods.most_frequent().map(str::to_owned),
        nodes: token_use.nodes.texts(),
        addresses: token_use.addresses.texts(),
        user_agents: token_use.user_agents.texts(),
        verdict: judgement.verdict,
        severity: judgement.severity,
        issued: judgement.issued,
        rejected_from: judgement.rejected_from,
        requests: tokens.iter().map(|token| token.requests).sum(),
        first_seen: tokens.iter().map(|token| token.first_used).min()?,
        last_seen,
        tokens,
        calls: token_use.calls.texts(),
        rejections: rejections.cloned(),
        seen_only_before,
        reasons: Vec::new(),
    };
    finding.reasons = explanation::reasons(&finding, window, lifetime);
    Some(finding)
}

/// The largest age, in seconds, at which one of these holders was still accepted although its
/// token should have been rejected by then.
pub fn accepted_past_lifetime(holders: &[Held<'_>], lifetime: &TokenLifetime) -> Option<i64> {
    holders
        .iter()
        .flat_map(|(_, token_use)| token_use.tokens.iter())
        .map(|(_, token)| token.age_at_last_use())
        .filter(|age| *age - lifetime.duration() > ACCEPTED_PAST_END)
        .max()
        .map(|age| age.num_seconds())
}
