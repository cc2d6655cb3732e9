//! The senders of rejected requests, by the pod that has their address.
//!
//! A rejected request has no user name, and a caller that was never seen accepted has nothing in
//! common with accepted requests. But the cluster knows which pod has its address. That pod is the
//! sender if it had the address all the time, and if its container has run for as long as a token
//! lives: then the expiry of the token that it read when it started explains the rejections.
//! Anything less is a lead, and no verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::lifetime::Lifetimes;
use crate::audit::container::fits;
use crate::audit::path_shape::is_of_the_api;
use crate::audit::service_account::ServiceAccount;
use crate::audit::tool;
use crate::cluster_state::ClusterState;
use crate::cluster_state::pod::{Container, Pod};
use crate::evidence::capped_counts::CappedCounts;
use crate::evidence::cluster::Cluster;
use crate::evidence::holder::{Holder, Identity};
use crate::evidence::rejection::Run;
use crate::evidence::set::EvidenceSet;
use crate::evidence::token::{Requests, Token};
use crate::evidence::token_use::TokenUse;
use crate::evidence::tokens::Tokens;
use crate::report::pod_status::{PodAtAddress, PodState};
use crate::report::rejection::RejectedCaller;

/// How old the token in a pod's file can be when a client reads it: the kubelet replaces it after
/// 80 % of 3607 s, and looks for that once in 90 s at most (docs/verdicts.md, "The arithmetic").
const OLDEST_FILE: TimeDelta = TimeDelta::minutes(50);

/// The most pods that are named for one address: a node may have dozens on its network.
const NAMED: usize = 16;

/// The pods that send a cluster's rejected requests.
#[derive(Debug, Default)]
pub struct Senders {
    by_caller: BTreeMap<(String, String), Holder>,
    /// What is known about those that were not seen accepted under this user agent: the token that
    /// their container must have read when it started, as evidence without any requests.
    unseen: BTreeMap<Holder, TokenUse>,
}

/// The rejections of one address and user agent.
struct Caller {
    span: Option<Run>,
    calls_the_api: bool,
}

impl Senders {
    /// The senders of a cluster; none if its pods are not known.
    pub fn of(
        state: Option<&ClusterState>,
        evidence: &EvidenceSet,
        cluster: &Arc<Cluster>,
        lifetimes: &Lifetimes,
    ) -> Self {
        let mut senders = Self::default();
        let Some(state) = state else {
            return senders;
        };
        let mut callers: BTreeMap<(&str, &str), Caller> = BTreeMap::new();
        for (caller, rejections) in evidence.rejected() {
            if caller.cluster != *cluster {
                continue;
            }
            let known = callers
                .entry((&caller.address, &caller.user_agent))
                .or_insert(Caller {
                    span: None,
                    calls_the_api: false,
                });
            known.calls_the_api |= is_of_the_api(&caller.call);
            for run in rejections.runs() {
                match &mut known.span {
                    Some(span) => span.merge(run),
                    None => known.span = Some(run),
                }
            }
        }
        let seen: BTreeMap<&Identity, (&Holder, &TokenUse)> = evidence
            .holders()
            .chain(evidence.earlier())
            .filter(|(holder, _)| holder.cluster == *cluster)
            .map(|(holder, token_use)| (&holder.identity, (holder, token_use)))
            .collect();
        for ((address, agent), caller) in callers {
            let Some(span) = caller.span.filter(|_| caller.calls_the_api) else {
                continue;
            };
            if tool::is_kubelet(agent) {
                continue;
            }
            let Some((pod, container)) = sole_pod(state, address, agent, span) else {
                continue;
            };
            let identity = Identity::Pod {
                uid: pod.uid.clone().into(),
            };
            let key = || (address.to_owned(), agent.to_owned());
            if let Some((holder, token_use)) = seen.get(&identity)
                && token_use.agents.may_include(agent)
            {
                senders.by_caller.insert(key(), (*holder).clone());
                continue;
            }
            let Some(started) = container.and_then(|it| it.started) else {
                continue;
            };
            let token = token_read_at(started);
            let end = lifetimes.dated(&token).end();
            if span.first < end - OLDEST_FILE {
                continue;
            }
            let holder = Holder {
                cluster: Arc::clone(cluster),
                service_account: Arc::new(ServiceAccount {
                    namespace: pod.namespace.as_ref().into(),
                    name: pod.service_account.to_string(),
                }),
                identity,
            };
            senders.by_caller.insert(key(), holder.clone());
            senders
                .unseen
                .entry(holder)
                .or_default()
                .merge(token_use(pod, address, agent, token));
        }
        senders
    }

    /// The pod that sends what is rejected from this address under this user agent.
    pub fn holder(&self, address: &str, user_agent: &str) -> Option<&Holder> {
        // The key borrows nothing; callers are few.
        let key = (address.to_owned(), user_agent.to_owned());
        self.by_caller.get(&key)
    }

