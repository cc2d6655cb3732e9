//! Rejections in words: since when, how often, until when, and how it is known.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::moment::minute;
use super::number::thousands;
use crate::report::finding::Finding;

/// `since 2026-09-07 08:00`; `since at least` where there may have been earlier rejections.
pub fn since(first: DateTime<Utc>, at_least: bool, time_zone: Tz) -> String {
    let at_least = if at_least { "at least " } else { "" };
    format!("since {at_least}{}", minute(first, time_zone))
}

/// `12 from 2026-09-07 08:00 to 2026-09-07 12:00`; `12 since at least 2026-09-07 08:00, the last
/// 2026-09-07 12:00` where there may have been earlier ones.
pub fn span(
    count: u64,
    first: DateTime<Utc>,
    at_least: bool,
    last: DateTime<Utc>,
    time_zone: Tz,
) -> String {
    let (count, last) = (thousands(count), minute(last, time_zone));
    match at_least {
        true => format!("{count} {}, the last {last}", since(first, true, time_zone)),
        false => format!("{count} from {} to {last}", minute(first, time_zone)),
    }
}

/// The rejections of a finding: `rejected since at least 2026-09-07 08:00, 185 times, the last
/// 2026-09-08 07:58; known by address, agent, path`. `None` if there were none.
pub fn of_finding(finding: &Finding, time_zone: Tz) -> Option<String> {
    let rejections = finding.rejections()?;
    let times = match rejections.count {
        0 => "not inside the window".to_owned(),
        1 => "once".to_owned(),
        count => format!("{} times", thousands(count)),
    };
    Some(format!(
        "rejected {}, {times}, the last {}; known by {}",
        since(rejections.first, rejections.at_least_since, time_zone),
        minute(rejections.last, time_zone),
        rejections.confidence.words()
    ))
}
