//! What a run may take, as the operator states it.

use std::time::Duration;

use bytesize::ByteSize;

use super::price::PricePerGb;

/// What a run may take: queries side by side, bytes, money and time. It is carried from the
/// command line to the queries as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// How many queries may run at once in a Region.
    pub max_queries: usize,
    /// The most that may be scanned; no limit if absent.
    pub max_scan: Option<ByteSize>,
    /// What CloudWatch charges for a GB scanned, where the operator states it.
    pub price_per_gb: Option<PricePerGb>,
    /// How long queries may run.
    pub time_limit: Duration,
}
