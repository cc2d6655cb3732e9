//! Points in time as people type them: `24h`, `90 minutes ago`, `yesterday`, `monday 08:00`,
//! `08:00`, `2026-11-01`, `2026-11-01 08:00`, `2026-11-01T08:00+02:00`.
//!
//! What has no offset is in the time zone of `--time-zone`. What names no date counts back from the
//! end of the window: from now, or from the end of a recorded log, so that a log gives the same
//! report on any day.

use std::str::FromStr;

use chrono::{
    DateTime, Datelike as _, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset as _,
    TimeDelta, TimeZone as _, Utc, Weekday,
};
use chrono_tz::Tz;
use clap::Args;

use super::exit::Failure;

/// What is accepted, for errors.
const FORMS: &str = "expected a duration (24h, 7d, 90 minutes ago), \
    a day (today, yesterday, monday, 2026-11-01), or a time (08:00, yesterday 08:00, \
    2026-11-01T08:00, 2026-11-01T08:00+02:00)";

/// The time zone of what people type and read.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct ZoneArgs {
    /// Time zone of times without an offset, and of output that people read; machine-readable
    /// output is always in UTC
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "UTC",
        help_heading = "Output"
    )]
    pub(super) time_zone: Tz,
}

/// A point in time, or what it takes to find one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeArg {
    /// A point in time.
    At(DateTime<Utc>),
    /// A date and a time of day in the chosen time zone.
    Local(NaiveDateTime),
    /// So long before the end of the window.
    Before(TimeDelta),
    /// A time of day, the last one before the end of the window.
    TimeOfDay(NaiveTime),
    /// A time of day, so many days before the day on which the window ends.
    DaysBefore(u64, NaiveTime),
    /// A time of day on the last such day, which may be the one on which the window ends.
    Weekday(Weekday, NaiveTime),
}

/// Which end of a window is meant: where clocks are set back, a time of day comes twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Its first moment: the earlier of the two.
    Since,
    /// Its last: the later.
    Until,
}

impl FromStr for TimeArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        parse(&text.to_lowercase())
            .or_else(|| {
                let named = named_zone(text)?;
                Some(Self::At(named))
            })
            .ok_or_else(|| FORMS.to_owned())
    }
}

/// Reads text in lower case.
fn parse(text: &str) -> Option<TimeArg> {
    if text == "now" {
        return Some(TimeArg::Before(TimeDelta::zero()));
    }
    if let Some((date, rest)) = split_date(text) {
        return dated(date, rest);
    }
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim().trim_start_matches("at ").trim();
    let time = || match rest {
        "" => Some(NaiveTime::MIN),
        time => time_of_day(time),
    };
    match first {
        "today" => return Some(TimeArg::DaysBefore(0, time()?)),
        "yesterday" => return Some(TimeArg::DaysBefore(1, time()?)),
        _ => {}
    }
    // Else `monthly` and `sunny` would be days.
    let is_weekday = first.len() == 3 || first.ends_with("day");
    if let Some(weekday) = first.parse::<Weekday>().ok().filter(|_| is_weekday) {
        return Some(TimeArg::Weekday(weekday, time()?));
    }
    if let Some(time) = time_of_day(text) {
        return Some(TimeArg::TimeOfDay(time));
    }
    let length = text.strip_suffix("ago").unwrap_or(text).trim();
    let length = match length.split_once(' ') {
        Some(("a" | "an", unit)) => format!("1 {unit}"),
        _ => length.to_owned(),
    };
    duration(&length).ok().map(TimeArg::Before)
}

/// A date at the beginning, and what follows it.
fn split_date(text: &str) -> Option<(NaiveDate, &str)> {
    let date = text.get(..10)?;
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    Some((date, text.get(10..)?))
}

/// A date with a time of day and an offset, both of which may be missing.
fn dated(date: NaiveDate, rest: &str) -> Option<TimeArg> {
    if rest.is_empty() {
        return Some(TimeArg::Local(date.and_time(NaiveTime::MIN)));
    }
    let rest = rest.strip_prefix(['t', ' '])?;
    let (time, offset) = match rest.find(['z', '+', '-']) {
        Some(at) => (rest.get(..at)?.trim_end(), Some(offset(rest.get(at..)?)?)),
        None => (rest, None),
    };
    let local = date.and_time(time_of_day(time)?);
    Some(match offset {
        Some(offset) => TimeArg::At(local.checked_sub_offset(offset)?.and_utc()),
        None => TimeArg::Local(local),
    })
}

