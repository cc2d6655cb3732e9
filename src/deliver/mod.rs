//! The only writers: standard output and files.
//!
//! - [`standard_output`]: a reader that goes away is not a failure
//! - [`standard_error`]: what the operator should know beside the report
//! - [`file`]: a file appears whole, or the old one stays

pub mod file;
pub mod standard_error;
pub mod standard_output;
