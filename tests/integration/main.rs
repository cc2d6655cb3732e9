//! One integration binary, so that the crate is linked once.
//!
//! - [`recordings`]: the recorded audit logs and their ledgers
//! - [`tool`]: the program as a process
//! - [`loopback`]: a CloudWatch Logs on the loopback interface
//! - the tests, by what they are about

mod cloudwatch_fleet;
mod evidence_law;
mod export_rows;
mod inputs;
mod ledger_truth;
mod loopback;
mod ranking;
mod recordings;
mod refusals;
mod spoofing;
mod sweep_cloudwatch;
mod sweep_files;
mod tool;
