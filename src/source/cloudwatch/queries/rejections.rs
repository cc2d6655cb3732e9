//! Who is rejected: one row a caller, kind of request and hour.

use chrono::{DateTime, Utc};

use super::columns::{call, peer, readable_user_agent};
use super::logs_query::{LogsQuery, MAXIMUM_ROW_LIMIT, QuerySpan, RowOrigin, RowOutcome};
use crate::evidence::coverage::Coverage;
use crate::evidence::gap::GapKind;
use crate::evidence::observation::Observation;
use crate::evidence::rejection::Rejection;
use crate::source::cloudwatch::row::Row;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "rejections",
    purpose: "rejected callers (401), one row per caller, kind of request and hour",
    text: || include_str!("../../../../queries/rejections.insights"),
    row_limit: MAXIMUM_ROW_LIMIT,
    // A rejection is written when it arrives, and the query does not tell arrivals apart.
    span: QuerySpan::Arrived,
    read_row: Some(read_row),
    is_dispensable: Some(|_| true),
    ..LogsQuery::PRINTED
};

/// The same without the addresses that a filter names.
pub const REST: LogsQuery = LogsQuery {
    name: "rejections, other addresses",
    ..QUERY
};

pub(super) fn read_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    match rejections(row) {
        Some((first, ..))
            if origin
                .filter
                .until
                .is_some_and(|until| until < first.received) => {}
        Some((first, last, count)) => {
            observations.push(Observation::RepeatedRejection { first, last, count });
        }
        None => {
            let kind = GapKind::MalformedEvent;
            coverage.gap(&origin.log_group, kind, "row of rejections");
        }
    }
    RowOutcome::Consumed
}

/// The first of the rejections in a row, the arrival of the last and their number; `None` if it
/// is not such a row.
fn rejections(row: &Row) -> Option<(Rejection, DateTime<Utc>, u64)> {
    let first = Rejection {
        address: peer(row).to_owned(),
        user_agent: readable_user_agent(row)?,
        call: call(row)?,
        received: time(row, "first")?,
    };
    let last = time(row, "last")?;
    let count = row.count("rejections").max(row.count("events"));
    (count > 0 && !first.address.is_empty()).then_some((first, last, count))
}

/// The first or the last arrival, as a number or as it stands in an event.
fn time(row: &Row, which: &str) -> Option<DateTime<Utc>> {
    row.time(&format!("{which}Arrival")).or_else(|| {
        let text = row.get(&format!("{which}Rejection"))?;
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some(time.to_utc())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read() {
        let row = Row::from([
            ("rejections", "41"),
            ("firstRejection", "2026-11-24T06:01:28.846018Z"),
            ("lastRejection", "2026-11-24T06:07:41.000001Z"),
            ("peerPart", "10.0.0.7"),
            ("agentPart", r"a \u003cb\u003e \\ c"),
            ("verbPart", "get"),
            ("rootPart", "/apis/apps/v1"),
            ("scopeMark", "/namespaces/"),
            ("resourcePart", "deployments"),
            ("nameMark", "/"),
            ("subresourcePart", "status"),
        ]);
        let (first, last, count) = rejections(&row).expect("a row of rejections");
        assert_eq!(first.user_agent, r"a <b> \ c");
        assert_eq!(
            first.call,
            "get /apis/apps/v1/namespaces/{namespace}/deployments/{name}/status"
        );
        assert_eq!(count, 41);
        assert!(first.received < last);
    }
}
