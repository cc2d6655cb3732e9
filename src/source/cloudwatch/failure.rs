//! What went wrong toward CloudWatch, and what to do next.

use std::error::Error;
use std::fmt;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::connect::Connection;
use crate::evidence::cluster::Cluster;

/// A failure, and the cluster it concerns.
#[derive(Debug, Clone)]
pub struct Failure {
    cause: Cause,
    cluster: String,
    region: String,
    profile: Option<String>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Nothing states a Region.
    NoRegion {
        /// The profile that was asked for.
        profile: Option<String>,
    },
    /// Nothing yields credentials.
    NoCredentials {
        /// The profile that was asked for.
        profile: Option<String>,
        /// The SDK's words.
        reason: String,
    },
    /// The log group does not exist.
    NoLogGroup,
    /// The cluster does not exist.
    NoCluster,
    /// An action is not allowed.
    AccessDenied {
        /// The action, as a policy names it.
        action: &'static str,
        /// The service's words, which name the identity.
        reason: String,
    },
    /// The credentials are not valid, or no longer.
    BadCredentials {
        /// The service's words.
        reason: String,
    },
    /// The window lies before the log group's creation or beyond its retention.
    OutsideRetention,
    /// The service refused the query: a bug of ours.
    MalformedQuery {
        /// The service's words.
        reason: String,
    },
    /// Too many queries run in the account and Region.
    TooManyQueries,
    /// A call was not answered before the time was up.
    OutOfTime {
        /// The action, as a policy names it.
        action: &'static str,
    },
    /// The log group holds no audit log.
    NoAuditLog,
    /// The cluster does not deliver its audit log.
    AuditLoggingOff,
    /// No log group of any cluster is there.
    NoClusters,
    /// Anything else.
    Other {
        /// The action, as a policy names it.
        action: &'static str,
        /// The SDK's words.
        reason: String,
    },
}

/// An error and what lies behind it, in the words of each.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        let more = error.to_string();
        if !words.ends_with(&more) {
            words.push_str(": ");
            words.push_str(&more);
        }
        behind = error.source();
    }
    words
}

/// What a failure concerns that concerns no single cluster; a policy reads it so.
const ALL_CLUSTERS: &str = "*";

impl Failure {
    /// A failure that concerns no cluster yet.
    pub fn new(cause: Cause) -> Self {
        Self {
            cause,
            cluster: String::new(),
            region: String::new(),
            profile: None,
        }
    }

    /// The failure of a call.
    pub(super) fn of_call<E>(action: &'static str, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let code = error.code().unwrap_or_default().to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        let cause = match code.as_str() {
            "ResourceNotFoundException" if action.starts_with("eks:") => Cause::NoCluster,
            "ResourceNotFoundException" => Cause::NoLogGroup,
            "AccessDeniedException" => Cause::AccessDenied {
                action,
                reason: message,
            },
            "ExpiredTokenException"
            | "ExpiredToken"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "InvalidClientTokenId"
            | "IncompleteSignatureException" => Cause::BadCredentials { reason: message },
            "MalformedQueryException" if message.contains("retention") => Cause::OutsideRetention,
            "MalformedQueryException" => Cause::MalformedQuery { reason: message },
            "LimitExceededException" => Cause::TooManyQueries,
            _ => Cause::Other {
                action,
                reason: chain(&error),
            },
        };
        Self::new(cause)
    }

    /// The same failure, concerning this cluster.
    #[must_use]
    pub fn concerning(mut self, cluster: &Cluster, connection: &Connection) -> Self {
        self.cluster.clone_from(&cluster.name);
        self.region.clone_from(&connection.region);
        self.profile.clone_from(&connection.profile);
        self
    }

    /// The same failure, concerning all that is in a Region.
    #[must_use]
    pub fn in_region(mut self, connection: &Connection) -> Self {
        ALL_CLUSTERS.clone_into(&mut self.cluster);
        self.region.clone_from(&connection.region);
        self.profile.clone_from(&connection.profile);
        self
    }

    /// What went wrong, without the next step.
    pub fn in_short(&self) -> String {
        let words = self.to_string();
        let first = words.lines().next().unwrap_or_default();
        match first.split_once(": ") {
            Some((start, rest)) if start.starts_with("cluster ") => rest.to_owned(),
            _ => first.to_owned(),
        }
    }

    /// What went wrong.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    fn login(&self, profile: Option<&String>) -> String {
        match profile.or(self.profile.as_ref()) {
            Some(profile) => format!("aws sso login --profile {profile}"),
            None => "aws sso login".to_owned(),
        }
    }
}

