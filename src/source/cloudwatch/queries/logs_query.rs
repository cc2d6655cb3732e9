//! A Logs Insights query, and how its rows are read.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;
use crate::source::request_filter::RequestFilter;

/// The rows of a query that sets no limit (CloudWatch Logs user guide, page "limit"). A `stats`
/// over more groups ends there without any warning.
pub const DEFAULT_ROW_LIMIT: u64 = 10_000;

/// The most rows that a query can ask for (same page).
pub const MAXIMUM_ROW_LIMIT: u64 = 100_000;

/// The beginning of a query's aggregation. Whatever stands before it selects events.
const AGGREGATION: &str = "\n| stats ";

/// The filter of every query: the streams that EKS writes audit events to. Centralization only
/// appends to their names.
pub(super) const OF_AUDIT: &str = "filter @logStream like /kube-apiserver-audit/";

/// A query: its text, its limits, and the meaning of its rows.
#[derive(Debug, Clone, Copy)]
pub struct LogsQuery {
    /// The name: that of its file in `queries/`.
    pub name: &'static str,
    /// What it is for, in a line.
    pub purpose: &'static str,
    /// The text, as it runs in the console.
    pub text: fn() -> &'static str,
    /// The number of rows at which a result is cut off.
    pub row_limit: u64,
    /// Whether its rows are the events that match, and not made of several.
    pub rows_are_events: bool,
    /// Whether its text computes `arrival`, so that the window of arrivals can be put into it.
    pub filters_arrivals: bool,
    /// The commands that run it.
    pub depths: &'static [Depth],
    /// The seconds that it is about.
    pub span: QuerySpan,
    /// Reads a row; absent for a query that is only printed.
    pub read_row: Option<ReadRow>,
    /// Whether a row is one that the query sorts last, and whose loss loses no other.
    pub is_dispensable: Option<fn(&Row) -> bool>,
    /// The queries to run instead, where the service refuses this one; none, if the fallback is.
    pub apart: &'static [&'static Self],
    /// The query to run instead, where this one is refused or a row of it is malformed.
    pub fallback: Option<&'static Self>,
    /// The query that reads the events that this one counts and does not read.
    pub remainder: Option<&'static Self>,
}

/// Reads a row: what it proves is added to the observations, what is missing to the coverage.
pub type ReadRow = fn(&Row, &RowOrigin, &mut Vec<Observation>, &mut Coverage) -> RowOutcome;

/// Where a row comes from, and which requests count.
#[derive(Debug, Clone)]
pub struct RowOrigin {
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// The name of the log group.
    pub log_group: String,
    /// The requests that count.
    pub filter: RequestFilter,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOutcome {
    /// It was read.
    Consumed,
    /// It counts events that only the remainder query reads.
    NeedsRawEvents,
    /// It is not a row of this query, which shows in what this construct came to: everything it
    /// stands for has to be read by the fallback.
    Malformed(&'static str),
}

/// The seconds that a query is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuerySpan {
    /// Those in which events of requests in the window are written: it ends a minute later.
    Written,
    /// The window of arrivals itself.
    Arrived,
    /// The look-back before the window.
    LookBack,
    /// The time since a pod was rejected last. It is run once for each such pod, after the look-back.
    SinceRejection,
    /// The window's beginning and end, of which any event will do, for log groups of which no other
    /// query shows one. It is run after the others.
    Edges,
    /// The whole window, for log groups of which its edges show no event. It is run last.
    Silence,
}

impl QuerySpan {
    /// Whether a query about it is among those that a run begins with. The others are run for what
    /// those leave open.
    pub fn is_first(self) -> bool {
        matches!(self, Self::Written | Self::Arrived)
    }

