//! What the cluster reports about a holder's pod, and how that changes its verdict.
//!
//! A token does not outlive its container: a restarted container has a new token, and a deleted pod
//! has none. The log shows neither at once, because a new token carries no mark for its first hour.

use chrono::{DateTime, Utc};

use super::assigned_pods::Pods;
use super::lifetime::Lifetimes;
use super::senders::{fitting, state_of};
use super::thresholds::SILENCE;
use crate::audit::owner::owner_of;
use crate::audit::service_account::ServiceAccount;
use crate::audit::untrusted_text::UntrustedText;
use crate::cluster_state::ClusterState;
use crate::cluster_state::owner::Workload;
use crate::cluster_state::pod::{Container, Pod};
use crate::evidence::holder::Identity;
use crate::evidence::token::{ESTIMATE_SPREAD, Requests, Token};
use crate::report::finding::HolderFinding;
use crate::report::pod_status::{PodState, PodStatus, Restarted, SinceRestart};
use crate::report::scan::Window;
use crate::report::severity::Severity;
use crate::report::verdict::Verdict;

/// Adds to a holder what the cluster says of its pod, and judges it again where that settles more
/// than the log does.
pub(super) fn add(
    holder: &mut HolderFinding,
    account: &ServiceAccount,
    pods: Pods<'_>,
    lifetimes: &Lifetimes,
    window: Window,
) {
    let state = pods.state;
    let status = match pod_of(holder, account, state) {
        Some(pod) => {
            holder.pod.get_or_insert_with(|| pod.name.clone().into());
            Some(present(holder, pod, state))
        }
        None if pods.is_certain => gone(holder, account, state),
        None => None,
    };
    let Some(status) = status else {
        return;
    };
    if is_over(holder, &status, state) {
        holder.verdict = Verdict::Gone;
        holder.severity = None;
        holder.quiet_since = None;
    } else if let Some(restarted) = status.restarted
        && !status.state.is_over()
        && is_renewed(holder, restarted, window)
    {
        renew(holder, restarted.at, lifetimes);
    }
    holder.pod_status = Some(Box::new(status));
}

/// The holder's pod: by its UID; where the log named none, the pod of the account that had its
/// address all the time.
fn pod_of<'a>(
    holder: &HolderFinding,
    account: &ServiceAccount,
    state: &'a ClusterState,
) -> Option<&'a Pod> {
    let address = match &holder.identity {
        Identity::Pod { uid } => return state.pod(uid.unescaped()),
        Identity::Caller { address, .. } => address.unescaped().parse().ok()?,
    };
    let mut pods = state.pods_at(address).filter(|pod| {
        !pod.host_network
            && *pod.namespace == *account.namespace
            && *pod.service_account == *account.name
            && pod.was_there(holder.first_seen, holder.last_seen)
    });
    match (pods.next(), pods.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

fn present(holder: &HolderFinding, pod: &Pod, state: &ClusterState) -> PodStatus {
    let container = container_of(holder, pod);
    // Where it is not known which container sends the requests, all of them were started again.
    let starts = pod.containers.iter().map(|it| it.started);
    let started = match container {
        Some(container) => container.started,
        None => starts.min().flatten(),
    };
    let restarted = |since: SinceRestart| started.map(|at| Restarted { at, since });
    let last_rejection = holder.rejections.as_ref().map(|it| it.last);
    let restarted = match (started, trouble(holder)) {
        (Some(at), Some(trouble)) if at > trouble + ESTIMATE_SPREAD => {
            let last_accepted = holder.last_seen;
            if last_rejection.is_some_and(|last| last > at.max(last_accepted)) {
                restarted(SinceRestart::Rejected)
            } else if last_accepted > at {
                restarted(SinceRestart::Accepted)
            } else {
                restarted(SinceRestart::Quiet)
            }
        }
        _ => None,
    };
    PodStatus {
        state: state_of(pod),
        workload: Some(state.workload_of(pod)),
        started,
        restarts: container.map_or(0, |it| it.restarts),
        image: container.map(|it| it.image.as_ref().into()),
        replaced_by: None,
        restarted,
    }
}

/// The container that sends the requests: the only one, or the only one that fits the user agent.
fn container_of<'a>(holder: &HolderFinding, pod: &'a Pod) -> Option<&'a Container> {
    if let [only] = &pod.containers[..] {
        return Some(only);
    }
    holder
        .user_agents
        .iter()
        .find_map(|agent| fitting(pod, agent.unescaped()))
}

