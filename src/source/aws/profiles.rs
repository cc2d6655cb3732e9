//! The profiles of the shared configuration.

use std::borrow::Cow;

use aws_config::Region;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::{self, ProfileFileCredentialsProvider};
use aws_config::provider_config::ProviderConfig;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::cause::{Cause, chain};
use super::failure::Failure;
use crate::audit::nearest::nearest;

/// Refuses a profile that the configuration files do not have: the SDK would go on without it.
pub(super) async fn check(name: &str) -> Result<(), Failure> {
    let (fs, env) = (Fs::real(), Env::real());
    let files = EnvConfigFiles::default();
    let cause = match profile::load(&fs, &env, &files, Some(Cow::Owned(name.to_owned()))).await {
        Ok(profiles) if profiles.get_profile(name).is_some() => return Ok(()),
        Ok(profiles) => Cause::UnknownProfile {
            nearest: nearest(name, profiles.profiles())
                .first()
                .map(|it| (*it).to_owned()),
        },
        Err(error) => Cause::NoCredentials {
            reason: chain(&error),
        },
    };
    Err(Failure::new(cause).within(|scope| scope.profile = Some(name.to_owned())))
}

/// The credentials of a profile that was asked for by name: before any in the environment, as the
/// AWS CLI has it, and where the profile has none of its own, those of the container or instance.
pub(super) fn credentials(name: &str, region: Region) -> CredentialsProviderChain {
    let config = ProviderConfig::without_region().with_region(Some(region));
    let profile = ProfileFileCredentialsProvider::builder()
        .configure(&config)
        .profile_name(name)
        .build();
    let container = EcsCredentialsProvider::builder().configure(&config).build();
    let instance = ImdsCredentialsProvider::builder()
        .configure(&config)
        .build();
    CredentialsProviderChain::first_try("Profile", profile)
        .or_else("EcsContainer", container)
        .or_else("Ec2InstanceMetadata", instance)
}
