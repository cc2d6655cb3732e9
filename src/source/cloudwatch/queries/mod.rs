//! The queries: each is an object in a file of its own and runs in the console as it stands in
//! `queries/`.
//!
//! - [`logs_query`]: what a query is
//! - [`columns`]: columns that several queries have
//! - [`raw_event`]: rows that are whole events
//! - one file for each query
//!
//! A further query is one more file here, its text in `queries/`, and a line in [`QUERIES`].

pub mod accepted_since;
pub mod any_audit_event;
pub mod audit_events;
pub mod audit_evidence;
pub mod columns;
pub mod legacy_tokens;
pub mod log_origins;
pub mod logs_query;
mod raw_event;
pub mod rejected_requests;
pub mod rejections;
pub mod stale_token_events;
pub mod stale_token_holders;
pub mod stale_tokens;

use logs_query::LogsQuery;

use crate::source::depth::Depth;

/// Every query, in the order in which they are listed and run.
pub const QUERIES: [LogsQuery; 11] = [
    audit_evidence::QUERY,
    stale_token_holders::QUERY,
    rejections::QUERY,
    legacy_tokens::QUERY,
    accepted_since::QUERY,
    any_audit_event::QUERY,
    audit_events::QUERY,
    log_origins::QUERY,
    stale_token_events::QUERY,
    rejected_requests::QUERY,
    stale_tokens::QUERY,
];

/// The queries that a command runs.
pub fn at_depth(depth: Depth) -> Vec<LogsQuery> {
    QUERIES
        .into_iter()
        .filter(|query| query.depths.contains(&depth))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::logs_query::DEFAULT_ROW_LIMIT;
    use super::*;

    /// The queries that are run instead of those that are listed, or beside them.
    fn hidden() -> impl Iterator<Item = LogsQuery> {
        let instead = QUERIES
            .into_iter()
            .flat_map(|query| [query.fallback, query.remainder]);
        let instead = instead.flatten().copied();
        instead.chain([audit_evidence::SAMPLE])
    }

    #[test]
    fn the_row_limit_is_the_one_in_the_text() {
        for query in QUERIES.into_iter().chain(hidden()) {
            let stated = (query.text)()
                .lines()
                .find_map(|line| line.strip_prefix("| limit "))
                .map(|limit| match limit.strip_prefix("any ") {
                    // Of any rows, none are missing.
                    Some(_) => u64::MAX,
                    None => limit.parse().expect("a number"),
                });
            assert_eq!(
                stated.unwrap_or(DEFAULT_ROW_LIMIT),
                query.row_limit,
                "{}",
                query.name
            );
        }
    }

    /// A query that is run and lacks it would read the events of other clusters too.
    #[test]
    fn every_query_has_the_filter_that_a_condition_is_joined_to() {
        let run = QUERIES.into_iter().filter(|query| query.read_row.is_some());
        for query in run.chain(hidden()).chain([log_origins::QUERY]) {
            let text = LogsQuery::selecting((query.text)(), Some("a = \"b\""));
            let joined = "filter @logStream like /kube-apiserver-audit/ and a = \"b\"\n";
            assert_eq!(text.matches(joined).count(), 1, "{}", query.name);
        }
    }

    #[test]
    fn every_query_fits() {
        // CloudWatch Logs API reference, StartQuery, queryString; less a filter of arrivals.
        for query in QUERIES {
            assert!((query.text)().len() <= 9_800, "{}", query.name);
        }
    }

    /// An object whose strings are skipped whole, and in which objects nest so deep.
    fn object(depth: usize) -> String {
        let string = r#""[^"\\]*(?:\\.[^"\\]*)*""#;
        let inside = match depth {
            1 => string.to_owned(),
            _ => format!("{string}|{}", object(depth - 1)),
        };
        format!(r#"\{{[^"{{}}]*(?:(?:{inside})[^"{{}}]*)*\}}"#)
    }

    /// The queries that take annotations of an event have read all that stands before them, as the
    /// inside of an object whose end has not come.
    #[test]
    fn annotations_are_those_of_the_event_itself() {
        let open = object(17).strip_suffix(r"\}").expect("an end").to_owned();
        for query in QUERIES {
            let text = (query.text)();
            let annotations = text.matches(r#""annotations":"#);
            let ends = [
                r#","stageTimestamp":"[^"\\]*","annotations":"#,
                r#","stageTimestamp":"[^"\\]*"(?:,"annotations":"#,
            ];
            let after = ends.iter().map(|end| text.matches(end).count());
            let whole = format!(r#"| parse @message /^{open},"requestReceivedTimestamp":""#);
            let expected = usize::from(query.filters_arrivals);
            assert_eq!(annotations.count(), expected, "{}", query.name);
            assert_eq!(after.sum::<usize>(), expected, "{}", query.name);
            assert_eq!(text.matches(&whole).count(), expected, "{}", query.name);
        }
    }

    #[test]
    fn a_query_that_is_run_can_be_read() {
        for query in QUERIES {
            let is_run = QUERIES
                .iter()
                .flat_map(|other| other.apart)
                .any(|part| part.name == query.name)
                || !query.depths.is_empty();
            assert_eq!(is_run, query.read_row.is_some(), "{}", query.name);
        }
    }
}
