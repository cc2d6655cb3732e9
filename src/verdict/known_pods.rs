//! The pods of a cluster, as they were listed.

use crate::cluster_state::ClusterState;
use crate::evidence::cluster::Cluster;
use crate::evidence::gap::{Gap, GapKind};

/// What a cluster says of its pods, and from where that is known.
#[derive(Debug)]
pub struct KnownPods {
    /// The file, or the context of a kubeconfig.
    pub place: String,
    /// The pods.
    pub state: ClusterState,
    /// The cluster that it was read from, as far as that is known; a name without an account or a
    /// Region matches any.
    pub cluster: Option<Cluster>,
    /// The host and port of the API server that it was read from.
    pub server: Option<String>,
    /// Objects in it that could not be understood.
    pub malformed: u64,
    /// What else to know of it, in sentences.
    pub notes: Vec<String>,
    /// Whether it was requested explicitly, so that it is reported if it is not used.
    pub is_asked_for: bool,
}

impl KnownPods {
    pub(super) fn gap(&self, detail: String) -> Gap {
        Gap {
            place: self.place.as_str().into(),
            kind: GapKind::PodsNotUsed,
            detail: detail.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::scenario::*;

    #[test]
    fn a_list_that_is_not_used_is_named_with_the_reason() {
        let mut cluster = Scenario::of_days(30);
        cluster.accept(&sender("app-0", "app/v1"), days(40), [hours(2)]);
        cluster.list([listed("other", "10.0.0.9", days(1))]);
        assert!(cluster.judge().gaps.is_empty());
        cluster.pods[0].cluster = Some(Cluster::named("elsewhere"));
        let report = cluster.judge();
        let [gap] = &*report.gaps else {
            panic!("{:#?}", report.gaps);
        };
        assert_eq!(gap.gap.place, "context c");
        assert_eq!(gap.gap.kind, GapKind::PodsNotUsed);
        assert!(gap.gap.detail.unescaped().contains("another cluster"));
    }
}
