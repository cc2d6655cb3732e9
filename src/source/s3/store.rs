//! S3 under one identity, and the Region of each bucket.

use std::sync::Arc;

use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, StalledStreamProtectionConfig};
use aws_types::service_config::ServiceConfigKey;
use tokio::runtime::Runtime;

use super::bucket::Bucket;
use super::location::Location;
use super::object::Object;
use crate::source::aws::aws_target::AwsTarget;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::{Connection, connect};
use crate::source::aws::failure::Failure;
use crate::source::progress::Progress;

/// Where S3 is asked first if nothing states a Region, as the AWS CLI does: it answers with the
/// bucket's own.
const ANY_REGION: &str = "us-east-1";

/// S3 under one identity.
pub struct Store {
    /// Absent only while it is dropped.
    runtime: Option<Runtime>,
    connection: Connection,
    endpoint_url: Option<String>,
    progress: Arc<Progress>,
}

impl Store {
    /// Finds credentials. Requests are counted as progress, and made on `runtime`.
    pub fn connect(
        runtime: Runtime,
        access: &AwsTarget,
        progress: Arc<Progress>,
    ) -> Result<Self, Failure> {
        let connection = runtime.block_on(async {
            match connect(access).await {
                Err(failure) if *failure.cause() == Cause::NoRegion => {
                    let region = Some(ANY_REGION.to_owned());
                    connect(&AwsTarget {
                        region,
                        ..access.clone()
                    })
                    .await
                }
                connected => connected,
            }
        })?;
        Ok(Self {
            runtime: Some(runtime),
            connection,
            endpoint_url: access.endpoint_url.clone(),
            progress,
        })
    }

    /// The objects under a location, in the order of their keys. A bucket in another Region is
    /// followed there.
    pub fn list(&self, location: &Location) -> Result<Vec<Object>, Failure> {
        let Some(runtime) = &self.runtime else {
            return Ok(Vec::new());
        };
        runtime.block_on(async {
            let bucket = self.bucket(location, &self.connection.region, runtime);
            let failure = match bucket.list(&location.prefix).await {
                Ok(objects) => return Ok(objects),
                Err(failure) => failure,
            };
            match failure.cause() {
                Cause::BucketElsewhere {
                    region: Some(region),
                } if *region != self.connection.region => {
                    tracing::debug!(
                        bucket = location.bucket,
                        region,
                        "bucket is in another Region"
                    );
                    let bucket = self.bucket(location, region, runtime);
                    bucket.list(&location.prefix).await
                }
                _ => Err(failure),
            }
        })
    }

    fn bucket(&self, location: &Location, region: &str, runtime: &Runtime) -> Arc<Bucket> {
        let mut connection = self.connection.clone();
        region.clone_into(&mut connection.region);
        Arc::new(Bucket {
            name: location.bucket.clone(),
            client: client(&connection, self.endpoint_url.as_deref()),
            connection,
            progress: Arc::clone(&self.progress),
            runtime: runtime.handle().clone(),
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // A transfer that hangs must not keep the report waiting.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn client(connection: &Connection, endpoint_url: Option<&str>) -> Client {
    let mut builder = Builder::from(&connection.config)
        .region(Region::new(connection.region.clone()))
        // A reader that is slower than the network must not look like a network that stalls; a
        // transfer without bytes is noticed where it is read.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(url) = endpoint_url {
        builder = builder.endpoint_url(url);
    }
    // A stand-in has no name for every bucket.
    let is_stand_in = endpoint_url.is_some() || configured_endpoint(&connection.config);
    Client::from_conf(builder.force_path_style(is_stand_in).build())
}

/// Whether the environment or the profile states an address for S3, as the SDK reads them.
fn configured_endpoint(config: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder()
        .service_id("S3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let of_service = key
        .ok()
        .and_then(|key| config.service_config()?.load_config(key));
    config.endpoint_url().is_some() || of_service.is_some()
}
