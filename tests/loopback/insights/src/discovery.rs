//! The fields that the service discovers in a JSON message: nested names joined by dots, in document order, 200 at
//! most.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::value::Value;

/// The most fields that are discovered in one event.
pub(crate) const MOST_FIELDS: usize = 200;

/// The discovered fields of a message, none when it is not a JSON object.
pub(crate) fn fields(message: &str) -> Vec<(String, Value)> {
    let mut fields = Vec::new();
    if !message.trim_start().starts_with('{') {
        return fields;
    }
    let branch = Branch {
        name: String::new(),
        fields: &mut fields,
    };
    let mut json = serde_json::Deserializer::from_str(message);
    // A message that is cut off keeps the fields that stand before the cut.
    let _ = branch.deserialize(&mut json);
    fields
}

/// One place in the document, which adds its leaves to the list.
struct Branch<'f> {
    name: String,
    fields: &'f mut Vec<(String, Value)>,
}

impl Branch<'_> {
    fn child(&mut self, key: &str) -> Branch<'_> {
        let name = match self.name.as_str() {
            // A name that itself begins with @ gets another, so that it is no system field.
            "" if key.starts_with('@') => format!("@{key}"),
            "" => key.to_owned(),
            name => format!("{name}.{key}"),
        };
        Branch {
            name,
            fields: self.fields,
        }
    }

    fn leaf<E>(self, value: Value) -> Result<(), E> {
        if self.fields.len() < MOST_FIELDS {
            self.fields.push((self.name, value));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Branch<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Branch<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(self.child(&key))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while list
            .next_element_seed(self.child(&index.to_string()))?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.leaf(Value::Text(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.leaf(Value::Text(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.leaf(Value::Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.leaf(Value::Text(number.to_string()))
    }

    /// Rows show 1 and 0 for these; people have seen it, the documentation does not say it.
    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        self.leaf(Value::Truth(truth))
    }

    /// A null is an absent field.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