/// The resource to allow an action on, as a policy names it. Those about a query that runs know
/// no resource (Service Authorization Reference, "Actions, resources, and condition keys for
/// Amazon CloudWatch Logs").
fn resource(action: &str, cluster: &str, region: &str) -> String {
    match action {
        "logs:GetQueryResults" | "logs:StopQuery" => "*".to_owned(),
        "eks:DescribeCluster" => format!("arn:aws:eks:{region}:*:cluster/{cluster}"),
        "logs:DescribeLogGroups" => format!("arn:aws:logs:{region}:*:log-group:*"),
        _ => format!("arn:aws:logs:{region}:*:log-group:/aws/eks/{cluster}/cluster:*"),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cluster, region, ..
        } = self;
        match &self.cause {
            Cause::NoRegion { profile } => {
                let profile = match profile {
                    Some(profile) => format!("; profile {profile} has none, or does not exist"),
                    None => String::new(),
                };
                write!(
                    formatter,
                    "no AWS Region is set{profile}\n  name one: --region eu-west-1, or AWS_REGION, or a region in the profile"
                )
            }
            Cause::NoCredentials { profile, reason } => write!(
                formatter,
                "no AWS credentials were found: {reason}\n  log in: {}, or set AWS_PROFILE or AWS_ACCESS_KEY_ID",
                self.login(profile.as_ref())
            ),
            Cause::NoLogGroup => write!(
                formatter,
                "cluster {cluster}: there is no log group /aws/eks/{cluster}/cluster in {region}: the cluster is elsewhere, or its audit logging was never enabled\n  enable it: aws eks update-cluster-config --region {region} --name {cluster} --logging '{{\"clusterLogging\":[{{\"types\":[\"audit\"],\"enabled\":true}}]}}'"
            ),
            Cause::NoCluster => write!(
                formatter,
                "cluster {cluster}: EKS has no such cluster in {region}\n  see which there are: aws eks list-clusters --region {region}"
            ),
            Cause::AccessDenied { action, reason } => write!(
                formatter,
                "cluster {cluster}: {action} is not allowed in {region}: {reason}\n  allow {action} on {}",
                resource(action, cluster, region)
            ),
            Cause::BadCredentials { reason } => write!(
                formatter,
                "cluster {cluster}: the AWS credentials are not valid, or no longer: {reason}\n  log in again: {}",
                self.login(None)
            ),
            Cause::OutsideRetention => write!(
                formatter,
                "cluster {cluster}: the window lies before the creation of log group /aws/eks/{cluster}/cluster or beyond its retention\n  ask for a later one: --since 24h"
            ),
            Cause::MalformedQuery { reason } => write!(
                formatter,
                "cluster {cluster}: CloudWatch refused the query, which is a bug of eks-stale-tokens: {reason}\n  please report it"
            ),
            Cause::TooManyQueries => write!(
                formatter,
                "cluster {cluster}: too many queries run in this account in {region}; dashboards and scheduled queries share the quota\n  try again in a minute, or wait longer: --timeout 30m"
            ),
            Cause::OutOfTime { action } => write!(
                formatter,
                "cluster {cluster}: {action} was not answered in {region} before the time was up\n  wait longer: --timeout 30m"
            ),
            Cause::NoAuditLog => write!(
                formatter,
                "cluster {cluster}: log group /aws/eks/{cluster}/cluster holds no audit log: other logs are enabled, but not this one\n  enable it: aws eks update-cluster-config --region {region} --name {cluster} --logging '{{\"clusterLogging\":[{{\"types\":[\"audit\"],\"enabled\":true}}]}}'"
            ),
            Cause::AuditLoggingOff => write!(
                formatter,
                "cluster {cluster}: its audit logging is off\n  enable it: aws eks update-cluster-config --region {region} --name {cluster} --logging '{{\"clusterLogging\":[{{\"types\":[\"audit\"],\"enabled\":true}}]}}'"
            ),
            Cause::NoClusters => write!(
                formatter,
                "there is no log group /aws/eks/*/cluster in {region}: its clusters are elsewhere, or their audit logging was never enabled\n  see where they are: aws eks list-clusters --region {region}"
            ),
            Cause::Other { action, reason } => write!(
                formatter,
                "cluster {cluster}: {action} failed in {region}: {reason}\n  try again; --verbose shows each call"
            ),
        }
    }
}

impl Error for Failure {}
