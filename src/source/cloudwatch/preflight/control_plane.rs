//! What the EKS API says of a cluster.

use tokio::time::Instant;

use super::EXTRA_WITHIN;
use super::check::{Check, CheckStatus};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::evidence::cluster::Cluster;
use crate::evidence::control_plane::Description;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::eks::{DESCRIBE_CLUSTER, describe};

/// What the EKS API says of the cluster, and its version. A sweep does without.
pub(super) async fn checks(
    connection: &Connection,
    cluster: &str,
    deadline: Instant,
) -> (Vec<Check>, Option<KubernetesVersion>) {
    const NAME: &str = "Kubernetes version";
    let deadline = deadline.min(Instant::now() + EXTRA_WITHIN);
    let described = match describe(connection, cluster, deadline).await {
        Ok(Some(Description::Cluster(described))) => described,
        Ok(Some(Description::Deleted)) => {
            let cluster = Cluster::named(cluster);
            let failure = Failure::new(Cause::NoCluster).concerning(&cluster, connection);
            let check = Check::new(NAME, CheckStatus::Warning, failure.to_string());
            return (vec![check], None);
        }
        Ok(None) => {
            let words = "eks:DescribeCluster did not respond; a sweep takes the version from the log, or from --kubernetes-version";
            return (vec![Check::new(NAME, CheckStatus::Warning, words)], None);
        }
        Err(failure) => {
            let cluster = Cluster::named(cluster);
            let failure = failure.concerning(&cluster, connection);
            let check = Check::new(DESCRIBE_CLUSTER, CheckStatus::Warning, failure.to_string());
            return (vec![check], None);
        }
    };
    let mut checks = vec![
        Check::new(DESCRIBE_CLUSTER, CheckStatus::Passed, "allowed"),
        match described.version {
            Some(version) => {
                let words = format!("{version}: {}", lifetime(version));
                Check::new(NAME, CheckStatus::Passed, words)
            }
            None => Check::new(NAME, CheckStatus::Warning, "EKS reports none"),
        },
    ];
    if !described.audit_logging {
        let cluster = Cluster::named(cluster);
        let failure = Failure::new(Cause::AuditLoggingOff).concerning(&cluster, connection);
        checks.push(Check::missing("audit logging", &failure));
    }
    (checks, described.version)
}

/// How long a cluster of this version accepts a stale token (EKS user guide, pages "Kubernetes
/// versions" and "Kubernetes service accounts").
fn lifetime(version: KubernetesVersion) -> &'static str {
    if version.caps_tokens() {
        "a stale token is accepted for 24 hours"
    } else {
        "a stale token is accepted for 90 days, and for 24 hours once this is upgraded to 1.34"
    }
}
