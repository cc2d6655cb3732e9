//! What the cluster reports about the pods, in words.

use chrono::{DateTime, Utc};

use super::time_format::distance;
use crate::evidence::count::pluralize;
use crate::report::Report;
use crate::report::finding::{Finding, HolderFinding, Remedy};
use crate::report::pod_status::{PodAtAddress, PodState, PodStatus};

/// How a holder's pod is: `deployment/web, ready, restarted 3 m ago, rejected still`. Escaped
/// for terminals. `None` where the cluster was not queried or does not know the pod.
pub fn of_holder(holder: &HolderFinding, now: DateTime<Utc>) -> Option<String> {
    let status = holder.pod_status.as_ref()?;
    let mut words = vec![match &status.workload {
        Some(workload) if workload.is_bare_pod() => "no controller owns it".to_owned(),
        Some(workload) if workload.is_static_pod() => {
            format!("static pod of node {}", workload.name)
        }
        Some(workload) => workload.resource(),
        None => "its workload is gone".to_owned(),
    }];
    words.push(status.state.words().to_owned());
    if let Some(pod) = &status.replaced_by {
        words.push(format!("replaced by {pod}"));
    }
    if let Some(image) = &status.image {
        words.push(format!("image {image}"));
    }
    match restarted(status, now) {
        Some(restarted) => words.push(restarted),
        None => {
            let started = status
                .started
                .map(|at| format!("started {}", distance(at, now)));
            words.extend(started);
        }
    }
    if status.restarts > 0 {
        words.push(pluralize(status.restarts, "restart", "restarts"));
    }
    Some(words.join(", "))
}

/// `restarted 3 m ago, accepted since`; `replaced 3 m ago, rejected still`.
pub fn restarted(status: &PodStatus, now: DateTime<Utc>) -> Option<String> {
    let restarted = status.restarted?;
    let what = match status.state {
        PodState::Gone => "replaced",
        _ => "restarted",
    };
    Some(format!(
        "{what} {}, {}",
        distance(restarted.at, now),
        restarted.since.words()
    ))
}

/// What became of the pods of a finding that were restarted, replaced or lost, and of those that
/// are not well, for a line of its own; several pods of which the same is true are counted.
pub fn remarks(report: &Report, finding: &Finding) -> Vec<String> {
    let now = report.now(finding);
    let mut remarks: Vec<(String, usize)> = Vec::new();
    let of_interest = finding
        .holders
        .iter()
        .filter(|it| !it.verdict.is_harmless());
    for status in of_interest.filter_map(|it| it.pod_status.as_ref()) {
        let state = match status.state {
            PodState::Ready => None,
            state => Some(state.words().to_owned()),
        };
        let words: Vec<String> = state.into_iter().chain(restarted(status, now)).collect();
        if words.is_empty() {
            continue;
        }
        let words = words.join(", ");
        match remarks.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => remarks.push((words, 1)),
        }
    }
    let all = finding.holders.len();
    remarks
        .into_iter()
        .map(|(words, count)| match (count, all) {
            (1, 1) => words,
            (count, all) => format!("{count} of {all} pods {words}"),
        })
        .collect()
}

/// The workloads and images of a finding, as far as the cluster names them: `daemonset/kube2iam,
/// image jtblin/kube2iam:0.10.7`. Escaped for terminals.
pub fn of_finding(finding: &Finding) -> Option<String> {
    let workloads = finding.workloads();
    let workloads = workloads.iter().map(|it| it.resource());
    let images = finding.images();
    let images = images.iter().map(|it| format!("image {it}"));
    let words: Vec<String> = workloads.chain(images).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The pods at a rejected caller's address: `pod ns/web-1 (deployment/web) has that address now`.
/// Escaped for terminals.
pub fn at_address(pods: &[PodAtAddress]) -> Option<String> {
    let first = pods.first()?;
    let named: Vec<String> = pods.iter().map(named).collect();
    Some(match (first.host_network, pods.len()) {
        (false, 1) if first.was_there => {
            format!("pod {} had that address all the time", named.join(""))
        }
        (false, 1) => format!("pod {} has that address now", named.join("")),
        (true, 1) if first.fits => {
            format!(
                "on that node only pod {} fits the user agent",
                named.join("")
            )
        }
        (true, _) => format!("on that node's network: {}", named.join(", ")),
        (false, _) => format!("pods with that address: {}", named.join(", ")),
    })
}

fn named(pod: &PodAtAddress) -> String {
    let mut words = format!("{}/{}", pod.namespace, pod.name);
    let mut beside: Vec<String> = Vec::new();
    if !pod.workload.is_bare_pod() && !pod.workload.is_static_pod() {
        beside.push(pod.workload.resource());
    }
    if pod.state != PodState::Ready {
        beside.push(pod.state.words().to_owned());
    }
    if !beside.is_empty() {
        words.push_str(&format!(" ({})", beside.join(", ")));
    }
    words
}

/// Whether a command rests on the name of a pod alone.
pub fn is_inferred(remedy: &Remedy) -> bool {
    matches!(remedy, Remedy::Restart { workload_is_known, .. } if !workload_is_known)
}
