//! Every event that may be a rejected request, whole: read as a line of a file is.

use super::logs_query::{LogsQuery, RowOrigin, RowOutcome};
use super::raw_event::read_event;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "rejected-requests",
    purpose: "every rejected request (401) as a whole event: what export --rejected reads",
    text: || include_str!("../../../../queries/rejected-requests.insights"),
    depths: &[Depth::ExportRejected],
    read_row: Some(read_row),
    ..LogsQuery::WHOLE_EVENTS
};

fn read_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let is_rejection = |observation: &Observation| matches!(observation, Observation::Rejection(_));
    read_event(row, origin, is_rejection, observations, coverage)
}
