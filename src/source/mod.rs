//! Where evidence comes from.
//!
//! - [`files`]: audit logs on disk or standard input
//! - [`aws`]: credentials, Regions, calls and failures, for every service of AWS
//! - [`cloudwatch`]: CloudWatch Logs Insights
//! - [`eks`]: the EKS API, for the versions of clusters
//! - [`kubernetes`]: what a cluster says of its own pods
//! - [`s3`]: objects in S3, which are read like files
//! - [`default_window`]: the window of a cluster where none is stated
//! - [`depth`]: how much a command needs to know
//! - [`request_filter`]: which requests count, by their arrival
//! - [`ingest`]: one event's text read
//! - [`single_requests`]: every request by itself, spilled to temporary files where they are many
//! - [`pages`]: lists that come in pages, and that end
//! - [`error_words`]: errors of libraries, in words
//! - [`progress`], [`query_progress`]: how far a source has got
//!
//! A source feeds a collector and says what it could not see.

pub mod aws;
pub mod cloudwatch;
pub mod default_window;
pub mod depth;
pub mod eks;
mod error_words;
pub mod files;
pub mod ingest;
pub mod kubernetes;
mod pages;
pub mod progress;
pub mod query_progress;
pub mod request_filter;
pub mod s3;
pub mod single_requests;
mod spill;

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
