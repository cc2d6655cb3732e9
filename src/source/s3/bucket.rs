//! A bucket, and the client of its Region.

use std::sync::Arc;

use aws_sdk_s3::Client;

use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;
use crate::source::progress::Progress;

/// A bucket, and the client of its Region.
pub struct Bucket {
    pub(super) name: String,
    pub(super) client: Client,
    pub(super) connection: Connection,
    pub(super) progress: Arc<Progress>,
    pub(super) runtime: tokio::runtime::Handle,
}

impl Bucket {
    /// A failure with what it concerns.
    pub(super) fn failure(&self, failure: Failure) -> Failure {
        failure.in_region(&self.connection).of_bucket(&self.name)
    }
}
