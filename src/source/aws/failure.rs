//! What went wrong toward AWS, and what to do next.

use std::error::Error;
use std::fmt;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::answer_limit::LARGEST_ANSWER;
use super::cause::Cause;
use super::scope::Scope;
use crate::source::cloudwatch::transformer::Transformer;

/// A failure: what went wrong, and what it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    cause: Cause,
    scope: Box<Scope>,
}

impl Failure {
    /// A failure that concerns nothing in particular yet.
    pub fn new(cause: Cause) -> Self {
        Self {
            cause,
            scope: Box::default(),
        }
    }

    /// A failure of an operation.
    pub fn during(operation: &'static str, cause: Cause) -> Self {
        Self::new(cause).within(|scope| scope.operation = Some(operation))
    }

    /// The failure of a call.
    pub(super) fn of_call<E>(operation: &'static str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        Self::during(operation, Cause::of_call(operation, error))
    }

    /// The same failure, for another cause that came to light.
    #[must_use]
    pub(super) fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// The same failure, with more known of what it concerns.
    #[must_use]
    pub(super) fn within(mut self, say: impl FnOnce(&mut Scope)) -> Self {
        say(&mut self.scope);
        self
    }

    /// The same failure, concerning a bucket.
    #[must_use]
    pub(in crate::source) fn of_bucket(self, name: &str) -> Self {
        self.within(|scope| scope.bucket = Some(name.to_owned()))
    }

    /// The same failure, concerning an object.
    #[must_use]
    pub(in crate::source) fn of_object(self, key: &str) -> Self {
        self.within(|scope| scope.key = Some(key.to_owned()))
    }

    /// What went wrong.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// What it concerns.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What went wrong and where, in one line without the cluster's name.
    pub fn summary(&self) -> String {
        let Scope {
            region, profile, ..
        } = &*self.scope;
        let place = self.scope.place();
        let region = region.as_deref().unwrap_or_default();
        let operation = self.scope.operation_or_any();
        let log_group = self.log_group();
        let bucket = self.scope.bucket_or_pattern();
        match &self.cause {
            Cause::NoRegion => match profile {
                Some(profile) => format!("no AWS Region is set, and profile {profile} has none"),
                None => "no AWS Region is set".to_owned(),
            },
            Cause::UnknownRegion { .. } => format!("there is no AWS Region {region}"),
            Cause::UnknownProfile { .. } => format!(
                "the AWS configuration has no profile {}",
                profile.as_deref().unwrap_or_default()
            ),
            Cause::NoCredentials { reason } => match profile {
                Some(profile) => format!("profile {profile} has no AWS credentials: {reason}"),
                None => format!("no AWS credentials were found: {reason}"),
            },
            Cause::RoleNotAssumed { role, by } => format!(
                "profile {} may not assume its role: {by} is not allowed to assume {role}",
                profile.as_deref().unwrap_or("default")
            ),
            Cause::NoLogGroup { .. } => format!(
                "there is no log group {log_group} in {place}: the cluster is elsewhere, or its audit logging was never enabled"
            ),
            Cause::NoNamedLogGroup { name, .. } => {
                format!("there is no log group {name} in {place}")
            }
            Cause::NotInLogGroups { log_groups } => format!(
                "no audit event of it is in log group {} in the window",
                log_groups.join(", ")
            ),
            Cause::NoCluster => format!("EKS has no such cluster in {place}"),
            Cause::AccessDenied { reason } => {
                format!("{operation} is not allowed in {place}: {reason}")
            }
            Cause::BadCredentials { reason } => match profile {
                Some(profile) => format!(
                    "the AWS credentials of profile {profile} are invalid or have expired: {reason}"
                ),
                None => format!("the AWS credentials are invalid or have expired: {reason}"),
            },
            Cause::ClockSkewed { reason } => {
                format!(
                    "the clock of this machine is wrong, and AWS refuses its signatures: {reason}"
                )
            }
            Cause::OutsideRetention => format!(
                "the window lies before the creation of log group {log_group} or beyond its retention"
            ),
            Cause::MalformedQuery { reason } => format!(
                "CloudWatch refused the query, which is a bug in eks-stale-tokens: {reason}"
            ),
            Cause::TooManyQueries => format!(
                "too many queries are running in this account in {place}; dashboards and scheduled queries share the quota"
            ),
            Cause::OutOfTime => {
                format!("{operation} got no response in {place} before the timeout")
            }
            Cause::NoAuditLog => format!(
                "log group {log_group} holds no audit log: other logs are enabled, but not the audit log"
            ),
            Cause::AuditLoggingOff => "its audit logging is off".to_owned(),
            Cause::NoAuditEvents => format!(
                "log group {log_group} holds no audit event in the window: audit logging is off, was never enabled, or its log is not delivered"
            ),
            Cause::AuditLogStopped { newest } => format!(
                "the newest audit event in log group {log_group} is from {newest}: audit logging was switched off, or its log is not delivered"
            ),
            Cause::TransformedEvents { transformer } => {
                let why = match transformer {
                    Transformer::Unknown => "a transformer may change them".to_owned(),
                    Transformer::None => {
                        "the log group has no transformer, so one of the account may change them"
                            .to_owned()
                    }
                    Transformer::Found(processors) => {
                        format!("the log group's transformer ({processors}) changes them")
                    }
                };
                format!(
                    "log group {log_group} holds no audit events as the API server writes them: {why}"
                )
            }
            Cause::NoClusters => format!(
                "there is no log group /aws/eks/*/cluster in {place}: its clusters are elsewhere, or their audit logging was never enabled"
            ),
            Cause::NoBucket => format!("there is no bucket {bucket}"),
            Cause::BucketElsewhere {
                region: Some(elsewhere),
            } => {
                format!("bucket {bucket} is in {elsewhere} and not in {place}")
            }
            Cause::BucketElsewhere { region: None } => {
                format!("bucket {bucket} is in another Region than {place}")
            }
            Cause::ObjectDeleted => "it was deleted after it was listed".to_owned(),
            Cause::ObjectReplaced => "it was replaced after it was listed".to_owned(),
            Cause::ObjectArchived => "it is archived (S3 Glacier)".to_owned(),
            Cause::Torn { reason } => format!("its download was interrupted: {reason}"),
            Cause::AnswerTooLarge => format!(
                "a response to {operation} in {place} is larger than {} MiB",
                LARGEST_ANSWER >> 20
            ),
            Cause::EndlessList => {
                format!("the list from {operation} in {place} does not end")
            }
            Cause::Unreachable { reason } | Cause::Other { reason } => {
                format!("{operation} failed in {place}: {reason}")
            }
        }
    }

