//! From evidence to a ranked report. No I/O and no clock: the time comes with the evidence's
//! window.
//!
//! - [`thresholds`]: the numbers that verdicts rest on
//! - [`lifetime`]: how long each token is accepted
//! - [`client`]: the programs of a holder, told apart where they use tokens of their own
//! - [`holder`]: the verdict on one client of a holder
//! - `token_users`: which user agents used which of a holder's tokens
//! - [`interruption`]: when a client was rejected at the end of a token and came back
//! - [`successor`]: the holder that replaced a client
//! - [`acceptance`]: findings that the operator accepts for a time
//! - [`account`]: the holders of a service account as one finding
//! - [`rejection_join`]: rejections attributed to the holders that most likely caused them
//! - [`renewal`]: holders that are accepted again without a mark
//! - [`memory`]: what an earlier report knows
//! - [`attribution`]: single rejected requests and who sent them
//! - [`unexplained`]: rejected callers that match no holder
//! - [`known_holders`]: the holders that rejections may be attributed to
//! - [`known_pods`], `assigned_pods`: the pods of a cluster, and which cluster a list belongs to
//! - [`api_server`]: the same by the API server that it was read from
//! - [`senders`]: the senders of rejected requests, by the pod that has their address
//! - [`pod_status`]: what the cluster reports about a holder's pod
//! - [`explanation`]: the numbers that a verdict rests on, in words
//! - [`fix`]: the clients behind a finding, and what to do
//! - [`holder_filter`]: a report narrowed to some of its holders
//! - [`upgrade`]: what an upgrade to a version that caps tokens would break
//! - [`rank`]: the order of findings
//! - [`changes`]: what changed since an earlier report

pub mod acceptance;
pub mod account;
mod api_server;
mod assigned_pods;
pub mod attribution;
pub mod changes;
pub mod client;
pub mod explanation;
pub mod fix;
pub mod holder;
pub mod holder_filter;
pub mod interruption;
mod known_holders;
pub mod known_pods;
pub mod lifetime;
pub mod memory;
mod pod_status;
pub mod rank;
pub mod rejection_join;
mod renewal;
mod scanned;
pub mod senders;
pub mod successor;
pub mod thresholds;
mod token_users;
pub mod unexplained;
pub mod upgrade;

#[cfg(test)]
mod scenario;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use account::Account;
use assigned_pods::Assigned;
use known_pods::KnownPods;
use lifetime::Lifetimes;
use memory::Memory;
use rejection_join::Joined;
use scanned::{legacy_tokens, scan, window};
use senders::Senders;
use unexplained::Unexplained;

use crate::audit::kubernetes_version::KubernetesVersion;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverages;
use crate::evidence::gap::CountedGap;
use crate::evidence::holder::Holder;
use crate::evidence::note::{CountedNote, Note};
use crate::evidence::set::EvidenceSet;
use crate::evidence::token_use::TokenUse;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding};
use crate::report::token_lifetime::{LifetimeSource, TokenLifetime};

/// A holder and the evidence about it.
pub type Held<'a> = (&'a Holder, &'a TokenUse);

/// What a report is judged by, besides its evidence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// How long tokens are accepted, where the operator states it.
    pub token_lifetime: Option<TokenLifetime>,
    /// The earlier report, which has the recurring clients, and the addresses that holders were
    /// accepted from.
    pub previous: Option<&'a Report>,
    /// The addresses of rejected callers that the operator knows and does not want to hear of.
    pub ignored_callers: &'a [IpAddr],
    /// The version of a planned upgrade.
    pub target_version: Option<KubernetesVersion>,
    /// What clusters say of their pods.
    pub known_pods: &'a [KnownPods],
}

impl Context<'_> {
    /// The context in which the operator states how long tokens are accepted, in seconds.
    pub fn stated(seconds: i64) -> Self {
        Self {
            token_lifetime: Some(TokenLifetime::stated(seconds)),
            ..Self::default()
        }
    }
}

