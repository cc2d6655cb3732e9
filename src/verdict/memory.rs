//! What an earlier report knows about holders.
//!
//! - [`callers`]: and of the callers that it could not name
//!
//! A rejected request has no user name. A holder that the earlier report knows by its address and
//! user agent can still be named days after its last accepted request, and no log has to be read
//! again for it.

pub mod callers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::changes::called_now;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::agents::Agents;
use crate::evidence::capped_counts::CappedCounts;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::{Holder, Identity};
use crate::evidence::rejection::RunsOfAgents;
use crate::evidence::token::{Requests, Token};
use crate::evidence::token_use::TokenUse;
use crate::evidence::tokens::Tokens;
use crate::report::Report;
use crate::report::finding::HolderFinding;
use crate::report::remembered::RememberedHolder;
use crate::report::verdict::Verdict;
use callers::KnownCallers;

/// How long a holder is remembered after the last sign of it: as far as `--look-back` looks.
const RETAIN_UNSEEN: TimeDelta = TimeDelta::days(7);

/// A holder that an earlier report knew.
#[derive(Debug)]
pub struct KnownHolder<'a> {
    /// What was known of it, as evidence without any requests.
    pub token_use: TokenUse,
    /// What was reported.
    pub reported: &'a HolderFinding,
    /// Whether the earlier report only remembered it as well.
    carried: bool,
}

impl KnownHolder<'_> {
    /// Whether it was dead or dying.
    pub fn was_frozen_or_dead(&self) -> bool {
        let verdict = self.reported.verdict;
        verdict.is_dead() || (verdict.is_dying() && !verdict.is_recurring())
    }

    /// The last sign of it: a request, accepted or rejected, or the end of its token.
    fn last_sign(&self) -> DateTime<Utc> {
        let rejected = self.reported.rejections.as_ref().map(|it| it.last);
        let end = match self.was_frozen_or_dead() {
            true => self.reported.rejected_from,
            false => self.reported.last_seen,
        };
        self.reported
            .last_seen
            .max(end)
            .max(rejected.unwrap_or(end))
    }

    /// Whether a holder that died silently is still named at this time: for a week, and
    /// no longer than a token lives.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let most = RETAIN_UNSEEN.min(self.reported.lifetime.duration());
        now - self.last_sign() <= most
    }
}

/// What an earlier report knew; nothing, if there is none.
#[derive(Debug, Default)]
pub struct Memory<'a> {
    holders: BTreeMap<Holder, KnownHolder<'a>>,
    /// The addresses that an account was accepted from, by cluster.
    addresses: BTreeSet<(&'a Cluster, &'a str)>,
    /// The callers that it could not name.
    pub callers: KnownCallers<'a>,
}

impl<'a> Memory<'a> {
    /// What this report knew of these clusters and of others, under the names that they have now.
    pub fn of(
        report: Option<&'a Report>,
        clusters: impl Iterator<Item = &'a Cluster> + Clone,
    ) -> Self {
        let called = |cluster: &'a Cluster| called_now(cluster, clusters.clone());
        let mut holders = BTreeMap::new();
        let named = report.iter().flat_map(|report| &report.findings);
        for finding in named {
            let cluster = Arc::new(called(&finding.cluster).clone());
            let service_account = Arc::new(finding.service_account.clone());
            for reported in &finding.holders {
                let holder = Holder {
                    cluster: Arc::clone(&cluster),
                    service_account: Arc::clone(&service_account),
                    identity: reported.identity.clone(),
                };
                holders.insert(holder, known(reported, false));
            }
        }
        for remembered in report.iter().flat_map(|report| &report.remembered) {
            let holder = Holder {
                cluster: Arc::new(called(&remembered.cluster).clone()),
                service_account: Arc::new(remembered.service_account.clone()),
                identity: remembered.holder.identity.clone(),
            };
            holders
                .entry(holder)
                .or_insert_with(|| known(&remembered.holder, true));
        }
        let mut addresses = BTreeSet::new();
        for finding in report.iter().flat_map(|report| &report.findings) {
            let of_holders = finding.holders.iter().flat_map(|it| &it.addresses);
            addresses.extend(of_holders.map(|it| (called(&finding.cluster), it.unescaped())));
        }
        for remembered in report.iter().flat_map(|report| &report.remembered) {
            let of_holder = remembered.holder.addresses.iter();
            addresses.extend(of_holder.map(|it| (called(&remembered.cluster), it.unescaped())));
        }
        Self {
            holders,
            addresses,
            callers: KnownCallers::of(report, called),
        }
    }

    /// The holders of a cluster.
    pub fn of_cluster(
        &self,
        cluster: &Cluster,
    ) -> impl Iterator<Item = (&Holder, &KnownHolder<'a>)> {
        self.holders
            .iter()
            .filter(move |(holder, _)| *holder.cluster == *cluster)
    }

