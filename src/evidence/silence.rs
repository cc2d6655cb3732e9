//! Whether a log holds events of the window that was requested: silence is not a sign of health.

use chrono::{DateTime, TimeDelta, Utc};

use super::coverage::Coverage;

/// Why nothing can be known of the window: no event that was read lies inside it. `None` if one
/// does, or if everything was requested.
pub fn outside_window(coverage: &Coverage) -> Option<String> {
    let (Some(first), Some(last)) = (coverage.first_event, coverage.last_event) else {
        return Some("there is no audit event in it".to_owned());
    };
    let newest = coverage.newest_inside.unwrap_or(last);
    let is_before = coverage.since.is_some_and(|since| newest < since);
    let is_after = coverage.until.is_some_and(|until| first > until);
    (is_before || is_after)
        .then(|| format!("its events are from {} to {}", minute(first), minute(last)))
}

/// Whether no event is known from within this time before the end of the window.
pub fn is_silent(coverage: &Coverage, until: DateTime<Utc>, max_silence: TimeDelta) -> bool {
    let latest = until.checked_sub_signed(max_silence);
    let newest = coverage.newest_inside.or(coverage.last_event);
    newest.is_none() || newest < latest
}

/// Whether no event is known from within this time after the beginning of the window.
pub fn begins_late(coverage: &Coverage, since: DateTime<Utc>, max_silence: TimeDelta) -> bool {
    let earliest = since.checked_add_signed(max_silence);
    coverage.first_event.is_none() || coverage.first_event > earliest
}

/// Shortens the window to the first event, if that comes late, with a note.
pub fn clamp_beginning(
    coverage: &mut Coverage,
    place: &str,
    since: DateTime<Utc>,
    max_silence: TimeDelta,
) {
    if let Some(first) = coverage.first_event
        && begins_late(coverage, since, max_silence)
    {
        let text = format!("its audit log starts at {}", minute(first));
        coverage.note_times(place, text, 1);
        coverage.since = Some(first);
    }
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
        // Of a log with a hole, the window may lie inside.
        let hole = Coverage {
            newest_inside: at(12),
            ..coverage(Some(14), Some(16))
        };
        assert!(outside_window(&hole).is_some());
    }

    #[test]
    fn a_log_may_be_silent_for_a_while_at_both_ends_of_the_window() {
        let at = |minute: i64| DateTime::from_timestamp(minute * 60, 0);
        let time = |minute| at(minute).expect("a time");
        let allowed = TimeDelta::minutes(10);
        // (first event, last event, newest inside, begins late, is silent)
        for (first, last, inside, begins_late_, is_silent_) in [
            (at(10), at(90), None, false, false),
            (at(11), at(90), None, true, false),
            (at(10), at(89), None, false, true),
            (at(10), at(200), at(89), false, true),
            (at(10), at(200), at(90), false, false),
            (None, None, None, true, true),
        ] {
            let mut coverage = Coverage {
                since: at(0),
                first_event: first,
                last_event: last,
                newest_inside: inside,
                ..Coverage::default()
            };
            assert_eq!(begins_late(&coverage, time(0), allowed), begins_late_);
            assert_eq!(is_silent(&coverage, time(100), allowed), is_silent_);
            clamp_beginning(&mut coverage, "a.log", time(0), allowed);
            let is_clamped = begins_late_ && first.is_some();
            assert_eq!(coverage.since, if is_clamped { first } else { at(0) });
            let notes = coverage.counted_notes();
            let notes: Vec<String> = notes.iter().map(|it| it.note.text.to_string()).collect();
            let note = "its audit log starts at 1970-01-01 00:11 UTC".to_owned();
            assert_eq!(notes, Vec::from_iter(is_clamped.then_some(note)));
        }
    }
}
