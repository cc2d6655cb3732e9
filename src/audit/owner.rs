//! The owner of a pod, inferred from the pod's name alone.
//!
//! An audit event names the pod that a token is bound to, never the workload behind it. Controllers
//! build the names of their pods by fixed rules, though, and most rules can be read backwards:
//!
//! | name | owner |
//! |---|---|
//! | `NAME-<template hash>-<5 random>` | Deployment, through its ReplicaSet |
//! | `NAME-<scheduled time>-<5 random>` | CronJob, through its Job |
//! | `NAME-<5 random>` | DaemonSet, ReplicaSet or Job: the name does not show which |
//! | `NAME-<index>-<5 random>` | Job with completion indexes, or as above |
//! | `NAME-<ordinal>` | StatefulSet |
//!
//! Every result is an inference, because pods can have any name. A command for a wrong owner ends
//! in kubectl's "not found"; it never restarts something of another kind.
//!
//! Rules: `pkg/controller/deployment/util`, `pkg/controller/cronjob`, and
//! `staging/src/k8s.io/apiserver/pkg/storage/names` in kubernetes/kubernetes.

use super::name;

/// The characters of generated suffixes: no vowels, so that no words arise, and nothing that is
/// easily mistaken (`k8s.io/apimachinery/pkg/util/rand`).
const SAFE: &str = "bcdfghjklmnpqrstvwxz2456789";

/// The characters that a ReplicaSet's hash really has: `SafeEncodeString` maps the ten digits of a
/// decimal number to these.
const HASH: &str = "456789bcdf";

/// The length of the random suffix that a generated name ends in.
const SUFFIX: usize = 5;

/// Generated names are cut to this length before the suffix is added.
const BASE_MAX: usize = name::LABEL_MAX - SUFFIX;

/// What a CronJob's eight-digit suffix, minutes since 1970, can be: from 2020, before Kubernetes
/// 1.21 began to write minutes, to 2054. Dates such as 20260801 lie below, and hashes of eight
/// digits begin at 44,444,444, so none is taken for another.
const MINUTES: std::ops::Range<u64> = 26_500_000..44_444_444;

/// What the ten-digit suffix of CronJobs before Kubernetes 1.21, seconds since 1970, can be.
const SECONDS: std::ops::Range<u64> = 1_400_000_000..2_000_000_000;

/// The most digits taken for a StatefulSet's ordinal; longer numbers are dates and the like.
const ORDINAL_MAX: usize = 3;

/// Words in a name that suggest a Job where the form does not show it.
const JOB_WORDS: [&str; 8] = [
    "job",
    "hook",
    "migrate",
    "migration",
    "migrations",
    "backup",
    "batch",
    "etl",
];

/// A kind of workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A Deployment (or a Rollout of Argo, whose pods are named alike).
    Deployment,
    /// A DaemonSet.
    DaemonSet,
    /// A StatefulSet.
    StatefulSet,
    /// A ReplicaSet without a Deployment.
    ReplicaSet,
    /// A CronJob, through one of its Jobs.
    CronJob,
    /// A Job.
    Job,
    /// No owner that its name shows: a bare pod, or one of a custom controller.
    Pod,
}

impl Kind {
    /// The kind as Kubernetes spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::DaemonSet => "DaemonSet",
            Self::StatefulSet => "StatefulSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::Pod => "Pod",
        }
    }

    /// The resource as `kubectl rollout restart` takes it; None for what it cannot restart.
    const fn restartable(self) -> Option<&'static str> {
        match self {
            Self::Deployment => Some("deployment"),
            Self::DaemonSet => Some("daemonset"),
            Self::StatefulSet => Some("statefulset"),
            Self::ReplicaSet | Self::CronJob | Self::Job | Self::Pod => None,
        }
    }
}

/// How much a pod's name reveals about its owner. None of it is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The name has the shape of one kind only.
    Likely,
    /// The shape fits several kinds; the likeliest was taken.
    Ambiguous,
    /// The owner's name, or its last part, was cut off when the pod's name was made.
    Truncated,
}

/// The owner of a pod, inferred from the pod's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The likeliest kind.
    pub kind: Kind,
    /// The workload's name; for [`Kind::Pod`] the pod's own name, raw as the log has it; for
    /// [`Certainty::Truncated`] what is left of the name.
    pub name: String,
    /// How sure the inference is.
    pub certainty: Certainty,
    /// Other kinds that the name fits as well.
    pub alternatives: &'static [Kind],
}

