//! The time axis that all lifelines share.

use chrono::{
    DateTime, Datelike as _, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc,
};
use chrono_tz::Tz;

use crate::render::RenderOptions;
use crate::report::Report;
use crate::report::finding::Finding;

/// The most marks on the axis. On a telephone a date has room under every other one.
const MOST_TICKS: usize = 7;
/// Minutes between marks where days are too far apart.
const STEPS_IN_MINUTES: [i64; 9] = [5, 10, 15, 30, 60, 120, 180, 360, 720];
/// From this part of the axis on, in per cent, a label that is centred on its mark would be
/// outside.
const NEAR_THE_END: f64 = 90.0;
/// Days between marks where months are too far apart.
const STEPS_IN_DAYS: [u64; 4] = [1, 2, 7, 14];
/// Months between marks.
const STEPS_IN_MONTHS: [u32; 8] = [1, 2, 3, 6, 12, 24, 60, 120];
/// Months between marks on an axis of a thousand years and more.
const LONGEST_STEP: u32 = 12_000;

/// A span of time, drawn from 0 to 100 %.
pub(super) struct Axis {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Its marks.
    pub(super) ticks: Vec<Tick>,
}

/// A mark on the axis.
pub(super) struct Tick {
    /// Its position.
    pub(super) x: String,
    /// Its time, day, month or year.
    pub(super) label: String,
    /// The position of its label: `first` and `last` keep those at the ends inside, `minor` is left
    /// out where there is no room.
    pub(super) class: String,
}

/// A mark before it has its place.
struct Mark {
    time: DateTime<Utc>,
    label: String,
    /// Whether the label says which day it is.
    is_date: bool,
}

impl Axis {
    /// An axis on which every token has room, from its issue to its rejection.
    pub(super) fn of(
        report: &Report,
        findings: &[&Finding],
        options: &RenderOptions,
    ) -> Option<Self> {
        let holders = || findings.iter().flat_map(|finding| &finding.holders);
        let tokens = || holders().flat_map(|holder| &holder.tokens);
        let from = holders()
            .map(|holder| holder.issued)
            .chain(tokens().map(|token| token.issued))
            .min()?;
        let until = holders()
            .map(|holder| holder.rejected_from)
            .chain(findings.iter().map(|finding| report.now(finding)))
            .max()?
            .max(from.checked_add_signed(TimeDelta::hours(1))?);
        let mut axis = Self {
            from,
            until,
            ticks: Vec::new(),
        };
        let marks = match axis.minutes() {
            Some(minutes) => axis.marks_of_minutes(minutes, options.time_zone),
            None => axis.marks(options.time_zone),
        };
        axis.ticks = axis.ticks(marks);
        Some(axis)
    }

    /// The position of a time, in per cent.
    pub(super) fn x(&self, time: DateTime<Utc>) -> String {
        format!("{:.2}%", self.per_cent(time))
    }

    fn per_cent(&self, time: DateTime<Utc>) -> f64 {
        let part = |time: DateTime<Utc>| (time - self.from).num_seconds() as f64;
        let x = 100.0 * part(time) / part(self.until);
        x.clamp(0.0, 100.0)
    }

    /// The marks with their labels in places where they can be read.
    fn ticks(&self, marks: Vec<Mark>) -> Vec<Tick> {
        let major = marks.iter().position(|mark| mark.is_date).unwrap_or(0);
        let tick = |(index, mark): (usize, Mark)| {
            let x = self.per_cent(mark.time);
            let place = match x {
                x if x < 100.0 - NEAR_THE_END => "first",
                x if x > NEAR_THE_END => "last",
                _ => "",
            };
            let minor = if index % 2 == major % 2 { "" } else { " minor" };
            Tick {
                x: self.x(mark.time),
                label: mark.label,
                class: format!("{place}{minor}").trim().to_owned(),
            }
        };
        marks.into_iter().enumerate().map(tick).collect()
    }

    /// Minutes between marks, where days are too far apart.
    fn minutes(&self) -> Option<i64> {
        let span = (self.until - self.from).num_minutes();
        let fits = |step: &i64| span / step < MOST_TICKS as i64;
        STEPS_IN_MINUTES.into_iter().find(fits)
    }

    fn marks_of_minutes(&self, step: i64, time_zone: Tz) -> Vec<Mark> {
        let local = self.from.with_timezone(&time_zone);
        let midnight = local.date_naive().and_time(NaiveTime::MIN);
        let times = (0..).map_while(|number| {
            midnight.checked_add_signed(TimeDelta::try_minutes(step.checked_mul(number)?)?)
        });
        let times: Vec<_> = times
            .filter_map(|at| Some((at, at.and_local_timezone(time_zone).earliest()?.to_utc())))
            .skip_while(|(_, time)| *time <= self.from)
            .take_while(|(_, time)| *time < self.until)
            .collect();
        // Some mark has to say which day it is.
        let has_midnight = times.iter().any(|(at, _)| at.time() == NaiveTime::MIN);
        let mark = |(index, (at, time)): (usize, (NaiveDateTime, DateTime<Utc>))| {
            let format = match (at.time() == NaiveTime::MIN, has_midnight, index) {
                (true, _, _) => "%Y-%m-%d",
                (false, false, 0) => "%Y-%m-%d %H:%M",
                _ => "%H:%M",
            };
            Mark {
                time,
                label: at.format(format).to_string(),
                is_date: format != "%H:%M",
            }
        };
        times.into_iter().enumerate().map(mark).collect()
    }

    fn marks(&self, time_zone: Tz) -> Vec<Mark> {
        let first = self.from.with_timezone(&time_zone).date_naive();
        let days = (self.until - self.from).num_days().unsigned_abs();
        let in_days = STEPS_IN_DAYS
            .into_iter()
            .find(|step| days / step < MOST_TICKS as u64);
        let months = days / 30;
        let in_months = STEPS_IN_MONTHS
            .into_iter()
            .find(|step| months / u64::from(*step) < MOST_TICKS as u64)
            .unwrap_or(LONGEST_STEP);
        let next = |day: NaiveDate, months| day.checked_add_months(Months::new(months));
        let (mut day, label): (Option<NaiveDate>, _) = match in_days {
            Some(_) => (first.succ_opt(), "%Y-%m-%d"),
            // Years begin in January.
            None if in_months >= 12 => (NaiveDate::from_ymd_opt(first.year() + 1, 1, 1), "%Y"),
            None => (first.with_day(1).and_then(|day| next(day, 1)), "%Y-%m"),
        };
        let mut marks = Vec::new();
        while let Some(at) = day.filter(|_| marks.len() <= MOST_TICKS) {
            let midnight = at
                .and_time(NaiveTime::MIN)
                .and_local_timezone(time_zone)
                .earliest();
            if let Some(midnight) = midnight {
                if midnight >= self.until {
                    break;
                }
                marks.push(Mark {
                    time: midnight.to_utc(),
                    label: at.format(label).to_string(),
                    is_date: true,
                });
            }
            day = match in_days {
                Some(step) => at.checked_add_days(chrono::Days::new(step)),
                None => next(at, in_months),
            };
        }
        marks
    }
}
