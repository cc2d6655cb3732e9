//! The ranking: a total order, the same on every run.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::evidence::cluster::Cluster;
use crate::report::finding::Finding;

/// Where a namespace or a finding stands: by its earliest rejection, if there is one to come
/// or to mourn, then by its requests.
type Place = (bool, DateTime<Utc>, Reverse<u64>);

fn place(finding: &Finding) -> Place {
    match finding.severity {
        Some(_) => (
            false,
            finding.lead().rejected_from,
            Reverse(finding.requests()),
        ),
        None => (true, DateTime::<Utc>::MIN_UTC, Reverse(finding.requests())),
    }
}

/// Orders findings and numbers them from 1: namespaces, each of one cluster, by their earliest
/// rejection among the findings that have a severity, then by requests, then by name; the
/// findings of a namespace likewise.
pub fn rank(findings: &mut [Finding]) {
    let mut namespaces: BTreeMap<(Cluster, String), Place> = BTreeMap::new();
    for finding in findings.iter() {
        let (harmless, rejected_from, Reverse(requests)) = place(finding);
        namespaces
            .entry(namespace(finding))
            .and_modify(|known| {
                let earliest = (known.0, known.1).min((harmless, rejected_from));
                *known = (earliest.0, earliest.1, Reverse(known.2.0 + requests));
            })
            .or_insert((harmless, rejected_from, Reverse(requests)));
    }
    findings.sort_by_cached_key(|finding| {
        let namespace = namespace(finding);
        (
            namespaces.get(&namespace).copied(),
            namespace.1,
            namespace.0,
            place(finding),
            finding.service_account.name.clone(),
        )
    });
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.rank = index + 1;
    }
}

fn namespace(finding: &Finding) -> (Cluster, String) {
    (
        finding.cluster.clone(),
        finding.service_account.namespace.clone(),
    )
}
