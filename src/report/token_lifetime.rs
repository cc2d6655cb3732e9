//! How long a cluster accepts a stale token.

use chrono::TimeDelta;

/// A token lifetime and where it was learnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLifetime {
    /// Seconds from a token's issue to its earliest rejection.
    pub seconds: i64,
    /// Who says so.
    pub source: LifetimeSource,
}

/// Where a token lifetime comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifetimeSource {
    /// The EKS user guide, page "Kubernetes service accounts": 90 days.
    AwsDocumentation,
    /// The operator.
    CommandLine,
}

impl TokenLifetime {
    /// The lifetime that AWS documents: 90 days. Amazon EKS enforces it by retiring signing
    /// keys, so that a token may live a few days longer; the 90th day is the earliest.
    pub const AWS: Self = Self {
        seconds: 90 * 24 * 3600,
        source: LifetimeSource::AwsDocumentation,
    };

    /// A lifetime that the operator states, in seconds.
    pub fn stated(seconds: i64) -> Self {
        Self {
            seconds,
            source: LifetimeSource::CommandLine,
        }
    }

    /// The lifetime as a duration.
    pub fn duration(&self) -> TimeDelta {
        TimeDelta::try_seconds(self.seconds).unwrap_or(TimeDelta::MAX)
    }
}
