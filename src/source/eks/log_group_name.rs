//! The names of the log groups that EKS writes.

/// The log group that EKS writes a cluster's control plane logs to (EKS user guide, page "Send
/// control plane logs to CloudWatch Logs").
const PREFIX: &str = "/aws/eks/";
const SUFFIX: &str = "/cluster";

/// The name of a cluster's log group.
pub fn of_cluster(cluster: &str) -> String {
    format!("{PREFIX}{cluster}{SUFFIX}")
}

/// The cluster whose log group has this name; `None` for any other log group.
pub fn cluster_of(log_group: &str) -> Option<&str> {
    log_group
        .strip_prefix(PREFIX)?
        .strip_suffix(SUFFIX)
        .filter(|name| !name.is_empty() && !name.contains('/'))
}

/// The cluster that a log group's name ends with, as centralization keeps it:
/// `/central/111122223333/aws/eks/prod/cluster`.
pub fn cluster_at_end_of(log_group: &str) -> Option<&str> {
    let start = log_group.rfind("aws/eks/")?;
    let begins_a_part = start == 0 || log_group[..start].ends_with('/');
    let rest = log_group[start..].strip_prefix("aws/eks/")?;
    let name = rest.strip_suffix(SUFFIX)?;
    (begins_a_part && !name.is_empty() && !name.contains('/')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_clusters_and_back() {
        assert_eq!(cluster_of(&of_cluster("prod-1")), Some("prod-1"));
        for name in [
            "/aws/eks//cluster",
            "/aws/eks/a/b/cluster",
            "/aws/lambda/a/cluster",
            "/aws/eks/a/cluster/x",
        ] {
            assert_eq!(cluster_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_centralized_group_keeps_the_name_at_its_end() {
        for (name, cluster) in [
            ("/aws/eks/prod/cluster", Some("prod")),
            ("/central/111122223333/aws/eks/prod/cluster", Some("prod")),
            ("central/eu-west-1//aws/eks/prod/cluster", Some("prod")),
            ("aws/eks/prod/cluster", Some("prod")),
            ("/central/laws/eks/prod/cluster", None),
            ("/central/eks", None),
            ("/aws/eks//cluster", None),
            ("/aws/eks/prod/cluster/more", None),
        ] {
            assert_eq!(cluster_at_end_of(name), cluster, "{name}");
        }
    }
}
