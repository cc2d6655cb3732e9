//! Values: what a field holds while a query runs, and how it is written into a row.

use std::cmp::Ordering;

use chrono::DateTime;

/// How an aggregate of a time is written. Which one the service uses has not been settled for `min` and `max`, so a
/// test can ask for each; `earliest` and `latest` were seen as epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AggregatedTime {
    /// `1780503582214`
    #[default]
    EpochMillis,
    /// `1.780503582214E12`
    Scientific,
    /// `2026-06-03 16:19:42.214`
    DateText,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// The event has no such field.
    Absent,
    /// Text, and numbers as they stood in the event.
    Text(String),
    /// A computed number.
    Number(f64),
    /// TRUE or FALSE.
    Truth(bool),
    /// A moment, in epoch milliseconds.
    Time(i64),
    /// A moment that an aggregation function found.
    AggregatedTime(i64),
}

impl Value {
    /// The value as a number; text is one only when nothing but the number stands in it.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Time(millis) | Self::AggregatedTime(millis) => Some(*millis as f64),
            Self::Text(text) => number_in(text),
            Self::Absent | Self::Truth(_) => None,
        }
    }

    /// The value as text, as a row shows it; nothing when absent.
    pub(crate) fn text(&self, times: AggregatedTime) -> Option<String> {
        match self {
            Self::Absent => None,
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(written(*number)),
            Self::Truth(truth) => Some(if *truth { "1" } else { "0" }.to_owned()),
            Self::Time(millis) => Some(date_text(*millis)),
            Self::AggregatedTime(millis) => Some(match times {
                AggregatedTime::EpochMillis => millis.to_string(),
                AggregatedTime::Scientific => format!("{:E}", *millis as f64),
                AggregatedTime::DateText => date_text(*millis),
            }),
        }
    }

    /// The value as text inside an expression.
    pub(crate) fn inner_text(&self) -> Option<String> {
        self.text(AggregatedTime::EpochMillis)
    }

    pub(crate) fn is_absent(&self) -> bool {
        *self == Self::Absent
    }

    /// The order of two values that are both there: as numbers when both are numbers, else as text.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        if let (Some(left), Some(right)) = (self.number(), other.number()) {
            return left.partial_cmp(&right);
        }
        Some(self.inner_text()?.cmp(&other.inner_text()?))
    }
}

/// The number that is the whole of the text.
fn number_in(text: &str) -> Option<f64> {
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    if !text.chars().all(numeric) || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A number without needless digits: whole numbers plainly, others with four decimals at most.
fn written(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `2026-11-24 06:01:27.947`
pub(crate) fn date_text(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .map(|time| time.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
        .unwrap_or_default()
}
