//! Why a query is refused, and where.

use std::fmt;

/// A query that does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The reason.
    pub message: String,
    /// The offset in the query, in bytes, where it was noticed.
    pub at: Option<usize>,
}

impl Malformed {
    pub(crate) fn new(message: impl Into<String>, at: usize) -> Self {
        Self {
            message: message.into(),
            at: Some(at),
        }
    }

    /// A refusal that names no place.
    pub fn without_place(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: None,
        }
    }

    pub(crate) fn symbol(symbol: impl fmt::Display, at: usize) -> Self {
        Self::new(format!("unexpected symbol found {symbol}"), at)
    }

    /// The service's answer to a name that is given twice.
    pub(crate) fn defined_twice(name: &str) -> Self {
        Self::without_place(format!("Ephemeral field is already defined: {name}"))
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{} ([{at},{at}])", self.message),
            None => f.write_str(&self.message),
        }
    }
}
