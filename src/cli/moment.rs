//! Points in time as people type them: `24h`, `7d`, `2026-11-01`, `2026-11-01T08:00`,
//! `2026-11-01T08:00:00Z`. Without a zone they are in UTC.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// A point in time, or one so long before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A point in time.
    At(DateTime<Utc>),
    /// So long before the end of the window.
    Before(TimeDelta),
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(time.to_utc()));
        }
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
            if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
                return Ok(Self::At(time.and_utc()));
            }
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::At(day.and_time(NaiveTime::MIN).and_utc()));
        }
        duration(text).map(Self::Before).map_err(|_| {
            "expected a duration (24h, 7d) or a time (2026-11-01, 2026-11-01T08:00)".to_owned()
        })
    }
}

impl Moment {
    /// The point in time, counted back from `end`; `None` if it lies before all calendars.
    pub(super) fn resolve(self, end: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::At(time) => Some(time),
            Self::Before(duration) => end.checked_sub_signed(duration),
        }
    }
}

/// A duration as people type it: `90d`, `24h`, `1h 30m`. Not 0.
pub(super) fn duration(text: &str) -> Result<TimeDelta, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let duration = TimeDelta::from_std(duration).map_err(|error| error.to_string())?;
    if duration < TimeDelta::seconds(1) {
        return Err("it must be at least one second".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        let end = "2026-11-24T08:00:00Z".parse().expect("a time");
        for (text, expected) in [
            ("24h", "2026-11-23T08:00:00Z"),
            ("7d", "2026-11-17T08:00:00Z"),
            ("1h 30m", "2026-11-24T06:30:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01T09:30", "2026-11-01T09:30:00Z"),
            ("2026-11-01T09:30:15", "2026-11-01T09:30:15Z"),
            ("2026-11-01T09:30:15+02:00", "2026-11-01T07:30:15Z"),
        ] {
            let moment: Moment = text.parse().expect(text);
            assert_eq!(moment.resolve(end), Some(expected.parse().expect("a time")));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "0h",
            "yesterday",
            "2026-13-01",
            "-1h",
            "24",
            "2026-11-01T25:00",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
