//! What a cluster says of its pods: from a saved list of them.
//!
//! - [`list`]: lists of objects as kubectl prints them and the API server sends them
//! - [`pod_list`]: the file that `--pods` names
//! - [`object`]: what of an object is kept

pub mod list;
mod object;
pub mod pod_list;
