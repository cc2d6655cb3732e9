//! Stale tokens, aggregated by CloudWatch: one row a holder and token, whatever the number of
//! requests.
//!
//! The query reads an event as [`crate::audit`] does, from its own top level. Events that it
//! cannot read, such as a mark of another form or in another place, it counts, and those are asked
//! for whole.

use chrono::{DateTime, Utc};

use super::rejections::call;
use super::{Context, Question, Took, events};
use crate::audit::service_account::ServiceAccount;
use crate::evidence::accepted::NoEvidence;
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::holder::{Holder, Identity};
use crate::evidence::set::EvidenceSet;
use crate::evidence::token::{Requests, Token, Tokens};
use crate::evidence::token_use::TokenUse;
use crate::source::arrivals::Arrivals;
use crate::source::cloudwatch::query::{Query, STALE_TOKEN_EVENTS, STALE_TOKEN_HOLDERS};
use crate::source::cloudwatch::row::Row;

/// What begins the aggregation in the query's text.
const AGGREGATION: &str = "\n| stats ";

/// What selects the events that the aggregation does not read.
const REST: &str = "
| filter ispresent(keyMark) and (not ispresent(datedMark) or not ispresent(userPart))
| display @log, @message
| limit 100000
";

const CUT_OFF: &str = "event cut off by CloudWatch, which loses the mark of a stale token";

/// The question.
pub fn question() -> Question<EvidenceSet> {
    Question {
        text,
        otherwise: Some(events::question),
        rest: Some(rest),
        ..Question::of(STALE_TOKEN_HOLDERS, take)
    }
}

/// The events that the query counts and does not read, whole.
fn rest() -> Question<EvidenceSet> {
    Question {
        query: Query {
            name: "stale-token-holders, the rest",
            ..STALE_TOKEN_EVENTS
        },
        text: |_, _| {
            let text = STALE_TOKEN_HOLDERS.text;
            let before = text.split(AGGREGATION).next().unwrap_or(text);
            format!("{before}{REST}")
        },
        ..events::question()
    }
}

/// Events whose request arrived outside the window do not count; those whose arrival cannot be
/// read do, so that they are noticed.
pub(super) fn text(query: &Query, arrivals: Arrivals) -> String {
    let mut wanted = Vec::new();
    let micros = |time: DateTime<Utc>| time.timestamp_micros();
    wanted.extend(
        arrivals
            .since
            .map(|time| format!("arrival >= {}", micros(time))),
    );
    wanted.extend(
        arrivals
            .until
            .map(|time| format!("arrival <= {}", micros(time))),
    );
    if wanted.is_empty() {
        return query.text.to_owned();
    }
    let filter = format!(
        "\n| filter ({}) or not ispresent(arrival){AGGREGATION}",
        wanted.join(" and ")
    );
    query.text.replacen(AGGREGATION, &filter, 1)
}

fn take(
    row: &Row,
    context: &Context,
    collected: &mut EvidenceSet,
    coverage: &mut Coverage,
) -> Took {
    if row.get("events").is_none() {
        return Took::Unreadable;
    }
    let (events, keyed) = (row.count("events"), row.count("keyed"));
    let place = &context.place;
    if events > keyed {
        coverage.note_times(place, CUT_OFF, events - keyed);
    }
    if keyed == 0 {
        return Took::Row;
    }
    let (Some(user), Some(_)) = (row.get("userPart"), row.get("datedMark")) else {
        return Took::Rest;
    };
    let user = ServiceAccount::from_username(user);
    let subject = row.get("subjectPart").map(ServiceAccount::from_username);
    let service_account = match (user, subject) {
        (Some(user), None) => user,
        (Some(user), Some(Some(subject))) if user == subject => user,
        (_, subject) => {
            let reason = match subject {
                Some(None) => NoEvidence::Annotation,
                _ => NoEvidence::Subject,
            };
            let kind = GapKind::ContradictoryEvent;
            coverage.gap_times(place, kind, reason.to_string(), keyed);
            return Took::Row;
        }
    };
    let Some(token) = token(row) else {
        return Took::Unreadable;
    };
    coverage.saw(token.first_used);
    coverage.saw(token.last_used);
    let holder = Holder {
        cluster: context.cluster.clone(),
        service_account,
        identity: identity(row),
    };
    collected.add(holder, token_use(row, token));
    Took::Row
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
        Some(uid) => Identity::Pod {
            uid: uid.to_owned(),
        },
        None => Identity::Caller {
            user_agent: unescaped(row.get("agentPart").unwrap_or_default()),
            address: row.get("peerPart").unwrap_or_default().to_owned(),
        },
    }
}