impl Owner {
    fn likely(kind: Kind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            certainty: Certainty::Likely,
            alternatives: &[],
        }
    }

    fn ambiguous(kind: Kind, name: &str, alternatives: &'static [Kind]) -> Self {
        Self {
            certainty: Certainty::Ambiguous,
            alternatives,
            ..Self::likely(kind, name)
        }
    }

    fn truncated(name: &str) -> Self {
        Self {
            certainty: Certainty::Truncated,
            alternatives: &[Kind::DaemonSet, Kind::Job],
            ..Self::likely(Kind::Deployment, name)
        }
    }

    /// The command that gives every pod of the workload a new token, ready to paste. None for
    /// kinds that cannot be restarted, for cut names, and where the workload or `namespace` is no
    /// valid Kubernetes name: see [`advice`](Self::advice) then. No part of it needs quoting.
    pub fn restart_command(&self, namespace: &str) -> Option<String> {
        let resource = self.kind.restartable()?;
        let safe = self.certainty != Certainty::Truncated
            && name::is_subdomain(&self.name)
            && name::is_label(namespace);
        safe.then(|| {
            format!(
                "kubectl rollout restart {resource}/{} -n {namespace}",
                self.name
            )
        })
    }

    /// What to do for a new token, where there is a [`restart_command`](Self::restart_command) and
    /// where there is none.
    pub const fn advice(&self) -> &'static str {
        match (self.certainty, self.kind) {
            (Certainty::Truncated, _) => {
                "look up the pod's owner and restart it: its name is truncated in the pod's name"
            }
            (_, Kind::Deployment | Kind::DaemonSet | Kind::StatefulSet) => {
                "a rolling restart gives each pod a new token"
            }
            (_, Kind::CronJob) => "nothing to restart: the next run gets a new token",
            (_, Kind::Job) => "let the job end, or delete its pod: the next pod gets a new token",
            (_, Kind::ReplicaSet) => "delete the pod: its replacement gets a new token",
            (_, Kind::Pod) => "delete the pod and create it again: a new pod gets a new token",
        }
    }
}

/// Infers the owner of the pod named `pod`. Any string is accepted; one that is not a valid pod
/// name is taken as a bare pod of that name.
pub fn owner_of(pod: &str) -> Owner {
    if !name::is_subdomain(pod) {
        return Owner::likely(Kind::Pod, pod);
    }
    if pod.len() == name::LABEL_MAX {
        // Valid names are ASCII, so that any index is a boundary.
        let (base, suffix) = pod.split_at(BASE_MAX);
        if !base.ends_with('-') && is_random(suffix) {
            return truncated_with_suffix(base);
        }
    }
    match pod.rsplit_once('-') {
        Some((stem, suffix)) if is_random(suffix) => generated(stem),
        Some((stem, suffix)) if is_ordinal(suffix) => {
            Owner::ambiguous(Kind::StatefulSet, stem, &[Kind::Pod])
        }
        _ => Owner::likely(Kind::Pod, pod),
    }
}

/// The owner of a pod whose name is `stem-<random>`.
fn generated(stem: &str) -> Owner {
    let (head, last) = stem.rsplit_once('-').unwrap_or(("", stem));
    let named = !head.is_empty();
    if named && is_time(last) {
        return Owner::likely(Kind::CronJob, head);
    }
    if named && is_hash(last) {
        return Owner::likely(Kind::Deployment, head);
    }
    if named && is_digits(last) {
        // A CronJob whose Jobs have completion indexes: NAME-<time>-<index>-<random>.
        if let Some((cron, time)) = head.rsplit_once('-')
            && is_time(time)
        {
            return Owner::likely(Kind::CronJob, cron);
        }
        return Owner::ambiguous(Kind::Job, stem, &[Kind::DaemonSet, Kind::ReplicaSet]);
    }
    if stem.len() + 1 == BASE_MAX {
        // A Deployment's hash may have been cut off to the last character.
        return Owner::truncated(stem);
    }
    if stem.split('-').any(|word| JOB_WORDS.contains(&word)) {
        return Owner::ambiguous(Kind::Job, stem, &[Kind::DaemonSet, Kind::ReplicaSet]);
    }
    Owner::ambiguous(Kind::DaemonSet, stem, &[Kind::ReplicaSet, Kind::Job])
}

/// The owner of a pod whose name was cut: `base`, 58 characters, was followed by the suffix
/// without a hyphen.
fn truncated_with_suffix(base: &str) -> Owner {
    match base.rsplit_once('-') {
        // What was cut is the hash; the Deployment's name before it is whole.
        Some((head, hash)) if hash.len() >= 4 && is_made_of(hash, HASH) => {
            Owner::likely(Kind::Deployment, head)
        }
        _ => Owner::truncated(base),
    }
}

fn is_made_of(text: &str, alphabet: &str) -> bool {
    text.chars().all(|c| alphabet.contains(c))
}

fn is_random(text: &str) -> bool {
    text.len() == SUFFIX && is_made_of(text, SAFE)
}

/// A pod template's hash: a 32-bit number, so up to ten characters, rarely fewer than six. The
/// wider alphabet is accepted only at lengths where no word is likely.
fn is_hash(text: &str) -> bool {
    (6..=10).contains(&text.len()) && is_made_of(text, HASH)
        || (8..=10).contains(&text.len()) && is_made_of(text, SAFE)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_ordinal(text: &str) -> bool {
    is_digits(text) && text.len() <= ORDINAL_MAX && (text == "0" || !text.starts_with('0'))
}

fn is_time(text: &str) -> bool {
    let number = || text.parse().unwrap_or(0);
    match text.len() {
        8 => is_digits(text) && MINUTES.contains(&number()),
        10 => is_digits(text) && SECONDS.contains(&number()),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
