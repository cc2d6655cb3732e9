//! What is known about a cluster's control plane, mainly its version, which determines the lifetime
//! of its tokens.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::audit::kubernetes_version::KubernetesVersion;

/// What is known about one cluster's control plane, by source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ControlPlane {
    /// The version that the operator states.
    pub stated: Option<KubernetesVersion>,
    /// The answer of the EKS API.
    pub described: Option<Description>,
    /// The versions that the control plane's own requests in the audit log state, with when each
    /// was seen. An upgrade inside the window shows as two.
    pub logged: BTreeMap<KubernetesVersion, Logged>,
}

/// What eks:DescribeCluster answered. Where two answers are merged, the greater remains: a
/// cluster that one Region or account does not have may still be there in another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Description {
    /// The cluster no longer exists, only its log group.
    Deleted,
    /// There is.
    Cluster(DescribedCluster),
}

/// A cluster, as eks:DescribeCluster describes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DescribedCluster {
    /// The version; absent if the answer held none that can be read.
    pub version: Option<KubernetesVersion>,
    /// The ARN.
    pub arn: Option<String>,
    /// The URL of its API server.
    pub endpoint: Option<String>,
    /// When the cluster was created.
    pub created: Option<DateTime<Utc>>,
    /// Whether the audit log is delivered to CloudWatch, at the time of asking.
    pub audit_logging: bool,
}

/// When a version was seen in an audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged {
    /// The arrival of the earliest request.
    pub first: DateTime<Utc>,
    /// The arrival of the latest.
    pub last: DateTime<Utc>,
}

/// Where a cluster's version was learnt, the most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionSource {
    /// `--kubernetes-version`.
    CommandLine,
    /// eks:DescribeCluster.
    DescribeCluster,
    /// The user agents of the control plane's own requests.
    AuditLog,
}

impl VersionSource {
    /// The source in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::CommandLine => "--kubernetes-version",
            Self::DescribeCluster => "DescribeCluster",
            Self::AuditLog => "audit log",
        }
    }
}

impl ControlPlane {
    /// Notes that the control plane's own request of this time stated this version.
    pub fn saw(&mut self, version: KubernetesVersion, received: DateTime<Utc>) {
        self.saw_between(version, received, received);
    }

    /// Notes that the control plane's own requests stated this version, from `first` to `last`.
    pub fn saw_between(
        &mut self,
        version: KubernetesVersion,
        first: DateTime<Utc>,
        last: DateTime<Utc>,
    ) {
        let logged = self.logged.entry(version).or_insert(Logged { first, last });
        logged.first = logged.first.min(first);
        logged.last = logged.last.max(last);
    }

    /// The version that applies, and where it was learnt: what the operator states before what
    /// the EKS API says, and that before what the log shows, of which the latest version counts.
    pub fn version(&self) -> Option<(KubernetesVersion, VersionSource)> {
        let from = |source| move |version| (version, source);
        self.stated
            .map(from(VersionSource::CommandLine))
            .or_else(|| {
                let described = self.cluster()?.version;
                described.map(from(VersionSource::DescribeCluster))
            })
            .or_else(|| {
                // While an upgrade is under way both versions are seen; it only leads upward.
                let latest = self
                    .logged
                    .iter()
                    .max_by_key(|(version, logged)| (logged.last, **version))?;
                Some((*latest.0, VersionSource::AuditLog))
            })
    }

    /// The version that applied at a moment, such as when a token was issued, and where it was
    /// learnt. Differs from [`Self::version`] before an upgrade that the log shows: a cluster's
    /// version only ever rises, so it was no later than any version seen then or afterwards.
    pub fn version_at(&self, moment: DateTime<Utc>) -> Option<(KubernetesVersion, VersionSource)> {
        let (current, source) = self.version()?;
        if source == VersionSource::CommandLine {
            return Some((current, source));
        }
        let before_upgrade = self
            .logged
            .iter()
            .filter(|(version, logged)| logged.last >= moment && **version < current)
            .map(|(version, _)| (*version, VersionSource::AuditLog))
            .next();
        Some(before_upgrade.unwrap_or((current, source)))
    }

    /// The cluster as the EKS API describes it, if it does.
    pub fn cluster(&self) -> Option<&DescribedCluster> {
        match &self.described {
            Some(Description::Cluster(cluster)) => Some(cluster),
            Some(Description::Deleted) | None => None,
        }
    }

    /// Whether the EKS API reports that the cluster does not exist.
    pub fn is_deleted(&self) -> bool {
        self.described == Some(Description::Deleted)
    }

    /// Adds what else is known of the same control plane.
    pub fn merge(&mut self, other: Self) {
        self.stated = self.stated.max(other.stated);
        self.described = self.described.take().max(other.described);
        for (version, Logged { first, last }) in other.logged {
            self.saw_between(version, first, last);
        }
    }
}

#[cfg(test)]
mod tests;