/// When a restart was called for: at the first rejection, else at the last use of its token.
fn trouble(holder: &HolderFinding) -> Option<DateTime<Utc>> {
    match &holder.rejections {
        Some(rejections) => Some(rejections.first),
        None => Some(holder.last_seen),
    }
}

fn gone(
    holder: &HolderFinding,
    account: &ServiceAccount,
    state: &ClusterState,
) -> Option<PodStatus> {
    let Identity::Pod { .. } = &holder.identity else {
        return None;
    };
    let issued = holder.tokens.iter().map(|it| it.issued).min()?;
    if !state.would_list(&account.namespace, issued) {
        return None;
    }
    let pod = holder.pod.as_ref().map(UntrustedText::unescaped);
    let workload = pod.and_then(|pod| former_workload(state, account, pod));
    let replacement = workload
        .as_ref()
        .and_then(|workload| replacement(state, account, holder, workload));
    let restarted = replacement.and_then(|pod| {
        let at = pod.started?;
        let is_since = at > trouble(holder)?;
        let rejected = holder.rejections.as_ref().is_some_and(|it| {
            let there = it
                .addresses
                .iter()
                .filter_map(|it| it.unescaped().parse().ok());
            let there = there.map(|address: std::net::IpAddr| address.to_canonical());
            let mut there = there.filter(|address| pod.addresses.contains(address));
            it.last > at && there.next().is_some()
        });
        let since = match rejected {
            true => SinceRestart::Rejected,
            false => SinceRestart::Quiet,
        };
        is_since.then_some(Restarted { at, since })
    });
    Some(PodStatus {
        state: PodState::Gone,
        workload,
        started: None,
        restarts: 0,
        image: None,
        replaced_by: replacement.map(|pod| pod.name.clone().into()),
        restarted,
    })
}

/// The workload of a pod that is gone, if it exists still: by a pod that has its name now, by its
/// ReplicaSet or Job, or by its siblings.
fn former_workload(state: &ClusterState, account: &ServiceAccount, pod: &str) -> Option<Workload> {
    let namespace = &account.namespace;
    if let Some(same) = state.pod_named(namespace, pod) {
        return Some(state.workload_of(same));
    }
    let (stem, _) = pod.rsplit_once('-')?;
    for (group, kind) in [("apps", "ReplicaSet"), ("batch", "Job")] {
        if let Some(owner) = state.controller(kind, namespace, stem) {
            return Some(match owner {
                Some(owner) => Workload::new(&owner.group, &owner.kind, &owner.name),
                None => Workload::new(group, kind, stem),
            });
        }
    }
    let inferred = owner_of(pod).name;
    let mut siblings = state
        .pods_of(namespace, &account.name)
        .filter_map(|sibling| {
            let workload = state.workload_of(sibling);
            let is_sibling = workload.name == *inferred && !workload.is_bare_pod();
            is_sibling.then_some(workload)
        });
    siblings.next()
}

