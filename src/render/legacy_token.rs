//! Tokens kept in secrets that are in use, in words: they are not stale tokens, and are listed
//! separately.

use chrono_tz::Tz;

use super::time_format::minute;
use crate::evidence::count::pluralize;
use crate::report::legacy_token::LegacyTokenFinding;

/// The heading above them.
pub const HEADING: &str =
    "Not stale: tokens kept in secrets, which do not expire and should be replaced";

/// `secret ci-token: 32 requests from 10.0.0.9, by okhttp/3.8.1, the last 2026-11-24 06:07`. Escaped
/// for terminals.
pub fn words(token: &LegacyTokenFinding, time_zone: Tz) -> String {
    let secret = token
        .secret
        .as_ref()
        .map_or_else(String::new, |secret| format!("secret {secret}: "));
    let addresses: Vec<String> = token.addresses.iter().map(ToString::to_string).collect();
    let addresses = match addresses.is_empty() {
        true => String::new(),
        false => format!(" from {}", addresses.join(", ")),
    };
    let agents = match &token.user_agents[..] {
        [] => String::new(),
        [only] => format!(", by {only}"),
        [first, rest @ ..] => format!(", by {first} and {} more", rest.len()),
    };
    format!(
        "{secret}{}{addresses}{agents}, the last {}",
        pluralize(token.requests, "request", "requests"),
        minute(token.last_seen, time_zone),
    )
}
