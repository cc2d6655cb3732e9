//! Whether an audit log is seen at the edges of the window, at the price of a few events.

use super::audit_events;
use super::logs_query::{LogsQuery, QuerySpan, RowOrigin, RowOutcome};
use crate::audit::control_plane;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "any-audit-event",
    purpose: "a few audit events of any kind: proof that a cluster's audit log is seen",
    text: || include_str!("../../../../queries/any-audit-event.insights"),
    // Any rows will do, so none are missing.
    row_limit: u64::MAX,
    depths: &[
        Depth::Sweep,
        Depth::Investigate,
        Depth::Export,
        Depth::ExportRejected,
    ],
    span: QuerySpan::Edges,
    read_row: Some(read_row),
    apart: &[&audit_events::QUERY],
    ..LogsQuery::PRINTED
};

fn read_row(
    row: &Row,
    _: &RowOrigin,
    _: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let Some(written) = row.event_time("@timestamp") else {
        return RowOutcome::Malformed("@timestamp");
    };
    if row.get("auditMark").is_none() {
        coverage.foreign_events += 1;
        return RowOutcome::Consumed;
    }
    coverage.saw(written);
    let (user, program) = (row.get("userPart"), row.get("programPart"));
    let version = user
        .zip(program)
        .and_then(|(user, program)| control_plane::believable(user, program));
    if let Some(version) = version {
        coverage.control_plane.saw(version, written);
    }
    RowOutcome::Consumed
}
