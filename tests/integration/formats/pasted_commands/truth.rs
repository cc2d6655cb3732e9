//! The truth that commands are held against: the workloads behind the pods, as the ledgers have it.

use std::collections::BTreeMap;

use eks_stale_tokens::evidence::cluster::Cluster;
use eks_stale_tokens::report::Report;

use crate::recordings::ledger;

/// The workload behind a pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Workload {
    pub(super) namespace: String,
    /// In lower case, as kubectl takes it.
    pub(super) kind: String,
    pub(super) name: String,
}

/// The workloads of the pods of a cluster, by namespace and pod.
type Truth = BTreeMap<(String, String), Workload>;

/// The workloads of `capped`, as `fixtures/capped.py` means them: it has no ledger.
const CAPPED: [(&str, &str, &str); 8] = [
    ("kube-system", "deployment", "autoscaler"),
    ("web", "deployment", "frontend"),
    ("batch", "statefulset", "exporter"),
    ("payments", "deployment", "ledger"),
    ("logging", "daemonset", "fluentd"),
    ("legacy", "deployment", "importer"),
    ("ci", "job", "job"),
    ("ci", "deployment", "runner"),
];

pub(super) fn truth(report: &Report) -> BTreeMap<Cluster, Truth> {
    let clusters = report.clusters.iter().map(|scan| &scan.cluster);
    clusters
        .map(|cluster| {
            let mut truth = Truth::new();
            // Clusters that a test renamed have the pods of both recordings.
            for recording in ["recording", "timeline"] {
                for pod in ledger(recording).pods.into_values() {
                    let workload = Workload {
                        namespace: pod.ns.clone(),
                        kind: pod.kind.to_ascii_lowercase(),
                        name: pod.workload,
                    };
                    truth.insert((pod.ns, pod.pod), workload);
                }
            }
            if cluster.name == "capped" {
                truth = capped(report, cluster);
            }
            (cluster.clone(), truth)
        })
        .collect()
}

fn capped(report: &Report, cluster: &Cluster) -> Truth {
    let of_cluster = report.findings.iter().filter(|it| it.cluster == *cluster);
    let mut truth = Truth::new();
    for finding in of_cluster {
        let namespace = &finding.service_account.namespace;
        for pod in finding.holders.iter().filter_map(|it| it.pod.as_ref()) {
            let (_, kind, name) = CAPPED
                .iter()
                .find(|(of, _, name)| {
                    of == namespace && pod.unescaped().starts_with(&format!("{name}-"))
                })
                .unwrap_or_else(|| panic!("{namespace}/{pod}"));
            let workload = Workload {
                namespace: namespace.clone(),
                kind: (*kind).to_owned(),
                name: (*name).to_owned(),
            };
            truth.insert((namespace.clone(), pod.to_string()), workload);
        }
    }
    truth
}
