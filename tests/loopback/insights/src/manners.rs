//! What the documentation leaves open, and how the service behaves there.

use super::value::{AggregatedTime, Value};

/// From where on numbers are written with an exponent, where they are.
const LARGE: f64 = 1e7;

/// How a service answers where the documentation leaves it open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manners {
    /// How an aggregate of a time is written.
    pub times: AggregatedTime,
    /// A group that takes no part in a match is blank, and not absent.
    pub blank_groups: bool,
    /// Large numbers are written as `1.7955E15`.
    pub scientific: bool,
    /// Large numbers lose all but three digits.
    pub rounds: bool,
    /// Rows of which a `by` field is absent are left out.
    pub drops_absent: bool,
    /// `count` of a field counts the events as well that lack it.
    pub counts_absent: bool,
}

impl From<AggregatedTime> for Manners {
    fn from(times: AggregatedTime) -> Self {
        Self {
            times,
            ..Self::default()
        }
    }
}

impl Manners {
    /// A value as a later command finds it.
    pub(super) fn kept(self, value: Value) -> Value {
        match self.rounds {
            true => value,
            false => self.written(value),
        }
    }

    /// A value as it becomes text.
    pub(super) fn written(self, value: Value) -> Value {
        match value {
            Value::Number(number) if self.rounds && number.abs() >= LARGE => {
                Value::Text(format!("{number:.2E}"))
            }
            Value::Number(number) if self.scientific && number.abs() >= LARGE => {
                Value::Text(format!("{number:E}"))
            }
            other => other,
        }
    }
}
