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

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [LifetimeSource; 5] = [
        LifetimeSource::AwsDocumentation,
        LifetimeSource::CommandLine,
        LifetimeSource::KubernetesVersion,
        LifetimeSource::AcceptedPastCap,
        LifetimeSource::Assumed,
    ];

    /// The words are an interface.
    #[test]
    fn a_lifetime_says_where_it_comes_from() {
        assert_eq!(
            SOURCES.map(LifetimeSource::word),
            [
                "aws_documentation",
                "command_line",
                "kubernetes_version",
                "accepted_past_cap",
                "assumed"
            ]
        );
        let why = |source| {
            let seconds = 90 * 24 * 3600;
            TokenLifetime { seconds, source }.why()
        };
        assert_eq!(
            SOURCES.map(why),
            [
                "90 d, as AWS documents it",
                "90 d, as stated",
                "90 d, by the cluster's version",
                "90 d: it was accepted past 24 h",
                "unknown: 90 d if this is EKS 1.34 or later, which is the earlier date"
            ]
        );
    }

    #[test]
    fn a_lifetime_is_in_days_where_these_are_several_and_whole() {
        for (seconds, words) in [
            (24 * 3600, "24 h"),
            (36 * 3600, "36 h"),
            (48 * 3600, "2 d"),
            (48 * 3600 + 60, "48 h 1 m"),
            (90 * 24 * 3600, "90 d"),
        ] {
            assert_eq!(TokenLifetime::stated(seconds).in_words(), words);
        }
        assert_eq!(TokenLifetime::stated(i64::MAX).duration(), TimeDelta::MAX);
    }

    /// A capped token carries its own end; that of an uncapped one comes with a retired key.
    #[test]
    fn only_the_end_of_a_token_known_to_be_capped_is_exact() {
        let capped = TokenLifetime::of_version(true);
        assert_eq!(capped.duration(), TimeDelta::hours(24));
        assert!(capped.is_capped() && capped.is_exact() && !capped.is_assumed());
        let uncapped = TokenLifetime::of_version(false);
        assert_eq!(uncapped.duration(), TimeDelta::days(90));
        assert!(!uncapped.is_capped() && !uncapped.is_exact());
        assert!(!TokenLifetime::stated(TokenLifetime::CAPPED_SECONDS + 1).is_capped());
        let assumed = TokenLifetime {
            source: LifetimeSource::Assumed,
            ..capped
        };
        assert!(assumed.is_capped() && assumed.is_assumed() && !assumed.is_exact());
    }
}
