//! `render`: a saved report in another format, without reading any evidence again.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::exit::{Failure, Outcome};
use super::output_args::{OutputArgs, OutputPlan};
use crate::report::Report;
use crate::report::json;
use crate::verdict::rank::rank;

/// Convert a saved report to another format, without reading any logs
#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// A report that sweep or investigate wrote as JSON, or - for standard input
    #[arg(value_name = "REPORT.json")]
    report: PathBuf,

    #[command(flatten)]
    output: OutputArgs,
}

/// A saved report and where it goes, validated.
pub(super) struct Render {
    report: PathBuf,
    output: OutputPlan,
}

impl RenderArgs {
    pub(super) fn plan(self) -> Result<Render, Failure> {
        Ok(Render {
            report: self.report,
            output: self.output.plan()?,
        })
    }
}

impl Render {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let outputs = self.output.open(&[])?;
        let report = read(&self.report)?;
        outputs.write(&report)?;
        Ok(outputs.outcome(&report))
    }
}

fn read(path: &Path) -> Result<Report, Failure> {
    let (name, bytes) = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        ("standard input".to_owned(), read.map(|_| bytes))
    } else {
        (path.display().to_string(), std::fs::read(path))
    };
    let bytes = bytes.with_context(|| format!("cannot read {name}"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        anyhow!("cannot render {name}: it is not a JSON report of eks-stale-tokens")
    })?;
    let mut report = json::read(text).with_context(|| format!("cannot render {name}"))?;
    // Earlier releases ranked by namespace.
    rank(&mut report.findings);
    Ok(report)
}