/// Judges all evidence.
///
/// A cluster without events and without a requested window has no time to be
/// judged as of: only its gaps are reported.
pub fn judge(evidence: &EvidenceSet, coverages: &Coverages, context: &Context<'_>) -> Report {
    let memory = Memory::of(
        context.previous,
        coverages.0.keys().map(|cluster| &**cluster),
    );
    let mut accounts = by_account(evidence);
    let mut clusters = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut skipped_files = Vec::new();
    let mut gaps = Vec::new();
    let pods = Assigned::of(context.known_pods, evidence, coverages);
    for (cluster, coverage) in &coverages.0 {
        skipped_files.extend(coverage.skipped_files.iter().cloned());
        let Some(window) = window(coverage) else {
            gaps.extend(coverage.counted_gaps());
            continue;
        };
        let lifetimes = Lifetimes::new(context.token_lifetime, &coverage.control_plane);
        let mut scan = scan(cluster, coverage, window, &lifetimes);
        let of_cluster = pods.get(cluster);
        let state = of_cluster.map(|it| it.state);
        let senders = Senders::of(state, evidence, cluster, &lifetimes);
        let mut joined = rejection_join::join(evidence, cluster, window, &memory, &senders);
        let mut accounts = accounts.remove(&**cluster).unwrap_or_default();
        let mut revived = with_dead_programs(&accounts, &joined, &memory);
        add_unseen_programs(&mut revived, &accounts, &joined, &senders);
        for held in accounts.values_mut().flatten() {
            held.1 = revived.get(held.0).unwrap_or(held.1);
        }
        // Whoever was accepted only before the window is told of if it is rejected inside it.
        let mut known: BTreeSet<&Holder> = accounts
            .values()
            .flatten()
            .map(|(holder, _)| *holder)
            .collect();
        for (holder, token_use) in evidence.earlier() {
            if joined.holders.contains_key(holder) && known.insert(holder) {
                accounts
                    .entry(&holder.service_account)
                    .or_default()
                    .push((holder, token_use));
            }
        }
        for (holder, token_use) in senders.unseen() {
            if joined.holders.contains_key(holder) && known.insert(holder) {
                accounts
                    .entry(&holder.service_account)
                    .or_default()
                    .push((holder, token_use));
            }
        }
        let mut only_remembered = BTreeSet::new();
        for (holder, remembered) in memory.of_cluster(cluster) {
            if known.insert(holder) {
                only_remembered.insert(holder);
                accounts
                    .entry(&holder.service_account)
                    .or_default()
                    .push((holder, &remembered.token_use));
            }
        }
        let renewed = renewal::renewed(&accounts, &joined, evidence);
        for held in accounts.values_mut().flatten() {
            held.1 = renewed.get(held.0).unwrap_or(held.1);
        }
        for (service_account, holders) in accounts {
            let account = Account {
                cluster,
                service_account,
                holders: &holders,
                joined: &joined,
                lifetimes: &lifetimes,
                memory: &memory,
                only_remembered: &only_remembered,
                recurring_before: memory.recurring(cluster, service_account),
                pods: of_cluster,
                window,
                seen_until: coverage.seen_until(window.until),
            };
            scan.accepted_at_age_seconds = scan
                .accepted_at_age_seconds
                .max(account.accepted_past_lifetime());
            findings.extend(account.finding());
        }
        scan.judged_by.uncapped_tokens = uncapped(&findings, cluster);
        scan.notes.extend(more_user_agents(&findings, cluster));
        let mut callers = std::mem::take(&mut joined.callers);
        let found = callers.len();
        callers.retain(|caller| !is_ignored(caller.address.unescaped(), context.ignored_callers));
        scan.ignored_callers = found - callers.len();
        let unexplained = Unexplained::of(cluster, window, evidence, &memory);
        callers.iter_mut().for_each(|it| unexplained.judge(it));
        if let Some(state) = state {
            for caller in &mut callers {
                caller.pods = senders::pods_at(state, caller);
            }
        }
        scan.rejected_callers = callers;
        scan.more_rejected_callers = evidence.has_more_rejected();
        scan.legacy_tokens = legacy_tokens(evidence, cluster);
        clusters.push(scan);
    }
    let counted = |gap| CountedGap { gap, count: 1 };
    gaps.extend(pods.gaps.into_iter().map(counted));
    let mut report = Report {
        clusters,
        gaps,
        skipped_files,
        target_version: None,
        filtered: None,
        findings,
        notes: context
            .known_pods
            .iter()
            .flat_map(|pods| {
                pods.notes
                    .iter()
                    .map(|note| format!("{}: {note}", pods.place))
            })
            .map(UntrustedText::from)
            .collect(),
        remembered: Vec::new(),
        remembered_callers: Vec::new(),
        changes: None,
    };
    report.remembered = memory.carried_on(&report, |cluster| changes::looked_for(cluster, &report));
    report.remembered_callers = memory.callers.carried_on(&report);
    upgrade::foresee(&mut report, context.target_version);
    rank::rank(&mut report.findings);
    report
}

