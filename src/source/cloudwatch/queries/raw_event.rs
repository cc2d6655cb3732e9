//! Rows that are whole events: read as a line of a file is.

use super::logs_query::{RowOrigin, RowOutcome};
use crate::evidence::coverage::Coverage;
use crate::evidence::gap::GapKind;
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::ingest::{Ingested, ingest_event};

/// Reads an event, and keeps what is wanted of it: whatever else it proves, its own query counts.
/// An event that cannot be read is a gap.
pub(super) fn read_event(
    row: &Row,
    origin: &RowOrigin,
    wanted: fn(&Observation) -> bool,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let log_group = &origin.log_group;
    let Some(message) = row.get("@message") else {
        coverage.gap(log_group, GapKind::MalformedEvent, "row without a message");
        return RowOutcome::Consumed;
    };
    let ingested = ingest_event(message, Some(origin.filter), |observation| {
        observations.extend(wanted(&observation).then_some(observation));
    });
    match ingested {
        Ingested::Event(written) => coverage.saw(written),
        Ingested::OtherKind => {}
        Ingested::Unusable(kind, detail) => coverage.gap(log_group, kind, detail),
    }
    RowOutcome::Consumed
}
