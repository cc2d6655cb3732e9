//! Clusters of EKS 1.34 and later, where a token lives for 24 hours.
//!
//! - [`life`]: what a client does in its life, as lines of a log
//! - [`sources`]: the same log through files, single events and aggregated rows
//! - the tests, by what they are about

mod life;
mod programs;
mod property;
mod sources;
mod timelines;
mod upgrade;
mod versions;
