//! What the cluster itself says of its pods, from a saved list of them.
//!
//! - [`list_writer`]: lists of pods as kubectl prints them
//! - the tests, by what they are about

pub(crate) mod list_writer;
mod owners;
mod refusals;
mod senders;
mod states;