/// Whether an address is one of these, however it is written.
fn is_ignored(address: &str, ignored: &[IpAddr]) -> bool {
    let canonical = |address: IpAddr| address.to_canonical();
    address.parse().is_ok_and(|address| {
        ignored
            .iter()
            .any(|it| canonical(*it) == canonical(address))
    })
}

/// The holders of which a program is rejected that only an earlier report knew, with it.
fn with_dead_programs<'a>(
    accounts: &BTreeMap<&'a ServiceAccount, Vec<Held<'a>>>,
    joined: &Joined<'a>,
    memory: &Memory<'_>,
) -> BTreeMap<&'a Holder, TokenUse> {
    let held = accounts.values().flatten();
    held.filter_map(|(holder, token_use)| {
        let runs = &joined.holders.get(holder)?.runs;
        let whole = memory.with_dead_programs(holder, token_use, runs)?;
        Some((*holder, whole))
    })
    .collect()
}

/// Adds to the holders of which a program is rejected that was never seen accepted, that program.
fn add_unseen_programs<'a>(
    revived: &mut BTreeMap<&'a Holder, TokenUse>,
    accounts: &BTreeMap<&'a ServiceAccount, Vec<Held<'a>>>,
    joined: &Joined<'a>,
    senders: &Senders,
) {
    let unseen: BTreeMap<&Holder, &TokenUse> = senders.unseen().collect();
    for (holder, token_use) in accounts.values().flatten() {
        let Some(program) = unseen.get(holder) else {
            continue;
        };
        if joined.holders.contains_key(holder) {
            let whole = revived
                .entry(holder)
                .or_insert_with(|| (*token_use).clone());
            whole.merge((*program).clone());
        }
    }
}

type Accounts<'a> = BTreeMap<&'a Cluster, BTreeMap<&'a ServiceAccount, Vec<Held<'a>>>>;

fn by_account(evidence: &EvidenceSet) -> Accounts<'_> {
    let mut accounts = Accounts::new();
    for (holder, token_use) in evidence.holders() {
        accounts
            .entry(&holder.cluster)
            .or_default()
            .entry(&holder.service_account)
            .or_default()
            .push((holder, token_use));
    }
    accounts
}

fn holders_of<'a>(
    findings: &'a [Finding],
    cluster: &'a Cluster,
) -> impl Iterator<Item = &'a HolderFinding> {
    let findings = findings
        .iter()
        .filter(|finding| finding.cluster == *cluster);
    findings.flat_map(|finding| &finding.holders)
}

/// The tokens that show that they are not capped, where the cluster's tokens are.
fn uncapped(findings: &[Finding], cluster: &Cluster) -> usize {
    holders_of(findings, cluster)
        .flat_map(|holder| &holder.tokens)
        .filter(|token| token.lifetime.source == LifetimeSource::AcceptedPastCap)
        .count()
}

fn more_user_agents(findings: &[Finding], cluster: &Cluster) -> Option<CountedNote> {
    let count = holders_of(findings, cluster)
        .filter(|holder| holder.more_user_agents)
        .count() as u64;
    let note = Note {
        place: cluster.name.clone(),
        text: "holders with more user agents than the limit; the rest are left out of their lists"
            .into(),
    };
    (count > 0).then_some(CountedNote { note, count })
}

#[cfg(test)]
mod tests;
