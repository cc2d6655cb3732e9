//! The queries, as they stand in `queries/`: each runs in the console as it is.

/// A Logs Insights query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    /// Its name: the name of its file.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The number of rows at which its answer is cut off.
    pub limit: u64,
}

impl Query<'_> {
    /// Whether its rows are fewer than the events that match.
    pub fn aggregates(&self) -> bool {
        self.text.contains("| stats ")
    }
}

/// The query of the AWS documentation (EKS user guide, page "Kubernetes service accounts"),
/// for whoever wants to compare. We do not run it: it also counts text that callers wrote.
pub const STALE_TOKENS: Query<'static> = Query {
    name: "stale-tokens",
    text: include_str!("../../../queries/stale-tokens.insights"),
    limit: DEFAULT_LIMIT,
};

/// Every event that may hold evidence, whole.
pub const STALE_TOKEN_EVENTS: Query<'static> = Query {
    name: "stale-token-events",
    text: include_str!("../../../queries/stale-token-events.insights"),
    limit: MAXIMUM_LIMIT,
};

/// Every caller that the API server refused to authenticate.
pub const REJECTIONS: Query<'static> = Query {
    name: "rejections",
    text: include_str!("../../../queries/rejections.insights"),
    limit: DEFAULT_LIMIT,
};

/// The rows of a query that sets no limit (CloudWatch Logs user guide, page "limit").
const DEFAULT_LIMIT: u64 = 10_000;

/// The most rows that a query can ask for (same page).
const MAXIMUM_LIMIT: u64 = 100_000;

/// Every query.
pub const QUERIES: [Query<'static>; 3] = [STALE_TOKENS, STALE_TOKEN_EVENTS, REJECTIONS];

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
