//! One row of an answer.

use aws_sdk_cloudwatchlogs::types::ResultField;
use chrono::{DateTime, NaiveDateTime, Utc};

/// A row. Rows are sparse: fields are found by name, and an absent field has no value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row(Vec<(String, String)>);

impl Row {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// The row with further fields.
    #[must_use]
    pub fn with(&self, fields: Vec<(&str, String)>) -> Self {
        let further = fields.into_iter();
        let further = further.map(|(name, value)| (name.to_owned(), value));
        Self(self.0.iter().cloned().chain(further).collect())
    }

    /// The value of a field as a number; CloudWatch may write large ones as `1.7E9`.
    pub fn number(&self, name: &str) -> Option<f64> {
        let number: f64 = self.get(name)?.parse().ok()?;
        number.is_finite().then_some(number)
    }

    /// The value of a field as a time, which queries give in microseconds.
    pub fn time(&self, name: &str) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.number(name)?.round() as i64)
    }

    /// The value of a field as the time of an event: `min(@timestamp)` may come as milliseconds
    /// since 1970, or written out as `@timestamp` itself is.
    pub fn event_time(&self, name: &str) -> Option<DateTime<Utc>> {
        if let Some(millis) = self.number(name) {
            return DateTime::from_timestamp_millis(millis.round() as i64);
        }
        let written = NaiveDateTime::parse_from_str(self.get(name)?, "%Y-%m-%d %H:%M:%S%.f");
        written.ok().map(|time| time.and_utc())
    }

    /// The value of a field as a count; 0 if it has none.
    pub fn count(&self, name: &str) -> u64 {
        self.number(name).map_or(0, |number| number as u64)
    }
}

impl From<Vec<ResultField>> for Row {
    fn from(fields: Vec<ResultField>) -> Self {
        let pairs = fields
            .into_iter()
            .filter_map(|field| Some((field.field?, field.value?)))
            // Whether what an event lacks is absent or blank is not documented.
            .filter(|(_, value)| !value.is_empty());
        Self(pairs.collect())
    }
}

#[cfg(test)]
impl Row {
    /// A row of these fields.
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self(owned.collect())
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Row {
    fn from(pairs: [(&str, &str); N]) -> Self {
        let owned = pairs.map(|(field, value)| (field.to_owned(), value.to_owned()));
        Self(owned.into())
    }
}
