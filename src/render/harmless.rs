//! Why a finding needs no action, in words.

use chrono_tz::Tz;

use super::time_format::{duration, minute};
use crate::evidence::count::pluralize;
use crate::report::finding::Finding;

/// `6 tokens, none used past 1 h 1 m`; `last used 2026-11-23 22:50`; `accepted until 2026-12-01:
/// REASON`. Escaped for terminals.
pub fn words(finding: &Finding, time_zone: Tz) -> String {
    if let Some(accepted) = &finding.accepted {
        return format!("accepted until {}: {}", accepted.until, accepted.reason);
    }
    if finding.verdict.is_gone() {
        return format!("last used {}", minute(finding.last_seen(), time_zone));
    }
    let oldest = finding
        .holders
        .iter()
        .flat_map(|holder| &holder.tokens)
        .map(|token| token.last_used - token.issued)
        .max();
    let tokens = pluralize(finding.tokens(), "token", "tokens");
    match oldest {
        Some(oldest) => format!("{tokens}, none used past {}", duration(oldest)),
        None => tokens,
    }
}
