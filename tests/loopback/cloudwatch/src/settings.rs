//! How a service behaves when nothing goes wrong.

use std::time::Duration;

use chrono::Utc;
use loopback_insights::Manners;

use super::fault::When;
use super::journal::End;
use super::quota::Quotas;
use super::sts::Role;

/// How long queries run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Life {
    /// So many polls see the query unfinished: the first Scheduled, unless it is the only one, the others Running.
    Polls(u32),
    /// So long on the clock, the first quarter of it Scheduled.
    Lasts(Duration),
}

/// Everything that a builder can set.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) region: String,
    pub(crate) account: String,
    /// The one access key that is known; any, if none is named.
    pub(crate) access_key: Option<String>,
    /// The role whose credentials have that access key.
    pub(crate) role: Option<Role>,
    /// The most rows in one answer of GetQueryResults.
    pub(crate) page_size: usize,
    pub(crate) life: Life,
    /// How the nth query ends; the first that holds counts, and without one it completes.
    pub(crate) ends: Vec<(When, End)>,
    /// A query with more events than this in its groups and window ends in Timeout.
    pub(crate) times_out_above: Option<usize>,
    pub(crate) manners: Manners,
    /// Queries that hold any of these are refused.
    pub(crate) refused: Vec<String>,
    /// The most rows that `stats` gives.
    pub(crate) stats_rows: usize,
    /// Whether `resultCount` tells of the rows that were cut off.
    pub(crate) counts_cut_rows: bool,
    /// What events weigh in statistics and estimates, in times of their size.
    pub(crate) bytes_factor: usize,
    /// The field that answers `estimate`, if the service knows that command.
    pub(crate) estimate_field: Option<String>,
    pub(crate) quotas: Quotas,
    /// The present, in epoch milliseconds, if not the true one.
    pub(crate) now: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: "eu-west-1".to_owned(),
            account: "111122223333".to_owned(),
            access_key: None,
            role: None,
            page_size: 10_000,
            life: Life::Polls(2),
            ends: Vec::new(),
            times_out_above: None,
            manners: Manners::default(),
            refused: Vec::new(),
            stats_rows: 10_000,
            counts_cut_rows: false,
            bytes_factor: 1,
            estimate_field: Some("@estimatedBytesScanned".to_owned()),
            quotas: Quotas::default(),
            now: None,
        }
    }
}

impl Settings {
    pub(crate) fn now(&self) -> i64 {
        self.now.unwrap_or_else(|| Utc::now().timestamp_millis())
    }

    /// How the query with that number ends, counted from 1.
    pub(crate) fn end_of(&self, query: u32) -> End {
        self.ends
            .iter()
            .find(|(when, _)| when.holds(query))
            .map_or(End::Complete, |(_, end)| *end)
    }
}
