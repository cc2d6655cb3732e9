//! The EKS API on the loopback interface: what there is to say of clusters.
//!
//! [`Clusters`] answers the calls that [`call`] reads. It does not listen: the clusters are one account's, which has
//! more to it, and an SDK may reach all of that at one address.

mod cluster;
mod clusters;
mod exception;
mod operation;
mod operations;
mod rest;

pub use cluster::EksCluster;
pub use clusters::Clusters;
pub use exception::of_eks;
pub use operation::Operation;
pub use rest::call;
