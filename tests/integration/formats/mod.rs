//! The report in every format: on recorded logs, with hostile text, saved and rendered again.
//!
//! - [`corpus`]: the reports
//! - [`snapshots`]: what each format looks like on a recorded log
//! - [`fleet`]: many clusters, and the commands of each
//! - [`blocks`]: every fact of the table stands in the page and in Markdown
//! - [`hostile`]: text that acts in no format
//! - [`markdown`], [`calendar`], [`metrics`], [`page`], [`columns`]: each format, read back by
//!   somebody else
//! - [`width`]: the table on pages of any width
//! - [`pasted_commands`]: every command against the truth
//! - [`lifetimes`]: tokens of 24 hours and of 90 days, interruptions, upgrades
//! - [`schema`]: every JSON output against the published schema
//! - [`saved`]: saved reports, of this version and of others
//! - [`render_command`]: the command

mod blocks;
mod calendar;
mod columns;
mod corpus;
mod fleet;
mod hostile;
mod lifetimes;
mod markdown;
mod metrics;
mod page;
mod pasted_commands;
mod render_command;
mod saved;
mod schema;
mod snapshots;
mod width;
