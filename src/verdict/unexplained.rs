//! Rejected callers that match no holder: which of them look like workloads, and how urgent they
//! are.
//!
//! Such a caller may be a workload that was dead before the window began, or one with a pod that
//! came back at another address. It may also be an expired kubeconfig, the kubelet of a node that
//! was removed, or a scanner from outside: those are listed without a severity.

use std::collections::BTreeSet;

use super::memory::Memory;
use crate::audit::address::is_inside;
use crate::audit::path_shape::is_of_the_api;
use crate::audit::tool;
use crate::evidence::cluster::Cluster;
use crate::evidence::set::EvidenceSet;
use crate::report::rejection::{CallerKind, RejectedCaller};
use crate::report::scan::Window;
use crate::report::severity::Severity;

/// What the callers of one cluster are judged by.
pub struct Unexplained<'a> {
    cluster: &'a Cluster,
    window: Window,
    memory: &'a Memory<'a>,
    /// The addresses that an account was accepted from.
    accepted: BTreeSet<&'a str>,
}

impl<'a> Unexplained<'a> {
    /// In this cluster, by this evidence.
    pub fn of(
        cluster: &'a Cluster,
        window: Window,
        evidence: &'a EvidenceSet,
        memory: &'a Memory<'a>,
    ) -> Self {
        let holders = evidence.holders().chain(evidence.earlier());
        let accepted = holders
            .filter(|(holder, _)| *holder.cluster == *cluster)
            .flat_map(|(_, token_use)| token_use.addresses.iter())
            .map(|(address, _)| address)
            .collect();
        Self {
            cluster,
            window,
            memory,
            accepted,
        }
    }

    /// Judges a caller.
    pub fn judge(&self, caller: &mut RejectedCaller) {
        if let Some((first, at_least_since)) = self.memory.callers.since(self.cluster, caller) {
            caller.first = first;
            caller.at_least_since = at_least_since;
        }
        let kind = self.kind(caller);
        caller.kind = Some(kind);
        if kind != CallerKind::Workload || !caller.is_persistent(self.window.until) {
            return;
        }
        let is_known = self.memory.callers.is_told(self.cluster, caller);
        // Whoever shares its address and user agent was accepted with a token that died since.
        let was_accepted = !caller.candidates.is_empty();
        caller.is_new = !is_known;
        caller.severity = Some(match is_known && !was_accepted {
            true => Severity::Warning,
            false => Severity::Critical,
        });
    }

    fn kind(&self, caller: &RejectedCaller) -> CallerKind {
        let agent = caller.user_agent.unescaped();
        if !caller.candidates.is_empty() {
            CallerKind::Workload
        } else if tool::is_kubelet(agent) {
            CallerKind::Node
        } else if tool::tool(agent).is_some() {
            CallerKind::Tool
        } else if !self.is_from_inside(caller.address.unescaped()) {
            CallerKind::Outsider
        } else if caller
            .calls
            .iter()
            .any(|call| is_of_the_api(call.unescaped()))
        {
            CallerKind::Workload
        } else {
            CallerKind::Scanner
        }
    }

    fn is_from_inside(&self, address: &str) -> bool {
        is_inside(address)
            || self.accepted.contains(address)
            || self.memory.knows_address(self.cluster, address)
    }
}

#[cfg(test)]
mod tests;
