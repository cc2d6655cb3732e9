//! Audit logs of clusters that never were, in the form in which the API server writes them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use eks_stale_tokens::report::Report;
use eks_stale_tokens::report::finding::HolderFinding;
use eks_stale_tokens::report::rejection::RejectedCaller;
use eks_stale_tokens::verdict::judge;

use crate::recordings::{evidence_in, ninety_days};

/// A pod with its token.
#[derive(Debug, Clone)]
pub(crate) struct Pod {
    pub(crate) namespace: &'static str,
    pub(crate) account: &'static str,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) node: &'static str,
    pub(crate) address: String,
    pub(crate) agent: &'static str,
    pub(crate) uri: &'static str,
    pub(crate) issued: DateTime<Utc>,
}

/// A log as it is written.
#[derive(Debug, Default)]
pub(crate) struct Log(Vec<(DateTime<Utc>, String)>);

/// A time of the tests.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// Times from one to another, so far apart.
pub(crate) fn every(
    minutes: i64,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> impl Iterator<Item = DateTime<Utc>> {
    let step = TimeDelta::minutes(minutes);
    std::iter::successors(Some(from), move |time| Some(*time + step)).take_while(move |it| *it < to)
}

impl Pod {
    /// A pod that lists pods all day.
    pub(crate) fn new(account: &'static str, name: &str, address: &str, issued: &str) -> Self {
        Self {
            namespace: "ns",
            account,
            name: name.to_owned(),
            uid: format!("uid-of-{name}"),
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
    pub(crate) fn accepted(&mut self, pod: &Pod, time: DateTime<Utc>) {
        let late = (time - pod.issued).num_seconds() - 3607;
        assert!(late >= 0, "a fresh token leaves no mark");
        self.authenticated(pod, time, Some(late));
    }

    /// The server accepts a request of the pod with a token too young for a mark.
    pub(crate) fn accepted_fresh(&mut self, pod: &Pod, time: DateTime<Utc>) {
        self.authenticated(pod, time, None);
    }

    fn authenticated(&mut self, pod: &Pod, time: DateTime<Utc>, late: Option<i64>) {
        let username = format!("system:serviceaccount:{}:{}", pod.namespace, pod.account);
        let mark = late.map_or_else(String::new, |late| {
            format!(
                r#""authentication.k8s.io/stale-token":"subject: {username}, seconds after warning threshold: {late}""#
            )
        });
        let event = format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"a{number}","stage":"ResponseComplete","requestURI":{uri},"verb":"list","user":{{"username":"{username}","extra":{{"authentication.kubernetes.io/node-name":["{node}"],"authentication.kubernetes.io/pod-name":[{name}],"authentication.kubernetes.io/pod-uid":["{uid}"]}}}},"sourceIPs":[{address}],"userAgent":{agent},"objectRef":{{"resource":"pods","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"{time}","stageTimestamp":"{time}","annotations":{{{mark}}}}}"#,
            number = self.0.len(),
            uri = quoted(pod.uri),
            node = pod.node,
            name = quoted(&pod.name),
            uid = pod.uid,
            address = quoted(&pod.address),
            agent = quoted(pod.agent),
            time = written(time),
        );
        self.0.push((time, event));
    }

    /// The server rejects a request that comes from where the pod is and looks like its own.
    pub(crate) fn rejected(&mut self, pod: &Pod, time: DateTime<Utc>) {
        self.rejected_from(&pod.address, pod.agent, pod.uri, time);
    }

    /// The server rejects a request.
    pub(crate) fn rejected_from(
        &mut self,
        address: &str,
        agent: &str,
        uri: &str,
        time: DateTime<Utc>,
    ) {
        let event = format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"r{number}","stage":"ResponseStarted","requestURI":{uri},"verb":"list","user":{{}},"sourceIPs":[{address}],"userAgent":{agent},"objectRef":{{"resource":"pods","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}},"requestReceivedTimestamp":"{time}","stageTimestamp":"{time}"}}"#,
            number = self.0.len(),
            uri = quoted(uri),
            address = quoted(address),
            agent = quoted(agent),
            time = written(time),
        );
        self.0.push((time, event));
    }

    /// A kubelet renews its lease: the cluster goes on.
    pub(crate) fn goes_on(&mut self, time: DateTime<Utc>) {
        self.requested_by("system:node:node-1", "kubelet/v1.33.1 (linux/amd64)", time);
    }

    /// The control plane renews its lease, under this version.
    pub(crate) fn runs_version(&mut self, version: &str, time: DateTime<Utc>) {
        let agent = format!("kube-controller-manager/v{version} (linux/amd64) kubernetes/0f9a3c1");
        self.requested_by("system:kube-controller-manager", &agent, time);
    }

    /// A user that is no workload renews a lease, under this user agent.
    pub(crate) fn requested_by(&mut self, username: &str, agent: &str, time: DateTime<Utc>) {
        let event = format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"c{number}","stage":"ResponseComplete","requestURI":"/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager","verb":"update","user":{{"username":"{username}","groups":["system:authenticated"]}},"sourceIPs":["10.0.9.9"],"userAgent":{agent},"objectRef":{{"resource":"leases","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"{time}","stageTimestamp":"{time}","annotations":{{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}}}}"#,
            number = self.0.len(),
            agent = quoted(agent),
            time = written(time),
        );
        self.0.push((time, event));
    }

    /// The events with the times of their arrival.
    pub(crate) fn events(&self) -> &[(DateTime<Utc>, String)] {
        &self.0
    }

    /// The lines in order of time.
    pub(crate) fn text(&self) -> String {
        let mut lines = self.0.clone();
        lines.sort_by_key(|(time, _)| *time);
        lines
            .into_iter()
            .map(|(_, line)| format!("{line}\n"))
            .collect()
    }

    /// The report on all of it, as of its last event.
    pub(crate) fn report(&self) -> Report {
        let (evidence, coverages) = evidence_in("story", &self.text());
        judge(&evidence, &coverages, &ninety_days())
    }

    /// The times of its first and of its last event.
    pub(crate) fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let times = || self.0.iter().map(|(time, _)| *time);
        Some((times().min()?, times().max()?))
    }
}

/// The finding on a pod.
pub(crate) fn holder<'a>(report: &'a Report, pod: &str) -> &'a HolderFinding {
    report
        .findings
        .iter()
        .flat_map(|finding| &finding.holders)
        .find(|holder| holder.pod.as_ref().is_some_and(|it| *it == *pod))
        .unwrap_or_else(|| panic!("{pod} is in the report"))
}

/// The callers that could not be told for certain.
pub(crate) fn callers(report: &Report) -> &[RejectedCaller] {
    &report.clusters[0].rejected_callers
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Text as a JSON string, as the API server writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}