fn token_use(row: &Row, token: Token) -> TokenUse {
    let times = requests(row);
    // A token that does not tell its identity has the bin of its issue in that place.
    let credential_id = row
        .get("tokenPart")
        .filter(|part| part.parse::<f64>().is_err())
        .map(str::to_owned);
    let user_agent = unescaped(row.get("agentPart").unwrap_or_default());
    let tokens = Tokens::one(credential_id, token);
    let mut token_use = TokenUse::of_agent(user_agent, times, tokens);
    if let Some(pod) = row.get("podPart") {
        token_use.pods.add(pod, times);
    }
    if let Some(node) = row.get("nodePart") {
        token_use.nodes.add(node, times);
    }
    let address = row.get("peerPart").unwrap_or_default();
    token_use.addresses.add(address, times);
    if let Some(call) = call(row) {
        token_use.calls.add(&call, times);
    }
    token_use
}

/// The requests that a row counts. As for single events, the end of a long-running one repeats its
/// beginning.
pub(super) fn requests(row: &Row) -> u64 {
    row.count("answered").saturating_sub(row.count("ended")) + row.count("begun")
}

/// Text as it stood in the event's JSON; itself if it is not that.
pub(super) fn unescaped(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evidence::cluster::Cluster;

    fn context() -> Context {
        Context {
            cluster: Arc::new(Cluster::named("a")),
            place: "/aws/eks/a/cluster".to_owned(),
            arrivals: Arrivals::default(),
        }
    }

    #[test]
    fn the_window_of_arrivals_stands_before_the_aggregation() {
        let arrivals = Arrivals {
            since: Some("2026-11-24T06:00:00.5Z".parse().expect("a time")),
            until: Some("2026-11-24T07:00:00Z".parse().expect("a time")),
            ..Arrivals::default()
        };
        let text = text(&STALE_TOKEN_HOLDERS, arrivals);
        let expected = "\n| filter (arrival >= 1795500000500000 and arrival <= 1795503600000000) or not ispresent(arrival)\n| stats ";
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches("| stats ").count(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let mut set = EvidenceSet::default();
        let mut coverage = Coverage::default();
        let mut take = |row: Row| take(&row, &context(), &mut set, &mut coverage);
        let user = ("userPart", "system:serviceaccount:ns:name");
        assert_eq!(take(Row::from([("@message", "{}")])), Took::Unreadable);
        let dated = ("datedMark", "seconds after warning threshold");
        for row in [
            Row::from([("events", "3"), ("keyed", "3"), user]),
            Row::from([("events", "3"), ("keyed", "3"), dated]),
        ] {
            assert_eq!(take(row), Took::Rest);
        }
        let undated = Row::from([("events", "3"), ("keyed", "3"), dated, user]);
        assert_eq!(take(undated), Took::Unreadable);
        assert_eq!(
            take(Row::from([("events", "7"), ("keyed", "0")])),
            Took::Row
        );
        assert_eq!(coverage.notes.values().sum::<u64>(), 7);
        assert!(coverage.gaps.is_empty());
        assert_eq!(set, EvidenceSet::default());
    }

    #[test]
    fn another_subject_than_the_user_proves_nothing() {
        let mut set = EvidenceSet::default();
        let mut coverage = Coverage::default();
        let row = Row::from([
            ("events", "2"),
            ("keyed", "2"),
            ("datedMark", "seconds after warning threshold"),
            ("userPart", "system:serviceaccount:ns:name"),
            ("subjectPart", "system:serviceaccount:ns:other"),
        ]);
        assert_eq!(take(&row, &context(), &mut set, &mut coverage), Took::Row);
        assert_eq!(coverage.gaps.values().sum::<u64>(), 2);
        assert_eq!(set, EvidenceSet::default());
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
