//! Conversion between the types of this version and those of the program.

use serde::{Serialize, Serializer};

/// Writes both conversions between a type of this version and the program's: for a struct field
/// by field, with how to convert those that have a type of their own here; for an enum variant
/// by variant.
///
/// Both are exhaustive, so that a field or a variant that the program gains is an error here:
/// what an old report is read as, is then decided and written out.
macro_rules! both_ways {
    (struct $frozen:ty, $live:ty { $($field:ident $(: $convert:ident)?),* $(,)? }) => {
        impl From<$live> for $frozen {
            fn from(live: $live) -> Self {
                Self { $($field: both_ways!(@ live.$field $(, $convert)?)),* }
            }
        }

        impl From<$frozen> for $live {
            fn from(frozen: $frozen) -> Self {
                Self { $($field: both_ways!(@ frozen.$field $(, $convert)?)),* }
            }
        }
    };
    (enum $frozen:ty, $live:ty {
        $($variant:ident $({ $($field:ident),* $(,)? })?),* $(,)?
    }) => {
        impl From<$live> for $frozen {
            fn from(live: $live) -> Self {
                type Live = $live;
                match live {
                    $(Live::$variant $({ $($field),* })? => Self::$variant $({ $($field),* })?,)*
                }
            }
        }

        impl From<$frozen> for $live {
            fn from(frozen: $frozen) -> Self {
                type Frozen = $frozen;
                match frozen {
                    $(Frozen::$variant $({ $($field),* })? => Self::$variant $({ $($field),* })?,)*
                }
            }
        }
    };
    (@ $value:expr) => { $value };
    (@ $value:expr, $convert:ident) => { $convert($value) };
}

pub(super) use both_ways;

/// A list that is converted element by element while it is written: a report of very many holders
/// is never in memory twice.
pub(super) struct Written<Elements>(pub(super) Elements);

impl<Elements> Serialize for Written<Elements>
where
    Elements: Iterator<Item: Serialize> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

pub(super) fn one<Source, To: From<Source>>(value: Source) -> To {
    value.into()
}

pub(super) fn optional<Source, To: From<Source>>(value: Option<Source>) -> Option<To> {
    value.map(To::from)
}

/// For what few of very many have.
pub(super) fn boxed<Source, To: From<Source>>(value: Option<Box<Source>>) -> Option<Box<To>> {
    value.map(|value| Box::new(To::from(*value)))
}

pub(super) fn list<Source, To: From<Source>>(values: Vec<Source>) -> Vec<To> {
    values.into_iter().map(To::from).collect()
}
