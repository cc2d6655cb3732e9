//! What every client of AWS shares.
//!
//! - [`aws_target`]: what the operator says about where to connect, and as whom
//! - [`profiles`]: the profiles of the shared configuration
//! - [`connection`]: credentials, Region and endpoint, through the SDK's own chain; time limits
//! - [`rate_limiter`], [`call`]: one call, in its turn, and tried again while that can help
//! - [`answer_limit`]: how large an answer may be
//! - [`failure`], [`cause`], [`scope`], [`transformer`]: what went wrong, where, and what to do next
//! - [`region`]: the names of Regions
//!
//! Failures are data: nothing reads their words, not even this program.

pub mod answer_limit;
pub mod aws_target;
pub(in crate::source) mod call;
pub mod cause;
pub mod connection;
pub mod failure;
mod profiles;
pub(in crate::source) mod rate_limiter;
pub mod region;
pub mod scope;
pub mod transformer;
