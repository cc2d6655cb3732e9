//! What went wrong and where.

use super::Failure;
use crate::source::aws::answer_limit::LARGEST_ANSWER;
use crate::source::aws::cause::Cause;
use crate::source::aws::scope::Scope;
use crate::source::aws::transformer::Transformer;

impl Failure {
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
}
