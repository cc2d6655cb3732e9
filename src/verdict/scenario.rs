//! A cluster for the tests of this folder: who was accepted, who was rejected, and when.
//!
//! Requests enter as the observations of a source, so each test judges what a log could say.

mod sender;

use std::sync::Arc;

use chrono::TimeDelta;

pub(super) use sender::*;

use super::known_pods::KnownPods;
use super::{Context, judge};
use crate::cluster_state::ClusterState;
use crate::cluster_state::pod::Pod;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverages;
use crate::evidence::observation::Observation;
use crate::evidence::rejection::RejectedRequest;
use crate::evidence::set::{Collect as _, EvidenceSet};
use crate::evidence::unmarked::{Unmarked, UnmarkedRequest};
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding};
use crate::report::rejection::RejectedCaller;

/// What is known of one cluster, `c`.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) cluster: Arc<Cluster>,
    pub(super) evidence: EvidenceSet,
    pub(super) coverages: Coverages,
    pub(super) pods: Vec<KnownPods>,
}

impl Scenario {
    /// A window of so many days until [`now`], and a log that goes on to its end.
    pub(super) fn of_days(window: i64) -> Self {
        Self::named(Cluster::named("c"), window)
    }

    /// The same for a cluster of a test's own.
    pub(super) fn named(cluster: Cluster, window: i64) -> Self {
        let cluster = Arc::new(cluster);
        let mut coverages = Coverages::default();
        let coverage = coverages.of(&cluster);
        coverage.since = Some(ago(days(window)));
        coverage.until = Some(now());
        coverage.saw(ago(days(window)));
        coverage.saw(now());
        Self {
            cluster,
            evidence: EvidenceSet::default(),
            coverages,
            pods: Vec::new(),
        }
    }

    /// A log that ends so long before [`now`], as an earlier report read it.
    pub(super) fn ending(mut self, before: TimeDelta) -> Self {
        let coverage = self.coverages.of(&self.cluster);
        coverage.until = Some(ago(before));
        coverage.last_event = coverage.until;
        self
    }

    /// What follows is of another cluster, whose log covers the same time.
    pub(super) fn go_on_with(&mut self, cluster: Cluster) -> &mut Self {
        let coverage = self.coverages.of(&self.cluster).clone();
        self.cluster = Arc::new(cluster);
        *self.coverages.of(&self.cluster) = coverage;
        self
    }

    /// Requests accepted so long before [`now`], with a token issued so long before it.
    pub(super) fn accept(
        &mut self,
        sender: &Sender,
        issued: TimeDelta,
        times: impl IntoIterator<Item = TimeDelta>,
    ) -> &mut Self {
        self.accept_token(sender, None, issued, times)
    }

    /// The same, with the ID of the token.
    pub(super) fn accept_token(
        &mut self,
        sender: &Sender,
        credential_id: Option<&str>,
        issued: TimeDelta,
        times: impl IntoIterator<Item = TimeDelta>,
    ) -> &mut Self {
        self.observe(times, |time| {
            Observation::StaleRequest(stale_request(sender, credential_id, issued, time))
        })
    }

    /// Requests accepted before the window, which only serve to attribute rejections.
    pub(super) fn accept_earlier(
        &mut self,
        sender: &Sender,
        issued: TimeDelta,
        times: impl IntoIterator<Item = TimeDelta>,
    ) -> &mut Self {
        self.observe(times, |time| {
            Observation::EarlierStaleRequest(stale_request(sender, None, issued, time))
        })
    }

    /// Requests of a pod accepted with a token too young for a mark.
    pub(super) fn accept_unmarked(
        &mut self,
        sender: &Sender,
        credential_id: Option<&str>,
        times: impl IntoIterator<Item = TimeDelta>,
    ) -> &mut Self {
        self.observe(times, |time| {
            Observation::UnmarkedRequest(UnmarkedRequest {
                service_account: account(sender).into(),
                pod_uid: uid(sender.pod.expect("a pod")),
                user_agent: sender.user_agent.to_owned(),
                accepted: Unmarked {
                    received: ago(time),
                    credential_id: credential_id.map(str::to_owned),
                },
            })
        })
    }

    /// Requests rejected so long before [`now`]. Only address, user agent and path are logged.
    pub(super) fn reject(
        &mut self,
        sender: &Sender,
        times: impl IntoIterator<Item = TimeDelta>,
    ) -> &mut Self {
        self.observe(times, |time| {
            Observation::Rejection(RejectedRequest {
                rejection: rejection(sender, time),
                verb: sender.verb.to_owned(),
                request_uri: sender.uri.to_owned(),
                audit_id: "a".to_owned(),
            })
        })
    }

    fn observe(
        &mut self,
        times: impl IntoIterator<Item = TimeDelta>,
        observation: impl Fn(TimeDelta) -> Observation,
    ) -> &mut Self {
        for time in times {
            self.evidence.record(&self.cluster, observation(time));
        }
        self
    }

    /// What the cluster itself says now: these are all of its pods.
    pub(super) fn list(&mut self, pods: impl IntoIterator<Item = Pod>) -> &mut Self {
        let mut state = ClusterState::live(now());
        pods.into_iter().for_each(|pod| state.add_pod(pod));
        self.pods.push(KnownPods {
            place: "context c".to_owned(),
            state,
            cluster: Some((*self.cluster).clone()),
            server: None,
            malformed: 0,
            notes: Vec::new(),
            is_asked_for: true,
        });
        self
    }

    /// The cluster's version, as the operator states it.
    pub(super) fn of_version(&mut self, version: &str) -> &mut Self {
        let stated = Some(version.parse().expect("a version"));
        self.coverages.of(&self.cluster).control_plane.stated = stated;
        self
    }

    /// Together with what is known of another cluster.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.evidence.merge(other.evidence);
        self.coverages.merge(other.coverages);
        self.pods.extend(other.pods);
        self
    }

    /// The report, where tokens are accepted for 90 days.
    pub(super) fn judge(&self) -> Report {
        self.judge_in(&Context::stated(NINETY_DAYS))
    }

    /// The report after an earlier one.
    pub(super) fn judge_after(&self, previous: &Report) -> Report {
        self.judge_in(&Context {
            previous: Some(previous),
            ..Context::stated(NINETY_DAYS)
        })
    }

    /// The report in a context of a test's own. The scenario's pods are added to it.
    pub(super) fn judge_in(&self, context: &Context<'_>) -> Report {
        let context = Context {
            known_pods: &self.pods,
            ..*context
        };
        judge(&self.evidence, &self.coverages, &context)
    }
}

/// The only finding.
pub(super) fn only(report: &Report) -> &Finding {
    let [finding] = &*report.findings else {
        panic!("{:#?}", report.findings);
    };
    finding
}

/// The holder that is this pod.
pub(super) fn holder<'a>(report: &'a Report, pod: &str) -> &'a HolderFinding {
    let mut holders = report.findings.iter().flat_map(|it| &it.holders);
    let is_pod = |it: &&HolderFinding| it.pod.as_ref().is_some_and(|it| *it == *pod);
    holders.find(is_pod).expect("a holder of that name")
}

/// The rejected callers that no holder explains.
pub(super) fn unexplained(report: &Report) -> &[RejectedCaller] {
    &report.clusters[0].rejected_callers
}
