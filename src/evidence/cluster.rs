//! The cluster that evidence belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audit::untrusted_text::UntrustedText;

/// A cluster. Names are unique within one Region of one account only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cluster {
    /// The cluster's name.
    pub name: UntrustedText,
    /// The AWS Region, where the evidence came from one.
    pub region: Option<String>,
    /// The AWS account, where it is known.
    pub account: Option<String>,
}

impl Cluster {
    /// A cluster known by its name alone, as logs on disk know it.
    pub fn named(name: impl Into<UntrustedText>) -> Self {
        Self {
            name: name.into(),
            region: None,
            account: None,
        }
    }

    /// Whether this may be that other cluster, which is known by more or by less: the same name,
    /// and no two Regions or accounts.
    pub fn may_be(&self, other: &Self) -> bool {
        let agree = |one: &Option<String>, other: &Option<String>| {
            one.is_none() || other.is_none() || one == other
        };
        self.name == other.name
            && agree(&self.region, &other.region)
            && agree(&self.account, &other.account)
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(formatter)
    }
}
