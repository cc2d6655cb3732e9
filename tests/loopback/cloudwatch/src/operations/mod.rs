//! One file for each operation of CloudWatch Logs.

pub(crate) mod describe_log_groups;
pub(crate) mod describe_log_streams;
pub(crate) mod get_query_results;
pub(crate) mod get_transformer;
pub(crate) mod start_query;
pub(crate) mod stop_query;
