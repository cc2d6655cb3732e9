//! What changed between two reports.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::rank::rank;
use super::thresholds::Thresholds;

use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::evidence::token::ESTIMATE_SPREAD;
use crate::report::Report;
use crate::report::changes::{AccountChange, ChangeKind, Changes, State};
use crate::report::finding::Finding;

/// How long a service account that was not looked for is remembered after its token expired:
/// a cluster that is swept once a week is still compared with its last sweep.
const RETAIN_UNSEEN: TimeDelta = TimeDelta::days(7);

/// By how much a date must move for a restart to be worth telling: where pods come and go, as
/// under an autoscaler, the oldest of them moves it a little every day.
const MIN_RESTART_GAIN: TimeDelta = TimeDelta::days(1);

type Account = (Cluster, ServiceAccount);

/// What changed since an earlier report; on a first run everything is new.
pub fn changes(previous: Option<&Report>, now: &Report) -> Changes {
    let before: BTreeMap<Account, Option<State>> = previous
        .map(known)
        .unwrap_or_default()
        .into_iter()
        .map(|((cluster, account), state)| {
            let clusters = now.clusters.iter().map(|scan| &scan.cluster);
            ((called_now(&cluster, clusters).clone(), account), state)
        })
        .collect();
    let states = states(now);
    let since = previous.and_then(since);
    let mut accounts = Vec::new();
    for (account, state) in &states {
        let known = before.get(account).copied().flatten();
        let change = change(account, known, Some(*state), since).map(|change| match change.kind {
            // What could not be read may have been of it.
            ChangeKind::Gone if !looked_for(&account.0, now) => AccountChange {
                kind: ChangeKind::NotSeen,
                ..change
            },
            _ => change,
        });
        accounts.extend(change);
    }
    for (account, known) in &before {
        if states.contains_key(account) {
            continue;
        }
        let change = change(account, *known, None, since).and_then(|change| {
            if looked_for(&account.0, now) {
                return Some(change);
            }
            let until = known.as_ref()?.rejected_from + RETAIN_UNSEEN;
            (now.as_of()? < until).then_some(AccountChange {
                kind: ChangeKind::NotSeen,
                ..change
            })
        });
        accounts.extend(change);
    }
    accounts.sort_by_cached_key(AccountChange::urgency);
    Changes {
        since,
        newly_incomplete: now.is_incomplete() && !previous.is_some_and(known_incomplete),
        new_callers: now.urgent_callers().filter(|(_, it)| it.is_new).count(),
        notified: true,
        left_out: 0,
        left_out_urgent: 0,
        left_out_first: None,
        accounts,
    }
}

/// The report without its unchanged findings. What it says of its clusters stays. Harmless ones
/// count as not there, and not as left out.
pub fn only_changes(report: &Report) -> Report {
    let mut shown = report.clone();
    let Some(changes) = &mut shown.changes else {
        return shown;
    };
    // What has no entry was and is harmless or accepted.
    let is_changed = |it: &Finding| {
        let kind = changes.of(it);
        kind.is_some_and(|kind| kind != ChangeKind::Unchanged)
    };
    let (changed, mut left_out): (Vec<Finding>, Vec<Finding>) = std::mem::take(&mut shown.findings)
        .into_iter()
        .partition(is_changed);
    left_out.retain(|it| !it.verdict.is_harmless());
    shown.findings = changed;
    rank(&mut shown.findings);
    let urgent = || left_out.iter().filter(|it| it.severity.is_some());
    changes.left_out = left_out.len();
    changes.left_out_urgent = urgent().count();
    changes.left_out_first = urgent().map(|it| it.lead().rejected_from).min();
    changes
        .accounts
        .retain(|account| account.kind != ChangeKind::Unchanged);
    shown
}

/// What a report with these clusters calls one of an earlier report, of which more or less was
/// known then.
pub fn called_now<'a>(
    cluster: &'a Cluster,
    clusters: impl Iterator<Item = &'a Cluster> + Clone,
) -> &'a Cluster {
    if clusters.clone().any(|known| known == cluster) {
        return cluster;
    }
    let mut alike = clusters.filter(|known| known.may_be(cluster));
    match (alike.next(), alike.next()) {
        (Some(only), None) => only,
        _ => cluster,
    }
}

fn states(report: &Report) -> BTreeMap<Account, State> {
    report
        .findings
        .iter()
        .map(|finding| {
            let account = (finding.cluster.clone(), finding.service_account.clone());
            let state = State {
                seen_at: report.window_end(finding),
                ..State::from(finding)
            };
            (account, state)
        })
        .collect()
}

