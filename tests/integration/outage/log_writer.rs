//! Audit logs of clusters that never were, in the form in which the API server writes them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::finding::HolderFinding;
use eks_stale_tokens::report::rejection::RejectedCaller;
use eks_stale_tokens::report::token_lifetime::TokenLifetime;
use eks_stale_tokens::verdict::judge;
use serde_json::json;

use crate::recordings::evidence_in;

/// A pod with its token.
#[derive(Debug, Clone)]
pub(super) struct Pod {
    pub(super) namespace: &'static str,
    pub(super) account: &'static str,
    pub(super) name: String,
    pub(super) node: &'static str,
    pub(super) address: String,
    pub(super) agent: &'static str,
    pub(super) uri: &'static str,
    pub(super) issued: DateTime<Utc>,
}

/// A log as it is written.
#[derive(Debug, Default)]
pub(super) struct Log(Vec<(DateTime<Utc>, String)>);

/// A time of the tests.
pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// Times from one to another, so far apart.
pub(super) fn every(
    minutes: i64,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> impl Iterator<Item = DateTime<Utc>> {
    let step = TimeDelta::minutes(minutes);
    std::iter::successors(Some(from), move |time| Some(*time + step)).take_while(move |it| *it < to)
}

impl Pod {
    /// A pod that lists pods all day.
    pub(super) fn new(account: &'static str, name: &str, address: &str, issued: &str) -> Self {
        Self {
            namespace: "ns",
            account,
            name: name.to_owned(),
            node: "node-1",
            address: address.to_owned(),
            agent: "app/v1.0 (linux/amd64) kubernetes/abcdef0",
            uri: "/api/v1/pods?limit=500",
            issued: at(issued),
        }
    }
}

impl Log {
    /// The server accepts a request of the pod; its mark is there if the token is stale.
    pub(super) fn accepted(&mut self, pod: &Pod, time: DateTime<Utc>) {
        let late = (time - pod.issued).num_seconds() - 3607;
        assert!(late >= 0, "a fresh token leaves no mark");
        let username = format!("system:serviceaccount:{}:{}", pod.namespace, pod.account);
        let event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request",
            "auditID": format!("a{}", self.0.len()), "stage": "ResponseComplete",
            "requestURI": pod.uri, "verb": "list",
            "user": {
                "username": username,
                "extra": {
                    "authentication.kubernetes.io/pod-name": [pod.name],
                    "authentication.kubernetes.io/pod-uid": [format!("uid-of-{}", pod.name)],
                    "authentication.kubernetes.io/node-name": [pod.node],
                },
            },
            "sourceIPs": [pod.address], "userAgent": pod.agent,
            "responseStatus": {"metadata": {}, "code": 200},
            "requestReceivedTimestamp": written(time), "stageTimestamp": written(time),
            "annotations": {
                "authentication.k8s.io/stale-token":
                    format!("subject: {username}, seconds after warning threshold: {late}"),
            },
        });
        self.0.push((time, event.to_string()));
    }

    /// The server rejects a request that comes from where the pod is and looks like its own.
    pub(super) fn rejected(&mut self, pod: &Pod, time: DateTime<Utc>) {
        self.rejected_from(&pod.address, pod.agent, pod.uri, time);
    }

    /// The server rejects a request.
    pub(super) fn rejected_from(
        &mut self,
        address: &str,
        agent: &str,
        uri: &str,
        time: DateTime<Utc>,
    ) {
        let event = json!({
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request",
            "auditID": format!("r{}", self.0.len()), "stage": "ResponseStarted",
            "requestURI": uri, "verb": "list", "user": {},
            "sourceIPs": [address], "userAgent": agent,
            "responseStatus": {
                "metadata": {}, "status": "Failure", "message": "Unauthorized",
                "reason": "Unauthorized", "code": 401,
            },
            "requestReceivedTimestamp": written(time), "stageTimestamp": written(time),
        });
        self.0.push((time, event.to_string()));
    }

    /// The lines in order of time.
    pub(super) fn text(&self) -> String {
        let mut lines = self.0.clone();
        lines.sort_by_key(|(time, _)| *time);
        lines
            .into_iter()
            .map(|(_, line)| format!("{line}\n"))
            .collect()
    }

    /// The report on all of it, as of its last event.
    pub(super) fn report(&self) -> Report {
        let (evidence, coverages) = evidence_in("story", &self.text());
        judge(&evidence, &coverages, &TokenLifetime::AWS)
    }
}

/// The finding on a pod.
pub(super) fn holder<'a>(report: &'a Report, pod: &str) -> &'a HolderFinding {
    report
        .findings
        .iter()
        .flat_map(|finding| &finding.holders)
        .find(|holder| holder.pod.as_deref() == Some(pod))
        .unwrap_or_else(|| panic!("{pod} is in the report"))
}

/// The callers that could not be told for certain.
pub(super) fn callers(report: &Report) -> &[RejectedCaller] {
    &report.clusters[0].rejected_callers
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
