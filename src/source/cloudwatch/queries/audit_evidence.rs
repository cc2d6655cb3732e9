//! One scan for all that a sweep needs: stale tokens, tokens kept in secrets, rejected requests,
//! and the control plane's own requests.
//!
//! A row has a kind and a key. The key holds captured texts, joined by a quote that is not escaped;
//! [`columns_of`] takes it apart again, and the rows of each kind are read as those of the query
//! that reads this kind alone. An event has exactly one kind, so none is counted twice.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};

use super::logs_query::{LogsQuery, MAXIMUM_ROW_LIMIT, RowOrigin, RowOutcome};
use super::raw_event::read_event;
use super::{audit_events, legacy_tokens, rejections, stale_token_holders};
use crate::audit::control_plane;
use crate::audit::event::AuditEvent;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "audit-evidence",
    purpose: "one scan for stale tokens, tokens kept in secrets, rejections and the cluster's version: what sweep and investigate read",
    text: || include_str!("../../../../queries/audit-evidence.insights"),
    row_limit: MAXIMUM_ROW_LIMIT,
    filters_arrivals: true,
    depths: &[Depth::Sweep, Depth::Investigate],
    read_row: Some(read_row),
    is_dispensable: Some(is_rejection),
    apart: &[
        &stale_token_holders::QUERY,
        &rejections::QUERY,
        &legacy_tokens::QUERY,
    ],
    fallback: Some(&EVENTS),
    remainder: Some(&REMAINDER),
    ..LogsQuery::PRINTED
};

/// The kinds of rows, as the query captures them; those of the control plane begin with
/// [`CONTROL_PLANE`].
const STALE: &str = "stale-token";
const LEGACY: &str = "legacy-token";
const UNREAD: &str = "token";
const CUT_OFF: &str = "kind";
const CONTROL_PLANE: &str = "kube-";
const REJECTED: &str = "Unauthorized";

/// The columns in the keys of rows, after the kind.
const STALE_COLUMNS: [&str; 16] = [
    "userPart",
    "agentPart",
    "peerPart",
    "subjectPart",
    "secretPart",
    "podUidPart",
    "podPart",
    "nodePart",
    "tokenPart",
    "hourPart",
    "verbPart",
    "rootPart",
    "scopeMark",
    "resourcePart",
    "nameMark",
    "subresourcePart",
];
/// How many of them the key of a token in a secret has.
const LEGACY_COLUMNS: usize = 5;
/// And that of the control plane.
const CONTROL_PLANE_COLUMNS: usize = 1;

/// Every event that may prove something, whole.
const EVENTS: LogsQuery = LogsQuery {
    name: "audit-evidence, whole events",
    text: || {
        r#"fields @timestamp, @log, @message
| filter @logStream like /kube-apiserver-audit/
| filter @message like "authentication.k8s.io/stale-token" or @message like "authentication.k8s.io/legacy-token" or @message like "Unauthorized"
| limit 100000
"#
    },
    read_row: Some(read_whole),
    ..LogsQuery::WHOLE_EVENTS
};

/// The events that the query counts and does not read, whole.
const REMAINDER: LogsQuery = LogsQuery {
    name: "audit-evidence, remainder",
    text: || &REMAINDER_TEXT,
    ..EVENTS
};

static REMAINDER_TEXT: LazyLock<String> =
    LazyLock::new(|| QUERY.whole_events(&format!("kindPart = \"{UNREAD}\"")));

/// Every event that the query reads, whole, for a piece of log in which there are few. Beside the
/// evidence it tells of the control plane's own requests when CloudWatch dates them.
pub const SAMPLE: LogsQuery = LogsQuery {
    name: "audit-evidence, sample of whole events",
    text: || {
        r#"fields @timestamp, @log, @message
| filter @logStream like /kube-apiserver-audit/
| filter @message like "authentication.k8s.io/stale-token" or @message like "authentication.k8s.io/legacy-token" or @message like "Unauthorized" or @message like "kube-apiserver/v" or @message like "kube-controller-manager/v" or @message like "kube-scheduler/v"
| limit 1000
"#
    },
    row_limit: 1_000,
    read_row: Some(read_sampled),
    ..LogsQuery::WHOLE_EVENTS
};

