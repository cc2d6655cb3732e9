//! How to give a holder's pod a new token: from the cluster if it was queried, else inferred from
//! the pod's name.

use chrono::{DateTime, Utc};

use super::finding::{Finding, HolderFinding};
use super::pod_status::{PodStatus, SinceRestart};
use super::token_lifetime::TokenLifetime;
use crate::audit::name;
use crate::audit::owner::{Kind, owner_of};
use crate::audit::untrusted_text::UntrustedText;
use crate::cluster_state::owner::Workload;

/// What gives a pod a new token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restart {
    /// A command, made of valid Kubernetes names only: a shell reads it unchanged.
    Command {
        /// The command, for kubectl.
        command: String,
        /// Whether the workload in it is known from the cluster, and not inferred from the name of
        /// a pod.
        workload_is_known: bool,
        /// Whether no controller replaces the pod that it deletes, as far as is known.
        is_final: bool,
    },
    /// No command helps, or none is safe: what to do, in words. No text of the log.
    Advice(&'static str),
}

impl HolderFinding {
    /// Whether the API server rejects it at `now`: its token is not accepted any more, or, past its
    /// end, only by some API servers, so that it works some of the time.
    pub fn is_rejected(&self, now: DateTime<Utc>) -> bool {
        self.verdict.is_dead() || self.is_rejected_at_times(now)
    }

    /// Whether it works from time to time: rejected past the end of its token, and accepted in
    /// between.
    pub fn is_rejected_at_times(&self, now: DateTime<Utc>) -> bool {
        let rejections = self.rejections.as_ref();
        self.verdict.is_decided()
            && !self.verdict.is_dead()
            && self.rejected_from <= now
            && rejections.is_some_and(|it| it.accepted_in_between)
    }

    /// Whether it is accepted for longer than any token that the cluster issues now: a restart
    /// would bring its end nearer.
    pub fn outlives_new_tokens(&self, gained: TokenLifetime) -> bool {
        !self.verdict.is_dead() && !gained.is_assumed() && gained.seconds < self.lifetime.seconds
    }

    /// What gives its pod a new token: a rolling restart, where kubectl knows one. Of a pod that is
    /// rejected at `now` and belongs to a Job, or to nothing, the deletion; one that still works is
    /// not deleted, because its work would be lost.
    pub fn restart(&self, namespace: &str, now: DateTime<Utc>) -> Restart {
        match &self.pod_status {
            Some(status) => self.restart_known(status, namespace, now),
            None => self.restart_inferred(namespace, now),
        }
    }

    fn restart_inferred(&self, namespace: &str, now: DateTime<Utc>) -> Restart {
        let Some(pod) = &self.pod else {
            return Restart::Advice("find out what runs under this address and restart it");
        };
        let owner = owner_of(pod.unescaped());
        let delete = || {
            let command = delete_pod(namespace, pod.unescaped());
            command.filter(|_| self.is_rejected(now))
        };
        match owner.restart_command(namespace).or_else(delete) {
            Some(command) => Restart::Command {
                command,
                workload_is_known: false,
                is_final: owner.kind == Kind::Pod,
            },
            None => Restart::Advice(owner.advice()),
        }
    }

    /// For what exists now, and not again where it was done already.
    fn restart_known(&self, status: &PodStatus, namespace: &str, now: DateTime<Utc>) -> Restart {
        match status.restarted.map(|it| it.since) {
            Some(SinceRestart::Quiet) => {
                return Restart::Advice(
                    "already restarted: check again in an hour, when a new token shows up",
                );
            }
            Some(SinceRestart::Rejected) if !status.state.is_over() => {
                return Restart::Advice(
                    "rejected although its container was restarted, so the token's age is not the \
                     cause: check whether its service account was deleted, and what the container \
                     sends",
                );
            }
            _ => {}
        }
        let Some(workload) = &status.workload else {
            return Restart::Advice(
                "the pod and its workload are gone: there is nothing to restart",
            );
        };
        let pod = match status.state.is_over() {
            true => status.replaced_by.as_ref(),
            false => self.pod.as_ref(),
        };
        let pod = pod.map(UntrustedText::unescaped);
        let delete = || {
            let pod = pod.filter(|_| self.is_rejected(now) && !workload.is_static_pod());
            delete_pod(namespace, pod?)
        };
        match workload.restart_command(namespace, pod).or_else(delete) {
            Some(command) => Restart::Command {
                command,
                workload_is_known: true,
                is_final: Workload::is_bare_pod(workload),
            },
            None => Restart::Advice(workload.advice()),
        }
    }
}

impl Finding {
    /// Its holders that the API server rejects at `now`; none if the operator accepts the finding.
    pub fn rejected_holders(&self, now: DateTime<Utc>) -> impl Iterator<Item = &HolderFinding> {
        let holders = self.holders.iter();
        holders.filter(move |holder| self.accepted.is_none() && holder.is_rejected(now))
    }

    /// Its holders that still work and are rejected at the end of their token, also where that
    /// should have come by `now`; none if the operator accepts the finding.
    pub fn dying_holders(&self, now: DateTime<Utc>) -> impl Iterator<Item = &HolderFinding> {
        let is_dying =
            move |holder: &&HolderFinding| holder.verdict.is_dying() && !holder.is_rejected(now);
        let holders = self.holders.iter();
        holders.filter(move |holder| self.accepted.is_none() && is_dying(holder))
    }
}

/// The deletion of a pod; `None` if a name in it is not a valid Kubernetes name.
fn delete_pod(namespace: &str, pod: &str) -> Option<String> {
    let is_safe = name::is_label(namespace) && name::is_subdomain(pod);
    is_safe.then(|| format!("kubectl delete pod {pod} -n {namespace}"))
}

#[cfg(test)]
mod tests;
