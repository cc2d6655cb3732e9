//! Stale tokens, aggregated by CloudWatch: one row a holder and token, whatever the number of
//! requests.
//!
//! The query reads an event as [`crate::audit`] does, from its own top level. Events that it
//! cannot read, such as a mark of another form or in another place, it counts, and the remainder
//! query fetches them whole.

use std::sync::LazyLock;

use super::columns::{call, peer, requests, user_agent};
use super::logs_query::{LogsQuery, RowOrigin, RowOutcome};
use super::stale_token_events;
use crate::audit::service_account::ServiceAccount;
use crate::evidence::accepted::InvalidRequest;
use crate::evidence::coverage::Coverage;
use crate::evidence::gap::GapKind;
use crate::evidence::holder::Identity;
use crate::evidence::observation::Observation;
use crate::evidence::token::{Requests, Token};
use crate::evidence::token_use::TokenUse;
use crate::evidence::tokens::Tokens;
use crate::source::cloudwatch::row::Row;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "stale-token-holders",
    purpose: "stale tokens, one row per holder and token: what sweep reads if CloudWatch rejects audit-evidence",
    text: || include_str!("../../../../queries/stale-token-holders.insights"),
    filters_arrivals: true,
    read_row: Some(read_row),
    fallback: Some(&stale_token_events::QUERY),
    remainder: Some(&REMAINDER),
    ..LogsQuery::PRINTED
};

/// The events that the query counts and does not read, whole.
const REMAINDER: LogsQuery = LogsQuery {
    name: "stale-token-holders, remainder",
    text: || &REMAINDER_TEXT,
    ..stale_token_events::QUERY
};

static REMAINDER_TEXT: LazyLock<String> = LazyLock::new(|| {
    QUERY.whole_events(
        "ispresent(keyMark) and (not ispresent(datedMark) or not ispresent(userPart))",
    )
});

const CUT_OFF: &str = "event cut off by CloudWatch, which loses the mark of a stale token";

fn read_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    if row.get("events").is_none() {
        return RowOutcome::Malformed("count");
    }
    let (events, keyed) = (row.count("events"), row.count("keyed"));
    if events > keyed {
        note_cut_off(origin, coverage, events - keyed);
    }
    if keyed == 0 {
        return RowOutcome::Consumed;
    }
    if row.get("userPart").is_none() || row.get("datedMark").is_none() {
        return RowOutcome::NeedsRawEvents;
    }
    read_marked(row, origin, observations, coverage)
}

/// Notes events that were cut off.
pub(super) fn note_cut_off(origin: &RowOrigin, coverage: &mut Coverage, events: u64) {
    coverage.note_times(&origin.log_group, CUT_OFF, events);
}

/// Reads a row of events whose mark and user the query could read.
pub(super) fn read_marked(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let Some(user) = row.get("userPart") else {
        return RowOutcome::Malformed("parse of an event's beginning");
    };
    let user = ServiceAccount::from_username(user);
    let subject = row.get("subjectPart").map(ServiceAccount::from_username);
    let service_account = match (user, subject) {
        (Some(user), None) => user,
        (Some(user), Some(Some(subject))) if user == subject => user,
        (_, subject) => {
            let reason = match subject {
                Some(None) => InvalidRequest::Annotation,
                _ => InvalidRequest::Subject,
            };
            let kind = GapKind::ContradictoryEvent;
            let log_group = &origin.log_group;
            coverage.gap_times(log_group, kind, reason.to_string(), row.count("events"));
            return RowOutcome::Consumed;
        }
    };
    let Some(token) = token(row) else {
        return RowOutcome::Malformed("arithmetic on parsed text");
    };
    coverage.saw(token.first_used);
    coverage.saw(token.last_used);
    observations.push(Observation::TokenUse {
        service_account: service_account.into(),
        identity: identity(row),
        token_use: token_use(row, token),
    });
    RowOutcome::Consumed
}

fn token(row: &Row) -> Option<Token> {
    let ended = row.count("ended");
    Some(Token {
        issued: row.time("firstIssue")?,
        latest_estimate: row.time("lastIssue")?,
        first_used: row.time("firstArrival")?,
        last_used: row.time("lastArrival")?,
        requests: Requests::counted(
            row.count("answered").saturating_sub(ended),
            row.count("begun"),
            ended,
        ),
    })
}

