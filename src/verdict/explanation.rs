//! The numbers that a verdict rests on, in words.

use chrono::{DateTime, TimeDelta, Utc};

use super::pod_status;
use super::thresholds::{ACCEPTED_PAST_END, SILENCE, Thresholds};
use crate::evidence::accepted::WARN_AFTER_SECONDS;
use crate::evidence::count::{pluralize, thousands};
use crate::report::exact_duration::hours;
use crate::report::finding::{HolderFinding, TokenFinding};
use crate::report::interruption::Interruption;
use crate::report::rejection::{Confidence, HolderRejections};
use crate::report::scan::Window;
use crate::report::verdict::Grounds;

/// The reasons for the holder's verdict, one sentence each. They contain no text from the log.
pub fn reasons(holder: &HolderFinding, window: Window) -> Vec<String> {
    let mut reasons = vec![dated(holder)];
    let used_at = holder.tokens.iter().map(age_at_last_use).max();
    let thresholds = Thresholds::of(holder.lifetime.duration());
    let said = holder.pod_status.as_deref();
    reasons.extend(said.into_iter().flat_map(pod_status::reasons));
    reasons.push(
        holder.verdict.sentence(&Grounds {
            used_at: used_at.unwrap_or_else(TimeDelta::zero),
            silent: window.until - holder.last_seen,
            frozen_from: thresholds.frozen_age(),
            late_until: thresholds.late_age(),
            gone_after: thresholds.gone_after(),
            interruptions: holder.interruptions.len(),
            longest_interruption: holder
                .interruptions
                .iter()
                .map(Interruption::length)
                .max()
                .unwrap_or_else(TimeDelta::zero),
        }),
    );
    reasons.extend(holder.interruptions.iter().map(interrupted));
    if let Some(rejections) = &holder.rejections {
        reasons.push(joined(rejections));
        if holder.interruptions.is_empty() && !holder.was_never_accepted() {
            reasons.push(minute_of_death(holder, rejections));
        }
    }
    if let Some(quiet_since) = holder.quiet_since {
        reasons.push(format!(
            "quiet since {}; a healthy new token shows up after one hour",
            time(quiet_since)
        ));
    }
    if holder.more_user_agents {
        reasons.push(
            "it used more user agents than the limit; the rest are judged together".to_owned(),
        );
    }
    if holder.only_in_look_back && !holder.was_never_accepted() {
        reasons.push(
            "it was accepted only before the window, so none of its requests are counted"
                .to_owned(),
        );
    }
    // There may be a million holders.
    reasons.iter_mut().for_each(String::shrink_to_fit);
    reasons.shrink_to_fit();
    reasons
}

fn dated(holder: &HolderFinding) -> String {
    let rejected_from = format!(
        "rejected from {}: {} s later ({})",
        time(holder.rejected_from),
        holder.lifetime.seconds,
        holder.lifetime.why()
    );
    let token = holder.tokens.iter().find(|it| it.issued == holder.issued);
    if token.is_none() && holder.verdict.is_recurring() {
        return format!(
            "its successor's newest token was issued {}; {rejected_from}",
            time(holder.issued)
        );
    }
    let Some(token) = token.filter(|_| !holder.was_never_accepted()) else {
        return format!(
            "issued {} at the latest: its container started then; {rejected_from}",
            time(holder.issued)
        );
    };
    if token.is_unmarked() {
        return format!(
            "accepted again at {} without a mark: its token was younger than {WARN_AFTER_SECONDS} s, issued {} at the earliest; {rejected_from}",
            time(token.last_used),
            time(token.issued)
        );
    }
    let over = match token.requests {
        0 | 1 => String::new(),
        requests => format!(", the earliest over {requests} requests"),
    };
    format!(
        "issued {}: arrival - seconds after the warning threshold - {WARN_AFTER_SECONDS} s{over}; {rejected_from}",
        time(holder.issued)
    )
}

/// One time that it was rejected and came back.
fn interrupted(interruption: &Interruption) -> String {
    let accepted = interruption
        .last_accepted
        .map(|at| format!("last accepted at {}", time(at)));
    let rejected = match (interruption.first_rejection, interruption.last_rejection) {
        (Some(first), Some(last)) => format!(
            "rejected {} from {} to {}, {} in all",
            pluralize(interruption.rejections, "time", "times"),
            time(first),
            time(last),
            hours(interruption.length())
        ),
        _ => "the token expired without a rejection seen".to_owned(),
    };
    let whole: Vec<String> = accepted.into_iter().chain([rejected]).collect();
    whole.join(", ")
}

fn joined(rejections: &HolderRejections) -> String {
    let shared = match rejections.confidence {
        Confidence::PodAtAddress => "come from the address of its pod".to_owned(),
        confidence => format!("share its {}", confidence.words()),
    };
    let mut words = format!(
        "{} from {} to {} {shared}",
        pluralize(rejections.count, "rejected request", "rejected requests"),
        time(rejections.first),
        time(rejections.last),
    );
    match rejections.others_at_address {
        0 => words.push_str("; no other holder was seen at that address"),
        1 => words.push_str("; one other holder was seen at that address"),
        others => words.push_str(&format!(
            "; {} other holders were seen at that address",
            thousands(others as u64)
        )),
    }
    words
}

fn minute_of_death(holder: &HolderFinding, rejections: &HolderRejections) -> String {
    let accepted = format!("last accepted at {}", time(holder.last_seen));
    let early = holder.rejected_from - rejections.last;
    let outlived = holder.last_seen - holder.rejected_from > ACCEPTED_PAST_END;
    if outlived && early <= TimeDelta::zero() && rejections.accepted_in_between {
        return format!(
            "{accepted}, after its expiry and between rejections: not every API server rejects it yet, so it works some of the time"
        );
    }
    if !holder.verdict.rests_on_rejections() {
        return format!(
            "{accepted}: not counted as rejected, because the rejections are not after its expiry and did not last {} without an accepted request",
            hours(SILENCE)
        );
    }
    if early > TimeDelta::seconds(15) {
        return format!(
            "{accepted}, rejected {} before its expiry: tokens live shorter here than assumed (--token-lifetime), or the pod or the service account was deleted, or something else at its address sends a bad token",
            hours(early)
        );
    }
    if rejections.accepted_in_between {
        return format!("{accepted}, and only rejected since: its token expired in between");
    }
    format!(
        "{accepted}, {} before the first rejection: its token expired in between",
        hours(rejections.first - holder.last_seen)
    )
}

fn age_at_last_use(token: &TokenFinding) -> TimeDelta {
    token.last_used - token.issued
}

fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests;
