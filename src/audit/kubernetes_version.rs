//! The version of a cluster, `1.33`, without patch and build.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A minor version of Kubernetes.
///
/// EKS names clusters by it, and what a control plane does with tokens changes with it alone:
/// patch and build are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, schemars(with = "String"))]
pub struct KubernetesVersion {
    /// Always 1: no other major version was ever released.
    pub major: u16,
    /// The minor version.
    pub minor: u16,
}

/// Why text is not a version of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version of Kubernetes; expected one such as 1.33")]
pub struct NotAVersion;

impl KubernetesVersion {
    /// The first version whose API servers on EKS accept a stale token for 24 hours only; earlier
    /// ones accept it for 90 days (EKS user guide, page "Kubernetes versions with standard
    /// support", release notes of 1.34).
    pub const FIRST_WITH_TOKEN_CAP: Self = Self {
        major: 1,
        minor: 34,
    };

    /// Whether an API server of this version on EKS accepts a stale token for 24 hours only.
    pub fn caps_tokens(self) -> bool {
        self >= Self::FIRST_WITH_TOKEN_CAP
    }
}

impl FromStr for KubernetesVersion {
    type Err = NotAVersion;

    /// Reads `1.33`, `v1.33.5`, `1.33.5-eks-a1b2c3` and `1.33+`. A component's own version such
    /// as `v0.31.1`, and anything else that is not 1.x, is not a version of Kubernetes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (minor, rest) = text
            .strip_prefix("1.")
            .map(|rest| {
                let end = rest.find(|c: char| !c.is_ascii_digit());
                rest.split_at(end.unwrap_or(rest.len()))
            })
            .ok_or(NotAVersion)?;
        let patch_or_build = match rest.strip_prefix('.') {
            Some(patch) => {
                let build = patch.trim_start_matches(|c: char| c.is_ascii_digit());
                if build.len() == patch.len() {
                    return Err(NotAVersion);
                }
                build
            }
            None => rest,
        };
        if !is_build(patch_or_build) {
            return Err(NotAVersion);
        }
        Ok(Self {
            major: 1,
            minor: minor.parse().map_err(|_| NotAVersion)?,
        })
    }
}

/// Whether this may follow the numbers of a version: nothing, or a build such as `-eks-a1b2c3`,
/// `+k3s1` or the lone `+` of some discovery documents.
fn is_build(text: &str) -> bool {
    text.is_empty()
        || (text.starts_with(['-', '+'])
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')))
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor } = self;
        formatter.pad(&format!("{major}.{minor}"))
    }
}

impl TryFrom<String> for KubernetesVersion {
    type Error = NotAVersion;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<KubernetesVersion> for String {
    fn from(version: KubernetesVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_are_read_as_kubernetes_and_eks_write_them() {
        for text in [
            "1.33",
            "v1.33",
            "1.33.5",
            "v1.33.5",
            "1.33.5-eks-a1b2c3",
            "v1.33.5-eks-a1b2c3",
            "1.33+",
            "1.33-eks",
            "v1.33.0-alpha.1",
            "v1.33.5+k3s1",
        ] {
            let version: KubernetesVersion = text.parse().expect(text);
            assert_eq!(version.to_string(), "1.33", "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_version() {
        for text in [
            "",
            "1",
            "v1",
            "1.",
            "1.x",
            "v",
            "0.33",
            "v0.31.1",
            "2.0",
            "11.33",
            "1.33.",
            "1.33.x",
            "1.33 ",
            " 1.33",
            "1.33/2",
            "V1.33",
            "vv1.33",
            "1.70000",
            "-1.33",
            "1.-3",
            "1,33",
            "latest",
            "1.33-é",
            "1.33.5 (linux/amd64)",
            "1.3३",
        ] {
            assert_eq!(
                text.parse::<KubernetesVersion>(),
                Err(NotAVersion),
                "{text:?}"
            );
        }
    }

    #[test]
    fn versions_are_ordered_by_number_and_not_by_text() {
        let version = |text: &str| text.parse::<KubernetesVersion>().expect(text);
        assert!(version("1.9") < version("1.33"));
        assert!(version("1.99") < version("1.100"));
        assert!(!version("1.33.9").caps_tokens());
        assert!(version("1.34.0").caps_tokens());
        assert!(version("1.100").caps_tokens());
    }

    #[test]
    fn json_holds_the_text() {
        let version = KubernetesVersion::FIRST_WITH_TOKEN_CAP;
        let text = serde_json::to_string(&version).expect("JSON");
        assert_eq!(text, r#""1.34""#);
        let read: KubernetesVersion = serde_json::from_str(&text).expect("a version");
        assert_eq!(read, version);
        assert!(serde_json::from_str::<KubernetesVersion>(r#""0.34""#).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(minor in any::<u16>(), suffix in "(\\.[0-9]{1,3})?(-[a-z0-9.-]{0,9})?") {
            let version = KubernetesVersion { major: 1, minor };
            prop_assert_eq!(version.to_string().parse(), Ok(version));
            prop_assert_eq!(format!("v{version}{suffix}").parse(), Ok(version));
        }
    }
}
