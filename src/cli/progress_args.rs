//! The argument that says whether to show how far the work is.

use clap::Args;

/// Carried to whatever shows progress as it is.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct ProgressArgs {
    /// Don't show progress
    #[arg(short, long)]
    pub(super) quiet: bool,
}