    /// Whether a query about it proves that an audit log is seen, or that it is not.
    pub fn is_probe(self) -> bool {
        matches!(self, Self::Edges | Self::Silence)
    }
}

impl LogsQuery {
    /// A query that is only printed. A base for the others.
    pub const PRINTED: Self = Self {
        name: "",
        purpose: "",
        text: || "",
        row_limit: DEFAULT_ROW_LIMIT,
        rows_are_events: false,
        filters_arrivals: false,
        depths: &[],
        span: QuerySpan::Written,
        read_row: None,
        is_dispensable: None,
        apart: &[],
        fallback: None,
        remainder: None,
    };

    /// A query whose rows are whole events, of which each tells its own arrival. A base for the
    /// others.
    pub const WHOLE_EVENTS: Self = Self {
        row_limit: MAXIMUM_ROW_LIMIT,
        rows_are_events: true,
        ..Self::PRINTED
    };

    /// The text that reads whole events instead: those that this query selects and that a further
    /// condition leaves.
    pub fn whole_events(&self, condition: &str) -> String {
        format!(
            "{}\n| filter {condition}\n| display @log, @message\n| limit {MAXIMUM_ROW_LIMIT}\n",
            self.selection()
        )
    }

    /// The text for a window of arrivals, with a further filter, which may be empty.
    ///
    /// The window of the query itself does not tell arrivals: an event is written when its
    /// request is over. Requests that arrived outside do not count; those whose arrival cannot
    /// be read do, so that they are noticed.
    pub fn text_for(&self, window: RequestFilter, filter: &str) -> String {
        let text = (self.text)();
        let micros = |time: DateTime<Utc>| time.timestamp_micros();
        let since = window
            .since
            .map(|time| format!("arrival >= {}", micros(time)));
        let until = window
            .until
            .map(|time| format!("arrival <= {}", micros(time)));
        let bounds: Vec<String> = since.into_iter().chain(until).collect();
        let bounded = if self.filters_arrivals && !bounds.is_empty() {
            let filter = format!(
                "\n| filter ({}) or not ispresent(arrival){AGGREGATION}",
                bounds.join(" and ")
            );
            text.replacen(AGGREGATION, &filter, 1)
        } else {
            text.to_owned()
        };
        if filter.is_empty() {
            return bounded;
        }
        match bounded.contains(AGGREGATION) {
            false => bounded.replacen("| limit", &format!("{filter}\n| limit"), 1),
            true => bounded.replacen(AGGREGATION, &format!("\n{filter}{AGGREGATION}"), 1),
        }
    }

    /// The same text of this query, for the events alone that a condition selects.
    ///
    /// The condition is joined to the filter that every query has, so that the fields that it
    /// compares are still those of the event.
    pub fn selecting(text: &str, condition: Option<&str>) -> String {
        match condition {
            None => text.to_owned(),
            Some(condition) => text.replacen(OF_AUDIT, &format!("{OF_AUDIT} and {condition}"), 1),
        }
    }

    /// The part of the text that selects events, before their aggregation.
    pub fn selection(&self) -> &'static str {
        let text = (self.text)();
        text.split(AGGREGATION).next().unwrap_or(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_of_arrivals_stands_before_the_aggregation() {
        let query = LogsQuery {
            text: || "filter a\n| stats count(*)\n| limit 10000\n",
            filters_arrivals: true,
            ..LogsQuery::PRINTED
        };
        let window = RequestFilter {
            since: Some("2026-11-24T06:00:00.5Z".parse().expect("a time")),
            until: Some("2026-11-24T07:00:00Z".parse().expect("a time")),
            look_back: None,
        };
        assert_eq!(
            query.text_for(window, "| filter b"),
            "filter a\n| filter (arrival >= 1795500000500000 and arrival <= 1795503600000000) or not ispresent(arrival)\n| filter b\n| stats count(*)\n| limit 10000\n"
        );
        let open = RequestFilter::default();
        assert_eq!(query.text_for(open, ""), (query.text)());
        let unaware = LogsQuery {
            filters_arrivals: false,
            ..query
        };
        assert_eq!(unaware.text_for(window, ""), (query.text)());
    }
}
