//! What a user types: one file a command.
//!
//! - [`sweep`], [`investigate`], [`export`], [`render`], [`query`], [`doctor`], [`completions`]: the
//!   commands
//! - [`evidence_args`], [`output_args`], [`progress_args`]: the arguments that commands share
//! - [`inputs_args`], [`window_args`], [`clusters_args`], [`aws_args`], [`budget_args`]: the groups
//!   of those about evidence
//! - [`evidence_plan`]: which evidence to read, validated
//! - [`pods_args`]: what the cluster itself says of its pods
//! - [`comparison_args`], [`notification_args`]: what changed, and who is told
//! - [`usage_error`]: what is wrong with a command line
//! - [`time_arg`]: points in time as people type them
//! - [`windows`]: which window each log group is asked about
//! - [`gathering`]: evidence from wherever the plan says
//! - [`judgement`]: how it is judged
//! - [`dry_run`]: what would be asked, and what that would cost
//! - [`interrupt`]: breaking off
//! - [`progress_bar`]: how far the work is, on a terminal
//! - [`manual`]: the manual pages
//! - [`version`]: what `--version` prints
//! - [`exit`]: outcomes, failures and exit codes
//!
//! Arguments become a validated plan without any I/O, and the plan is then carried out.

mod aws_args;
mod budget_args;
mod clusters_args;
mod comparison_args;
mod completions;
mod doctor;
mod dry_run;
mod evidence_args;
mod evidence_plan;
pub mod exit;
mod export;
mod gathering;
mod inputs_args;
mod interrupt;
mod investigate;
mod judgement;
mod manual;
mod memory_args;
mod notification_args;
mod output_args;
mod pods_args;
mod progress_args;
mod progress_bar;
mod query;
mod render;
mod sweep;
mod time_arg;
mod upgrade_args;
pub mod usage_error;
mod version;
mod window_args;
mod windows;

use clap::{Parser, Subcommand};

use exit::{Failure, Outcome};

/// Find the service-account tokens that an EKS API server will soon reject.
///
/// Since Kubernetes 1.21, a pod's token is short-lived and clients have to re-read it. For clients
/// that never do, Amazon EKS extends the token and marks every request made with it in the audit
/// log. Once the token expires, the API server answers 401: after 24 hours on EKS 1.34 and later,
/// after 90 days before. This command finds those marks and reports which workloads hold such
/// tokens, when each one will be rejected, and how to fix it.
#[derive(Debug, Parser)]
#[command(version = version::VERSION.as_str(), max_term_width = 100, after_help = exit_codes())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Log to standard error: -v prints one line per API call, -vv adds the AWS SDK's own log
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Sweep(sweep::SweepArgs),
    Investigate(investigate::InvestigateArgs),
    Export(export::ExportArgs),
    Render(render::RenderArgs),
    Completions(completions::CompletionsArgs),
    Man(manual::ManArgs),
    Query(query::QueryArgs),
    Doctor(doctor::DoctorArgs),
}

/// What each exit code means, for the help and the manual page.
const EXIT_STATUS: [(&str, &str); 6] = [
    ("0", "done"),
    ("1", "failed"),
    ("2", "usage error"),
    (
        "3",
        "done; there are findings at or above --fail-on, even if the report is incomplete",
    ),
    (
        "4",
        "done, but incomplete: something could not be read, and the report says what",
    ),
    ("130", "interrupted"),
];

fn exit_codes() -> String {
    let lines = EXIT_STATUS.map(|(code, meaning)| format!("\n  {code:3}  {meaning}"));
    format!("Exit codes:{}", lines.concat())
}

impl Cli {
    /// How much is to be said on standard error.
    pub fn verbosity(&self) -> u8 {
        self.verbose
    }

    /// Carries the command out.
    pub fn run(self) -> Result<Outcome, Failure> {
        let now = chrono::Utc::now();
        match self.command {
            Command::Sweep(args) => args.plan(now)?.run(),
            Command::Investigate(args) => args.plan(now)?.run(),
            Command::Export(args) => args.plan(now)?.run(),
            Command::Render(args) => args.plan()?.run(),
            Command::Completions(args) => args.run(),
            Command::Man(args) => args.run(),
            Command::Query(args) => args.plan(now)?.run(),
            Command::Doctor(args) => args.plan(now)?.run(),
        }
    }
}