/// `2026-11-01 08:00 Europe/Berlin`, as reports print times.
fn named_zone(text: &str) -> Option<DateTime<Utc>> {
    let (time, zone) = text.rsplit_once(' ')?;
    let zone: Tz = zone.parse().ok()?;
    match parse(&time.to_lowercase())? {
        TimeArg::Local(local) => instant(local, zone, Edge::Since),
        _ => None,
    }
}

/// `08:00`, `8:00`, `08:00:15`, `08:00:15.5`.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let formats = ["%H:%M", "%H:%M:%S%.f"];
    formats
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// `z`, `+02:00`, `+0200`, `+02`.
fn offset(text: &str) -> Option<FixedOffset> {
    if text == "z" {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = match digits.split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 => format!("{hours}{minutes}"),
        Some(_) => return None,
        None => digits.to_owned(),
    };
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at_checked(2)?;
    let hours: i32 = hours.parse().ok()?;
    let minutes: i32 = match minutes {
        "" => 0,
        minutes => minutes.parse().ok().filter(|it| *it < 60)?,
    };
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// A time of a time zone. One that its clocks skip is read as if they had not been set forward yet.
fn instant(local: NaiveDateTime, zone: Tz, edge: Edge) -> Option<DateTime<Utc>> {
    let times = local.and_local_timezone(zone);
    let time = match edge {
        Edge::Since => times.earliest(),
        Edge::Until => times.latest(),
    };
    if let Some(time) = time {
        return Some(time.to_utc());
    }
    // No clock was ever set forward by more than a day.
    let before = local.checked_sub_days(Days::new(1))?;
    let offset = zone.offset_from_utc_datetime(&before).fix();
    Some(local.checked_sub_offset(offset)?.and_utc())
}

impl TimeArg {
    /// Whether it depends on the end of the window.
    pub(super) fn is_relative(self) -> bool {
        !matches!(self, Self::At(_) | Self::Local(_))
    }

    /// The point in time, counted back from `end`; `None` if it lies before all calendars.
    pub(super) fn resolve(self, end: DateTime<Utc>, zone: Tz, edge: Edge) -> Option<DateTime<Utc>> {
        let today = || end.with_timezone(&zone).date_naive();
        let days_before = |days, time| {
            let day = today().checked_sub_days(Days::new(days))?;
            instant(day.and_time(time), zone, edge)
        };
        match self {
            Self::At(time) => Some(time),
            Self::Local(local) => instant(local, zone, edge),
            Self::Before(duration) => end.checked_sub_signed(duration),
            Self::DaysBefore(days, time) => days_before(days, time),
            Self::TimeOfDay(time) => days_before(0, time)
                .filter(|at| *at <= end)
                .or_else(|| days_before(1, time)),
            Self::Weekday(weekday, time) => {
                let days = u64::from(today().weekday().days_since(weekday));
                days_before(days, time)
                    .filter(|at| *at <= end)
                    .or_else(|| days_before(days + 7, time))
            }
        }
    }
}

/// A time as it was typed, with what else it takes to find it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ZonedTime {
    time: TimeArg,
    zone: Tz,
    edge: Edge,
}

impl ZonedTime {
    pub(super) fn new(time: TimeArg, zone: Tz, edge: Edge) -> Self {
        Self { time, zone, edge }
    }

    /// The beginning of a window of this length.
    pub(super) fn before(length: TimeDelta) -> Self {
        Self::new(TimeArg::Before(length), Tz::UTC, Edge::Since)
    }

    /// Whether it depends on the end of the window.
    pub(super) fn is_relative(self) -> bool {
        self.time.is_relative()
    }

    /// The point in time, counted back from `end`; `None` if it lies before all calendars.
    pub(super) fn resolve(self, end: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.time.resolve(end, self.zone, self.edge)
    }

    /// The same, if CloudWatch can be queried about it.
    ///
    /// # Errors
    ///
    /// A usage error for a time before 1970.
    pub(super) fn at(self, end: DateTime<Utc>) -> Result<DateTime<Utc>, Failure> {
        self.resolve(end)
            .filter(|time| time.timestamp() >= 0)
            .ok_or_else(|| Failure::Usage("the window begins before 1970".to_owned()))
    }
}

/// A duration as people type it: `90d`, `24h`, `1h 30m`, `24 hours`. Not 0.
pub(super) fn duration(text: &str) -> Result<TimeDelta, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let duration = TimeDelta::from_std(duration).map_err(|error| error.to_string())?;
    if duration < TimeDelta::seconds(1) {
        return Err("it must be at least one second".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests;
