//! How a service account changed, in words.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::time_format::{day, distance, minute};
use crate::report::changes::{AccountChange, ChangeKind, Changes, State};

/// What the changes count from.
pub fn heading(changes: &Changes, time_zone: Tz) -> String {
    match changes.since {
        Some(since) => format!("Changes since {} {time_zone}", minute(since, time_zone)),
        None => "First report: nothing to compare with".to_owned(),
    }
}

/// The changes that are listed. On a first run the findings are the list of changes.
pub fn listed(changes: &Changes) -> impl Iterator<Item = &AccountChange> {
    changes
        .accounts
        .iter()
        .filter(|account| account.kind != ChangeKind::Unchanged && changes.since.is_some())
}

/// How many did not change, and whether they are left out of the report.
pub fn unchanged(changes: &Changes) -> Option<String> {
    let unchanged = changes.count(ChangeKind::Unchanged) + changes.left_out;
    match (unchanged, changes.left_out) {
        (0, _) => None,
        (_, 0) => Some(format!("{unchanged} unchanged")),
        (_, _) => Some(format!("{unchanged} unchanged, left out here")),
    }
}

/// The change in words, without the service account and without the kind's own word:
/// `frozen, rejected from 2026-09-10 12:02 UTC, in 2 d 4 h`.
pub fn words(change: &AccountChange, now: DateTime<Utc>, time_zone: Tz) -> String {
    let rejected = |state: &State| {
        format!(
            "rejected from {} {time_zone}, {}",
            minute(state.rejected_from, time_zone),
            distance(state.rejected_from, now)
        )
    };
    // Where tokens live for a day, the day alone says nothing.
    let is_short = |state: &State| state.rejected_from - state.issued <= TimeDelta::days(1);
    let date = |state: &State| match is_short(state) {
        true => minute(state.rejected_from, time_zone),
        false => day(state.rejected_from, time_zone),
    };
    match (change.kind, &change.before, &change.now) {
        (ChangeKind::Restarted, Some(before), Some(after)) => format!(
            "new date {}, was {}; {}",
            date(after),
            date(before),
            after.verdict
        ),
        (ChangeKind::Better, _, Some(after)) if after.severity.is_none() => {
            "re-reads its token now".to_owned()
        }
        (ChangeKind::Worse | ChangeKind::Better, Some(before), Some(after)) => {
            format!("{}; {}", turn(before, after), rejected(after))
        }
        (ChangeKind::Gone, Some(before), _) if change.had_expired(now) => format!(
            "silent since its token expired on {}; if it still runs, it is rejected",
            date(before)
        ),
        (ChangeKind::Gone, Some(before), _) => format!(
            "not seen any more; it would have been rejected from {}",
            date(before)
        ),
        (ChangeKind::NotSeen, Some(before), _) => {
            format!(
                "not looked for; {} before, {}",
                before.verdict,
                rejected(before)
            )
        }
        (_, _, Some(after)) => format!("{}, {}", after.verdict, rejected(after)),
        (_, _, None) => String::new(),
    }
}

/// What turned: the verdict, else the severity, else the date.
fn turn(before: &State, after: &State) -> String {
    if before.verdict != after.verdict {
        return format!("now {}, was {}", after.verdict, before.verdict);
    }
    match (before.severity, after.severity) {
        (Some(then), Some(now)) if then != now => format!("now {now}, was {then}"),
        (None, Some(_)) if before.is_accepted() => {
            format!("{}, no longer accepted", after.verdict)
        }
        _ => format!("{}, with an older token than known before", after.verdict),
    }
}
