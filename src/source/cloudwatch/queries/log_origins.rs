//! Whose events a log group holds. It is run for log groups that an operator names, before the
//! queries of a command.

use super::logs_query::LogsQuery;

/// The query. `@aws.account` and `@aws.region` are those that an event comes from (CloudWatch Logs
/// user guide, page "Cross-account cross-Region log centralization"). `@source.log` is listed as a
/// default index, and what it holds is not documented, so it is only believed where it ends like
/// the name of an EKS log group.
pub const QUERY: LogsQuery = LogsQuery {
    name: "log-origins",
    purpose: "the accounts and Regions that a centralized log group has events from",
    text: || include_str!("../../../../queries/log-origins.insights"),
    ..LogsQuery::PRINTED
};
