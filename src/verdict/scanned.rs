//! What a report says of a cluster beside its findings.

use super::lifetime::Lifetimes;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverage;
use crate::evidence::set::EvidenceSet;
use crate::report::legacy_token::LegacyTokenFinding;
use crate::report::scan::{ClusterScan, Window};

/// The window that was requested; where one of its ends is open, the first or the last event.
pub(super) fn window(coverage: &Coverage) -> Option<Window> {
    let until = coverage.until.or(coverage.last_event)?;
    Some(Window {
        // Of a window before the log nothing is left.
        since: coverage.since.or(coverage.first_event)?.min(until),
        until,
    })
}

pub(super) fn scan(
    cluster: &Cluster,
    coverage: &Coverage,
    window: Window,
    lifetimes: &Lifetimes,
) -> ClusterScan {
    ClusterScan {
        cluster: cluster.clone(),
        without_events: coverage.last_event.is_none(),
        profile: coverage.profile.clone(),
        window,
        judged_by: lifetimes.judged_by(),
        places: coverage.places.iter().cloned().collect(),
        lines: coverage.lines,
        bytes_read: coverage.bytes_read,
        bytes_scanned: coverage.bytes_scanned,
        price: coverage.price,
        queries: coverage.queries,
        verified_queries: coverage.verified_queries.iter().cloned().collect(),
        gaps: coverage.counted_gaps(),
        notes: coverage.counted_notes(),
        accepted_at_age_seconds: None,
        rejected_callers: Vec::new(),
        more_rejected_callers: false,
        ignored_callers: 0,
        legacy_tokens: Vec::new(),
    }
}

pub(super) fn legacy_tokens(evidence: &EvidenceSet, cluster: &Cluster) -> Vec<LegacyTokenFinding> {
    evidence
        .legacy_tokens()
        .filter(|((of, _, _), _)| **of == *cluster)
        .map(
            |((_, service_account, secret), token_use)| LegacyTokenFinding {
                service_account: service_account.clone(),
                secret: secret.clone().map(UntrustedText::from),
                first_seen: token_use.first,
                last_seen: token_use.last,
                requests: token_use.requests,
                addresses: token_use.addresses.texts(),
                user_agents: token_use.user_agents.texts(),
            },
        )
        .collect()
}

#[cfg(test)]
mod tests;
