//! What the cluster itself says of its pods, from a saved list of them or from its API server.
//!
//! - [`api_server`]: an API server on the loopback interface
//! - [`list_writer`]: lists of pods as kubectl prints them
//! - the tests, by what they are about

pub(crate) mod api_server;
pub(crate) mod list_writer;
mod live_cluster;
mod owners;
mod recorded;
mod refusals;
mod senders;
mod states;
