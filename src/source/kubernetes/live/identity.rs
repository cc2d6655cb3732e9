//! Which EKS cluster a context of a kubeconfig is of.
//!
//! `aws eks update-kubeconfig` names the cluster's entry by its ARN, eksctl by name and Region, and
//! both call a credential plugin with the cluster's name.

use kube::config::Kubeconfig;

use crate::evidence::cluster::Cluster;

/// The cluster of a context, as far as its kubeconfig tells.
pub(super) fn of(kubeconfig: &Kubeconfig, context: &str) -> Option<Cluster> {
    let named = kubeconfig.contexts.iter().find(|it| it.name == context)?;
    let context = named.context.as_ref()?;
    of_entry(&context.cluster).or_else(|| {
        let user = context.user.as_ref()?;
        let user = kubeconfig.auth_infos.iter().find(|it| it.name == *user)?;
        of_plugin(user.auth_info.as_ref()?.exec.as_ref()?.args.as_ref()?)
    })
}

/// `arn:aws:eks:REGION:ACCOUNT:cluster/NAME`, or eksctl's `NAME.REGION.eksctl.io`.
fn of_entry(entry: &str) -> Option<Cluster> {
    if let Some(rest) = entry.strip_suffix(".eksctl.io") {
        let (name, region) = rest.rsplit_once('.')?;
        return Some(Cluster {
            name: name.into(),
            region: Some(region.to_owned()),
            account: None,
        });
    }
    let mut parts = entry.split(':');
    let is_arn = parts.next() == Some("arn") && parts.next()?.starts_with("aws");
    let is_eks = parts.next() == Some("eks");
    let (region, account) = (parts.next()?, parts.next()?);
    let name = parts.next()?.strip_prefix("cluster/")?;
    (is_arn && is_eks && !name.is_empty()).then(|| Cluster {
        name: name.into(),
        region: Some(region.to_owned()),
        account: Some(account.to_owned()),
    })
}

/// `aws --region R eks get-token --cluster-name NAME`, `aws-iam-authenticator token -i NAME`.
fn of_plugin(arguments: &[String]) -> Option<Cluster> {
    let value = |options: &[&str]| {
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if options.contains(&argument.as_str()) {
                return arguments.next().cloned();
            }
            let of = |option: &&str| argument.strip_prefix(*option)?.strip_prefix('=');
            if let Some(value) = options.iter().find_map(of) {
                return Some(value.to_owned());
            }
        }
        None
    };
    Some(Cluster {
        name: value(&["--cluster-name", "--cluster-id", "-i"])?.into(),
        region: value(&["--region"]),
        account: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(name: &str, region: Option<&str>, account: Option<&str>) -> Option<Cluster> {
        Some(Cluster {
            name: name.into(),
            region: region.map(str::to_owned),
            account: account.map(str::to_owned),
        })
    }

    #[test]
    fn the_usual_kubeconfigs_name_their_cluster() {
        for (entry, expected) in [
            (
                "arn:aws:eks:eu-west-1:111122223333:cluster/prod-1",
                cluster("prod-1", Some("eu-west-1"), Some("111122223333")),
            ),
            (
                "arn:aws-cn:eks:cn-north-1:111122223333:cluster/a",
                cluster("a", Some("cn-north-1"), Some("111122223333")),
            ),
            (
                "prod-1.eu-west-1.eksctl.io",
                cluster("prod-1", Some("eu-west-1"), None),
            ),
            ("arn:aws:iam::111122223333:role/a", None),
            ("arn:aws:eks:eu-west-1:111122223333:cluster/", None),
            ("arn:aws:eks", None),
            ("prod-1", None),
        ] {
            assert_eq!(of_entry(entry), expected, "{entry}");
        }
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            of_plugin(&words(
                "--region eu-west-1 eks get-token --cluster-name prod-1 --output json"
            )),
            cluster("prod-1", Some("eu-west-1"), None)
        );
        assert_eq!(
            of_plugin(&words("token -i prod-1")),
            cluster("prod-1", None, None)
        );
        assert_eq!(
            of_plugin(&words("token --cluster-id=a")),
            cluster("a", None, None)
        );
        assert_eq!(of_plugin(&words("get-token")), None);
    }
}
