//! How long an API server accepts a stale token.

use chrono::TimeDelta;

use super::exact_duration::hours;

/// A token lifetime and where it was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenLifetime {
    /// Seconds from a token's issue to its earliest rejection.
    pub seconds: i64,
    /// Where that comes from.
    pub source: LifetimeSource,
}

/// Where a token lifetime comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LifetimeSource {
    /// The EKS user guide, for clusters of every version (in reports of schema version 1).
    AwsDocumentation,
    /// The operator stated it.
    CommandLine,
    /// The Kubernetes version of the cluster when the token was issued.
    KubernetesVersion,
    /// The token itself: it was accepted when a capped one would have been rejected.
    AcceptedPastCap,
    /// Assumed: the version is unknown, and this is the earlier of the two dates.
    Assumed,
}

impl LifetimeSource {
    /// The source's word, for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::AwsDocumentation => "aws_documentation",
            Self::CommandLine => "command_line",
            Self::KubernetesVersion => "kubernetes_version",
            Self::AcceptedPastCap => "accepted_past_cap",
            Self::Assumed => "assumed",
        }
    }
}

impl TokenLifetime {
    /// Seconds for which EKS 1.34 and later accept a token: the limit of its external signer (EKS
    /// user guide, page "kubernetes-versions-standard", section 1.34). A token's own `exp`, so the
    /// date is exact.
    pub const CAPPED_SECONDS: i64 = 24 * 3600;

    /// Seconds for which earlier versions accept one: 90 days (EKS user guide, page "Kubernetes
    /// service accounts"). EKS enforces them by retiring signing keys, so that a token may live a
    /// few days longer; the 90th day is the earliest.
    pub const UNCAPPED_SECONDS: i64 = 90 * 24 * 3600;

    /// A lifetime that the operator states, in seconds.
    pub fn stated(seconds: i64) -> Self {
        Self {
            seconds,
            source: LifetimeSource::CommandLine,
        }
    }

    /// The lifetime of a token issued by a cluster of a known version.
    pub fn of_version(is_capped: bool) -> Self {
        Self {
            seconds: match is_capped {
                true => Self::CAPPED_SECONDS,
                false => Self::UNCAPPED_SECONDS,
            },
            source: LifetimeSource::KubernetesVersion,
        }
    }

    /// The lifetime as a duration.
    pub fn duration(&self) -> TimeDelta {
        TimeDelta::try_seconds(self.seconds).unwrap_or(TimeDelta::MAX)
    }

    /// In days where it is several whole ones, else in hours: `90 d`, `24 h`.
    pub fn in_words(&self) -> String {
        let duration = self.duration();
        let days = duration.num_days();
        match duration == TimeDelta::days(days) && days > 1 {
            true => format!("{days} d"),
            false => hours(duration),
        }
    }

    /// Where the lifetime comes from: `24 h, by the cluster's version`.
    pub fn why(&self) -> String {
        let lifetime = self.in_words();
        match self.source {
            LifetimeSource::AwsDocumentation => format!("{lifetime}, as AWS documents it"),
            LifetimeSource::CommandLine => format!("{lifetime}, as stated"),
            LifetimeSource::KubernetesVersion => format!("{lifetime}, by the cluster's version"),
            LifetimeSource::AcceptedPastCap => {
                format!("{lifetime}: it was accepted past 24 h")
            }
            LifetimeSource::Assumed => format!(
                "unknown: {lifetime} if this is EKS 1.34 or later, which is the earlier date"
            ),
        }
    }

    /// Whether it is so short that a restart buys a day at most, and what fixes the client comes
    /// first.
    pub fn is_capped(&self) -> bool {
        self.seconds <= Self::CAPPED_SECONDS
    }

    /// Whether nothing says so and it is the earlier of the two.
    pub fn is_assumed(&self) -> bool {
        self.source == LifetimeSource::Assumed
    }

    /// Whether a token of this lifetime is rejected at that moment, and not from then on at some
    /// time.
    pub fn is_exact(&self) -> bool {
        self.is_capped() && !self.is_assumed()
    }
}
