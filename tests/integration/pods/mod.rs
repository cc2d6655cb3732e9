//! What the cluster itself says of its pods, from a saved list of them or from its API server.
//!
//! - [`list_writer`]: lists of pods as kubectl prints them
//! - the tests, by what they are about

use tempfile::NamedTempFile;

use crate::tool::{Run, over_files};

pub(crate) mod list_writer;
mod live_cluster;
mod owners;
mod recorded;
mod refusals;
mod senders;
mod states;

/// A command over a log of `prod-1`, with a list of pods.
fn with_pods(command: &str, log: &NamedTempFile, list: &NamedTempFile, more: &[&str]) -> Run {
    let list = list.path().to_str().expect("a path");
    let fixed = ["--cluster-name", "prod-1", "--pods", list];
    over_files(command, &[log.path()], fixed.iter().chain(more).copied())
}
