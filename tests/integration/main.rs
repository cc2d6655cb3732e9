//! One integration binary, so that the crate is linked once. The services that it runs the program against are crates
//! of their own, in `tests/loopback`.
//!
//! - [`recordings`]: the recorded audit logs and their ledgers
//! - [`tool`]: the program as a process
//! - [`fleet_log`]: the audit log of a simulated fleet
//! - the tests, by what they are about

mod acceptance;
mod all_clear;
mod architecture;
mod capped_tokens;
mod changes;
mod cloudwatch_fleet;
mod command_line;
mod completions;
mod contributing;
mod deploy;
mod documentation;
mod evidence_law;
mod export_rows;
mod files;
mod fleet_log;
mod formats;
mod fortnight;
mod inputs;
mod ledger_truth;
mod memory;
mod outage;
mod output_files;
mod pods;
mod ranking;
mod recordings;
mod refusals;
mod release;
mod s3_inputs;
mod soak;
mod spoofing;
mod sweep_cloudwatch;
mod sweep_files;
mod tool;
mod unexplained;
mod ways_to_see_nothing;
mod webhook;
