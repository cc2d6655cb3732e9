//! The clusters of one account in one Region.

use std::collections::BTreeMap;

use loopback_aws::{Exception, Input};
use serde_json::Value;

use super::cluster::EksCluster;
use super::exception::of_eks;
use super::operation::Operation;
use super::operations;

/// What the EKS API of one account knows in one Region.
#[derive(Debug)]
pub struct Clusters {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) by_name: BTreeMap<String, EksCluster>,
}

impl Clusters {
    /// These clusters; of several with one name, the last.
    pub fn new(
        region: &str,
        account: &str,
        clusters: impl IntoIterator<Item = EksCluster>,
    ) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
            by_name: clusters
                .into_iter()
                .map(|cluster| (cluster.name.clone(), cluster))
                .collect(),
        }
    }

    /// Carries a call out.
    pub fn answer(&self, operation: Operation, input: Input<'_>) -> Result<Value, Exception> {
        let answered = match operation {
            Operation::ListClusters => operations::list_clusters::answer(self, input),
            Operation::DescribeCluster => operations::describe_cluster::answer(self, input),
        };
        answered.map_err(of_eks)
    }

    /// What a refused call was about, as access errors name it.
    pub fn resource(&self, input: Input<'_>) -> String {
        let name = input.text("name").ok().flatten().unwrap_or("*");
        self.arn(name)
    }

    pub(crate) fn arn(&self, name: &str) -> String {
        let (region, account) = (&self.region, &self.account);
        format!("arn:aws:eks:{region}:{account}:cluster/{name}")
    }
}
