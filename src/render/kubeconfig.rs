//! Commands that select a cluster for kubectl, for readers with another current context.

use crate::evidence::cluster::Cluster;
use crate::report::Report;
use crate::report::scan::ClusterScan;

/// The command that adds a cluster to the kubeconfig file and makes it the current context:
/// `aws eks update-kubeconfig --region eu-west-1 --name prod`. `None` for a cluster with no known
/// Region, and for names that EKS does not allow: they may be log text.
pub fn command(report: &Report, cluster: &Cluster) -> Option<String> {
    let scan = scan(report, cluster)?;
    let region = cluster.region.as_deref().filter(|it| is_plain(it))?;
    let name = Some(cluster.name.unescaped()).filter(|it| is_plain(it))?;
    let profile = match &scan.profile {
        Some(profile) if is_plain(profile) => format!(" --profile {profile}"),
        _ => String::new(),
    };
    Some(format!(
        "aws eks update-kubeconfig --region {region} --name {name}{profile}"
    ))
}

/// The context that the command makes the current one: the cluster's ARN (AWS CLI reference,
/// `eks update-kubeconfig`). `None` where the account is not known.
pub fn context(cluster: &Cluster) -> Option<String> {
    let region = cluster.region.as_deref().filter(|it| is_plain(it))?;
    let account = cluster.account.as_deref().filter(|it| is_plain(it))?;
    let name = Some(cluster.name.unescaped()).filter(|it| is_plain(it))?;
    let partition = match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    Some(format!(
        "arn:{partition}:eks:{region}:{account}:cluster/{name}"
    ))
}

/// The lines before a cluster's commands: a comment with its name and its context, and
/// the command that switches to it. Only a comment is left of a cluster in files, and nothing if
/// it is the only one. A shell without comments acts on nothing in it.
pub fn lines(report: &Report, cluster: &Cluster) -> Vec<String> {
    let command = command(report, cluster);
    let several = report.clusters.len() > 1;
    let name = plain(report.name_of(cluster).unescaped());
    let name = match context(cluster).filter(|_| command.is_some()) {
        Some(context) => Some(format!("# {name}: context {context}")),
        None => several.then(|| format!("# {name}")),
    };
    name.into_iter().chain(command).collect()
}

/// A command of kubectl for a cluster, with its context if the report has several clusters
/// and the context is known: it fails rather than reach another cluster.
pub fn in_context(report: &Report, cluster: &Cluster, command: &str) -> String {
    let several = report.clusters.len() > 1;
    let is_kubectl = command.starts_with("kubectl ");
    match context(cluster).filter(|_| several && is_kubectl) {
        Some(context) => format!("{command} --context {context}"),
        None => command.to_owned(),
    }
}

/// A name without what a shell acts on: it may be log text.
fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_./:@,".contains(c);
    name.chars().filter(|c| is_plain(*c)).collect()
}

fn scan<'r>(report: &'r Report, cluster: &Cluster) -> Option<&'r ClusterScan> {
    report.clusters.iter().find(|scan| scan.cluster == *cluster)
}

/// Whether a shell reads a word unchanged, and it does not look like an option.
fn is_plain(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(name: &str, region: &str) -> Cluster {
        Cluster {
            name: name.into(),
            region: Some(region.to_owned()),
            account: Some("111122223333".to_owned()),
        }
    }

    #[test]
    fn a_context_is_the_arn_of_its_cluster() {
        for (region, arn) in [
            (
                "eu-west-1",
                "arn:aws:eks:eu-west-1:111122223333:cluster/prod",
            ),
            (
                "cn-north-1",
                "arn:aws-cn:eks:cn-north-1:111122223333:cluster/prod",
            ),
            (
                "us-gov-west-1",
                "arn:aws-us-gov:eks:us-gov-west-1:111122223333:cluster/prod",
            ),
        ] {
            assert_eq!(context(&cluster("prod", region)).as_deref(), Some(arn));
        }
        assert_eq!(context(&Cluster::named("prod")), None);
    }

    #[test]
    fn what_a_shell_would_act_on_is_no_part_of_a_command() {
        assert_eq!(plain("prod (eu-west-1)"), "prod eu-west-1");
        assert_eq!(plain("a; rm -rf ~ && `id` \n$(id)"), "a rm -rf   id id");
        for name in [
            "$(id)",
            "a b",
            "a;b",
            "--profile",
            "",
            "/central/eks",
            "a\nb",
            "`id`",
        ] {
            assert_eq!(context(&cluster(name, "eu-west-1")), None, "{name:?}");
            assert_eq!(context(&cluster("prod", name)), None, "{name:?}");
        }
    }
}