/// The state of each service account at the last delivered notification: as in the report, or as
/// before it if its notification was not delivered. Service accounts that were not looked for since
/// keep the state from an earlier report.
fn known(previous: &Report) -> BTreeMap<Account, Option<State>> {
    let mut known: BTreeMap<Account, Option<State>> = states(previous)
        .into_iter()
        .map(|(account, state)| (account, Some(state)))
        .collect();
    let Some(changes) = &previous.changes else {
        return known;
    };
    for change in &changes.accounts {
        let unsent = !changes.notified && change.is_notable();
        if unsent || change.kind == ChangeKind::NotSeen {
            let account = (change.cluster.clone(), change.service_account.clone());
            known.insert(account, change.before);
        }
    }
    known
}

/// The time of the last delivered notification.
fn since(previous: &Report) -> Option<chrono::DateTime<chrono::Utc>> {
    match &previous.changes {
        Some(changes) if !changes.notified => changes.since,
        _ => previous.as_of(),
    }
}

fn known_incomplete(previous: &Report) -> bool {
    let unsent = previous
        .changes
        .as_ref()
        .is_some_and(|changes| !changes.notified && changes.newly_incomplete);
    previous.is_incomplete() && !unsent
}

/// Whether the service accounts of a cluster would have been seen: one line that could not be read
/// may have been the only request of one.
pub fn looked_for(cluster: &Cluster, now: &Report) -> bool {
    let Some(scan) = now.clusters.iter().find(|scan| scan.cluster == *cluster) else {
        return false;
    };
    !scan.without_events && scan.gaps.is_empty() && now.gaps.is_empty()
}

fn change(
    account: &Account,
    before: Option<State>,
    now: Option<State>,
    since: Option<DateTime<Utc>>,
) -> Option<AccountChange> {
    Some(AccountChange {
        cluster: account.0.clone(),
        service_account: account.1.clone(),
        kind: kind(before.as_ref(), now.as_ref(), since)?,
        before,
        now,
    })
}

/// What became of a service account; `None` if it was and is harmless.
fn kind(
    before: Option<&State>,
    now: Option<&State>,
    since: Option<DateTime<Utc>>,
) -> Option<ChangeKind> {
    let urgent = |state: &&State| state.severity.is_some();
    let refreshes =
        |state: Option<&State>| state.is_some_and(|state| state.verdict.is_refreshing());
    let is_accepted = |state: Option<&State>| state.is_some_and(State::is_accepted);
    Some(match (before.filter(urgent), now.filter(urgent)) {
        (None, None) => return None,
        (None, Some(_)) if refreshes(before) || is_accepted(before) => ChangeKind::Worse,
        (None, Some(_)) => ChangeKind::New,
        (Some(_), None) if refreshes(now) => ChangeKind::Better,
        (Some(_), None) if is_accepted(now) => ChangeKind::Unchanged,
        (Some(_), None) => ChangeKind::Gone,
        (Some(before), Some(now)) => between(before, now, since),
    })
}

fn between(before: &State, now: &State, since: Option<DateTime<Utc>>) -> ChangeKind {
    if now.severity > before.severity {
        return ChangeKind::Worse;
    }
    if before.verdict.is_recurring() && now.verdict.is_recurring() {
        // Its token changes every time, which is what it is known for.
        return match now.severity < before.severity {
            true => ChangeKind::Better,
            false => ChangeKind::Unchanged,
        };
    }
    if now.issued - before.issued >= MIN_RESTART_GAIN {
        ChangeKind::Restarted
    } else if before.verdict.is_dead() && now.verdict.is_dead() {
        ChangeKind::Unchanged
    } else if now.verdict.is_worse_than(before.verdict)
        || before.rejected_from - now.rejected_from > ESTIMATE_SPREAD
    {
        ChangeKind::Worse
    } else if now.severity < before.severity || before.verdict.is_worse_than(now.verdict) {
        ChangeKind::Better
    } else if is_due(before, now, since) {
        ChangeKind::Reminder
    } else {
        ChangeKind::Unchanged
    }
}

/// Whether the death of a frozen holder has come so near since the last notification that a
/// reminder is due.
fn is_due(before: &State, now: &State, since: Option<DateTime<Utc>>) -> bool {
    let (Some(then), Some(now_at)) = (before.seen_at.or(since), now.seen_at) else {
        return false;
    };
    let lifetime = now.rejected_from - now.issued;
    let (left_then, left) = (now.rejected_from - then, now.rejected_from - now_at);
    let mut reminders = Thresholds::of(lifetime).reminders().into_iter();
    now.verdict.is_dying() && reminders.any(|at| left <= at && at < left_then)
}

#[cfg(test)]
mod tests;
