//! Reading a call's JSON body.

use serde_json::Value;

use super::exception::Exception;

/// A body; each reader refuses a value of the wrong type as the service does.
#[derive(Debug, Clone, Copy)]
pub struct Input<'b>(pub &'b Value);

impl<'b> Input<'b> {
    fn get(self, key: &str) -> Option<&'b Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn read<T>(
        self,
        key: &str,
        read: impl FnOnce(&'b Value) -> Option<T>,
    ) -> Result<Option<T>, Exception> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let wrong = || {
            Exception::new(
                "SerializationException",
                format!("{key} has the wrong type"),
            )
        };
        read(value).map(Some).ok_or_else(wrong)
    }

    /// A text.
    pub fn text(self, key: &str) -> Result<Option<&'b str>, Exception> {
        self.read(key, Value::as_str)
    }

    /// A text that has to be there.
    pub fn required_text(self, key: &str) -> Result<&'b str, Exception> {
        self.text(key)?.ok_or_else(|| missing(key))
    }

    /// A list of texts.
    pub fn texts(self, key: &str) -> Result<Option<Vec<&'b str>>, Exception> {
        self.read(key, |value| {
            value.as_array()?.iter().map(Value::as_str).collect()
        })
    }

    /// An integer that has to be there.
    pub fn required_integer(self, key: &str) -> Result<i64, Exception> {
        self.read(key, Value::as_i64)?.ok_or_else(|| missing(key))
    }

    /// A flag, which is false where it is left out.
    pub fn flag(self, key: &str) -> Result<bool, Exception> {
        Ok(self.read(key, Value::as_bool)?.unwrap_or(false))
    }

    /// A count between 1 and `most`.
    pub fn count(self, key: &str, most: usize) -> Result<Option<usize>, Exception> {
        let Some(count) = self.read(key, Value::as_i64)? else {
            return Ok(None);
        };
        usize::try_from(count)
            .ok()
            .filter(|count| (1..=most).contains(count))
            .map(Some)
            .ok_or_else(|| {
                Exception::invalid(format!(
                    "1 validation error detected: Value '{count}' at '{key}' failed to satisfy constraint: Member \
                     must have value between 1 and {most}"
                ))
            })
    }
}

fn missing(key: &str) -> Exception {
    Exception::invalid(format!(
        "1 validation error detected: Value null at '{key}' failed to satisfy constraint: Member must not be null"
    ))
}
