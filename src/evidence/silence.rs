//! Whether a log holds events of the window that was asked for: silence is no health.

use chrono::{DateTime, Utc};

use super::coverage::Coverage;

/// Why nothing can be known of the window: no event that was read lies inside it. `None` if one
/// does, or if everything was asked for.
pub fn outside_window(coverage: &Coverage) -> Option<String> {
    let (Some(first), Some(last)) = (coverage.first_event, coverage.last_event) else {
        return Some("there is no audit event in it".to_owned());
    };
    let is_before = coverage.since.is_some_and(|since| last < since);
    let is_after = coverage.until.is_some_and(|until| first > until);
    (is_before || is_after)
        .then(|| format!("its events are from {} to {}", minute(first), minute(last)))
}

fn minute(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_outside_the_log_is_told_with_what_the_log_holds() {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0);
        let coverage = |since: Option<i64>, until: Option<i64>| Coverage {
            since: since.and_then(at),
            until: until.and_then(at),
            first_event: at(10),
            last_event: at(20),
            ..Coverage::default()
        };
        for (since, until, is_outside) in [
            (None, None, false),
            (Some(15), None, false),
            (Some(20), None, false),
            (Some(21), None, true),
            (None, Some(10), false),
            (None, Some(9), true),
            (Some(0), Some(30), false),
        ] {
            let words = outside_window(&coverage(since, until));
            assert_eq!(words.is_some(), is_outside, "{since:?} {until:?}");
        }
        assert_eq!(
            outside_window(&coverage(Some(21), None)).as_deref(),
            Some("its events are from 1970-01-01 10:00 UTC to 1970-01-01 20:00 UTC")
        );
        assert!(outside_window(&Coverage::default()).is_some());
    }
}
