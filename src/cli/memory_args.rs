//! The arguments about who is known already: from an earlier report, and to the operator.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::comparison_args::{Previous, read};
use super::exit::Failure;
use crate::verdict::acceptance::{self, Acceptance};

#[derive(Debug, Args)]
pub(super) struct KnownArgs {
    /// Leave out rejected callers at this address; repeatable
    ///
    /// For known and harmless callers, such as a host with an old kubeconfig. The report states how
    /// many were left out. Rejections of a known workload are always reported.
    #[arg(long, value_name = "ADDRESS", help_heading = "Evidence")]
    ignore_caller: Vec<IpAddr>,

    /// File of known findings, which get no severity until a date
    ///
    /// One finding per line: NAMESPACE/ACCOUNT, cluster, last day, the accepted verdict, and the
    /// reason. Names may be patterns. A finding that is worse than accepted keeps its severity.
    #[arg(long, value_name = "FILE", help_heading = "Evidence")]
    accept: Option<PathBuf>,
}

/// What the operator knows.
pub(super) struct KnownPlan {
    pub(super) ignored_callers: Vec<IpAddr>,
    pub(super) acceptances: Vec<Acceptance>,
}

impl KnownArgs {
    /// Reads the file of known findings, before any work begins.
    pub(super) fn plan(self) -> Result<KnownPlan, Failure> {
        let acceptances = match &self.accept {
            None => Vec::new(),
            Some(path) => {
                let shown = path.display().to_string();
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the known findings {shown}"))?;
                acceptance::parse(&shown, &text)
                    .map_err(|refused| Failure::Usage(format!("--accept {refused}")))?
            }
        };
        Ok(KnownPlan {
            ignored_callers: self.ignore_caller,
            acceptances,
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct MemoryArgs {
    /// Recognize rejected callers by this report, written earlier with --output
    ///
    /// A rejected request has no user name. If the earlier report has a workload with the same
    /// address and user agent, it is named, even if it was last accepted long before the window.
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
            None => Ok(Previous::NotRequested),
            Some(path) => read(path),
        }
    }
}
