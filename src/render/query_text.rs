//! Logs Insights queries as text: their list, and one of them with the link that runs it.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A link that opens a query in the console.
#[derive(Debug)]
pub struct Link {
    /// The log group that it queries.
    pub log_group: String,
    /// The first moment of its window.
    pub since: DateTime<Utc>,
    /// The last.
    pub until: DateTime<Utc>,
    /// The time zone to write both in.
    pub zone: Tz,
    /// The link itself.
    pub url: String,
}

/// The queries by their names, each with what it says of itself.
pub fn list(queries: &[(&str, &str)]) -> String {
    let widest = queries.iter().map(|(name, _)| name.len()).max();
    let widest = widest.unwrap_or(0);
    let mut words = String::new();
    for (name, purpose) in queries {
        let _ = writeln!(words, "{name:widest$}  {purpose}");
    }
    words
}

/// A query, and below it, in comments, the link: what is printed stays a query. The link comes
/// last, where the cursor of a terminal is.
pub fn with_link(text: &str, link: &Link) -> String {
    let time = "%Y-%m-%d %H:%M:%S";
    format!(
        "{text}\n# {}: {} to {} {}\n# {}\n",
        link.log_group,
        link.since.with_timezone(&link.zone).format(time),
        link.until.with_timezone(&link.zone).format(time),
        link.zone,
        link.url
    )
}
