//! Credentials, Region and endpoint, through the SDK's own chain.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::ProvideCredentials;

use super::failure::{Cause, Failure, chain};
use super::pace::Paces;

/// What the operator says about where to connect; what is absent comes from the environment and
/// the shared configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The profile of the shared configuration.
    pub profile: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// The address to use instead of the Region's own.
    pub endpoint_url: Option<String>,
}

/// CloudWatch Logs in one Region, under one identity.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The client.
    pub client: Client,
    /// The Region.
    pub region: String,
    /// The profile that was asked for.
    pub profile: Option<String>,
    /// The configuration, for other services.
    pub config: SdkConfig,
    pub(in crate::source) paces: Arc<Paces>,
}

/// A call that is not answered within this time is made again.
const ATTEMPT_WITHIN: Duration = Duration::from_secs(30);

/// Connects, which finds out whether there are a Region and credentials at all.
pub async fn connect(access: &Access) -> Result<Connection, Failure> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Ok(name) = AppName::new(env!("CARGO_PKG_NAME")) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &access.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &access.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(url) = &access.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    // Every attempt waits for its turn, so the SDK makes none by itself.
    let loader = loader.retry_config(RetryConfig::disabled()).timeout_config(
        TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_WITHIN)
            .build(),
    );
    let config = loader.load().await;
    let Some(region) = config.region().map(ToString::to_string) else {
        return Err(Failure::new(Cause::NoRegion {
            profile: access.profile.clone(),
        }));
    };
    let no_credentials = |reason: String| {
        Failure::new(Cause::NoCredentials {
            profile: access.profile.clone(),
            reason,
        })
    };
    let provider = config
        .credentials_provider()
        .ok_or_else(|| no_credentials("no provider of credentials".to_owned()))?;
    provider
        .provide_credentials()
        .await
        .map_err(|error| no_credentials(chain(&error)))?;
    Ok(Connection::with(config, region, access.profile.clone()))
}

impl Connection {
    /// A connection by a configuration that has been loaded.
    pub fn with(config: SdkConfig, region: String, profile: Option<String>) -> Self {
        Self {
            client: Client::new(&config),
            region,
            profile,
            config,
            paces: Arc::default(),
        }
    }
}
