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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_may_be_one_unless_something_known_of_both_differs() {
        let cluster = |name: &str, region: Option<&str>, account: Option<&str>| Cluster {
            region: region.map(str::to_owned),
            account: account.map(str::to_owned),
            ..Cluster::named(name)
        };
        let prod = cluster("prod", Some("eu-west-1"), Some("111122223333"));
        for (other, expected) in [
            (prod.clone(), true),
            (Cluster::named("prod"), true),
            (cluster("prod", Some("eu-west-1"), None), true),
            (cluster("prod", None, Some("111122223333")), true),
            (cluster("prod", Some("us-east-1"), None), false),
            (cluster("prod", None, Some("444455556666")), false),
            (
                cluster("prod", Some("us-east-1"), Some("111122223333")),
                false,
            ),
            (Cluster::named("test"), false),
        ] {
            assert_eq!(prod.may_be(&other), expected, "{other:?}");
            assert_eq!(other.may_be(&prod), expected, "{other:?}");
        }
        assert_eq!(prod.to_string(), "prod");
    }
}
