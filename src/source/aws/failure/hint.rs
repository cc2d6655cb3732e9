//! What to do next.

use super::Failure;
use crate::source::aws::cause::Cause;
use crate::source::aws::transformer::Transformer;

impl Failure {
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

    fn login(&self) -> String {
        match &self.scope.profile {
            Some(profile) => format!("aws sso login --profile {profile}"),
            None => "aws sso login".to_owned(),
        }
    }
}
