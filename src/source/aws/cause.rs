//! The kinds of failures toward AWS.

use std::error::Error;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::answer_limit;
use super::transformer::Transformer;
use crate::audit::bounded_text::{ERROR, one_line};
use crate::source::error_words::in_words;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Nothing states a Region.
    NoRegion,
    /// A name that no Region has, as far as is known.
    UnknownRegion {
        /// A Region of a similar name.
        nearest: Option<String>,
    },
    /// The shared configuration has no such profile.
    UnknownProfile {
        /// A profile of a similar name.
        nearest: Option<String>,
    },
    /// Nothing yields credentials.
    NoCredentials {
        /// The SDK's words.
        reason: String,
    },
    /// The profile's role may not be assumed.
    RoleNotAssumed {
        /// The role's ARN.
        role: String,
        /// Who tried to assume it: an ARN, or the profile that the credentials come from.
        by: String,
    },
    /// The log group does not exist.
    NoLogGroup {
        /// A cluster of a similar name.
        nearest: Option<String>,
    },
    /// There is no log group of the name that the operator gave.
    NoNamedLogGroup {
        /// The name.
        name: String,
        /// A log group of a similar name.
        nearest: Option<String>,
    },
    /// The log groups that the operator named hold no event of the cluster.
    NotInLogGroups {
        /// Their names.
        log_groups: Vec<String>,
    },
    /// The cluster does not exist.
    NoCluster,
    /// The operation is not allowed.
    AccessDenied {
        /// The service's words, which name the identity.
        reason: String,
    },
    /// The credentials are not valid, or no longer.
    BadCredentials {
        /// The service's words.
        reason: String,
    },
    /// The clock of this machine is wrong, so that signatures are not valid.
    ClockSkewed {
        /// The service's words, which have both times.
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
    OutOfTime,
    /// The log group holds no audit log.
    NoAuditLog,
    /// The audit log holds no event in the window.
    NoAuditEvents,
    /// The audit log ends long before the window does.
    AuditLogStopped {
        /// The time of its newest event.
        newest: String,
    },
    /// What stands in the audit log was changed on its way.
    TransformedEvents {
        /// What changed it, as far as is known.
        transformer: Transformer,
    },
    /// The cluster does not deliver its audit log.
    AuditLoggingOff,
    /// No log group of any cluster is there.
    NoClusters,
    /// The bucket does not exist.
    NoBucket,
    /// The bucket is in another Region than the one that was asked.
    BucketElsewhere {
        /// Its Region, if the service names it.
        region: Option<String>,
    },
    /// The object is gone since it was listed.
    ObjectDeleted,
    /// The object is another one since it was listed.
    ObjectReplaced,
    /// The object is in an archive, from which it has to be restored first.
    ObjectArchived,
    /// A transfer broke off, and again when it was resumed.
    Torn {
        /// What happened at last.
        reason: String,
    },
    /// An answer is larger than [`LARGEST_ANSWER`](super::answer_limit::LARGEST_ANSWER).
    AnswerTooLarge,
    /// A list goes on for more pages than it can have.
    EndlessList,
    /// The service was not reached.
    Unreachable {
        /// The SDK's words.
        reason: String,
    },
    /// Anything else.
    Other {
        /// The SDK's words.
        reason: String,
    },
}

impl Cause {
    /// Whether it lies in what the operator typed, so that going on would only hide it.
    pub fn is_of_the_command_line(&self) -> bool {
        matches!(self, Self::NoRegion | Self::UnknownProfile { .. })
    }

    /// Why a call failed, by the service's error code.
    pub(super) fn of_call<E>(operation: &str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let reason = || one_line(error.message().unwrap_or_default(), ERROR);
        match error.code().unwrap_or_default() {
            "ResourceNotFoundException" if operation.starts_with("eks:") => Self::NoCluster,
            "ResourceNotFoundException" => Self::NoLogGroup { nearest: None },
            "NoSuchBucket" => Self::NoBucket,
            "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException" => Self::BucketElsewhere {
                region: error
                    .raw_response()
                    .and_then(|response| response.headers().get("x-amz-bucket-region"))
                    .map(str::to_owned),
            },
            "NoSuchKey" => Self::ObjectDeleted,
            "PreconditionFailed" => Self::ObjectReplaced,
            "InvalidObjectState" => Self::ObjectArchived,
            "AccessDeniedException" | "AccessDenied" | "AllAccessDisabled" => {
                Self::AccessDenied { reason: reason() }
            }
            "RequestTimeTooSkewed" => Self::ClockSkewed { reason: reason() },
            // "Signature expired: T is now earlier than T", "Signature not yet current: T is still
            // later than T" (AWS General Reference, "Troubleshooting Signature Version 4").
            "InvalidSignatureException"
                if ["Signature expired", "not yet current"]
                    .iter()
                    .any(|words| reason().contains(words)) =>
            {
                Self::ClockSkewed { reason: reason() }
            }
            "ExpiredTokenException"
            | "ExpiredToken"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidToken"
            | "IncompleteSignatureException" => Self::BadCredentials { reason: reason() },
            // The service has no code of its own for a window that it keeps nothing of.
            "MalformedQueryException" if reason().contains("retention") => Self::OutsideRetention,
            "MalformedQueryException" => Self::MalformedQuery { reason: reason() },
            "LimitExceededException" => Self::TooManyQueries,
            _ if answer_limit::is_exceeded(error) => Self::AnswerTooLarge,
            _ => {
                let reason = in_words(error);
                match error {
                    SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                        Self::Unreachable { reason }
                    }
                    _ => Self::Other { reason },
                }
            }
        }
    }
}
