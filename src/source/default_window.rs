//! How long the window of a cluster is where none is stated.

use chrono::TimeDelta;

use crate::audit::kubernetes_version::KubernetesVersion;

/// A workload that is in use at all is seen within a day.
pub const DEFAULT_WINDOW: TimeDelta = TimeDelta::hours(24);

/// Where a token is accepted for 24 h, it carries no mark in its first hour: in 26 h one change
/// of token is always visible.
const WHERE_TOKENS_ARE_CAPPED: TimeDelta = TimeDelta::hours(26);

/// The window of a cluster of this version, if it is known.
pub fn default_window(version: Option<KubernetesVersion>) -> TimeDelta {
    match version {
        Some(version) if version.caps_tokens() => WHERE_TOKENS_ARE_CAPPED,
        Some(_) | None => DEFAULT_WINDOW,
    }
}
