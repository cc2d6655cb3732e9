//! The time axis that all lifelines share.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::render::Page;
use crate::report::Report;
use crate::report::finding::Finding;

/// The most marks on the axis: on a telephone each has some 50 pixels.
const MOST_TICKS: usize = 7;
/// Hours between marks where days are too far apart.
const STEPS_IN_HOURS: [i64; 5] = [1, 2, 3, 6, 12];
/// Days between marks where months are too far apart.
const STEPS_IN_DAYS: [u64; 4] = [1, 2, 7, 14];
/// Months between marks.
const STEPS_IN_MONTHS: [u32; 8] = [1, 2, 3, 6, 12, 24, 60, 120];

/// A span of time, drawn from 0 to 100 %.
pub(super) struct Axis {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Its marks.
    pub(super) ticks: Vec<Tick>,
}

/// A mark on the axis.
pub(super) struct Tick {
    /// Where it stands.
    pub(super) x: String,
    /// Its day or month.
    pub(super) label: String,
}

impl Axis {
    /// An axis on which every token has room, from its issue to its rejection.
    pub(super) fn of(report: &Report, findings: &[&Finding], page: &Page) -> Option<Self> {
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
        axis.ticks = match axis.hours() {
            Some(hours) => axis.marks_of_hours(hours, page.time_zone),
            None => axis.marks(page.time_zone),
        };
        Some(axis)
    }

    /// Where a time stands, in per cent.
    pub(super) fn x(&self, time: DateTime<Utc>) -> String {
        let part = |time: DateTime<Utc>| (time - self.from).num_seconds() as f64;
        let x = 100.0 * part(time) / part(self.until);
        format!("{:.2}%", x.clamp(0.0, 100.0))
    }

    /// Hours between marks, where days are too far apart.
    fn hours(&self) -> Option<i64> {
        let span = (self.until - self.from).num_hours();
        let fits = |step: &i64| span / step < MOST_TICKS as i64;
        STEPS_IN_HOURS.into_iter().find(fits)
    }

    fn marks_of_hours(&self, step: i64, time_zone: Tz) -> Vec<Tick> {
        let local = self.from.with_timezone(&time_zone);
        let midnight = local.date_naive().and_time(chrono::NaiveTime::MIN);
        let times = (0..).map_while(|number| {
            midnight.checked_add_signed(TimeDelta::try_hours(step.checked_mul(number)?)?)
        });
        times
            .filter_map(|at| Some((at, at.and_local_timezone(time_zone).earliest()?.to_utc())))
            .skip_while(|(_, time)| *time <= self.from)
            .take_while(|(_, time)| *time < self.until)
            .map(|(at, time)| Tick {
                x: self.x(time),
                label: match at.time() == chrono::NaiveTime::MIN {
                    true => at.format("%m-%d").to_string(),
                    false => at.format("%H:%M").to_string(),
                },
            })
            .collect()
    }

    fn marks(&self, time_zone: Tz) -> Vec<Tick> {
        let first = self.from.with_timezone(&time_zone).date_naive();
        let days = (self.until - self.from).num_days().unsigned_abs();
        let in_days = STEPS_IN_DAYS
            .into_iter()
            .find(|step| days / step < MOST_TICKS as u64);
        let (mut day, label): (Option<NaiveDate>, _) = match in_days {
            Some(_) => (first.succ_opt(), "%Y-%m-%d"),
            None => (
                first
                    .with_day(1)
                    .and_then(|day| day.checked_add_months(Months::new(1))),
                "%Y-%m",
            ),
        };
        let months = days / 30;
        let in_months = STEPS_IN_MONTHS
            .into_iter()
            .find(|step| months / u64::from(*step) < MOST_TICKS as u64)
            .unwrap_or(1200);
        let mut ticks = Vec::new();
        while let Some(at) = day.filter(|_| ticks.len() <= MOST_TICKS) {
            let midnight = at
                .and_time(chrono::NaiveTime::MIN)
                .and_local_timezone(time_zone)
                .earliest();
            if let Some(midnight) = midnight {
                if midnight >= self.until {
                    break;
                }
                ticks.push(Tick {
                    x: self.x(midnight.to_utc()),
                    label: at.format(label).to_string(),
                });
            }
            day = match in_days {
                Some(step) => at.checked_add_days(chrono::Days::new(step)),
                None => at.checked_add_months(Months::new(in_months)),
            };
        }
        ticks
    }
}
