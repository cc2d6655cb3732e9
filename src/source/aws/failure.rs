//! What went wrong toward AWS, and what to do next.

mod hint;
mod summary;

use std::error::Error;
use std::fmt;

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::cause::Cause;
use super::scope::Scope;

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

    /// The log group that it concerns.
    pub fn log_group(&self) -> String {
        if let Some(log_group) = &self.scope.log_group {
            return log_group.clone();
        }
        format!("/aws/eks/{}/cluster", self.scope.cluster_or_pattern())
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
