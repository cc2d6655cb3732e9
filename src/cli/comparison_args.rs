//! The arguments about what changed since an earlier report.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::exit::Failure;
use crate::audit::untrusted_text::escaped;
use crate::report::Report;
use crate::report::json;

#[derive(Debug, Args)]
pub(super) struct ComparisonArgs {
    /// Report what changed since this report, which an earlier run wrote with --output
    ///
    /// It is read before anything is written, so it can also be an --output of this run. If the file
    /// does not exist, this is treated as the first run.
    #[arg(long, value_name = "REPORT.json", help_heading = "Changes")]
    previous: Option<PathBuf>,

    /// Leave unchanged findings out of standard output
    ///
    /// Files are always complete, because the next run is compared with them. --fail-on considers all
    /// findings.
    #[arg(long, requires = "previous", help_heading = "Changes")]
    only_changes: bool,
}

/// What to compare with, and what of it to show.
#[derive(Debug)]
pub(super) struct ComparisonPlan {
    previous: Option<PathBuf>,
    pub(super) only_changes: bool,
}

/// The report to compare with.
pub(super) enum Previous {
    /// None was asked for.
    NotRequested,
    /// There is none yet.
    FirstRun,
    /// This one.
    Report(Box<Report>),
}

impl ComparisonArgs {
    pub(super) fn plan(self) -> ComparisonPlan {
        ComparisonPlan {
            previous: self.previous,
            only_changes: self.only_changes,
        }
    }
}

impl ComparisonPlan {
    /// Reads the earlier report.
    pub(super) fn read(&self) -> Result<Previous, Failure> {
        match &self.previous {
            None => Ok(Previous::NotRequested),
            Some(path) => read(path),
        }
    }
}

/// Reads an earlier report; that there is none yet is no failure.
pub(super) fn read(path: &Path) -> Result<Previous, Failure> {
    let shown = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // Nobody is left to tell if standard error is gone.
            let _ = writeln!(
                std::io::stderr(),
                "note: {} does not exist yet: treating this as the first run",
                escaped(&shown)
            );
            return Ok(Previous::FirstRun);
        }
        Err(error) => {
            return Err(anyhow::Error::from(error)
                .context(format!("cannot read the earlier report {shown}"))
                .into());
        }
    };
    let report = json::read(&text)
        .with_context(|| format!("cannot compare with {shown} (move it away to start over)"))?;
    let left_out = report
        .changes
        .as_ref()
        .map_or(0, |changes| changes.left_out);
    if left_out > 0 {
        return Err(anyhow!(
                "cannot compare with {shown}: {left_out} unchanged findings were left out of it; --previous needs a complete report, as --output writes it"
            )
            .into());
    }
    Ok(Previous::Report(Box::new(report)))
}

impl Previous {
    /// The report, if there is one.
    pub(super) fn report(&self) -> Option<&Report> {
        match self {
            Self::Report(report) => Some(report),
            Self::NotRequested | Self::FirstRun => None,
        }
    }

    /// Whether a comparison was asked for.
    pub(super) fn is_asked(&self) -> bool {
        !matches!(self, Self::NotRequested)
    }
}
