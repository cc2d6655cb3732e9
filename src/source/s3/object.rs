//! One object, and how a failure to read it reads.

use std::fmt;
use std::sync::Arc;

use super::bucket::Bucket;
use super::location::SCHEME;
use crate::source::aws::failure::Failure;

/// An object as it was listed.
#[derive(Clone)]
pub struct Object {
    pub(super) bucket: Arc<Bucket>,
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Which version of it was listed; a service that is not S3 may not tell.
    pub(super) etag: Option<String>,
}

impl Object {
    /// Where it is: `s3://BUCKET/KEY`.
    pub fn place(&self) -> String {
        format!("{SCHEME}{}/{}", self.bucket.name, self.key)
    }

    /// A failure with what it concerns.
    pub(super) fn failure(&self, failure: Failure) -> Failure {
        self.bucket.failure(failure).of_object(&self.key)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.place())
    }
}

/// Why an object's bytes did not arrive, in one line with the next step. What reads a stream of
/// them must not take it for damage of the object itself.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Undelivered(pub(super) String);

impl From<Failure> for Undelivered {
    fn from(failure: Failure) -> Self {
        Self(format!("{}; {}", failure.summary(), failure.hint()))
    }
}
