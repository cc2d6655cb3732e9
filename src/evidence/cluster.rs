//! The cluster that evidence belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A cluster. Names are unique within one Region of one account only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cluster {
    /// The cluster's name.
    pub name: String,
    /// The AWS Region, where the evidence came from one.
    pub region: Option<String>,
    /// The AWS account, where it is known.
    pub account: Option<String>,
}

impl Cluster {
    /// A cluster known by its name alone, as logs on disk know it.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            region: None,
            account: None,
        }
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}
