//! The verdict on one holder.

use chrono::{DateTime, Utc};

use super::thresholds::{
    ACCEPTED_PAST_END, EARLY_REJECTION_AGE, FROZEN_AGE, GONE_AFTER, LAST_USE_BEFORE_DEATH,
    LATE_AGE, REJECTION_IS_CURRENT, SILENCE,
};
use crate::evidence::token::{ESTIMATE_SPREAD, Token, Tokens};
use crate::report::rejection::{Confidence, HolderRejections};
use crate::report::scan::Window;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::{Severity, Verdict};

/// What the evidence about one holder means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// How urgent it is; none for a harmless holder.
    pub severity: Option<Severity>,
    /// When the token that decides was issued.
    pub issued: DateTime<Utc>,
    /// When the API server starts to reject that token, at the earliest.
    pub rejected_from: DateTime<Utc>,
}

/// Judges a holder by its tokens; `None` if it has none.
///
/// `rejections` are the ones joined to the holder.
pub fn judge(
    tokens: &Tokens,
    rejections: Option<&HolderRejections>,
    window: Window,
    lifetime: &TokenLifetime,
) -> Option<Judgement> {
    let tokens: Vec<&Token> = tokens.iter().map(|(_, token)| token).collect();
    let newest = *tokens.last()?;
    let last_seen = tokens.iter().map(|token| token.last_used).max()?;
    let rejected_from = |token: &Token| {
        token
            .issued
            .checked_add_signed(lifetime.duration())
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    };
    let judged = |verdict, severity, token: &Token| {
        Some(Judgement {
            verdict,
            severity,
            issued: token.issued,
            rejected_from: rejected_from(token),
        })
    };

    let changed = tokens.len() > 1 || newest.latest_estimate - newest.issued > ESTIMATE_SPREAD;
    let refreshes_late = changed
        && tokens
            .iter()
            .all(|token| token.age_at_last_use() <= LATE_AGE);
    let rejected = rejections.is_some_and(|rejections| {
        let current = rejections.confidence >= Confidence::AddressAndUserAgent
            && rejections.last > last_seen
            && window.until - rejections.last <= REJECTION_IS_CURRENT;
        let may_be_early = !refreshes_late && newest.age_at_last_use() >= EARLY_REJECTION_AGE;
        current
            && (explains(rejections, rejected_from(newest), last_seen)
                || may_be_early && rejections.last - last_seen >= SILENCE)
    });
    if rejected {
        return judged(Verdict::Rejected, Some(Severity::Critical), newest);
    }
    if has_expired(rejected_from(newest), last_seen, window) {
        return judged(Verdict::Expired, Some(Severity::Critical), newest);
    }
    if refreshes_late {
        return judged(Verdict::RefreshingLate, None, newest);
    }
    let last_sign = rejections.map_or(last_seen, |rejections| rejections.last.max(last_seen));
    if window.until - last_sign > GONE_AFTER {
        return judged(Verdict::Gone, None, newest);
    }
    if let Some(frozen) = frozen_token(&tokens, newest) {
        let left = rejected_from(frozen) - window.until;
        let severity = Severity::of_time_left(left);
        return judged(Verdict::Frozen, Some(severity), frozen);
    }
    judged(Verdict::Undecided, Some(Severity::Notice), newest)
}

/// Whether the end of the holder's token explains its rejections by itself.
///
/// Anything at a holder's address may send a token that is bad for another reason, so before its
/// time, and for a holder that outlived its time, one rejection after its last accepted request
/// proves nothing: then it has to be rejected for longer than a live client stays silent.
fn explains(
    rejections: &HolderRejections,
    rejected_from: DateTime<Utc>,
    last_seen: DateTime<Utc>,
) -> bool {
    rejections.last >= rejected_from - ESTIMATE_SPREAD
        && last_seen - rejected_from <= ACCEPTED_PAST_END
}

/// Whether the holder's last token ran out and took the holder with it.
///
/// A holder accepted well past that moment outlived the assumed lifetime: it is dead only if
/// it has been silent since.
fn has_expired(rejected_from: DateTime<Utc>, last_seen: DateTime<Utc>, window: Window) -> bool {
    let passed = rejected_from < window.until;
    let died_of_it = rejected_from - last_seen <= LAST_USE_BEFORE_DEATH;
    let outlived = last_seen - rejected_from > ACCEPTED_PAST_END;
    passed && died_of_it && (!outlived || window.until - last_seen >= SILENCE)
}

/// The token that shows the holder to be frozen: its newest, or an older one that is still
/// used beside it, as when one container of a pod re-reads its token and another does not.
fn frozen_token<'a>(tokens: &[&'a Token], newest: &'a Token) -> Option<&'a Token> {
    tokens
        .iter()
        .copied()
        .filter(|token| token.age_at_last_use() >= FROZEN_AGE)
        .find(|token| {
            std::ptr::eq(*token, newest) || token.last_used - newest.first_used >= SILENCE
        })
}

#[cfg(test)]
mod tests;