    /// What is known about a holder.
    pub fn get(&self, holder: &Holder) -> Option<&KnownHolder<'a>> {
        self.holders.get(holder)
    }

    /// The holders of an account that were rejected at the end of their tokens and came back.
    pub fn recurring(
        &self,
        cluster: &Cluster,
        service_account: &ServiceAccount,
    ) -> BTreeSet<&Identity> {
        self.of_cluster(cluster)
            .filter(|(holder, _)| *holder.service_account == *service_account)
            .filter(|(_, known)| known.reported.verdict.is_recurring())
            .map(|(holder, _)| &holder.identity)
            .collect()
    }

    /// Whether an account was accepted from this address.
    pub fn knows_address(&self, cluster: &Cluster, address: &str) -> bool {
        self.addresses.contains(&(cluster, address))
    }

    /// The same holder's evidence with those of its programs that are rejected and that only the
    /// earlier report knew; `None` if there are none.
    ///
    /// The tokens that its other programs used at the same time come with them: they show that
    /// several programs share the pod, and that nobody went on from one token to the other.
    pub fn with_dead_programs(
        &self,
        holder: &Holder,
        token_use: &TokenUse,
        rejected: &RunsOfAgents,
    ) -> Option<TokenUse> {
        let known = &self.get(holder)?.token_use.agents;
        let alive: BTreeSet<&str> = token_use.agents.names().collect();
        let is_dead = |agent: &str| !alive.contains(agent) && rejected.contains_key(agent);
        let dead: Vec<&Token> = known
            .iter()
            .filter(|(agent, _)| agent.is_some_and(|agent| is_dead(agent)))
            .flat_map(|(_, agent_use)| agent_use.tokens.iter())
            .map(|(_, token)| token)
            .collect();
        if dead.is_empty() {
            return None;
        }
        let is_beside = |token: &Token| {
            dead.iter()
                .any(|it| it.first_used <= token.last_used && token.first_used <= it.last_used)
        };
        let mut whole = token_use.clone();
        for (agent, agent_use) in known.iter() {
            let Some(agent) = agent else { continue };
            let mut tokens = Tokens::default();
            for (id, token) in agent_use.tokens.iter().filter(|(_, it)| is_beside(it)) {
                tokens.merge(Tokens::one(id.cloned(), token.clone()));
            }
            if tokens != Tokens::default() {
                whole
                    .agents
                    .merge(Agents::one(Arc::clone(agent), 0, tokens));
            }
        }
        Some(whole)
    }

    /// What the next report has to know and this one does not name.
    ///
    /// Only holders that were dead or dying: most others are replaced every day. Where their
    /// cluster was seen and they were not, they are gone.
    pub fn carried_on(
        &self,
        now: &Report,
        was_seen: impl Fn(&Cluster) -> bool,
    ) -> Vec<RememberedHolder> {
        let Some(as_of) = now.as_of() else {
            return self.all();
        };
        let named: BTreeSet<(&Cluster, &ServiceAccount, &Identity)> = now
            .findings
            .iter()
            .flat_map(|finding| {
                let holders = finding.holders.iter();
                holders.map(|it| (&finding.cluster, &finding.service_account, &it.identity))
            })
            .collect();
        self.holders
            .iter()
            .filter(|(holder, known)| {
                let is_named =
                    named.contains(&(&*holder.cluster, &holder.service_account, &holder.identity));
                let matters = known.carried || known.reported.verdict.is_decided();
                !is_named && matters && as_of - known.last_sign() <= RETAIN_UNSEEN
            })
            .map(|(holder, known)| {
                let mut remembered = remembered(holder, known);
                if was_seen(&holder.cluster) {
                    remembered.holder.verdict = Verdict::Gone;
                    remembered.holder.severity = None;
                }
                remembered
            })
            .collect()
    }

    fn all(&self) -> Vec<RememberedHolder> {
        self.holders
            .iter()
            .map(|(holder, known)| remembered(holder, known))
            .collect()
    }
}

fn remembered(holder: &Holder, known: &KnownHolder<'_>) -> RememberedHolder {
    RememberedHolder {
        cluster: (*holder.cluster).clone(),
        service_account: (*holder.service_account).clone(),
        holder: known.reported.clone(),
    }
}

fn known(reported: &HolderFinding, carried: bool) -> KnownHolder<'_> {
    KnownHolder {
        token_use: token_use(reported),
        reported,
        carried,
    }
}

/// A reported holder as evidence. Where it is not reported which of its programs used which token,
/// each may have used all of them.
fn token_use(reported: &HolderFinding) -> TokenUse {
    let is_told = reported.tokens.iter().any(|it| !it.user_agents.is_empty());
    let tokens_of = |agent: &UntrustedText| {
        let mut tokens = Tokens::default();
        for token in &reported.tokens {
            if is_told && !token.user_agents.contains(agent) {
                continue;
            }
            tokens.merge(Tokens::one(
                token
                    .credential_id
                    .clone()
                    .map(UntrustedText::into_unescaped),
                Token {
                    issued: token.issued,
                    latest_estimate: token.issued,
                    first_used: token.first_used,
                    last_used: token.last_used,
                    requests: Requests::default(),
                },
            ));
        }
        tokens
    };
    let mut token_use = TokenUse {
        pods: tally(reported.pod.as_slice()),
        nodes: tally(&reported.nodes),
        addresses: tally(&reported.addresses),
        calls: tally(&reported.calls),
        ..TokenUse::default()
    };
    for (place, agent) in reported.user_agents.iter().enumerate() {
        let weight = (reported.user_agents.len() - place) as u64;
        token_use.agents.merge(Agents::one(
            agent.clone().into_unescaped(),
            weight,
            tokens_of(agent),
        ));
    }
    token_use
}

/// Texts that keep their order: the most frequent one came first.
fn tally(texts: &[UntrustedText]) -> CappedCounts {
    let mut tally = CappedCounts::default();
    for (place, text) in texts.iter().enumerate() {
        tally.add(text.unescaped(), (texts.len() - place) as u64);
    }
    tally
}

#[cfg(test)]
mod tests;
