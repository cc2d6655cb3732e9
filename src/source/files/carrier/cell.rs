//! Names with values, as elements of an array.

use super::json_cursor::members;

/// The keys under which arrays of names with values have the names (CloudWatch Logs'
/// GetQueryResults: `field`; OpenTelemetry's attributes: `key`; most others: `name`).
const NAME_KEYS: [&[u8]; 3] = [b"field", b"key", b"name"];

/// The name and the value of an object that is nothing but both.
pub fn cell(object: &[u8]) -> Option<(&[u8], &[u8])> {
    let (members, whole) = members(object);
    let [first, second] = members[..] else {
        return None;
    };
    let is_name = |member: (&[u8], &[u8])| {
        NAME_KEYS.contains(&member.0) && member.1.len() > 2 && member.1[0] == b'"'
    };
    let (name, value) = match (is_name(first), is_name(second)) {
        (true, false) => (first.1, second.1),
        (false, true) => (second.1, first.1),
        _ => return None,
    };
    whole.then(|| (&name[1..name.len() - 1], value))
}
