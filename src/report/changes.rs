//! What changed since an earlier report, service account by service account.

use std::cmp::Reverse;
use std::fmt;

use chrono::{DateTime, Utc};

use super::finding::Finding;
use super::severity::Severity;
use super::verdict::Verdict;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;

/// What changed since an earlier report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The time that the earlier report was made for; absent on a first run.
    pub since: Option<DateTime<Utc>>,
    /// Whether something could not be seen now that could be seen then.
    pub newly_incomplete: bool,
    /// Whether the notification was delivered. A later report counts its changes from the
    /// last delivered one.
    pub notified: bool,
    /// How many rejected callers are urgent and were not in the earlier report.
    pub new_callers: usize,
    /// How many unchanged findings were left out of the report.
    pub left_out: usize,
    /// How many of them have a severity.
    pub left_out_urgent: usize,
    /// When the first of these is rejected, or was.
    pub left_out_first: Option<DateTime<Utc>>,
    /// Every service account with a finding then or now, the most urgent first.
    pub accounts: Vec<AccountChange>,
}

/// What became of one service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// The cluster.
    pub cluster: Cluster,
    /// The service account.
    pub service_account: ServiceAccount,
    /// What became of it.
    pub kind: ChangeKind,
    /// How it stood in the earlier report, if it was there.
    pub before: Option<State>,
    /// Its state now, if it is still there.
    pub now: Option<State>,
}

/// The kinds of changes, in the order in which they are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
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

impl ChangeKind {
    /// Every kind, in the order in which they are reported.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Worse,
        Self::Reminder,
        Self::Restarted,
        Self::Better,
        Self::Gone,
        Self::NotSeen,
        Self::Unchanged,
    ];

    /// The kind's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Reminder => "reminder",
            Self::Restarted => "restarted",
            Self::Better => "better",
            Self::Gone => "gone",
            Self::NotSeen => "not seen",
            Self::Unchanged => "unchanged",
        }
    }
}

impl ChangeKind {
    /// The kind's word where there are several.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reminder => "reminders",
            kind => kind.word(),
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// The state of a service account in one report: what two reports are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The finding's verdict.
    pub verdict: Verdict,
    /// The finding's severity.
    pub severity: Option<Severity>,
    /// When the token that is rejected first was issued.
    pub issued: DateTime<Utc>,
    /// When it is rejected.
    pub rejected_from: DateTime<Utc>,
    /// The end of the window in which it was seen so; absent in a report of version 1.
    pub seen_at: Option<DateTime<Utc>>,
}

impl State {
    /// Whether it has no severity only because it is accepted.
    pub fn is_accepted(&self) -> bool {
        self.severity.is_none() && !self.verdict.is_harmless()
    }
}

impl From<&Finding> for State {
    fn from(finding: &Finding) -> Self {
        let lead = finding.lead();
        Self {
            verdict: finding.verdict,
            severity: finding.severity,
            issued: lead.issued,
            rejected_from: lead.rejected_from,
            seen_at: None,
        }
    }
}

impl AccountChange {
    /// Whether to send a notification. A service account that comes and goes before anything
    /// about it is decided, as the pods of a nightly job do, is not notable.
    pub fn is_notable(&self) -> bool {
        let decided = |state: &Option<State>| state.is_some_and(|state| state.verdict.is_decided());
        !matches!(self.kind, ChangeKind::NotSeen | ChangeKind::Unchanged)
            && (decided(&self.before) || decided(&self.now))
    }

    /// Whether its last known token had expired at this time: then it may be dead, not fixed.
    pub fn had_expired(&self, time: DateTime<Utc>) -> bool {
        self.before
            .is_some_and(|before| before.verdict.is_decided() && before.rejected_from <= time)
    }

    /// The order in which changes are reported: the most severe first.
    pub fn urgency(&self) -> impl Ord + use<> {
        let state = self.now.or(self.before);
        (
            Reverse(self.now.and_then(|now| now.severity)),
            self.kind,
            state.map(|state| state.rejected_from),
            self.cluster.clone(),
            self.service_account.clone(),
        )
    }
}

impl Changes {
    /// The changes to notify about.
    pub fn notable(&self) -> impl Iterator<Item = &AccountChange> {
        self.accounts.iter().filter(|account| account.is_notable())
    }

    /// Whether to send a notification.
    pub fn has_notable(&self) -> bool {
        self.newly_incomplete || self.new_callers > 0 || self.notable().next().is_some()
    }

    /// How many service accounts changed in this way.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.accounts
            .iter()
            .filter(|account| account.kind == kind)
            .count()
    }

    /// What became of a finding's service account.
    pub fn of(&self, finding: &Finding) -> Option<ChangeKind> {
        self.accounts
            .iter()
            .find(|account| {
                account.cluster == finding.cluster
                    && account.service_account == finding.service_account
            })
            .map(|account| account.kind)
    }
}

#[cfg(test)]
mod tests;
