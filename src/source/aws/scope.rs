//! What a failure concerns.

/// The scope of a failure: as much as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The operation that failed, as a policy names it: `logs:StartQuery`.
    pub operation: Option<&'static str>,
    /// The cluster's name; absent if all that is in the Region is concerned.
    pub cluster: Option<String>,
    /// The cluster's log group, where its name is not the one that EKS gives.
    pub log_group: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The profile that was asked for.
    pub profile: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The key of an object in it.
    pub key: Option<String>,
}

impl Scope {
    /// The Region, and the profile where one was asked for: `eu-west-1, profile audit`.
    pub fn place(&self) -> String {
        let region = self.region_or_pattern();
        match &self.profile {
            Some(profile) => format!("{region}, profile {profile}"),
            None => region.to_owned(),
        }
    }

    /// The cluster's name, or the pattern of all.
    pub fn cluster_or_pattern(&self) -> &str {
        self.cluster.as_deref().unwrap_or("*")
    }

    /// The Region, or the pattern of all.
    pub fn region_or_pattern(&self) -> &str {
        self.region.as_deref().unwrap_or("*")
    }

    /// The operation, or words for one.
    pub fn operation_or_any(&self) -> &'static str {
        self.operation.unwrap_or("a call")
    }

    /// The bucket, or words for one.
    pub fn bucket_or_pattern(&self) -> &str {
        self.bucket.as_deref().unwrap_or("BUCKET")
    }

    /// The object's key as a word of a command: a placeholder where a shell would not take it as
    /// it is, since keys may hold anything.
    pub fn key_argument(&self) -> &str {
        let is_plain = |key: &&str| {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"/._=+@:,-".contains(&byte);
            !key.starts_with('-') && key.bytes().all(is_word)
        };
        self.key.as_deref().filter(is_plain).unwrap_or("KEY")
    }

    /// The options that make the AWS CLI work in the same place: ` --region eu-west-1`.
    pub fn cli_options(&self) -> String {
        let mut options = String::new();
        if let Some(region) = &self.region {
            options.push_str(" --region ");
            options.push_str(region);
        }
        if let Some(profile) = &self.profile {
            options.push_str(" --profile ");
            options.push_str(profile);
        }
        options
    }

    /// The resource to allow the operation on, as a policy names it. Operations on a query that
    /// runs have none, nor have those that list (Service Authorization Reference, pages "Amazon
    /// CloudWatch Logs", "Amazon Elastic Kubernetes Service" and "Amazon S3").
    pub fn resource(&self) -> String {
        let cluster = self.cluster_or_pattern();
        let region = self.region_or_pattern();
        let account = self.account.as_deref().unwrap_or("*");
        match self.operation_or_any() {
            "logs:GetQueryResults" | "logs:StopQuery" | "eks:ListClusters" => "*".to_owned(),
            "s3:ListBucket" => format!("arn:aws:s3:::{}", self.bucket_or_pattern()),
            "s3:GetObject" => format!("arn:aws:s3:::{}/*", self.bucket_or_pattern()),
            "eks:DescribeCluster" => format!("arn:aws:eks:{region}:{account}:cluster/{cluster}"),
            "logs:DescribeLogGroups" => format!("arn:aws:logs:{region}:{account}:log-group:*"),
            _ => match &self.log_group {
                Some(name) => format!("arn:aws:logs:{region}:*:log-group:{name}:*"),
                None => {
                    format!(
                        "arn:aws:logs:{region}:{account}:log-group:/aws/eks/{cluster}/cluster:*"
                    )
                }
            },
        }
    }
}
