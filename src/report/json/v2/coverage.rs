//! What was looked at, what could not be seen, and what else to know of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::conversion::{both_ways, one};
use super::identity::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::{gap, note};
use crate::report::{filtered, legacy_token, scan};

/// A span of request arrivals, both ends included.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Window {
    /// The first moment.
    pub(super) since: DateTime<Utc>,
    /// The last moment: ages count to it.
    pub(super) until: DateTime<Utc>,
}

/// A gap and how many lines, files or slices of time it concerns.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct CountedGap {
    /// The gap.
    #[serde(flatten)]
    pub(super) gap: Gap,
    /// How many lines, files or slices.
    pub(super) count: u64,
}

/// Something that could not be seen: because of it the report may be incomplete.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Gap {
    /// The file, the log group or the slice of time.
    pub(super) place: UntrustedText,
    /// What kind of gap.
    pub(super) kind: GapKind,
    /// What happened, in a few words; may be empty.
    pub(super) detail: UntrustedText,
}

/// The kinds of gaps.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum GapKind {
    /// A line without a beginning or an end.
    TornLine,
    /// A line longer than the limit.
    OverlongLine,
    /// A line that is not UTF-8; its readable part was used.
    NotUtf8,
    /// A line with NUL bytes in it; its readable part was used.
    NulBytes,
    /// A line that looked like evidence and is not a whole event.
    MalformedEvent,
    /// A marked event that contradicts itself.
    ContradictoryEvent,
    /// A file or a stream that could not be read to its end.
    Unreadable,
    /// A query that filled its limit of rows.
    RowLimit,
    /// A query that ended without all of its rows.
    QueryEnded,
    /// A query that had not ended when its time was up.
    TimeLimit,
    /// A query that was interrupted.
    Interrupted,
    /// A cluster that could not be queried.
    #[serde(rename = "not_asked")]
    NotQueried,
    /// A log without any event in the window.
    NoEvents,
    /// A cluster whose newest audit event lies long before the end of the window.
    AuditLogStopped,
    /// An input that was named and holds no audit event.
    NotAnAuditLog,
    /// Audit events without annotations, where marks stand.
    NoAnnotations,
    /// What a cluster says of its pods was asked for, and could not be used.
    PodsNotUsed,
    /// A query whose answer is not what the events themselves say.
    ContradictoryAnswer,
}

/// A note and how often it was made.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct CountedNote {
    /// The note.
    #[serde(flatten)]
    pub(super) note: Note,
    /// How many events or places it concerns.
    pub(super) count: u64,
}

/// A remark about a place that was looked at.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Note {
    /// The log group, or what else it concerns.
    pub(super) place: UntrustedText,
    /// What to know, in words that suit any count.
    pub(super) text: UntrustedText,
}

/// What was looked for and not found.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Filtered {
    /// What was looked for, as it was typed: `pod web-0`.
    pub(super) wanted: UntrustedText,
    /// How many holders were seen with a stale token.
    pub(super) among: usize,
}

/// A token kept in a secret that is in use.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LegacyTokenFinding {
    /// The token's subject.
    pub(super) service_account: ServiceAccount,
    /// The secret, where the cluster tells it.
    pub(super) secret: Option<UntrustedText>,
    /// The arrival of the first request.
    pub(super) first_seen: DateTime<Utc>,
    /// The arrival of the last.
    pub(super) last_seen: DateTime<Utc>,
    /// Requests seen.
    pub(super) requests: u64,
    /// The peers' addresses.
    pub(super) addresses: Vec<UntrustedText>,
    /// The user agents, as the callers gave them.
    pub(super) user_agents: Vec<UntrustedText>,
}

both_ways!(struct Window, scan::Window { since, until });
both_ways!(struct CountedGap, gap::CountedGap { gap: one, count });
both_ways!(struct Gap, gap::Gap { place, kind: one, detail });
both_ways!(enum GapKind, gap::GapKind {
    TornLine, OverlongLine, NotUtf8, NulBytes, MalformedEvent, ContradictoryEvent, Unreadable,
    RowLimit, QueryEnded, TimeLimit, Interrupted, NotQueried, NoEvents, AuditLogStopped,
    NotAnAuditLog, NoAnnotations, PodsNotUsed, ContradictoryAnswer,
});
both_ways!(struct Filtered, filtered::Filtered { wanted, among });
both_ways!(struct CountedNote, note::CountedNote { note: one, count });
both_ways!(struct Note, note::Note { place, text });
both_ways!(struct LegacyTokenFinding, legacy_token::LegacyTokenFinding {
    service_account: one, secret, first_seen, last_seen, requests, addresses, user_agents,
});