/// The pod that took the place of one that is gone: the one with its name or on its node, else the
/// newest of the workload that started after its last request.
fn replacement<'a>(
    state: &'a ClusterState,
    account: &ServiceAccount,
    holder: &HolderFinding,
    workload: &Workload,
) -> Option<&'a Pod> {
    let name = holder.pod.as_ref().map(UntrustedText::unescaped);
    let on_its_node = |pod: &Pod| {
        let node = pod.node.as_deref();
        node.is_some_and(|node| holder.nodes.iter().any(|it| it == node))
    };
    state
        .pods_of(&account.namespace, &account.name)
        .filter(|pod| !state_of(pod).is_over() && state.workload_of(pod) == *workload)
        .filter(|pod| {
            pod.started
                .is_some_and(|started| started > holder.last_seen)
        })
        .max_by_key(|pod| {
            let same_name = Some(&*pod.name) == name;
            (same_name, on_its_node(pod), pod.started, pod.name.clone())
        })
}

/// Whether the holder no longer exists, so that its token cannot be used.
///
/// What was rejected after the list was taken was not sent by a pod that is not in it, and what is
/// rejected where its successor is, is its successor's matter: it stays named.
fn is_over(holder: &HolderFinding, status: &PodStatus, state: &ClusterState) -> bool {
    let went_on = status
        .restarted
        .is_some_and(|it| it.since == SinceRestart::Rejected);
    let is_later = |moment: DateTime<Utc>| state.taken_after().is_some_and(|it| it >= moment);
    let rejected = holder.rejections.as_ref().map(|it| it.last);
    status.state.is_over()
        && !went_on
        && match holder.verdict {
            Verdict::Rejected => rejected.is_some_and(is_later),
            // Its workload is interrupted at the end of every token, whichever pod it is.
            Verdict::Recurring => false,
            _ => true,
        }
}

/// Whether a restart ended what its verdict says: it holds a new token.
fn is_renewed(holder: &HolderFinding, restarted: Restarted, window: Window) -> bool {
    match (holder.verdict, restarted.since) {
        (_, SinceRestart::Rejected) => false,
        (Verdict::Rejected, SinceRestart::Accepted) => true,
        // A live client is not silent for so long.
        (Verdict::Rejected, SinceRestart::Quiet) => window.until - restarted.at >= SILENCE,
        (Verdict::Expired | Verdict::Frozen, _) => restarted.at > holder.last_seen,
        _ => false,
    }
}

/// Judges it by the token that it read when it was started again.
fn renew(holder: &mut HolderFinding, at: DateTime<Utc>, lifetimes: &Lifetimes) {
    let token = lifetimes.dated(&Token {
        issued: at,
        latest_estimate: at,
        first_used: at,
        last_used: at,
        requests: Requests::default(),
    });
    holder.verdict = Verdict::Undecided;
    holder.severity = Some(Severity::Notice);
    holder.issued = at;
    holder.rejected_from = token.end();
    holder.lifetime = token.lifetime;
    holder.quiet_since = None;
}

/// Why, in sentences without any text of the cluster.
pub(super) fn reasons(status: &PodStatus) -> Vec<String> {
    let mut reasons = Vec::new();
    let time = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    match status.state {
        PodState::Gone => reasons.push("the cluster has no pod of this UID any more".to_owned()),
        PodState::Ended => reasons.push("the containers of its pod have ended".to_owned()),
        state => {
            let started = status.started.map_or_else(String::new, |at| {
                format!(", its container started {}", time(at))
            });
            let restarts = match status.restarts {
                0 => String::new(),
                1 => " after 1 restart".to_owned(),
                restarts => format!(" after {restarts} restarts"),
            };
            reasons.push(format!(
                "in the cluster its pod is {}{started}{restarts}",
                state.words()
            ));
        }
    }
    if let Some(restarted) = status.restarted {
        let what = match status.state.is_over() {
            true => "replaced",
            false => "restarted",
        };
        let holds = match restarted.since {
            SinceRestart::Rejected => "",
            _ => "; a container that starts reads a new token",
        };
        reasons.push(format!(
            "{what} {}, {}{holds}",
            time(restarted.at),
            restarted.since.words()
        ));
    }
    reasons
}

#[cfg(test)]
mod tests;
