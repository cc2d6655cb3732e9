//! One pod and its containers, as far as they matter for its token.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::owner::OwnerReference;

/// A pod. Texts that many pods share are shared in memory: a list may hold 200,000 pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its UID.
    pub uid: Box<str>,
    /// The name of its service account.
    pub service_account: Arc<str>,
    /// The node it runs on, once it is scheduled.
    pub node: Option<Arc<str>>,
    /// Its addresses, in canonical form; on the host network those of its node.
    pub addresses: Box<[IpAddr]>,
    /// Whether it shares its node's addresses.
    pub host_network: bool,
    /// The controller that owns it.
    pub owner: Option<OwnerReference>,
    /// The hash of the pod template that is a part of its ReplicaSet's name, with the kind of
    /// workload that writes it: `Deployment` or `Rollout`.
    pub template_hash: Option<(&'static str, Arc<str>)>,
    /// Whether the kubelet runs it from a file on the node: the API server shows a mirror only.
    pub is_mirror: bool,
    /// When the kubelet began with it, else when it was created.
    pub started: Option<DateTime<Utc>>,
    /// Where it is in its life.
    pub phase: Phase,
    /// When its last container ended, if all of them did.
    pub ended: Option<DateTime<Utc>>,
    /// Whether it is being deleted.
    pub is_deleting: bool,
    /// Whether it is ready.
    pub is_ready: bool,
    /// Its containers, without those that only initialise it.
    pub containers: Box<[Container]>,
}

/// Where a pod is in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// It runs, or is about to.
    #[default]
    Running,
    /// Its containers have ended: it has given its address back.
    Ended,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: Arc<str>,
    /// Its image, as the pod names it.
    pub image: Arc<str>,
    /// When its process started; the last one, if it waits to be started again.
    pub started: Option<DateTime<Utc>>,
    /// How often it was started again.
    pub restarts: u32,
    /// Why it is not running: `CrashLoopBackOff`.
    pub waiting: Option<Arc<str>>,
}

impl Pod {
    /// Whether it had its addresses all the time from one moment to another.
    pub fn was_there(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let started = self.started.is_some_and(|started| started <= from);
        started
            && match self.phase {
                Phase::Running => true,
                Phase::Ended => self.ended.is_some_and(|ended| ended >= to),
            }
    }

    /// Whether one of its containers waits to be started after a crash.
    pub fn is_crash_looping(&self) -> bool {
        let waits = |it: &Container| it.waiting.as_deref() == Some("CrashLoopBackOff");
        self.containers.iter().any(waits)
    }
}
