//! Recurring clients: how often they were interrupted at the end of their tokens, and whether a
//! silent one may have recovered.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::due;
use super::time_format::{distance, duration, minute};
use crate::evidence::count::thousands;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding};
use crate::report::interruption::Interruption;

/// A client that is rejected tries again within this time, even one that crashes on it: the kubelet
/// waits for five minutes at most before it starts a container again.
const RETRIED_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// How often a finding was interrupted, when last, for how long, and when the next end is; `None`
/// if none of its tokens expired in use:
/// `interrupted 2 times, last 2026-11-23 20:12 for 35 m, at most for 36 m; next end 2026-11-24
/// 20:24, in 14 h 24 m`.
pub fn words(report: &Report, finding: &Finding, time_zone: Tz) -> Option<String> {
    if finding.verdict.is_harmless() {
        return None;
    }
    let all = finding.interruptions();
    let (rejected, unnoticed): (Vec<Interruption>, Vec<Interruption>) =
        all.into_iter().partition(|it| it.last_rejection.is_some());
    let mut parts: Vec<String> = Vec::new();
    parts.extend(interrupted(&rejected, time_zone));
    parts.extend(ran_out(&unnoticed, rejected.is_empty(), time_zone));
    if parts.is_empty() && !finding.verdict.is_recurring() {
        return None;
    }
    parts.extend(accepted_again(finding, report.now(finding), time_zone));
    parts.extend(next_end(finding, report.now(finding), time_zone));
    Some(parts.join("; "))
}

fn interrupted(interruptions: &[Interruption], time_zone: Tz) -> Option<String> {
    let last = interruptions.last()?;
    let longest = interruptions.iter().map(Interruption::length).max()?;
    let (began, length) = (began(last)?, last.length());
    let mut words = format!(
        "interrupted {}{} for {}",
        match interruptions.len() {
            1 => "once, ".to_owned(),
            times => format!("{} times, last ", thousands(times as u64)),
        },
        minute(began, time_zone),
        duration(length)
    );
    if longest > length {
        words.push_str(&format!(", at most for {}", duration(longest)));
    }
    Some(words)
}

/// When a client stopped being accepted.
fn began(interruption: &Interruption) -> Option<DateTime<Utc>> {
    interruption.last_accepted.or(interruption.first_rejection)
}

fn ran_out(unnoticed: &[Interruption], is_all: bool, time_zone: Tz) -> Option<String> {
    let last = minute(unnoticed.last()?.at()?, time_zone);
    let count = unnoticed.len();
    Some(match (is_all, count) {
        (true, 1) => format!("expired without a rejection seen, last used {last}"),
        (true, _) => format!(
            "expired {} times without a rejection seen, last used {last}",
            thousands(count as u64)
        ),
        (false, 1) => "expired once more without a rejection seen".to_owned(),
        (false, _) => format!(
            "expired {} more times without a rejection seen",
            thousands(count as u64)
        ),
    })
}

/// Since when holders are accepted again that were rejected until then, where a new token has left
/// no mark yet: `accepted again since 12:43`.
fn accepted_again(finding: &Finding, now: DateTime<Utc>, time_zone: Tz) -> Option<String> {
    let holders = finding.holders.iter();
    let again: Vec<DateTime<Utc>> = holders.filter_map(HolderFinding::accepted_again).collect();
    let since = of_the_day(again.iter().copied().max()?, now, time_zone);
    let which = match (again.len(), finding.holders.len()) {
        (one, all) if one == all => String::new(),
        (some, all) => format!("{some} of {all} pods "),
    };
    Some(format!("{which}accepted again since {since}"))
}

/// A time to the minute, without its date where it is the day of the window's end.
fn of_the_day(time: DateTime<Utc>, now: DateTime<Utc>, time_zone: Tz) -> String {
    let (at, now) = (minute(time, time_zone), minute(now, time_zone));
    match (at.split_once(' '), now.split_once(' ')) {
        (Some((day, time)), Some((today, _))) if day == today => time.to_owned(),
        _ => at,
    }
}

/// When the next of its tokens ends, among holders that come back.
fn next_end(finding: &Finding, now: DateTime<Utc>, time_zone: Tz) -> Option<String> {
    let next = finding
        .holders
        .iter()
        .filter(|holder| holder.verdict.is_recurring() && holder.rejected_from >= now)
        .min_by_key(|holder| holder.rejected_from)?;
    Some(format!(
        "next expiry {}, {}",
        due::date(next, time_zone),
        distance(next.rejected_from, now)
    ))
}

/// Since when a dead finding is silent that may have come back:
/// `quiet since 14:02; a healthy new token shows after one hour`. The date is left out where it is
/// the day of the window's end.
pub fn quiet(report: &Report, finding: &Finding, time_zone: Tz) -> Option<String> {
    let holders = finding.holders.iter();
    let quiet: Vec<&HolderFinding> = holders
        .filter(|holder| holder.verdict.is_dead() && holder.quiet_since.is_some())
        .collect();
    let since = quiet.iter().filter_map(|holder| holder.quiet_since).max()?;
    let now = report.now(finding);
    if now - since < RETRIED_WITHIN {
        return None;
    }
    let at = of_the_day(since, now, time_zone);
    let which = match (quiet.len(), finding.holders.len()) {
        (one, all) if one == all => String::new(),
        (some, all) => format!("{some} of {all} pods "),
    };
    Some(format!(
        "{which}quiet since {at}; a healthy new token shows up after one hour"
    ))
}

/// The spans in which a holder was rejected: each interruption separately where it recovered from
/// all of them.
pub fn rejected_spans(holder: &HolderFinding) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let of_interruptions: Vec<_> = holder
        .interruptions
        .iter()
        .filter_map(|it| Some((it.first_rejection?, it.last_rejection?)))
        .collect();
    match (&holder.rejections, holder.verdict.is_recurring()) {
        (_, true) if !of_interruptions.is_empty() => of_interruptions,
        (Some(rejections), _) => vec![(rejections.first, rejections.last)],
        (None, _) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn interruption(began: i64, ended: Option<i64>) -> Interruption {
        Interruption {
            last_accepted: Some(at(began)),
            first_rejection: ended.map(|_| at(began + 1)),
            last_rejection: ended.map(at),
            rejections: u64::from(ended.is_some()),
        }
    }

    #[test]
    fn the_last_and_the_longest_interruption_are_told() {
        let utc = chrono_tz::UTC;
        let (short, long) = (interruption(1460, Some(1465)), interruption(10, Some(45)));
        assert_eq!(
            interrupted(&[short], utc).as_deref(),
            Some("interrupted once, 1970-01-02 00:20 for 5 m")
        );
        assert_eq!(
            interrupted(&[long, short], utc).as_deref(),
            Some("interrupted 2 times, last 1970-01-02 00:20 for 5 m, at most for 35 m")
        );
        assert_eq!(
            ran_out(&[interruption(10, None)], true, utc).as_deref(),
            Some("expired without a rejection seen, last used 1970-01-01 00:10")
        );
        assert_eq!(
            ran_out(&[interruption(10, None)], false, utc).as_deref(),
            Some("expired once more without a rejection seen")
        );
    }
}
