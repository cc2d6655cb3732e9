//! Columns that several queries have.

use crate::audit::bounded_text::{self, bounded, cut};
use crate::audit::path_shape::call_shape;
use crate::source::cloudwatch::row::Row;

/// The number of requests that a row counts. As for single events, the end of a long-running
/// request repeats its beginning.
pub(super) fn requests(row: &Row) -> u64 {
    row.count("answered").saturating_sub(row.count("ended")) + row.count("begun")
}

/// What was called: verb and shape of the path; `None` if that cannot be read.
pub(super) fn call(row: &Row) -> Option<String> {
    let text = |name: &str| row.get(name).unwrap_or_default();
    // A path of the same shape as the ones that the row stands for.
    let mut path = text("rootPart").to_owned();
    if row.get("scopeMark").is_some() {
        path.push_str("/namespaces/n");
    }
    if let Some(resource) = row.get("resourcePart") {
        path.push('/');
        path.push_str(resource);
    }
    if row.get("nameMark").is_some() {
        path.push_str("/n");
    }
    if let Some(subresource) = row.get("subresourcePart") {
        path.push('/');
        path.push_str(subresource);
    }
    Some(call_shape(
        &unescaped(text("verbPart"))?,
        &unescaped(&path)?,
    ))
}

/// The user agent; as it stands in the row if that is not the inside of a JSON string.
pub(super) fn user_agent(row: &Row) -> String {
    readable_user_agent(row).unwrap_or_else(|| {
        let raw = row.get("agentPart").unwrap_or_default();
        cut(raw, bounded_text::USER_AGENT).to_owned()
    })
}

/// The user agent; `None` if it is not the inside of a JSON string.
pub(super) fn readable_user_agent(row: &Row) -> Option<String> {
    let text = unescaped(row.get("agentPart").unwrap_or_default())?;
    Some(bounded(text, bounded_text::USER_AGENT))
}

/// The peer's address.
pub(super) fn peer(row: &Row) -> &str {
    cut(
        row.get("peerPart").unwrap_or_default(),
        bounded_text::ADDRESS,
    )
}

/// The text of a JSON string, whose inside a column holds as it stood in the event.
fn unescaped(raw: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{raw}\"")).ok()
}
