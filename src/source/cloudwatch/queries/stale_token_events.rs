//! Every event that may hold evidence, whole: read as a line of a file is.

use super::logs_query::{LogsQuery, QuerySpan, RowOrigin, RowOutcome};
use super::raw_event::read_event;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "stale-token-events",
    purpose: "every event that may contain evidence, as a whole event: what export reads",
    text: || include_str!("../../../../queries/stale-token-events.insights"),
    depths: &[Depth::Export, Depth::ExportRejected],
    read_row: Some(read_row),
    ..LogsQuery::WHOLE_EVENTS
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
    read_event(row, origin, is_stale, observations, coverage)
}

fn read_earlier_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    _: &mut Coverage,
) -> RowOutcome {
    // The look-back is not part of the window: what cannot be read there is no gap.
    let mut elsewhere = Coverage::default();
    read_event(row, origin, is_stale, observations, &mut elsewhere)
}

fn is_stale(observation: &Observation) -> bool {
    matches!(
        observation,
        Observation::StaleRequest(_) | Observation::EarlierStaleRequest(_)
    )
}
