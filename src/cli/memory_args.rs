//! The arguments about who is known already: from an earlier report, and to the operator.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

use super::comparison_args::{Previous, read};
use super::exit::Failure;

#[derive(Debug, Args)]
pub(super) struct CallerArgs {
    /// Leave out rejected callers at this address; repeatable
    ///
    /// For callers that are known and harmless, such as a host with an old kubeconfig. The report
    /// says how many were left out. Rejections of a known workload are reported all the same.
    #[arg(long, value_name = "ADDRESS", help_heading = "Evidence")]
    ignore_caller: Vec<IpAddr>,
}

impl CallerArgs {
    pub(super) fn plan(self) -> Vec<IpAddr> {
        self.ignore_caller
    }
}

#[derive(Debug, Args)]
pub(super) struct MemoryArgs {
    /// Recognize rejected callers by this report, written earlier with --output
    ///
    /// A rejected request carries no name. A workload that the earlier report saw at the same
    /// address with the same user agent is named, even if it died long before the window.
    #[arg(long, value_name = "REPORT.json", help_heading = "Evidence")]
    previous: Option<PathBuf>,
}

/// What an investigation remembers.
pub(super) struct MemoryPlan(Option<PathBuf>);

impl MemoryArgs {
    pub(super) fn plan(self) -> MemoryPlan {
        MemoryPlan(self.previous)
    }
}

impl MemoryPlan {
    /// Reads the earlier report.
    pub(super) fn read(&self) -> Result<Previous, Failure> {
        match &self.0 {
            None => Ok(Previous::NotAsked),
            Some(path) => read(path),
        }
    }
}
