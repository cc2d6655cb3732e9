//! What a cluster says of its pods: from a saved list of them, or from its API server.
//!
//! - [`list`]: lists of objects as kubectl prints them and the API server sends them
//! - [`pod_list`]: the file that `--pods` names
//! - [`live`]: the API server
//! - [`object`], [`intake`]: an object, and what of it is kept

mod intake;
pub mod list;
pub mod live;
mod object;
pub mod pod_list;
