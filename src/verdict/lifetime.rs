//! How long each token is accepted.

use chrono::{DateTime, TimeDelta, Utc};

use super::thresholds::{CLOCK_SKEW, Thresholds};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::control_plane::ControlPlane;
use crate::evidence::token::Token;
use crate::report::judged_by::JudgedBy;
use crate::report::token_lifetime::{LifetimeSource, TokenLifetime};

/// A token with how long it is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedToken {
    /// The token.
    pub token: Token,
    /// How long it is accepted.
    pub lifetime: TokenLifetime,
}

impl DatedToken {
    /// When the API server starts to reject it, at the earliest.
    pub fn end(&self) -> DateTime<Utc> {
        self.token
            .issued
            .checked_add_signed(self.lifetime.duration())
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Its age when it was last used.
    pub fn age_at_last_use(&self) -> TimeDelta {
        self.token.age_at_last_use()
    }

    /// The thresholds for a token that lives as long.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds::of(self.lifetime.duration())
    }

    /// Whether it was used until close to its end, or past it, so that its end was noticed.
    pub fn was_used_to_its_end(&self) -> bool {
        self.end() - self.token.last_used <= self.thresholds().died_within()
    }
}

/// The lifetimes of the tokens of one cluster: a lifetime belongs to a token, by the version of the
/// API server that issued it.
#[derive(Debug, Clone)]
pub struct Lifetimes {
    stated: Option<TokenLifetime>,
    control_plane: ControlPlane,
}

impl Lifetimes {
    /// The lifetimes in a cluster; what the operator states goes before all else.
    pub fn new(stated: Option<TokenLifetime>, control_plane: &ControlPlane) -> Self {
        Self {
            stated,
            control_plane: control_plane.clone(),
        }
    }

    /// A token with how long it is accepted.
    pub fn dated(&self, token: &Token) -> DatedToken {
        DatedToken {
            token: token.clone(),
            lifetime: self.of(token),
        }
    }

    /// How long this token is accepted.
    pub fn of(&self, token: &Token) -> TokenLifetime {
        if let Some(stated) = self.stated {
            return stated;
        }
        let cap = TimeDelta::seconds(TokenLifetime::CAPPED_SECONDS);
        if token.age_at_last_use() > cap + CLOCK_SKEW {
            let is_capped_there = self
                .version_at(token.issued)
                .is_some_and(|it| it.caps_tokens());
            return match (is_capped_there, self.version_at(token.issued)) {
                (false, Some(_)) => TokenLifetime::of_version(false),
                _ => TokenLifetime {
                    seconds: TokenLifetime::UNCAPPED_SECONDS,
                    source: LifetimeSource::AcceptedPastCap,
                },
            };
        }
        self.at(token.issued)
    }

    /// How long a token is accepted that is issued now.
    pub fn of_new_token(&self) -> TokenLifetime {
        self.stated.unwrap_or_else(|| {
            let version = self.control_plane.version();
            by_version(version.map(|(version, _)| version))
        })
    }

    /// What the dates of the cluster rest on.
    pub fn judged_by(&self) -> JudgedBy {
        let version = self.control_plane.version();
        JudgedBy {
            version: version.map(|(version, _)| version),
            version_source: version.map(|(_, source)| source),
            lifetime: self.of_new_token(),
            uncapped_tokens: 0,
        }
    }

    /// How long a token is accepted that was issued at this moment.
    fn at(&self, issued: DateTime<Utc>) -> TokenLifetime {
        by_version(self.version_at(issued))
    }

    /// The version of the API server that issued a token. While two are seen, as during an upgrade,
    /// either may have: then it counts as the one that caps, whose date is the earlier.
    fn version_at(&self, issued: DateTime<Utc>) -> Option<KubernetesVersion> {
        let capping = self
            .control_plane
            .logged
            .iter()
            .find(|(version, logged)| version.caps_tokens() && logged.first <= issued);
        let (current, _) = self.control_plane.version()?;
        match capping {
            Some((version, _)) if current.caps_tokens() => Some(*version),
            _ => self
                .control_plane
                .version_at(issued)
                .map(|(version, _)| version),
        }
    }
}

fn by_version(version: Option<KubernetesVersion>) -> TokenLifetime {
    match version {
        Some(version) => TokenLifetime::of_version(version.caps_tokens()),
        None => TokenLifetime {
            seconds: TokenLifetime::CAPPED_SECONDS,
            source: LifetimeSource::Assumed,
        },
    }
}

#[cfg(test)]
mod tests;
