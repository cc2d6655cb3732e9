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

use super::cause::Cause;
use super::failure::Failure;
use crate::audit::nearest::nearest;
use crate::source::error_words::in_words;

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
            reason: in_words(&error),
        },
    };
    Err(Failure::new(cause).within(|scope| scope.profile = Some(name.to_owned())))
}

/// Why the credentials of a profile failed, where it is that its role may not be assumed: which
/// role, and by whom. `words` are those of the failure.
pub(super) async fn role_not_assumed(name: Option<&str>, words: &str) -> Option<Cause> {
    // User: arn:aws:iam::111122223333:user/a is not authorized to perform: sts:AssumeRole on
    // resource: arn:aws:iam::444455556666:role/b
    let (before, after) = words.split_once(" is not authorized to perform: sts:AssumeRole")?;
    let stated_by = before.rsplit_once("User: ").map(|(_, by)| by.to_owned());
    let stated_role = after.split_once("resource: ").map(|(_, rest)| {
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')'));
        rest[..end.unwrap_or(rest.len())].to_owned()
    });
    let (fs, env) = (Fs::real(), Env::real());
    let selected = name.map(|name| Cow::Owned(name.to_owned()));
    let loaded = profile::load(&fs, &env, &EnvConfigFiles::default(), selected).await;
    let loaded = loaded.ok();
    let get = |key: &str| {
        let profiles = loaded.as_ref()?;
        let name = name.unwrap_or(profiles.selected_profile());
        profiles.get_profile(name)?.get(key).map(str::to_owned)
    };
    let source = || get("source_profile").map(|source| format!("profile {source}"));
    Some(Cause::RoleNotAssumed {
        role: stated_role.or_else(|| get("role_arn"))?,
        by: stated_by
            .or_else(source)
            .unwrap_or_else(|| "the identity of its credentials".to_owned()),
    })
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
