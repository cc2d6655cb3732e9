//! Every event that may hold evidence, whole: read as a line of a file is.

use super::logs_query::{LogsQuery, MAXIMUM_ROW_LIMIT, QuerySpan, RowOrigin, RowOutcome};
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;
use crate::source::ingest::{Ingested, ingest_event};

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "stale-token-events",
    purpose: "every event that may hold evidence, whole: what export reads",
    text: || include_str!("../../../../queries/stale-token-events.insights"),
    row_limit: MAXIMUM_ROW_LIMIT,
    rows_are_events: true,
    // Each event tells its own arrival.
    filters_arrivals: false,
    // An investigation wants every call that a holder makes.
    depths: &[Depth::Investigate, Depth::Export],
    span: QuerySpan::Written,
    read_row: Some(read_row),
    fallback: None,
    remainder: None,
};

/// The same before the window, which only tells whose rejections lie inside.
pub const LOOK_BACK: LogsQuery = LogsQuery {
    span: QuerySpan::LookBack,
    read_row: Some(read_earlier_row),
    ..QUERY
};

fn read_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let log_group = &origin.log_group;
    let Some(message) = row.get("@message") else {
        coverage.gap(log_group, GapKind::MalformedEvent, "row without a message");
        return RowOutcome::Consumed;
    };
    match stale_requests(message, origin, observations) {
        Ingested::Event(written) => coverage.saw(written),
        Ingested::OtherKind => {}
        Ingested::Unusable(kind, detail) => coverage.gap(log_group, kind, detail),
    }
    RowOutcome::Consumed
}

fn read_earlier_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    _: &mut Coverage,
) -> RowOutcome {
    if let Some(message) = row.get("@message") {
        stale_requests(message, origin, observations);
    }
    RowOutcome::Consumed
}

/// An event that holds the annotation's phrase may be something else, which its own query counts.
fn stale_requests(
    message: &str,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
) -> Ingested {
    ingest_event(message, Some(origin.filter), |observation| {
        let is_stale = matches!(
            observation,
            Observation::StaleRequest(_) | Observation::EarlierStaleRequest(_)
        );
        observations.extend(is_stale.then_some(observation));
    })
}
