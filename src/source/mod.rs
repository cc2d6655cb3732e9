//! Where evidence comes from.
//!
//! - [`files`]: audit logs on disk or standard input
//! - [`aws`]: credentials, Regions, calls and failures, for every service of AWS
//! - [`cloudwatch`]: CloudWatch Logs Insights
//! - [`eks`]: the EKS API, for the versions of clusters
//! - [`default_window`]: the window of a cluster where none is stated
//! - [`arrivals`]: which requests are wanted, by their arrival
//! - [`intake`]: one event's text taken in
//! - [`accepted_requests`]: every request by itself, set aside in temporary files where they are many
//! - [`progress`]: how far a source has got
//!
//! A source feeds a collector and says what it could not see.

pub mod accepted_requests;
pub mod arrivals;
pub mod aws;
pub mod cloudwatch;
pub mod default_window;
pub mod eks;
pub mod files;
pub mod intake;
pub mod progress;
mod sorted_run;

use crate::evidence::coverage::Coverages;
use crate::evidence::set::Collect;

/// What a source brought back.
#[derive(Debug, Default)]
pub struct Gathered<C> {
    /// The evidence.
    pub collected: C,
    /// What was looked at, and what could not be seen.
    pub coverages: Coverages,
}

impl<C: Collect> Gathered<C> {
    /// Adds what another source, or another part of this one, brought back.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        self.collected.merge(other.collected);
        self.coverages.merge(other.coverages);
        self
    }
}
