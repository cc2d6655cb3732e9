//! The query of the AWS documentation (EKS user guide, page "Kubernetes service accounts"), to
//! compare with. It is only printed: it also counts text that callers wrote.

use super::logs_query::LogsQuery;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "stale-tokens",
    purpose: "the query from the AWS documentation, for comparison; it also counts text that callers wrote",
    text: || include_str!("../../../../queries/stale-tokens.insights"),
    rows_are_events: true,
    ..LogsQuery::PRINTED
};
