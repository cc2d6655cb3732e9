//! The verdict on one client of a holder.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::client::Client;
use super::interruption;
use super::lifetime::DatedToken;
use super::thresholds::{
    ACCEPTED_PAST_END, CRITICAL_INTERRUPTION, SILENCE, Thresholds, UNMARKED, WARNING_INTERRUPTION,
};
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::token::ESTIMATE_SPREAD;
use crate::report::interruption::Interruption;
use crate::report::scan::Window;
use crate::report::severity::Severity;
use crate::report::token_lifetime::TokenLifetime;
use crate::report::verdict::Verdict;

/// What the evidence about one client means.
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
    /// How long that token is accepted.
    pub lifetime: TokenLifetime,
    /// The times that it was rejected at the end of a token and came back, in order.
    pub interruptions: Vec<Interruption>,
    /// The user agents of the client that was judged; empty for those that are not counted
    /// separately.
    pub user_agents: BTreeSet<UntrustedText>,
    /// The last sign of it, where it may have come back and not be marked yet.
    pub quiet_since: Option<DateTime<Utc>>,
}

/// Another holder that took a client's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// The arrival of its first request.
    pub first_used: DateTime<Utc>,
    /// The newest token of those that took the place, one after the other.
    pub newest: DatedToken,
}

/// What is known about a client besides its own evidence.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The window.
    pub window: Window,
    /// Until when its cluster was seen, which silence is measured against; `None` if that is
    /// unknown.
    pub seen_until: Option<DateTime<Utc>>,
    /// Its successor.
    pub successor: Option<&'a Successor>,
    /// Whether an earlier report knew it to be rejected at the end of its tokens and to come back.
    pub is_known_to_recur: bool,
    /// Whether an earlier report reported it as frozen or dead, and it was not accepted since.
    pub was_frozen: bool,
}

/// Judges a client; `None` if it has no token. The first line that holds decides.
pub fn judge(client: &Client, around: Surroundings<'_>) -> Option<Judgement> {
    Judge::of(client, around).map(|judge| judge.judgement())
}

struct Judge<'a> {
    client: &'a Client,
    around: Surroundings<'a>,
    newest: &'a DatedToken,
    thresholds: Thresholds,
    last_used: DateTime<Utc>,
    interruptions: Vec<Interruption>,
    changed: bool,
}

impl<'a> Judge<'a> {
    fn of(client: &'a Client, around: Surroundings<'a>) -> Option<Self> {
        let newest = client.tokens.last()?;
        let last_used = client.tokens.iter().map(|it| it.token.last_used).max()?;
        Some(Self {
            client,
            around,
            newest,
            thresholds: newest.thresholds(),
            last_used,
            interruptions: interruption::of(client),
            changed: client.tokens.len() > 1 || client.may_be_several,
        })
    }

    fn judgement(mut self) -> Judgement {
        let until = self.around.window.until;
        let died = self.is_rejected_at_its_end() || self.has_expired();
        if died && self.may_be_back() {
            self.interruptions.push(self.death());
            return self.recurring(self.newest.clone());
        }
        let is_current = self
            .last_rejection()
            .is_some_and(|rejection| until - rejection <= self.thresholds.rejection_is_current());
        if is_current && (self.is_rejected_at_its_end() || self.is_rejected_early()) {
            return self.judged(Verdict::Rejected, Some(Severity::Critical), self.newest);
        }
        if self.has_expired() && self.around.successor.is_none() {
            let severity = self.at_most_warning_if_assumed(Severity::Critical, self.newest);
            return self.judged(Verdict::Expired, Some(severity), self.newest);
        }
        if let (true, Some(successor)) = (died, self.around.successor) {
            self.interruptions.push(self.death());
            return self.recurring(successor.newest.clone());
        }
        if !self.interruptions.is_empty() {
            return self.recurring(self.newest.clone());
        }
        let last_sign = self
            .last_rejection()
            .map_or(self.last_used, |rejection| rejection.max(self.last_used));
        // What was not seen is no silence.
        let silent = self.around.seen_until.map(|seen| seen - last_sign);
        // A pod that is replaced on the last day of its token is no longer about to die either.
        let is_replaced = self.around.successor.is_some() && silent >= Some(SILENCE);
        let has_left =
            !self.newest.was_used_to_its_end() && silent > Some(self.thresholds.gone_after());
        let is_gone = is_replaced || has_left;
        let age = self.newest.age_at_last_use();
        // Which of several programs with one user agent changed its token cannot be told.
        let is_frozen_beside_newer =
            self.client.has_others_beside && age >= self.thresholds.frozen_beside_newer_age();
        if is_frozen_beside_newer && !is_gone {
            return self.frozen();
        }
        if self.changed && self.is_never_late() {
            return self.judged(Verdict::RefreshingLate, None, self.newest);
        }
        if is_gone {
            return self.judged(Verdict::Gone, None, self.newest);
        }
        if !self.client.has_others_beside && age >= self.thresholds.frozen_age() {
            return self.frozen();
        }
        self.judged(Verdict::Undecided, Some(Severity::Notice), self.newest)
    }

