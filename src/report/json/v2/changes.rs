//! What changed since an earlier report.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::conversion::{both_ways, list, one, optional};
use super::identity::{Cluster, ServiceAccount};
use super::verdict::{Severity, Verdict};
use crate::report::changes;

/// What changed since an earlier report.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Changes {
    /// The time that the earlier report was made for; absent on a first run.
    pub(super) since: Option<DateTime<Utc>>,
    /// Whether something could not be seen now that could be seen then.
    pub(super) newly_incomplete: bool,
    /// Whether there is nobody who still has to be told. A later report counts its changes from
    /// the last one that everybody was told of.
    #[serde(rename = "told")]
    pub(super) notified: bool,
    /// How many rejected callers are urgent and were not in the earlier report.
    #[serde(default)]
    pub(super) new_callers: usize,
    /// How many unchanged findings were left out of the report.
    pub(super) left_out: usize,
    /// How many of them have a severity.
    #[serde(default)]
    pub(super) left_out_urgent: usize,
    /// When the first of these is rejected, or was.
    #[serde(default)]
    pub(super) left_out_first: Option<DateTime<Utc>>,
    /// Every service account with a finding then or now, the most urgent first.
    pub(super) accounts: Vec<AccountChange>,
}

/// What became of one service account.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct AccountChange {
    /// The cluster.
    pub(super) cluster: Cluster,
    /// The service account.
    pub(super) service_account: ServiceAccount,
    /// What became of it.
    pub(super) kind: ChangeKind,
    /// How it stood in the earlier report, if it was there.
    pub(super) before: Option<State>,
    /// How it stands now, if it is still there.
    pub(super) now: Option<State>,
}

/// The kinds of changes, in the order in which they are told.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum ChangeKind {
    /// It was not there, or its pods were gone.
    New,
    /// Its verdict or its severity is worse, or it is rejected earlier than was known.
    Worse,
    /// It is as it was, and its end has come near, or has come.
    Reminder,
    /// What it holds now is newer, by a day or more, than what was to be rejected first.
    Restarted,
    /// Its verdict or its severity is better.
    Better,
    /// Nothing was seen of it any more.
    Gone,
    /// It was not looked for, or not everywhere.
    NotSeen,
    /// Nothing of this.
    Unchanged,
}

/// How a service account stands in one report: what two reports are compared by.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct State {
    /// The finding's verdict.
    pub(super) verdict: Verdict,
    /// The finding's severity.
    pub(super) severity: Option<Severity>,
    /// When the token that is rejected first was issued.
    pub(super) issued: DateTime<Utc>,
    /// When it is rejected.
    pub(super) rejected_from: DateTime<Utc>,
    /// The end of the window in which it was seen so; absent in what was a report of version 1.
    #[serde(default)]
    pub(super) seen_at: Option<DateTime<Utc>>,
}

both_ways!(struct Changes, changes::Changes {
    since, newly_incomplete, notified, new_callers, left_out, left_out_urgent, left_out_first, accounts: list,
});
both_ways!(struct AccountChange, changes::AccountChange {
    cluster: one, service_account: one, kind: one, before: optional, now: optional,
});
both_ways!(enum ChangeKind, changes::ChangeKind {
    New, Worse, Reminder, Restarted, Better, Gone, NotSeen, Unchanged,
});
both_ways!(struct State, changes::State { verdict: one, severity: optional, issued, rejected_from, seen_at });
