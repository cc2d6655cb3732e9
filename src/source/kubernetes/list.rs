//! Lists of objects, read item by item: memory holds one item and what is kept of the others.
//!
//! `kubectl get -o json` prints a `List` of mixed kinds, or one object if one was asked for by name;
//! the API server sends a `PodList`, whose items state no kind. Several of them may follow one
//! another.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use super::intake::{Intake, Taken};
use super::object::{Object, kind_of};
use crate::cluster_state::ClusterState;

/// What was found in lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Objects that are a part of the state now.
    pub kept: u64,
    /// Objects of kinds that are of no use.
    pub of_other_kinds: u64,
    /// Objects without a name, a namespace or a UID.
    pub malformed: u64,
    /// The token that continues the last list, where it is a page of a longer one.
    pub continues: Option<String>,
    /// The message of the last `Status`, which is what the API server sends instead of a list.
    pub status: Option<String>,
}

/// Reads all lists and objects of a stream into a state.
#[derive(Debug)]
pub struct ListReader {
    intake: Intake,
    /// What was found so far.
    pub found: Found,
    /// The kind of all items, where it is known beside the list: metadata alone states its own.
    kind: Option<&'static str>,
}

impl ListReader {
    /// A reader that adds to this state.
    pub fn new(state: ClusterState) -> Self {
        Self {
            intake: Intake::new(state),
            found: Found::default(),
            kind: None,
        }
    }

    /// Reads a stream to its end. Fails at the first byte that is no JSON, with its line and column;
    /// what stands before it was taken in.
    pub fn read(&mut self, stream: impl Read) -> serde_json::Result<()> {
        let mut deserializer = serde_json::Deserializer::from_reader(stream);
        // An error of reading comes again from the next value.
        while deserializer.end().is_err() {
            TopLevel(self).deserialize(&mut deserializer)?;
        }
        Ok(())
    }

    /// Reads a stream of lists whose items are of this kind, whatever they state.
    pub fn read_as(&mut self, kind: &'static str, stream: impl Read) -> serde_json::Result<()> {
        self.kind = Some(kind);
        let outcome = self.read(stream);
        self.kind = None;
        outcome
    }

    /// The state with everything that was read.
    pub fn into_state(self) -> ClusterState {
        self.intake.into_state()
    }

    fn take(&mut self, object: &Object<'_>, of_list: Option<&str>) {
        let known = self.kind.map(str::to_owned);
        let kind = known.or_else(|| kind_of(object, of_list));
        let taken = kind.map_or(Taken::OtherKind, |kind| self.intake.take(&kind, object));
        match taken {
            Taken::Kept => self.found.kept += 1,
            Taken::OtherKind => self.found.of_other_kinds += 1,
            Taken::Malformed => self.found.malformed += 1,
        }
    }
}

/// A list, or one object.
struct TopLevel<'a>(&'a mut ListReader);

impl<'de> DeserializeSeed<'de> for TopLevel<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

/// What a list says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ListMetadata {
    r#continue: String,
}

impl<'de> Visitor<'de> for TopLevel<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of Kubernetes objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut kind: Option<Box<RawValue>> = None;
        let mut metadata: Option<Box<RawValue>> = None;
        let mut spec: Option<Box<RawValue>> = None;
        let mut status: Option<Box<RawValue>> = None;
        let mut message: Option<Box<RawValue>> = None;
        let mut is_list = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "kind" => kind = Some(map.next_value()?),
                "metadata" => metadata = Some(map.next_value()?),
                "spec" => spec = Some(map.next_value()?),
                "status" => status = Some(map.next_value()?),
                "message" => message = Some(map.next_value()?),
                "items" => {
                    is_list = true;
                    let of_list: Option<String> = text(kind.as_deref());
                    map.next_value_seed(Items {
                        reader: &mut *self.0,
                        of_list: of_list.as_deref(),
                    })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let kind_text = text(kind.as_deref());
        if is_list {
            let metadata: Option<ListMetadata> =
                metadata.and_then(|it| serde_json::from_str(it.get()).ok());
            self.0.found.continues = metadata
                .map(|it| it.r#continue)
                .filter(|token| !token.is_empty());
        } else if kind_text.as_deref() == Some("Status") {
            self.0.found.status = Some(text(message.as_deref()).unwrap_or_default());
        } else {
            let object = Object {
                kind: kind.as_deref(),
                metadata: metadata.as_deref(),
                spec: spec.as_deref(),
                status: status.as_deref(),
            };
            self.0.take(&object, None);
        }
        Ok(())
    }
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// The items of a list; `null`, as an empty list of Go is written, is none.
struct Items<'a> {
    reader: &'a mut ListReader,
    of_list: Option<&'a str>,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the items of a list of Kubernetes objects")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<Box<RawValue>>()? {
            match serde_json::from_str::<Object<'_>>(item.get()) {
                Ok(object) => self.reader.take(&object, self.of_list),
                Err(_) => self.reader.found.malformed += 1,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
