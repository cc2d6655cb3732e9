//! The arguments that say what queries may take, and whether they are run at all.

use std::time::Duration;

use bytesize::ByteSize;
use chrono::TimeDelta;
use clap::Args;

use super::time_arg::duration;
use crate::source::cloudwatch::budget::Budget;
use crate::source::cloudwatch::price::PricePerGb;

#[derive(Debug, Args)]
pub(super) struct BudgetArgs {
    /// Maximum number of queries at once in a Region; the quota is 100, shared with dashboards
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=100), help_heading = "AWS")]
    max_queries: u16,

    /// Fail without querying if the queries are estimated to scan more than this, such as 50GB
    #[arg(long, value_name = "SIZE", help_heading = "AWS")]
    max_scan: Option<ByteSize>,

    /// What CloudWatch charges for a GB scanned, in US dollars: 0.0076
    ///
    /// The default is the list price of each Region, where it is known.
    #[arg(
        long,
        value_name = "DOLLARS",
        conflicts_with = "input",
        help_heading = "AWS"
    )]
    price_per_gb: Option<PricePerGb>,

    /// Print the queries and their estimated cost without running them
    #[arg(long, conflicts_with = "input", help_heading = "AWS")]
    pub(super) dry_run: bool,

    /// Stop running queries after this long and report partial results
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m", help_heading = "AWS")]
    timeout: TimeDelta,
}

impl BudgetArgs {
    /// What queries may take.
    pub(super) fn budget(&self) -> Budget {
        Budget {
            max_queries: usize::from(self.max_queries),
            max_scan: self.max_scan,
            price_per_gb: self.price_per_gb,
            time_limit: self.timeout.to_std().unwrap_or(Duration::MAX),
        }
    }
}