    /// The arrival of the newest rejection, if that came after the last accepted request.
    fn last_rejection(&self) -> Option<DateTime<Utc>> {
        let last = self.client.rejections.iter().map(|run| run.last).max()?;
        (last > self.last_used).then_some(last)
    }

    /// Whether the end of its token explains its newest rejections.
    fn is_rejected_at_its_end(&self) -> bool {
        let end = self.newest.end();
        self.last_rejection()
            .is_some_and(|rejection| rejection >= end - ESTIMATE_SPREAD)
            && self.last_used - end <= ACCEPTED_PAST_END
    }

    /// Whether it is rejected before its time, or although it outlived its time.
    ///
    /// Anything at a holder's address may send a token that is bad for another reason, so one
    /// rejection after its last accepted request proves nothing: it has to be rejected for longer
    /// than a live client stays silent, and be old enough not to have read a new token, which
    /// leaves no mark at first.
    fn is_rejected_early(&self) -> bool {
        let is_old = self.newest.age_at_last_use() >= self.thresholds.early_rejection_age();
        let refreshes = self.changed && self.is_never_late();
        is_old
            && !refreshes
            && self
                .last_rejection()
                .is_some_and(|rejection| rejection - self.last_used >= SILENCE)
    }

    /// Whether none of its tokens was used at an age past that of a late refresher's.
    fn is_never_late(&self) -> bool {
        self.client
            .tokens
            .iter()
            .all(|it| it.age_at_last_use() <= it.thresholds().late_age())
    }

    /// Whether its newest token expired while it was in use. For one that was frozen in an earlier
    /// report and is silent since, no use close to the end is required: the log between two sweeps
    /// was not read. One that was accepted well past that moment outlived the assumed lifetime: it
    /// is dead only if it has been silent since.
    fn has_expired(&self) -> bool {
        let until = self.around.window.until;
        let end = self.newest.end();
        let outlived = self.last_used - end > ACCEPTED_PAST_END;
        end < until
            && (self.around.was_frozen || self.newest.was_used_to_its_end())
            && (!outlived || until - self.last_used >= SILENCE)
    }

    /// Whether it died so recently that it may have recovered, as before, without being marked yet.
    fn may_be_back(&self) -> bool {
        let recurs = self.around.is_known_to_recur || !self.interruptions.is_empty();
        let since_death = self.around.window.until - self.newest.end();
        recurs && since_death <= UNMARKED && self.death().rejected_for() <= CRITICAL_INTERRUPTION
    }

    /// The death of its newest token.
    fn death(&self) -> Interruption {
        interruption::between(
            &self.client.rejections,
            Some(self.last_used),
            DateTime::<Utc>::MAX_UTC,
        )
    }

    fn frozen(&self) -> Judgement {
        let left = self.newest.end() - self.around.window.until;
        let severity = self.at_most_warning_if_assumed(Severity::of_time_left(left), self.newest);
        self.judged(Verdict::Frozen, Some(severity), self.newest)
    }

    fn recurring(&self, next: DatedToken) -> Judgement {
        let longest = self.interruptions.iter().map(Interruption::length).max();
        let longest = longest.unwrap_or_else(TimeDelta::zero);
        let severity = if longest >= CRITICAL_INTERRUPTION {
            Severity::Critical
        } else if longest >= WARNING_INTERRUPTION {
            Severity::Warning
        } else {
            Severity::Notice
        };
        self.judged(Verdict::Recurring, Some(severity), &next)
    }

    fn judged(
        &self,
        verdict: Verdict,
        severity: Option<Severity>,
        decides: &DatedToken,
    ) -> Judgement {
        let until = self.around.window.until;
        let may_be_back = matches!(verdict, Verdict::Rejected | Verdict::Expired)
            && until - self.newest.end() <= UNMARKED;
        let last_sign = self.last_rejection().unwrap_or(self.last_used);
        Judgement {
            verdict,
            severity,
            issued: decides.token.issued,
            rejected_from: decides.end(),
            lifetime: decides.lifetime,
            interruptions: self.interruptions.clone(),
            user_agents: self.client.user_agents.clone(),
            quiet_since: may_be_back.then_some(last_sign),
        }
    }

    /// A date that rests on an assumed lifetime is never critical.
    fn at_most_warning_if_assumed(&self, severity: Severity, token: &DatedToken) -> Severity {
        match token.lifetime.is_assumed() {
            true => severity.min(Severity::Warning),
            false => severity,
        }
    }
}

#[cfg(test)]
mod tests;
