//! Credentials, Region and endpoint, through the SDK's own chain.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatchlogs::config::{
    ProvideCredentials, SharedCredentialsProvider, SharedHttpClient,
};
use tokio::sync::OnceCell;

use super::answer_limit::AnswerLimit;
use super::aws_target::AwsTarget;
use super::cause::Cause;
use super::failure::Failure;
use super::rate_limiter::RateLimiters;
use super::{profiles, region};
use crate::evidence::cluster::Cluster;
use crate::source::error_words::in_words;

/// AWS in one Region, under one identity.
#[derive(Debug, Clone)]
pub struct Connection {
    /// CloudWatch Logs.
    pub client: aws_sdk_cloudwatchlogs::Client,
    /// The Region.
    pub region: String,
    /// The profile that was asked for.
    pub profile: Option<String>,
    /// The account, where the credentials name it.
    pub account: Option<String>,
    /// What identifies the credentials: whoever has the same is the same.
    pub access_key_id: String,
    /// The configuration, for other services.
    pub config: SdkConfig,
    /// The EKS API, once it is asked for.
    eks: Arc<OnceLock<aws_sdk_eks::Client>>,
    pub(in crate::source) rate_limiters: Arc<RateLimiters>,
}

/// A call that is not answered within this time is made again.
const ATTEMPT_WITHIN: Duration = Duration::from_secs(20);

/// What all connections send their calls by: the certificates are read once, and connections to one
/// address are shared.
static SHARED: OnceCell<Option<SharedHttpClient>> = OnceCell::const_new();

async fn shared_http_client() -> Option<SharedHttpClient> {
    let first = || async {
        let loader = aws_config::defaults(BehaviorVersion::latest()).no_credentials();
        let loader = loader.region(Region::from_static("us-east-1"));
        loader.load().await.http_client()
    };
    SHARED.get_or_init(first).await.clone()
}

/// Connects, which finds out whether there are a Region and credentials at all.
pub async fn connect(access: &AwsTarget) -> Result<Connection, Failure> {
    let in_scope = |failure: Failure| {
        failure.within(|scope| {
            scope.profile.clone_from(&access.profile);
            scope.region.clone_from(&access.region);
        })
    };
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Ok(name) = AppName::new(env!("CARGO_PKG_NAME")) {
        loader = loader.app_name(name);
    }
    if let Some(client) = shared_http_client().await {
        loader = loader.http_client(client);
    }
    if let Some(profile) = &access.profile {
        profiles::check(profile).await.map_err(in_scope)?;
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &access.region {
        loader = loader.region(Region::new(region.clone()));
    }
    // Every attempt waits for its turn, so the SDK makes none by itself.
    let loader = loader.retry_config(RetryConfig::disabled()).timeout_config(
        TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_WITHIN)
            .build(),
    );
    let mut config = loader.load().await;
    let Some(region) = config.region().cloned() else {
        return Err(in_scope(Failure::new(Cause::NoRegion)));
    };
    if let Some(profile) = &access.profile {
        let provider = profiles::credentials(profile, region.clone());
        config = config
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(provider))
            .build();
    }
    let no_credentials = |reason| in_scope(Failure::new(Cause::NoCredentials { reason }));
    let provider = config
        .credentials_provider()
        .ok_or_else(|| no_credentials("no provider of credentials".to_owned()))?;
    let credentials = match provider.provide_credentials().await {
        Ok(credentials) => credentials,
        Err(error) => {
            let words = in_words(&error);
            let profile = access.profile.as_deref();
            return Err(match profiles::role_not_assumed(profile, &words).await {
                Some(cause) => in_scope(Failure::new(cause)),
                None => no_credentials(words),
            });
        }
    };
    let mut logs = aws_sdk_cloudwatchlogs::config::Builder::from(&config);
    if let Some(url) = &access.endpoint_url {
        logs = logs.endpoint_url(url);
    }
    Ok(Connection {
        client: aws_sdk_cloudwatchlogs::Client::from_conf(logs.interceptor(AnswerLimit).build()),
        region: region.to_string(),
        profile: access.profile.clone(),
        account: credentials.account_id().map(|id| id.as_str().to_owned()),
        access_key_id: credentials.access_key_id().to_owned(),
        config,
        eks: Arc::default(),
        rate_limiters: Arc::default(),
    })
}

impl Connection {
    /// A connection by a configuration that has been loaded.
    pub fn with(config: SdkConfig, region: String, profile: Option<String>) -> Self {
        Self {
            client: aws_sdk_cloudwatchlogs::Client::from_conf(
                aws_sdk_cloudwatchlogs::config::Builder::from(&config)
                    .interceptor(AnswerLimit)
                    .build(),
            ),
            region,
            profile,
            account: None,
            access_key_id: String::new(),
            config,
            eks: Arc::default(),
            rate_limiters: Arc::default(),
        }
    }

    /// The same connection, whose calls take turns with those of another.
    #[must_use]
    pub fn sharing_rate_limiters_with(&self, other: &Self) -> Self {
        Self {
            rate_limiters: Arc::clone(&other.rate_limiters),
            ..self.clone()
        }
    }

    /// The EKS API.
    pub fn eks(&self) -> aws_sdk_eks::Client {
        let client = || {
            let config = aws_sdk_eks::config::Builder::from(&self.config);
            aws_sdk_eks::Client::from_conf(config.interceptor(AnswerLimit).build())
        };
        self.eks.get_or_init(client).clone()
    }

    /// The Security Token Service.
    pub fn sts(&self) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(&self.config);
        aws_sdk_sts::Client::from_conf(config.interceptor(AnswerLimit).build())
    }
}

/// What a connection knows of the scope of a failure.
impl Failure {
    /// The same failure, concerning this cluster.
    #[must_use]
    pub fn concerning(self, cluster: &Cluster, connection: &Connection) -> Self {
        self.in_region(connection).within(|scope| {
            scope.cluster = Some(cluster.name.unescaped().to_owned());
            if let Some(account) = &cluster.account {
                scope.account = Some(account.clone());
            }
        })
    }

    /// The same failure, concerning a log group whose name is not the one that EKS gives.
    #[must_use]
    pub fn in_log_group(self, name: &str) -> Self {
        self.within(|scope| scope.log_group = Some(name.to_owned()))
    }

    /// The same failure, concerning a cluster of which nothing else is known.
    #[must_use]
    pub fn of_cluster(self, cluster: &Cluster) -> Self {
        self.within(|scope| {
            scope.cluster = Some(cluster.name.unescaped().to_owned());
            scope.region.clone_from(&cluster.region);
            scope.account.clone_from(&cluster.account);
        })
    }

    /// The same failure, concerning all that is in a Region.
    #[must_use]
    pub fn in_region(self, connection: &Connection) -> Self {
        let region = &*connection.region;
        let is_unreachable = matches!(self.cause(), Cause::Unreachable { .. });
        let failure = if is_unreachable && !region::is_known(region) {
            self.because(Cause::UnknownRegion {
                nearest: region::meant(region).map(str::to_owned),
            })
        } else {
            self
        };
        failure.within(|scope| {
            scope.region = Some(connection.region.clone());
            scope.profile.clone_from(&connection.profile);
            scope.account.clone_from(&connection.account);
        })
    }
}
