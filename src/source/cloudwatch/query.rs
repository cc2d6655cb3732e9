//! The queries, as they stand in `queries/`: each runs in the console as it is.

/// A Logs Insights query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// Its name: the name of its file.
    pub name: &'static str,
    /// What it is for, in a line.
    pub purpose: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The number of rows at which its answer is cut off.
    pub limit: u64,
    /// Whether its rows are the events that match, and not made of several.
    pub rows_are_events: bool,
}

/// The query of the AWS documentation (EKS user guide, page "Kubernetes service accounts"),
/// for whoever wants to compare. We do not run it: it also counts text that callers wrote.
pub const STALE_TOKENS: Query = Query {
    name: "stale-tokens",
    purpose: "the query of the AWS documentation, to compare with; it also counts text that callers wrote",
    text: include_str!("../../../queries/stale-tokens.insights"),
    limit: DEFAULT_LIMIT,
    rows_are_events: true,
};

/// Every event that may hold evidence, whole.
pub const STALE_TOKEN_EVENTS: Query = Query {
    name: "stale-token-events",
    purpose: "every event that may hold evidence, whole: what export reads",
    text: include_str!("../../../queries/stale-token-events.insights"),
    limit: MAXIMUM_LIMIT,
    rows_are_events: true,
};

/// Stale tokens, one row a holder and token.
pub const STALE_TOKEN_HOLDERS: Query = Query {
    name: "stale-token-holders",
    purpose: "stale tokens, one row a holder and token: what sweep reads",
    text: include_str!("../../../queries/stale-token-holders.insights"),
    limit: DEFAULT_LIMIT,
    rows_are_events: false,
};

/// Every caller that the API server refused to authenticate.
pub const REJECTIONS: Query = Query {
    name: "rejections",
    purpose: "every caller that the API server refused to authenticate, one row a caller, kind of request and hour",
    text: include_str!("../../../queries/rejections.insights"),
    limit: MAXIMUM_LIMIT,
    rows_are_events: false,
};

/// Tokens kept in secrets, one row a token and caller.
pub const LEGACY_TOKENS: Query = Query {
    name: "legacy-tokens",
    purpose: "tokens kept in secrets that are in use, one row a token and caller",
    text: include_str!("../../../queries/legacy-tokens.insights"),
    limit: DEFAULT_LIMIT,
    rows_are_events: false,
};

/// The rows of a query that sets no limit (CloudWatch Logs user guide, page "limit"), and of a
/// `stats` over however many groups: it ends without any warning there.
const DEFAULT_LIMIT: u64 = 10_000;

/// The most rows that a query can ask for (same page).
const MAXIMUM_LIMIT: u64 = 100_000;

/// Every query.
pub const QUERIES: [Query; 5] = [
    STALE_TOKEN_HOLDERS,
    REJECTIONS,
    LEGACY_TOKENS,
    STALE_TOKEN_EVENTS,
    STALE_TOKENS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_one_in_the_text() {
        for query in QUERIES {
            let stated = query
                .text
                .lines()
                .find_map(|line| line.strip_prefix("| limit "))
                .map(|limit| limit.parse().expect("a number"));
            assert_eq!(
                stated.unwrap_or(DEFAULT_LIMIT),
                query.limit,
                "{}",
                query.name
            );
        }
    }

    #[test]
    fn every_query_fits() {
        // CloudWatch Logs API reference, StartQuery, queryString.
        for query in QUERIES {
            assert!(query.text.len() <= 10_000, "{}", query.name);
        }
    }
}
