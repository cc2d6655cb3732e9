//! What rows of a query come to: what they prove, and whether they are as expected.

use super::queries::logs_query::{LogsQuery, RowOrigin, RowOutcome};
use super::row::Row;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;

/// What rows came to.
#[derive(Debug, Default)]
pub struct Reading<C> {
    /// The evidence.
    pub collected: C,
    /// What was looked at, and the control plane's versions in it.
    pub coverage: Coverage,
    /// The construct whose outcome shows that the rows are not as expected.
    pub malformed: Option<&'static str>,
    /// Whether a row counts events that another query has to read whole.
    pub needs_raw_events: bool,
}

impl<C> Reading<C> {
    /// Reads a row. What it proves is not collected yet: it may have to wait, or not count at all.
    pub(super) fn row(
        &mut self,
        query: &LogsQuery,
        row: &Row,
        origin: &RowOrigin,
    ) -> Vec<Observation> {
        let mut observations = Vec::new();
        let outcome = query
            .read_row
            .map_or(RowOutcome::Malformed("no row"), |read| {
                read(row, origin, &mut observations, &mut self.coverage)
            });
        if let RowOutcome::Malformed(construct) = outcome {
            self.malformed.get_or_insert(construct);
        }
        self.needs_raw_events |= outcome == RowOutcome::NeedsRawEvents;
        observations
    }
}
