//! Rejected callers that match no single holder, in words.

use std::cmp::Reverse;
use std::net::IpAddr;

use chrono_tz::Tz;

use super::pods;
use super::rejections::span;
use crate::evidence::count::pluralize;
use crate::report::Report;
use crate::report::rejection::{CallerKind, RejectedCaller};
use crate::report::scan::ClusterScan;

/// How far back to look to identify an unexplained caller: a month of logs, as long as most keep.
const LOOK_BACK: &str = "30d";

/// That a cluster had more rejected callers than are counted separately.
pub const MORE: &str =
    "There were more rejected callers: some are left out, because the limit was reached.";

/// Its possible identity and its kind: `one of ns/a (pod-1), ns/b; workload, critical, new`.
pub fn who(caller: &RejectedCaller) -> String {
    let mut words = names(caller);
    if let Some(there) = pods::at_address(&caller.pods) {
        words.push_str("; ");
        words.push_str(&there);
    }
    if let Some(standing) = standing(caller) {
        words.push_str("; ");
        words.push_str(&standing);
    }
    words
}

/// `one of ns/a (pod-1), ns/b`, `perhaps ns/a (known by user agent alone)`, `unknown`.
fn names(caller: &RejectedCaller) -> String {
    if !caller.candidates.is_empty() {
        let names: Vec<String> = caller
            .candidates
            .iter()
            .map(|candidate| match &candidate.pod {
                Some(pod) => format!("{} ({pod})", candidate.service_account),
                None => candidate.service_account.to_string(),
            })
            .collect();
        return format!("one of {}", names.join(", "));
    }
    if caller.perhaps.is_empty() {
        return "unknown".to_owned();
    }
    let names: Vec<String> = caller.perhaps.iter().map(ToString::to_string).collect();
    format!("perhaps {} (known by user agent alone)", names.join(", "))
}

/// What it looks like, and how urgent it is: `workload, critical, new`; `None` if that is not
/// known.
pub fn standing(caller: &RejectedCaller) -> Option<String> {
    let mut words = caller.kind?.words().0.to_owned();
    if let Some(severity) = caller.severity {
        words.push_str(&format!(", {severity}"));
    }
    if caller.is_new {
        words.push_str(", new");
    }
    Some(words)
}

/// Its rejections: `12 from 2026-09-07 08:00 to 2026-09-07 12:00`.
pub fn rejected(caller: &RejectedCaller, time_zone: Tz) -> String {
    span(
        caller.count,
        caller.first,
        caller.at_least_since,
        caller.last,
        time_zone,
    )
}

/// The callers that look like workloads and are rejected all the time, for a headline:
/// `2 unexplained callers rejected`. `None` if there are none.
pub fn urgent(report: &Report) -> Option<String> {
    urgent_words(report).map(|(count, words)| format!("{count} {words}"))
}

/// How many they are, and what they are.
pub(super) fn urgent_words(report: &Report) -> Option<(usize, String)> {
    let count = report.urgent_callers().count();
    let word = if count == 1 { "caller" } else { "callers" };
    (count > 0).then(|| (count, format!("unexplained {word} rejected")))
}

/// How many callers of each kind: `2 people or tools, 1 node`.
pub fn kinds<'a>(callers: impl Iterator<Item = &'a RejectedCaller>) -> String {
    let kinds: Vec<CallerKind> = callers.filter_map(|caller| caller.kind).collect();
    let words: Vec<String> = CallerKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let count = kinds.iter().filter(|it| **it == kind).count();
            let (one, several) = kind.words();
            (count > 0).then(|| pluralize(count, one, several))
        })
        .collect();
    words.join(", ")
}

/// The command that finds out which pod has the address that matters: of the worst rejected caller
/// that looks like a workload and whose pods are not known yet. A person's, a node's or an
/// outsider's is no pod's. `None` if there is none, or if its address is not one: nothing else of a
/// log goes into a command.
pub fn look_up(scan: &ClusterScan) -> Option<String> {
    let may_be_pod = |caller: &&RejectedCaller| {
        caller.kind.is_none_or(|kind| kind == CallerKind::Workload) && caller.pods.is_empty()
    };
    let callers = scan.rejected_callers.iter().filter(may_be_pod);
    let mut callers: Vec<&RejectedCaller> = callers.collect();
    callers.sort_by_key(|caller| worst_first(caller));
    let address: IpAddr = callers
        .into_iter()
        .find_map(|caller| caller.address.unescaped().parse().ok())?;
    Some(format!(
        "kubectl get pods -A --field-selector status.podIP={address}"
    ))
}

/// What rejected callers are sorted by, the worst first: how urgent they are, what they look like,
/// how often they were rejected, and when last.
pub fn worst_first(caller: &RejectedCaller) -> impl Ord + use<> {
    (
        Reverse(caller.severity),
        caller.kind,
        Reverse(caller.count),
        Reverse(caller.last),
    )
}

/// The command that identifies the unexplained callers of a cluster, from the time when
/// they were still accepted; `None` where the evidence came from files.
pub fn command(scan: &ClusterScan) -> Option<String> {
    let is_plain = |text: &str| {
        let mut bytes = text.bytes();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        bytes.next().is_some_and(|it| it.is_ascii_alphanumeric()) && bytes.all(plain)
    };
    let name = scan.cluster.name.unescaped();
    let region = scan.cluster.region.as_ref()?;
    (is_plain(name) && is_plain(region)).then(|| {
        format!("eks-stale-tokens investigate {name} --region {region} --look-back {LOOK_BACK}")
    })
}
