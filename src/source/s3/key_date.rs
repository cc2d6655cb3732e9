//! The time that a date in an object's key stands for.
//!
//! Pipelines write objects under the date at which they delivered them: Firehose by default under
//! `YYYY/MM/DD/HH/` (Amazon Data Firehose Developer Guide, "Understand custom prefixes for Amazon
//! S3 objects"), others in Hive's manner under `year=2026/month=11/day=26/` or `dt=2026-11-26/`.
//! An object is left out only where its date proves that no event in it can lie in the window.

use std::ops::Range;

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

/// How much later than its date an object may have events: a prefix may be in local time (up to 14
/// hours from UTC), and is chosen when a buffer opens that stays open for up to 15 minutes.
const LATER: TimeDelta = TimeDelta::days(1);

/// How much earlier: besides local time, a delivery that fails is tried again for up to 24 hours
/// (Amazon Data Firehose Developer Guide, "Handle data delivery failures").
const EARLIER: TimeDelta = TimeDelta::days(2);

/// The years that a number may be.
const YEARS: Range<i32> = 2015..2100;

/// Whether the date in a key proves that an object holds no event from `from` to `until`. Without
/// a date it may.
pub fn lies_outside(key: &str, from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> bool {
    let Some(period) = period(key) else {
        return false;
    };
    from.is_some_and(|from| period.end + LATER < from)
        || until.is_some_and(|until| period.start - EARLIER > until)
}

/// The time that the dates in a key stand for, in UTC; from the first to the last of several.
///
/// CloudWatch Logs exports a log group under a prefix, the task's UUID and a stream's name. A date
/// in such a prefix is that of the export, and not of the events.
fn period(key: &str) -> Option<Range<DateTime<Utc>>> {
    let parts: Vec<&str> = key.split('/').collect();
    if parts.iter().any(|part| is_uuid(part)) {
        return None;
    }
    let periods = (0..parts.len()).filter_map(|at| date_at(&parts[at..]));
    periods.reduce(|one, other| one.start.min(other.start)..one.end.max(other.end))
}

/// The time that a date at the beginning of these parts of a key stands for.
fn date_at(parts: &[&str]) -> Option<Range<DateTime<Utc>>> {
    let value = |at: usize| parts.get(at).map(|part| value(part));
    if let Some(day) = value(0).and_then(whole_date) {
        return day_or_hour(day, value(1));
    }
    let year = number(value(0)?, 4)
        .and_then(|year| i32::try_from(year).ok())
        .filter(|year| YEARS.contains(year))?;
    let month = number(value(1)?, 2)?;
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let day = value(2).and_then(|day| number(day, 2));
    match day.and_then(|day| NaiveDate::from_ymd_opt(year, month, day)) {
        Some(day) => day_or_hour(day, value(3)),
        None => days(first, first.checked_add_months(Months::new(1))?),
    }
}

/// What stands behind the name of a Hive partition, or the part itself.
fn value(part: &str) -> &str {
    part.rsplit('=').next().unwrap_or(part)
}

fn number(digits: &str, length: usize) -> Option<u32> {
    let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

/// A date in one part: `2026-11-26`.
fn whole_date(part: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(part, "%Y-%m-%d").ok()?;
    let is_padded = part.len() == "2026-11-26".len();
    (is_padded && YEARS.contains(&chrono::Datelike::year(&date))).then_some(date)
}

fn day_or_hour(day: NaiveDate, hour: Option<&str>) -> Option<Range<DateTime<Utc>>> {
    let whole = days(day, day.checked_add_days(Days::new(1))?)?;
    match hour
        .and_then(|hour| number(hour, 2))
        .filter(|hour| *hour < 24)
    {
        Some(hour) => {
            let start = whole.start + TimeDelta::hours(hour.into());
            Some(start..start + TimeDelta::hours(1))
        }
        None => Some(whole),
    }
}

fn days(first: NaiveDate, after: NaiveDate) -> Option<Range<DateTime<Utc>>> {
    let midnight = |day: NaiveDate| day.and_hms_opt(0, 0, 0).map(|time| time.and_utc());
    Some(midnight(first)?..midnight(after)?)
}

/// Whether a part is a UUID in its canonical form.
fn is_uuid(part: &str) -> bool {
    let groups: Vec<&str> = part.split('-').collect();
    groups.len() == 5
        && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().expect("a time")
    }

    #[test]
    fn dates_are_read_wherever_a_pipeline_puts_them() {
        for (key, start, end) in [
            (
                "eks/2026/11/26/05/audit-1-2026-11-26-05-01-02-x.gz",
                "2026-11-26T05:00",
                "2026-11-26T06:00",
            ),
            ("2026/11/26/a.gz", "2026-11-26T00:00", "2026-11-27T00:00"),
            ("2026/12/a.gz", "2026-12-01T00:00", "2027-01-01T00:00"),
            (
                "year=2026/month=11/day=26/hour=23/a",
                "2026-11-26T23:00",
                "2026-11-27T00:00",
            ),
            ("dt=2026-11-26/a", "2026-11-26T00:00", "2026-11-27T00:00"),
            (
                "logs/2026-11-26/07/a",
                "2026-11-26T07:00",
                "2026-11-26T08:00",
            ),
            (
                "2026-11-26/2026/10/01/a",
                "2026-10-01T00:00",
                "2026-11-27T00:00",
            ),
        ] {
            assert_eq!(period(key), Some(at(start)..at(end)), "{key}");
        }
        for key in [
            "audit.log",
            "2026/audit.log",
            "1999/11/26/a",
            "2026/13/26/a",
            "account/111122223333/a",
            "exports/2026/11/26/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9/kube-apiserver-audit-0/000000.gz",
        ] {
            assert_eq!(period(key), None, "{key}");
        }
    }

    #[test]
    fn only_what_is_outside_for_certain_is_left_out() {
        let key = "2026/11/20/10/a.gz";
        for (from, until, outside) in [
            (None, None, false),
            (Some("2026-11-20T10:30"), None, false),
            (Some("2026-11-21T11:00"), None, false),
            (Some("2026-11-21T11:01"), None, true),
            (None, Some("2026-11-18T10:00"), false),
            (None, Some("2026-11-18T09:59"), true),
            (Some("2026-11-19T00:00"), Some("2026-11-21T00:00"), false),
        ] {
            let found = lies_outside(key, from.map(at), until.map(at));
            assert_eq!(found, outside, "{from:?} {until:?}");
        }
        assert!(!lies_outside(
            "audit.log",
            Some(at("2026-11-20T00:00")),
            None
        ));
    }

    proptest! {
        /// Whatever a key is made of, no date in it makes the program fail.
        #[test]
        fn any_key_is_taken(key in "([0-9]{1,4}|[a-z]=?[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}|.{0,4}|/){0,12}") {
            if let Some(period) = period(&key) {
                prop_assert!(period.start < period.end);
            }
        }
    }
}