    /// What to do next, in one line.
    pub fn hint(&self) -> String {
        let options = self.scope.cli_options();
        let bucket = self.scope.bucket_or_pattern();
        match &self.cause {
            Cause::NoRegion => {
                "name one: --region eu-west-1, or AWS_REGION, or a region in the profile".to_owned()
            }
            Cause::UnknownRegion { nearest } => match nearest {
                Some(nearest) => format!("did you mean {nearest}?"),
                None => "list them: aws account list-regions".to_owned(),
            },
            Cause::UnknownProfile { nearest } => match nearest {
                Some(nearest) => format!("did you mean {nearest}?"),
                None => "list them: aws configure list-profiles".to_owned(),
            },
            Cause::NoCredentials { .. } => format!(
                "log in: {}, or set AWS_PROFILE or AWS_ACCESS_KEY_ID",
                self.login()
            ),
            Cause::RoleNotAssumed { role, by } => format!(
                "name {by} in the trust policy of the role, and allow it sts:AssumeRole on {role}"
            ),
            Cause::BadCredentials { .. } => format!("log in again: {}", self.login()),
            Cause::NoLogGroup {
                nearest: Some(nearest),
            } => format!("did you mean {nearest}?"),
            Cause::NoAuditEvents | Cause::AuditLogStopped { .. }
                if self.scope.log_group.is_some() =>
            {
                "check whether its events still arrive there: aws observabilityadmin list-centralization-rules-for-organization; and whether its audit logging is on: eks-stale-tokens doctor, in its own account".to_owned()
            }
            Cause::NoLogGroup { nearest: None }
            | Cause::NoAuditLog
            | Cause::NoAuditEvents
            | Cause::AuditLogStopped { .. }
            | Cause::AuditLoggingOff => {
                format!(
                    "enable it: aws eks update-cluster-config{options} --name {} --logging '{{\"clusterLogging\":[{{\"types\":[\"audit\"],\"enabled\":true}}]}}'",
                    self.scope.cluster_or_pattern()
                )
            }
            Cause::NoNamedLogGroup {
                nearest: Some(nearest),
                ..
            } => format!("did you mean {nearest}?"),
            Cause::NoNamedLogGroup { .. } => {
                format!("list them: aws logs describe-log-groups{options}")
            }
            Cause::NotInLogGroups { .. } => {
                "to see which clusters are in it, leave out the cluster's name".to_owned()
            }
            Cause::TransformedEvents { transformer } => match transformer {
                Transformer::Unknown => format!(
                    "show it: aws logs get-transformer{options} --log-group-identifier {}",
                    self.log_group()
                ),
                Transformer::None => format!(
                    "show it: aws logs describe-account-policies{options} --policy-type TRANSFORMER_POLICY"
                ),
                Transformer::Found(_) => format!(
                    "delete it, so that new events can be read: aws logs delete-transformer{options} --log-group-identifier {}",
                    self.log_group()
                ),
            },
            Cause::NoCluster => format!("list them: aws eks list-clusters{options}"),
            Cause::NoClusters => format!("list them: aws eks list-clusters{options}"),
            Cause::AccessDenied { .. } => format!(
                "allow {} on {}",
                self.scope.operation_or_any(),
                self.scope.resource()
            ),
            Cause::NoBucket => "list your buckets: aws s3 ls".to_owned(),
            Cause::BucketElsewhere {
                region: Some(region),
            } => format!("name its Region: --region {region}"),
            Cause::BucketElsewhere { region: None } => format!(
                "find its Region: aws s3api get-bucket-location --bucket {bucket}, and name it with --region"
            ),
            Cause::ObjectDeleted | Cause::ObjectReplaced => {
                "run again to read the bucket as it is now".to_owned()
            }
            Cause::ObjectArchived => format!(
                "restore it: aws s3api restore-object{options} --bucket {bucket} --key {} --restore-request Days=7",
                self.scope.key_argument()
            ),
            Cause::Torn { .. } => "try again; --verbose shows each call".to_owned(),
            Cause::ClockSkewed { .. } => {
                "set the clock: timedatectl set-ntp true; compare with: date --utc".to_owned()
            }
            Cause::OutsideRetention => "use a later window: --since 24h".to_owned(),
            Cause::MalformedQuery { .. } => "please report it".to_owned(),
            Cause::TooManyQueries => format!(
                "wait longer: --timeout 30m; list what runs: aws logs describe-queries{options} --status Running, and stop what is no longer needed: aws logs stop-query{options} --query-id ID"
            ),
            Cause::OutOfTime if self.scope.bucket.is_some() => {
                "try again when the bucket is less busy; --verbose shows each call".to_owned()
            }
            Cause::OutOfTime => "wait longer: --timeout 30m".to_owned(),
            Cause::AnswerTooLarge => "check --endpoint-url and any proxy in between: AWS sends less".to_owned(),
            Cause::EndlessList => {
                "check --endpoint-url and any proxy in between: AWS ends its lists".to_owned()
            }
            Cause::Unreachable { .. } => {
                "check the network, any proxy, and --endpoint-url".to_owned()
            }
            Cause::Other { .. } => "try again; --verbose shows each call".to_owned(),
        }
    }

    /// The log group that it concerns.
    pub fn log_group(&self) -> String {
        if let Some(log_group) = &self.scope.log_group {
            return log_group.clone();
        }
        format!("/aws/eks/{}/cluster", self.scope.cluster_or_pattern())
    }

    fn login(&self) -> String {
        match &self.scope.profile {
            Some(profile) => format!("aws sso login --profile {profile}"),
            None => "aws sso login".to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    /// The cluster and the summary, and on a line of its own the hint.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cluster) = &self.scope.cluster {
            write!(formatter, "cluster {cluster}: ")?;
        }
        write!(formatter, "{}\n  {}", self.summary(), self.hint())
    }
}

impl Error for Failure {}
