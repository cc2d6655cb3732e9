//! A cluster or several, as an operator names them.

use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

use crate::evidence::cluster::Cluster;
use crate::source::eks::log_group_name;

/// A cluster or several: `prod-1`, `prod-*`, the ARN of a cluster or of its log group, or its log
/// group's name.
#[derive(Debug, Clone)]
pub struct Selector {
    pattern: Pattern,
    /// The Region, where the operator names one.
    pub region: Option<String>,
    /// The account, where the operator names one.
    pub account: Option<String>,
}

/// A name, or a pattern of names as in a shell.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    /// Absent if the text is a name.
    glob: Option<GlobMatcher>,
}

/// Why text selects no cluster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the name of an EKS cluster, a pattern, or an ARN{}", input_hint(.text))]
pub struct NotASelector {
    text: String,
}

fn input_hint(text: &str) -> &'static str {
    if text.contains(['/', '.']) && !text.starts_with("arn:") {
        "; to read a file or a directory, use --input"
    } else {
        ""
    }
}

impl FromStr for Pattern {
    type Err = NotASelector;

    fn from_str(text: &str) -> Result<Self, NotASelector> {
        let refused = || NotASelector {
            text: text.to_owned(),
        };
        let glob = if text.contains(['*', '?', '[']) {
            let glob = GlobBuilder::new(text).build().map_err(|_| refused())?;
            Some(glob.compile_matcher())
        } else if is_name(text) {
            None
        } else {
            return Err(refused());
        };
        Ok(Self {
            text: text.to_owned(),
            glob,
        })
    }
}

impl Pattern {
    /// Whether a cluster's name matches.
    pub fn matches(&self, name: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.is_match(name),
            None => self.text == name,
        }
    }
}

/// Whether a cluster can have this name (EKS API reference, CreateCluster, `name`).
fn is_name(text: &str) -> bool {
    text.len() <= 100
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
}

impl FromStr for Selector {
    type Err = NotASelector;

    fn from_str(text: &str) -> Result<Self, NotASelector> {
        let refused = || NotASelector {
            text: text.to_owned(),
        };
        if !text.starts_with("arn:") {
            let name = log_group_name::cluster_of(text).unwrap_or(text);
            return Ok(Self {
                pattern: name.parse().map_err(|_| refused())?,
                region: None,
                account: None,
            });
        }
        // arn:aws:eks:REGION:ACCOUNT:cluster/NAME
        // arn:aws:logs:REGION:ACCOUNT:log-group:/aws/eks/NAME/cluster:*
        let mut parts = text.splitn(6, ':').skip(2);
        let (Some(service), Some(region), Some(account), Some(resource)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refused());
        };
        let name = match service {
            "eks" => resource.strip_prefix("cluster/"),
            "logs" => resource
                .strip_prefix("log-group:")
                .map(|group| group.strip_suffix(":*").unwrap_or(group))
                .and_then(log_group_name::cluster_of),
            _ => None,
        };
        let stated = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            pattern: name.ok_or_else(refused)?.parse().map_err(|_| refused())?,
            region: stated(region),
            account: stated(account),
        })
    }
}

impl Selector {
    pub(super) fn selects(&self, name: &str, account: Option<&str>, region: &str) -> bool {
        let is_account = |wanted: &str| account.is_none_or(|account| account == wanted);
        self.pattern.matches(name)
            && self.region.as_ref().is_none_or(|wanted| wanted == region)
            && self.account.as_deref().is_none_or(is_account)
    }

    /// Whether several clusters may be selected.
    pub fn is_pattern(&self) -> bool {
        self.pattern.glob.is_some()
    }

    /// The name, or the pattern of names.
    pub fn name(&self) -> &str {
        &self.pattern.text
    }

    /// Whether a cluster is one that this selects.
    pub fn is(&self, cluster: &Cluster) -> bool {
        let region = cluster.region.as_deref().unwrap_or_default();
        self.selects(cluster.name.unescaped(), cluster.account.as_deref(), region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(account: &str, region: &str, name: &str) -> Cluster {
        Cluster {
            name: name.into(),
            region: Some(region.to_owned()),
            account: Some(account.to_owned()),
        }
    }

    #[test]
    fn clusters_are_named_as_people_have_them_at_hand() {
        let ours = cluster("111122223333", "eu-west-1", "prod-1");
        // (text, whether it selects ours)
        let table = [
            ("prod-1", true),
            ("prod-2", false),
            ("prod", false),
            ("prod-*", true),
            ("*", true),
            ("prod-?", true),
            ("prod-[12]", true),
            ("prod-[23]", false),
            ("/aws/eks/prod-1/cluster", true),
            ("/aws/eks/prod-*/cluster", true),
            ("arn:aws:eks:eu-west-1:111122223333:cluster/prod-1", true),
            ("arn:aws:eks:us-east-1:111122223333:cluster/prod-1", false),
            ("arn:aws:eks:eu-west-1:999999999999:cluster/prod-1", false),
            (
                "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod-1/cluster:*",
                true,
            ),
            (
                "arn:aws-cn:logs:eu-west-1:111122223333:log-group:/aws/eks/prod-1/cluster",
                true,
            ),
        ];
        for (text, expected) in table {
            let selector: Selector = text.parse().expect(text);
            assert_eq!(selector.is(&ours), expected, "{text}");
        }
    }

    #[test]
    fn what_names_no_cluster_is_refused() {
        for text in [
            "",
            "-prod",
            "a b",
            "prod/1",
            "audit.log",
            "prod-[",
            "arn:aws:eks:eu-west-1",
            "arn:aws:s3:::bucket",
            "arn:aws:eks:eu-west-1:1:nodegroup/a",
            "arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/a",
            "é",
        ] {
            assert!(text.parse::<Selector>().is_err(), "{text:?}");
        }
        let path = "./audit.log".parse::<Selector>().expect_err("no name");
        assert!(path.to_string().contains("use --input"), "{path}");
    }
}