fn identity(row: &Row) -> Identity {
    match row.get("podUidPart") {
        Some(uid) => Identity::Pod { uid: uid.into() },
        None => Identity::Caller {
            user_agent: user_agent(row).into(),
            address: peer(row).into(),
        },
    }
}

fn token_use(row: &Row, token: Token) -> TokenUse {
    let times = requests(row);
    // A token that does not tell its identity has the bin of its issue in that place.
    let credential_id = row
        .get("tokenPart")
        .filter(|part| part.parse::<f64>().is_err())
        .map(Into::into);
    let tokens = Tokens::one(credential_id, token);
    let mut token_use = TokenUse::of_agent(user_agent(row), times, tokens);
    if let Some(pod) = row.get("podPart") {
        token_use.pods.add(pod, times);
    }
    if let Some(node) = row.get("nodePart") {
        token_use.nodes.add(node, times);
    }
    token_use.addresses.add(peer(row), times);
    if let Some(call) = call(row) {
        token_use.calls.add(&call, times);
    }
    token_use
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evidence::cluster::Cluster;
    use crate::source::request_filter::RequestFilter;

    /// What became of a row, what it proved, and what is missing.
    fn read<const N: usize>(row: [(&str, &str); N]) -> (RowOutcome, Vec<Observation>, Coverage) {
        let origin = RowOrigin {
            cluster: Arc::new(Cluster::named("a")),
            log_group: "/aws/eks/a/cluster".to_owned(),
            filter: RequestFilter::default(),
        };
        let (mut observations, mut coverage) = (Vec::new(), Coverage::default());
        let outcome = read_row(&Row::from(row), &origin, &mut observations, &mut coverage);
        (outcome, observations, coverage)
    }

    const USER: (&str, &str) = ("userPart", "system:serviceaccount:ns:name");
    const DATED: (&str, &str) = ("datedMark", "seconds after warning threshold");

    #[test]
    fn a_row_that_cannot_be_read_is_left_to_another_query() {
        let nothing = (Vec::new(), Coverage::default());
        let (outcome, observations, coverage) = read([("@message", "{}")]);
        assert_eq!(outcome, RowOutcome::Malformed("count"));
        assert_eq!((observations, coverage), nothing);
        for marked in [USER, DATED] {
            let (outcome, observations, coverage) = read([("events", "3"), ("keyed", "3"), marked]);
            assert_eq!(outcome, RowOutcome::NeedsRawEvents);
            assert_eq!((observations, coverage), nothing);
        }
        let (outcome, observations, coverage) =
            read([("events", "3"), ("keyed", "3"), DATED, USER]);
        assert!(
            matches!(outcome, RowOutcome::Malformed(_)),
            "without any time"
        );
        assert_eq!((observations, coverage), nothing);
    }

    #[test]
    fn events_that_were_cut_off_are_noted() {
        let (outcome, observations, coverage) = read([("events", "7"), ("keyed", "0")]);
        assert_eq!(outcome, RowOutcome::Consumed);
        assert_eq!(coverage.notes.values().sum::<u64>(), 7);
        assert!(coverage.gaps.is_empty());
        assert!(observations.is_empty());
    }

    #[test]
    fn another_subject_than_the_user_proves_nothing() {
        let (outcome, observations, coverage) = read([
            ("events", "2"),
            ("keyed", "2"),
            DATED,
            USER,
            ("subjectPart", "system:serviceaccount:ns:other"),
        ]);
        assert_eq!(outcome, RowOutcome::Consumed);
        assert_eq!(coverage.gaps.values().sum::<u64>(), 2);
        assert!(observations.is_empty());
    }

    #[test]
    fn numbers_are_read_in_every_form() {
        let row = Row::from([
            ("firstIssue", "1.7954E15"),
            ("lastIssue", "1795400000250000"),
            ("firstArrival", "1795500000000000"),
            ("lastArrival", "1795500000500000.0"),
            ("answered", "5.0"),
            ("ended", "2"),
            ("begun", "3"),
        ]);
        let token = token(&row).expect("a token");
        assert_eq!(token.issued.timestamp(), 1_795_400_000);
        assert_eq!(token.latest_estimate.timestamp_millis(), 1_795_400_000_250);
        assert_eq!(token.requests.count(), 6);
    }
}
