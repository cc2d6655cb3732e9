//! What becomes of a finding after an upgrade.

use serde::{Deserialize, Serialize};

use super::super::conversion::both_ways;
use crate::report::upgrade;

/// What becomes of a finding after the upgrade to the version that was asked for.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum AfterUpgrade {
    /// It is rejected at the end of every token, every 24 h.
    RejectedDaily,
    /// It reads its token again when it is rejected: a short interruption every 24 h.
    RecoversByItself,
    /// Nothing: it refreshes in time.
    No,
    /// It was not seen for long enough.
    TooSoonToTell,
}

both_ways!(enum AfterUpgrade, upgrade::AfterUpgrade {
    RejectedDaily, RecoversByItself, No, TooSoonToTell,
});
