//! How the API server writes an event: what tells one, and its time, without parsing.

use super::raw_timestamp::RawTimestamp;

/// How the API server begins every event; other writers may order the keys otherwise.
const EVENT: &[u8; 43] = br#"{"kind":"Event","apiVersion":"audit.k8s.io/"#;
/// The same in a JSON string.
pub(super) const ESCAPED_EVENT: &[u8] = br#"{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/"#;

/// The key of the time at which an event was written, as the API server spells it; and the same
/// in a JSON string. Text of a caller would be escaped once more.
pub(super) const STAGE_TIME: &[u8] = br#""stageTimestamp":""#;
pub(super) const ESCAPED_STAGE_TIME: &[u8] = br#"\"stageTimestamp\":\""#;

/// Whether a line begins as the API server begins an event. Two comparisons of so many bytes
/// are two of registers, where one of all bytes is a call.
pub(super) fn begins_as_event(line: &[u8]) -> bool {
    line.first_chunk::<{ EVENT.len() }>()
        .is_some_and(|begin| begin[..32] == EVENT[..32] && begin[27..] == EVENT[27..])
}

/// The time of an event's stage, where the API server writes it: last of all, or before the
/// annotations. Text inside an annotation cannot look like it, because its quotes are escaped,
/// and a request body stands before it.
pub(super) fn stage_time(event: &[u8], key: &[u8]) -> Option<RawTimestamp> {
    memchr::memrchr_iter(b'Z', event).find_map(|last| {
        let (before, time) = event[..=last].split_last_chunk()?;
        before
            .ends_with(key)
            .then(|| RawTimestamp::of(time))
            .flatten()
    })
}
