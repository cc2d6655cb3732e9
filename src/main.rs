//! Parse, run, turn the outcome into an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::Parser as _;
use eks_stale_tokens::audit::untrusted_text::escaped;
use eks_stale_tokens::cli::{Cli, usage_error};
use eks_stale_tokens::deliver::log::Log;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| usage_error::with_tip(error).exit());
    log_to_standard_error(cli.verbosity());
    match cli.run() {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            // Paths and a service's words may hold anything; the lines of the message are ours.
            let message = failure.to_string();
            let lines: Vec<_> = message.lines().map(escaped).collect();
            // Nobody is left to tell if standard error is gone.
            let _ = writeln!(std::io::stderr(), "error: {}", lines.join("\n"));
            failure.exit_code()
        }
    }
}

fn log_to_standard_error(verbosity: u8) {
    let filter = match verbosity {
        0 => return,
        1 => "eks_stale_tokens=debug",
        _ => {
            "eks_stale_tokens=debug,aws_config=debug,aws_sdk_cloudwatchlogs=debug,aws_sdk_s3=debug,aws_smithy_runtime=debug"
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(|| Log)
        // A pipe or a file gets no colour.
        .with_ansi(AutoStream::choice(&std::io::stderr()) != ColorChoice::Never)
        .with_target(false)
        .init();
}
