//! What is spoken of: a cluster, a service account.

use serde::{Deserialize, Serialize};

use super::super::conversion::both_ways;
use crate::audit::service_account;
use crate::audit::untrusted_text::UntrustedText;
use crate::evidence::cluster;

/// A cluster. Names are unique within one Region of one account only.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Cluster {
    /// The cluster's name.
    pub(super) name: UntrustedText,
    /// The AWS Region, where the evidence came from one.
    pub(super) region: Option<String>,
    /// The AWS account, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
}

/// A service account: its namespace and name, both valid Kubernetes names.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ServiceAccount {
    /// The namespace, a DNS label.
    pub(super) namespace: String,
    /// The name, a DNS subdomain.
    pub(super) name: String,
}

both_ways!(struct Cluster, cluster::Cluster { name, region, account });
both_ways!(struct ServiceAccount, service_account::ServiceAccount { namespace, name });
