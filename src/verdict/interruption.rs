//! When a client was rejected at the end of a token and came back with another.

use chrono::{DateTime, TimeDelta, Utc};

use super::client::Client;
use super::lifetime::DatedToken;
use super::thresholds::READ_WITHIN;
use crate::evidence::rejection::Run;
use crate::evidence::token::ESTIMATE_SPREAD;
use crate::report::interruption::Interruption;

/// Every time that a token of the client expired in use and a newer one followed, in order.
///
/// Rejections that end before the first token that was seen was read are of one before it.
pub fn of(client: &Client) -> Vec<Interruption> {
    let Some(first) = client.tokens.first() else {
        return Vec::new();
    };
    let mut interruptions = before(&client.rejections, first);
    for pair in client.tokens.windows(2) {
        let [earlier, newer] = pair else { continue };
        let interruption = between(
            &client.rejections,
            Some(earlier.token.last_used),
            read_by(newer),
        );
        if ran_out_before(earlier, &interruption) {
            interruptions.push(interruption);
        }
    }
    interruptions
}

/// The rejections after an accepted request, up to a time.
pub fn between(
    runs: &[Run],
    last_accepted: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
) -> Interruption {
    let mut interruption = Interruption {
        last_accepted,
        first_rejection: None,
        last_rejection: None,
        rejections: 0,
    };
    let began = last_accepted.unwrap_or(DateTime::<Utc>::MIN_UTC);
    for run in runs
        .iter()
        .filter(|run| run.last > began && run.last <= until)
    {
        // A run that begins before belongs to the same hour and not to this.
        let first = run.first.max(began);
        interruption.first_rejection.get_or_insert(first);
        interruption.last_rejection = interruption.last_rejection.max(Some(run.last));
        interruption.rejections = interruption.rejections.saturating_add(run.count);
    }
    interruption
}

/// Whether a token expired in use before a newer one followed: it was used to its end, or was
/// rejected then. Before its end a rejection counts only where the token was old enough; a client
/// with a younger one may have read another, and be accepted without a mark.
pub fn ran_out_before(token: &DatedToken, interruption: &Interruption) -> bool {
    let is_old = token.age_at_last_use() >= token.thresholds().early_rejection_age();
    let was_rejected = interruption
        .last_rejection
        .is_some_and(|rejection| is_old || rejection >= token.end() - ESTIMATE_SPREAD);
    was_rejected || token.was_used_to_its_end()
}

/// The moment by which a token must have been read: rejections after it are not from before.
fn read_by(token: &DatedToken) -> DateTime<Utc> {
    token.token.first_used.min(token.token.issued + READ_WITHIN)
}

/// The rejections that end before the first token was read, those far apart separately.
fn before(runs: &[Run], first: &DatedToken) -> Vec<Interruption> {
    let apart: TimeDelta = first.thresholds().rejection_is_current();
    let mut interruptions: Vec<Interruption> = Vec::new();
    for run in runs.iter().filter(|run| run.last <= read_by(first)) {
        match interruptions.last_mut() {
            Some(known)
                if known
                    .last_rejection
                    .is_some_and(|last| run.first - last <= apart) =>
            {
                known.last_rejection = known.last_rejection.max(Some(run.last));
                known.rejections = known.rejections.saturating_add(run.count);
            }
            _ => interruptions.push(Interruption {
                last_accepted: None,
                first_rejection: Some(run.first),
                last_rejection: Some(run.last),
                rejections: run.count,
            }),
        }
    }
    interruptions
}

#[cfg(test)]
mod tests;
