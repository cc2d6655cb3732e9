//! The operations that the API knows here.

/// An operation of the EKS API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The names of the clusters.
    ListClusters,
    /// One cluster.
    DescribeCluster,
}

impl Operation {
    /// Its name in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListClusters => "ListClusters",
            Self::DescribeCluster => "DescribeCluster",
        }
    }
}