fn read_sampled(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let mut elsewhere = Coverage::default();
    read_event(row, origin, |_| true, observations, &mut elsewhere);
    let message = row.get("@message").unwrap_or_default();
    let (Ok(event), Some(dated)) = (AuditEvent::parse(message), row.event_time("@timestamp"))
    else {
        return RowOutcome::Consumed;
    };
    let is_of_another_kind = event.annotations.stale_token.is_some()
        || event.annotations.legacy_token.is_some()
        || !origin.filter.contains(event.request_received_timestamp);
    let version = control_plane::believable(&event.user.username, &event.user_agent);
    if let Some(version) = version.filter(|_| !is_of_another_kind) {
        coverage.control_plane.saw(version, dated);
    }
    RowOutcome::Consumed
}

fn read_whole(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    read_event(row, origin, |_| true, observations, coverage)
}

fn is_rejection(row: &Row) -> bool {
    row.get("kindPart") == Some(REJECTED)
}

fn read_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let (Some(kind), Some(key)) = (row.get("kindPart"), row.get("rowKey")) else {
        return RowOutcome::Malformed("coalesce and concat of captured texts");
    };
    if row.count("events") == 0 {
        return RowOutcome::Malformed("count");
    }
    let Some(columns) = columns_of(key, kind) else {
        return RowOutcome::Malformed("texts joined by concat");
    };
    let row = row.with(columns);
    if let Some(construct) = misread(&row, kind, origin) {
        return RowOutcome::Malformed(construct);
    }
    match kind {
        UNREAD => RowOutcome::NeedsRawEvents,
        CUT_OFF => {
            stale_token_holders::note_cut_off(origin, coverage, row.count("events"));
            RowOutcome::Consumed
        }
        STALE => stale_token_holders::read_marked(&row, origin, observations, coverage),
        LEGACY => legacy_tokens::read_row(&row, origin, observations, coverage),
        REJECTED => rejections::read_row(&row, origin, observations, coverage),
        _ => audit_events::read_seen(&row, row.get("userPart"), Some(kind), coverage),
    }
}

/// The construct whose outcome contradicts what the query selects, if one does.
fn misread(row: &Row, kind: &str, origin: &RowOrigin) -> Option<&'static str> {
    if !matches!(kind, STALE | LEGACY | REJECTED) {
        return None;
    }
    let (first, last) = (row.time("firstArrival"), row.time("lastArrival"));
    let is_inside = |time: DateTime<Utc>| {
        // The window's ends are exact to the microsecond.
        let (before, after) = (time - TimeDelta::seconds(1), time + TimeDelta::seconds(1));
        origin.filter.since.is_none_or(|since| after >= since)
            && origin.filter.until.is_none_or(|until| before <= until)
    };
    if !first.is_some_and(is_inside) || !last.is_some_and(is_inside) {
        return Some("arithmetic on parsed text, or large numbers");
    }
    // A token without an identity is one by its issue, to a bin of 15 s.
    let is_binned = row.number("tokenPart").is_some();
    let issues = row.time("firstIssue").zip(row.time("lastIssue"));
    let spread = issues.map(|(first, last)| last - first);
    (kind == STALE && is_binned && spread > Some(TimeDelta::seconds(16)))
        .then_some("a number joined by concat")
}

/// The columns that a key holds; `None` if it is not the key of such a row.
fn columns_of(key: &str, kind: &str) -> Option<Vec<(&'static str, String)>> {
    let expected = match kind {
        UNREAD | CUT_OFF => 0,
        STALE | REJECTED => STALE_COLUMNS.len(),
        LEGACY => LEGACY_COLUMNS,
        _ if kind.starts_with(CONTROL_PLANE) => CONTROL_PLANE_COLUMNS,
        _ => return None,
    };
    let mut texts = texts_of(key);
    if texts.next()? != kind {
        return None;
    }
    let texts: Vec<&str> = texts.collect();
    let named = STALE_COLUMNS.iter().zip(&texts);
    // What an event lacks is blank in its key.
    let present = named.filter(|(_, text)| !text.is_empty());
    (texts.len() == expected).then(|| {
        present
            .map(|(name, text)| (*name, (*text).to_owned()))
            .collect()
    })
}

/// The texts that quotes separate. One that is escaped, by an odd number of backslashes before
/// it, belongs to a text.
fn texts_of(key: &str) -> impl Iterator<Item = &str> {
    let mut is_escaped = false;
    key.split(move |character| {
        let separates = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        separates
    })
}

#[cfg(test)]
mod tests;
