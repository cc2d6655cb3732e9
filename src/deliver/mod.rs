//! The only writers: standard output, files and a webhook.
//!
//! - [`standard_output`]: a reader that goes away is not a failure
//! - [`standard_error`]: what the operator should know beside the report
//! - [`file`]: a file appears whole, or the old one stays
//! - `unnamed`: a file that gets its name when it is whole
//! - [`log`]: what -v says, without access keys
//! - [`webhook`]: a message, sent until it arrives or it is clear that it will not

pub mod file;
pub mod log;
pub mod standard_error;
pub mod standard_output;
mod unnamed;
pub mod webhook;
