//! Whether a pod that was rejected is accepted again: a new token leaves no mark for an hour, so the
//! other queries do not show it.

use super::logs_query::{LogsQuery, QuerySpan, RowOrigin, RowOutcome};
use crate::audit::event::AuditEvent;
use crate::evidence::coverage::Coverage;
use crate::evidence::observation::Observation;
use crate::evidence::unmarked::UnmarkedRequest;
use crate::source::cloudwatch::row::Row;
use crate::source::depth::Depth;

/// The longest user agent that is put into a query. Longer ones may have been cut by the API server.
const USER_AGENT_LENGTH: usize = 1_000;

/// The query.
pub const QUERY: LogsQuery = LogsQuery {
    name: "accepted-since",
    purpose: "one request that a rejected pod sent with a new token: proof that it is accepted again",
    text: || include_str!("../../../../queries/accepted-since.insights"),
    // Any row will do, so none is missing.
    row_limit: u64::MAX,
    depths: &[Depth::Investigate],
    span: QuerySpan::SinceRejection,
    read_row: Some(read_row),
    ..LogsQuery::PRINTED
};

/// The filter for one pod and one of its programs: beside the one that is rejected, another may
/// refresh its token. `None` where their text cannot be put into a query as it is.
pub fn filter(pod_uid: &str, user_agent: &str) -> Option<String> {
    let is_uid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    // What JSON or the query language would escape is left out.
    let is_plain =
        |byte: u8| byte == b' ' || (byte.is_ascii_graphic() && !b"\"\\`'<>&#|".contains(&byte));
    let is_safe = !pod_uid.is_empty()
        && pod_uid.bytes().all(is_uid)
        && !user_agent.is_empty()
        && user_agent.len() <= USER_AGENT_LENGTH
        && user_agent.bytes().all(is_plain);
    is_safe.then(|| format!("| filter podUidPart = \"{pod_uid}\" and agentPart = \"{user_agent}\""))
}

fn read_row(
    row: &Row,
    origin: &RowOrigin,
    observations: &mut Vec<Observation>,
    coverage: &mut Coverage,
) -> RowOutcome {
    let event = row.get("@message").map(AuditEvent::parse);
    // What cannot be read proves nothing here, and the other queries tell of it.
    if let Some(Ok(event)) = event
        && origin.filter.contains(event.request_received_timestamp)
    {
        coverage.saw(event.stage_timestamp);
        let request = UnmarkedRequest::from_event(&event);
        observations.extend(request.map(Observation::UnmarkedRequest));
    }
    RowOutcome::Consumed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::request_filter::RequestFilter;

    #[test]
    fn only_text_that_needs_no_escaping_goes_into_a_query() {
        let agent = "app/v1.0 (linux/amd64) kubernetes/$Format";
        let filter = filter("0f9a-3c1", agent).expect("a filter");
        let text = QUERY.text_for(RequestFilter::default(), &filter);
        assert!(
            text.ends_with(
                "| filter podUidPart = \"0f9a-3c1\" and agentPart = \"app/v1.0 (linux/amd64) \
                 kubernetes/$Format\"\n| limit any 1\n"
            ),
            "{text}"
        );
        let long = "a".repeat(1_024);
        for (uid, agent) in [
            ("", agent),
            ("a\" or 1 = 1", agent),
            ("a b", agent),
            ("a", ""),
            ("a", "x\" or 1 = 1 | limit 10"),
            ("a", "back\\slash"),
            ("a", "line\nbreak"),
            ("a", "<script>"),
            ("a", "caf\u{e9}"),
            ("a", &long),
        ] {
            assert_eq!(super::filter(uid, agent), None, "{uid} {agent}");
        }
    }
}