    /// The senders that were not seen accepted, with their token.
    pub fn unseen(&self) -> impl Iterator<Item = (&Holder, &TokenUse)> {
        self.unseen.iter()
    }
}

/// The only pod that can have sent these requests, and its container: the one that had the address
/// all the time; on the host network the only one there that fits the user agent.
fn sole_pod<'a>(
    state: &'a ClusterState,
    address: &str,
    agent: &str,
    span: Run,
) -> Option<(&'a Pod, Option<&'a Container>)> {
    let address: IpAddr = address.parse().ok()?;
    let there = || {
        let pods = state.pods_at(address);
        pods.filter(|pod| pod.was_there(span.first, span.last))
    };
    let of_its_own = there().filter(|pod| !pod.host_network);
    let on_the_host = there().filter(|pod| pod.host_network && !pod.is_mirror);
    let fitting = on_the_host.filter(|pod| fitting(pod, agent).is_some());
    let pods: Vec<&Pod> = of_its_own.chain(fitting).collect();
    match pods[..] {
        [pod] => Some((pod, client(pod, agent, span.first))),
        _ => None,
    }
}

/// The container that fits a user agent.
pub(super) fn fitting<'a>(pod: &'a Pod, agent: &str) -> Option<&'a Container> {
    let mut fitting = pod
        .containers
        .iter()
        .filter(|it| fits(agent, &it.name, &it.image));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// The container that sent requests from this moment on: the one that fits, else the one that
/// started last, whose token is the youngest.
fn client<'a>(pod: &'a Pod, agent: &str, since: DateTime<Utc>) -> Option<&'a Container> {
    let fitting = fitting(pod, agent);
    fitting
        .or_else(|| pod.containers.iter().max_by_key(|it| it.started))
        .filter(|it| it.started.is_some_and(|started| started <= since))
}

/// The token that a container read when it started, if nothing else is known of it: issued then at
/// the latest, and up to [`OLDEST_FILE`] earlier.
fn token_read_at(started: DateTime<Utc>) -> Token {
    Token {
        issued: started,
        latest_estimate: started,
        first_used: started,
        last_used: started,
        requests: Requests::default(),
    }
}

fn token_use(pod: &Pod, address: &str, agent: &str, token: Token) -> TokenUse {
    let once = |text: &str| {
        let mut tally = CappedCounts::default();
        tally.add(text, 1);
        tally
    };
    // The pod's name comes with its status.
    TokenUse {
        nodes: pod.node.as_deref().map(once).unwrap_or_default(),
        addresses: once(address),
        ..TokenUse::of_agent(agent, 0, Tokens::one(None, token))
    }
}

/// The pods at the address of a caller that matches no single holder: those that fit its user
/// agent and had the address all the time first.
pub(super) fn pods_at(state: &ClusterState, caller: &RejectedCaller) -> Vec<PodAtAddress> {
    let Ok(address) = caller.address.unescaped().parse::<IpAddr>() else {
        return Vec::new();
    };
    // A node's own kubelet is no pod.
    if tool::is_kubelet(caller.user_agent.unescaped()) {
        return Vec::new();
    }
    let not_later = |pod: &&Pod| pod.started.is_none_or(|started| started <= caller.last);
    let pods: BTreeSet<(bool, bool, PodAtAddress)> = state
        .pods_at(address)
        .filter(not_later)
        .filter(|pod| !pod.is_mirror)
        .map(|pod| {
            let was_there = pod.was_there(caller.first, caller.last);
            let fits = fitting(pod, caller.user_agent.unescaped()).is_some();
            let named = PodAtAddress {
                namespace: pod.namespace.as_ref().into(),
                name: pod.name.clone().into(),
                service_account: pod.service_account.as_ref().into(),
                workload: state.workload_of(pod),
                was_there,
                host_network: pod.host_network,
                fits,
                state: state_of(pod),
            };
            (!fits, !was_there, named)
        })
        .collect();
    // On the host network those that fit are enough.
    let some_fit = pods.iter().any(|(misfit, ..)| !misfit);
    pods.into_iter()
        .filter(|(misfit, _, pod)| !(*misfit && some_fit && pod.host_network))
        .map(|(.., pod)| pod)
        .take(NAMED)
        .collect()
}

/// How a pod is that is there.
pub(super) fn state_of(pod: &Pod) -> PodState {
    use crate::cluster_state::pod::Phase;
    if pod.phase == Phase::Ended {
        PodState::Ended
    } else if pod.is_deleting {
        PodState::Terminating
    } else if pod.is_crash_looping() {
        PodState::CrashLooping
    } else if pod.is_ready {
        PodState::Ready
    } else {
        PodState::NotReady
    }
}

#[cfg(test)]
mod tests;
