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

#[cfg(test)]
mod tests {
    use super::super::sample::{report, scan};
    use super::*;

    fn cluster(name: &str, region: Option<&str>, account: Option<&str>) -> Cluster {
        Cluster {
            region: region.map(str::to_owned),
            account: account.map(str::to_owned),
            ..Cluster::named(name)
        }
    }

    fn names(clusters: &[Cluster]) -> Vec<String> {
        let report = report(clusters.iter().cloned().map(scan).collect(), Vec::new());
        let names = clusters.iter().map(|it| report.name_of(it).to_string());
        names.collect()
    }

    #[test]
    fn a_name_is_as_short_as_it_can_be_told_from_the_others() {
        let here = cluster("prod", Some("eu-west-1"), Some("111122223333"));
        let there = cluster("prod", Some("us-east-1"), Some("111122223333"));
        let theirs = cluster("prod", Some("eu-west-1"), Some("444455556666"));
        let other = cluster("dev", Some("eu-west-1"), Some("111122223333"));
        assert_eq!(names(&[here.clone(), other.clone()]), ["prod", "dev"]);
        assert_eq!(
            names(&[here.clone(), there.clone(), other]),
            ["prod (eu-west-1)", "prod (us-east-1)", "dev"]
        );
        assert_eq!(
            names(&[here.clone(), there, theirs]),
            [
                "prod (111122223333, eu-west-1)",
                "prod (us-east-1)",
                "prod (444455556666, eu-west-1)"
            ]
        );
        // A log on disk names no Region.
        assert_eq!(
            names(&[here, Cluster::named("prod")]),
            ["prod (eu-west-1)", "prod"]
        );
    }

    #[test]
    fn one_cluster_needs_no_name_and_a_region_stands_once() {
        let here = cluster("prod", Some("eu-west-1"), None);
        let there = cluster("prod", Some("us-east-1"), None);
        let alone = report(vec![scan(here.clone())], Vec::new());
        assert_eq!(alone.name_among_several(&here), None);
        assert_eq!(alone.region_beside(&here), Some("eu-west-1".into()));
        let both = report(vec![scan(here.clone()), scan(there)], Vec::new());
        assert_eq!(
            both.name_among_several(&here),
            Some("prod (eu-west-1)".into())
        );
        assert_eq!(both.region_beside(&here), None);
        assert_eq!(
            report(Vec::new(), Vec::new()).name_among_several(&here),
            None
        );
    }
}
