//! How many pods are rejected when, if nothing is done.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use crate::render::RenderOptions;
use crate::render::time_format::{day, minute};
use crate::report::Report;
use crate::report::finding::HolderFinding;
use crate::report::severity::Severity;
use crate::report::verdict::Outlook;

/// The most bars.
const MOST_BARS: i64 = 14;
/// Hours that a bar may cover, where all deaths lie within [`HOURS_ONLY`].
const BAR_HOURS: [i64; 4] = [1, 2, 3, 6];
/// Hours within which bars cover hours: where tokens live for a day, a bar of a day would hold
/// all deaths.
const HOURS_ONLY: i64 = 48;
/// Days that a bar may cover.
const BAR_DAYS: [i64; 8] = [1, 2, 7, 14, 30, 91, 365, 3650];
/// Pixels of the highest bar, and of the room above it for its number.
const HEIGHT: usize = 120;
const HEADROOM: usize = 18;
/// Bars under which a date has room.
const DATES: usize = 5;

/// The bars, from now on.
pub(super) struct Histogram {
    /// What each bar covers: `day`, `3 hours`.
    pub(super) step: String,
    pub(super) bars: Vec<Bar>,
    pub(super) kinds: Vec<Kind>,
    /// All deaths.
    pub(super) deaths: usize,
    /// The positions of the bars.
    pub(super) ground: usize,
}

/// The deaths of some days.
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) middle: String,
    pub(super) end: String,
    pub(super) width: String,
    pub(super) from: String,
    /// The date below it, where it has room.
    pub(super) date: Option<String>,
    /// Whether the date has no room to the right of the bar's beginning.
    pub(super) is_late: bool,
    /// Whether the date is left out where there is no room for all.
    pub(super) is_minor: bool,
    pub(super) total: usize,
    pub(super) top: usize,
    /// Its parts, the most urgent at the bottom.
    pub(super) parts: Vec<Part>,
}

/// A part of a bar.
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) words: String,
    pub(super) count: usize,
    pub(super) y: usize,
    pub(super) height: usize,
}

/// A kind of deaths.
pub(super) struct Kind {
    /// How it is drawn.
    pub(super) class: &'static str,
    pub(super) words: String,
    pub(super) legend: String,
}

/// By time left, and then those that may not come.
const KINDS: usize = Severity::ALL.len() + 1;

/// The place among kinds of the deaths that may not come.
const UNDECIDED: usize = Severity::ALL.len();

fn kinds() -> Vec<Kind> {
    let by_time_left = Severity::ALL.into_iter().map(|severity| Kind {
        class: severity.word(),
        words: severity.time_left(),
        legend: severity.time_left(),
    });
    let undecided = Kind {
        class: "undecided",
        words: "undecided".to_owned(),
        legend: "undecided: if it never refreshes".to_owned(),
    };
    by_time_left.chain([undecided]).collect()
}

impl Histogram {
    /// The coming deaths; `None` if there are none.
    pub(super) fn of(report: &Report, options: &RenderOptions) -> Option<Self> {
        let deaths: Vec<(DateTime<Utc>, usize)> = report
            .findings
            .iter()
            .flat_map(|finding| {
                let now = report.now(finding);
                finding
                    .holders
                    .iter()
                    .filter(move |holder| holder.rejected_from > now)
                    .filter_map(move |holder| Some((holder.rejected_from, kind(holder, now)?)))
            })
            .collect();
        let first = deaths.iter().map(|(at, _)| *at).min()?;
        let last = deaths.iter().map(|(at, _)| *at).max()?;
        let start = report.as_of()?.min(first);
        let is_hours = (last - start).num_hours() < HOURS_ONLY;
        let (unit, steps) = match is_hours {
            true => (3600, &BAR_HOURS[..]),
            false => (86_400, &BAR_DAYS[..]),
        };
        // Whole days, so that the same week stands under the same bar in every report of a day;
        // whole hours likewise.
        let start =
            start.checked_sub_signed(TimeDelta::seconds(start.timestamp().rem_euclid(unit)))?;
        let span = (last - start).num_seconds() / unit + 1;
        let step = steps
            .iter()
            .copied()
            .find(|step| (span + step - 1) / step <= MOST_BARS)
            .unwrap_or(span / MOST_BARS + 1);
        let count = usize::try_from((span + step - 1) / step).ok()?.max(1);
        let words = match (is_hours, step) {
            (true, 1) => "hour".to_owned(),
            (true, _) => format!("{step} hours"),
            (false, 1) => "day".to_owned(),
            (false, 7) => "week".to_owned(),
            (false, _) => format!("{step} days"),
        };
        let mut counts = vec![[0_usize; KINDS]; count];
        for (at, kind) in &deaths {
            let bar = usize::try_from((*at - start).num_seconds() / unit / step).ok()?;
            counts[bar.min(count - 1)][*kind] += 1;
        }
        let most = counts.iter().map(|bar| bar.iter().sum()).max()?;
        let kinds = kinds();
        let bars = counts
            .iter()
            .enumerate()
            .map(|(index, bar)| {
                let from = start
                    .checked_add_signed(TimeDelta::seconds(unit * step * index as i64))
                    .filter(|from| from.year() <= last.year())
                    .unwrap_or(last);
                let from = match is_hours {
                    true => minute(from, options.time_zone),
                    false => day(from, options.time_zone),
                };
                Self::bar(index, count, bar, &kinds, most, from)
            })
            .collect();
        Some(Self {
            step: words,
            bars,
            kinds,
            deaths: deaths.len(),
            ground: HEIGHT + HEADROOM,
        })
    }

    fn bar(
        index: usize,
        bars: usize,
        counts: &[usize],
        kinds: &[Kind],
        most: usize,
        from: String,
    ) -> Bar {
        let step = 100.0 / bars as f64;
        let every = bars.div_ceil(DATES);
        let is_late = index > 0 && index + every > bars;
        let mut top = HEIGHT + HEADROOM;
        let mut parts = Vec::new();
        for (count, kind) in counts.iter().zip(kinds) {
            if *count > 0 {
                let height = (HEIGHT * count / most.max(1)).max(2);
                top = top.saturating_sub(height);
                parts.push(Part {
                    class: kind.class,
                    words: kind.words.clone(),
                    count: *count,
                    y: top,
                    height,
                });
            }
        }
        Bar {
            x: format!("{:.2}%", step * (index as f64 + 0.1)),
            middle: format!("{:.2}%", step * (index as f64 + 0.5)),
            end: format!("{:.2}%", step * (index as f64 + 0.9)),
            width: format!("{:.2}%", step * 0.8),
            is_late,
            // With the time of day, a telephone has room for the first and the last.
            is_minor: match from.contains(':') {
                true => index > 0 && !is_late,
                false => (index / every) % 2 == 1,
            },
            date: index.is_multiple_of(every).then(|| from.clone()),
            from,
            total: counts.iter().sum(),
            top: top.saturating_sub(4),
            parts,
        }
    }
}

/// Which kind of death lies ahead of a holder, if one does.
fn kind(holder: &HolderFinding, now: DateTime<Utc>) -> Option<usize> {
    let severity = Severity::of_time_left(holder.rejected_from - now);
    match holder.verdict.outlook() {
        Outlook::Dying => Severity::ALL.iter().position(|one| *one == severity),
        Outlook::Open => Some(UNDECIDED),
        Outlook::Dead | Outlook::Refreshing | Outlook::Gone => None,
    }
}
