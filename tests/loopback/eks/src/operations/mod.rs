//! One file for each operation.

pub(crate) mod describe_cluster;
pub(crate) mod list_clusters;
