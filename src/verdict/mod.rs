//! From evidence to a ranked report. Pure: the time comes in with the evidence's window.
//!
//! - [`thresholds`]: the numbers that verdicts rest on
//! - [`holder`]: the verdict on one holder
//! - [`account`]: the holders of a service account as one finding
//! - [`rejection_join`]: rejections joined to the holders that most likely caused them
//! - [`explanation`]: the numbers that a verdict rests on, in words
//! - [`cure`]: the clients behind a finding, and what to do
//! - [`narrowing`]: a report narrowed to some of its holders
//! - [`rank`]: the order of findings
//! - [`changes`]: what changed since an earlier report

pub mod account;
pub mod changes;
pub mod cure;
pub mod explanation;
pub mod holder;
pub mod narrowing;
pub mod rank;
pub mod rejection_join;
pub mod thresholds;

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::service_account::ServiceAccount;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverage, Coverages};
use crate::evidence::holder::Holder;
use crate::evidence::set::EvidenceSet;
use crate::evidence::token_use::TokenUse;
use crate::report::Report;
use crate::report::finding::Finding;
use crate::report::legacy_token::LegacyTokenFinding;
use crate::report::scan::{ClusterScan, Window};
use crate::report::token_lifetime::TokenLifetime;

/// A holder and the evidence about it.
pub type Held<'a> = (&'a Holder, &'a TokenUse);

/// Judges all evidence.
///
/// A cluster of which no event was seen, and for which no window was asked, has no time to be
/// judged at: of it there are only the gaps.
pub fn judge(
    evidence: &EvidenceSet,
    coverages: &Coverages,
    token_lifetime: &TokenLifetime,
) -> Report {
    let mut accounts: BTreeMap<&Cluster, BTreeMap<&ServiceAccount, Vec<Held<'_>>>> =
        BTreeMap::new();
    for (holder, token_use) in evidence.holders() {
        accounts
            .entry(&holder.cluster)
            .or_default()
            .entry(&holder.service_account)
            .or_default()
            .push((holder, token_use));
    }
    let mut clusters = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut passed_over = Vec::new();
    let mut gaps = Vec::new();
    for (cluster, coverage) in &coverages.0 {
        passed_over.extend(coverage.passed_over.iter().cloned());
        let Some(window) = window(coverage) else {
            gaps.extend(coverage.counted_gaps());
            continue;
        };
        let mut scan = scan(cluster, coverage, window);
        let joined = rejection_join::join(evidence, cluster);
        let mut accounts = accounts.remove(&**cluster).unwrap_or_default();
        // Whoever was accepted only before the window is told of if it is rejected inside it.
        let accepted: BTreeSet<&Holder> = accounts
            .values()
            .flatten()
            .map(|(holder, _)| *holder)
            .collect();
        for (holder, token_use) in evidence.earlier() {
            if joined.holders.contains_key(holder) && !accepted.contains(holder) {
                accounts
                    .entry(&holder.service_account)
                    .or_default()
                    .push((holder, token_use));
            }
        }
        for (service_account, holders) in accounts {
            let finding = account::finding(
                cluster,
                service_account,
                &holders,
                &joined,
                window,
                token_lifetime,
            );
            scan.accepted_at_age_seconds = scan
                .accepted_at_age_seconds
                .max(account::accepted_past_lifetime(&holders, token_lifetime));
            findings.extend(finding);
        }
        scan.rejected_callers = joined.callers;
        scan.more_rejected_callers = evidence.has_more_rejected();
        scan.legacy_tokens = legacy_tokens(evidence, cluster);
        clusters.push(scan);
    }
    rank::rank(&mut findings);
    Report {
        token_lifetime: token_lifetime.clone(),
        clusters,
        gaps,
        passed_over,
        findings,
        changes: None,
    }
}

/// The window that was asked for; where one of its ends is open, the first or the last event.
fn window(coverage: &Coverage) -> Option<Window> {
    Some(Window {
        since: coverage.since.or(coverage.first_event)?,
        until: coverage.until.or(coverage.last_event)?,
    })
}

fn scan(cluster: &Cluster, coverage: &Coverage, window: Window) -> ClusterScan {
    ClusterScan {
        cluster: cluster.clone(),
        window,
        places: coverage.places.iter().cloned().collect(),
        lines: coverage.lines,
        bytes_read: coverage.bytes_read,
        bytes_scanned: coverage.bytes_scanned,
        price: coverage.price,
        queries: coverage.queries,
        gaps: coverage.counted_gaps(),
        notes: coverage.counted_notes(),
        accepted_at_age_seconds: None,
        rejected_callers: Vec::new(),
        more_rejected_callers: false,
        legacy_tokens: Vec::new(),
    }
}

fn legacy_tokens(evidence: &EvidenceSet, cluster: &Cluster) -> Vec<LegacyTokenFinding> {
    evidence
        .legacy_tokens()
        .filter(|((of, _, _), _)| **of == *cluster)
        .map(
            |((_, service_account, secret), token_use)| LegacyTokenFinding {
                service_account: service_account.clone(),
                secret: secret.clone(),
                first_seen: token_use.first,
                last_seen: token_use.last,
                requests: token_use.requests,
                addresses: token_use.addresses.texts(),
                user_agents: token_use.user_agents.texts(),
            },
        )
        .collect()
}
