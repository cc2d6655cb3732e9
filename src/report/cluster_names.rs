//! Cluster names in a report: as short as possible while still unique.

use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster::Cluster;
use crate::report::Report;

impl Report {
    /// The name of a cluster, with its Region or its account and Region where others in the
    /// report share it: `prod`, `prod (eu-west-1)`, `prod (111122223333, eu-west-1)`.
    pub fn name_of(&self, cluster: &Cluster) -> UntrustedText {
        let scanned = self.clusters.iter().map(|scan| &scan.cluster);
        let changed = self.changes.iter().flat_map(|changes| &changes.accounts);
        let others = scanned
            .chain(changed.map(|account| &account.cluster))
            .filter(|other| other.name == cluster.name && *other != cluster);
        let mut shares_name = false;
        let mut shares_region = false;
        for other in others {
            shares_name = true;
            shares_region |= other.region == cluster.region;
        }
        let account = cluster.account.as_deref().filter(|_| shares_region);
        let region = cluster.region.as_deref().filter(|_| shares_name);
        let place: Vec<&str> = account.into_iter().chain(region).collect();
        if place.is_empty() {
            return cluster.name.clone();
        }
        format!("{} ({})", cluster.name, place.join(", ")).into()
    }

    /// The name of a cluster, where the report has others that it has to be told from.
    pub fn name_among_several(&self, cluster: &Cluster) -> Option<UntrustedText> {
        (self.clusters.len() > 1).then(|| self.name_of(cluster))
    }

    /// The Region of a cluster, unless [`Self::name_of`] has it already.
    pub fn region_beside(&self, cluster: &Cluster) -> Option<UntrustedText> {
        let region = cluster.region.as_deref();
        let region = region.filter(|_| self.name_of(cluster) == cluster.name);
        region.map(UntrustedText::from)
    }
}
