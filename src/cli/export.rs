//! `export`: every accepted request made with a stale token, and every rejected one if that is asked
//! for, one CSV row each.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;

use super::evidence_args::EvidenceArgs;
use super::evidence_plan::EvidencePlan;
use super::exit::{Failure, Outcome};
use super::gathering::{Collected, Gathering, gather, print};
use super::output_args::output_file;
use super::progress_args::ProgressArgs;
use super::time_arg::ZoneArgs;
use crate::deliver::standard_output;
use crate::evidence::cluster::Cluster;
use crate::evidence::control_plane::ControlPlane;
use crate::evidence::single_request::SingleRequest;
use crate::render::export_csv::{self, ExportedRequest};
use crate::source::depth::Depth;
use crate::source::single_requests::SingleRequests;
use crate::verdict::attribution::Attribution;
use crate::verdict::lifetime::Lifetimes;

/// Export every request made with a stale token, one CSV row each, in time order
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    evidence: EvidenceArgs,

    #[command(flatten)]
    zone: ZoneArgs,

    /// Export rejected requests (401) as well, each with the holder that most likely sent it
    #[arg(long, help_heading = "Output")]
    rejected: bool,

    /// Write to this .csv file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    #[command(flatten)]
    progress: ProgressArgs,
}

/// An export, validated.
pub(super) struct Export {
    evidence: EvidencePlan,
    output: Option<PathBuf>,
    progress: ProgressArgs,
}

impl ExportArgs {
    pub(super) fn plan(self, now: DateTime<Utc>) -> Result<Export, Failure> {
        if let Some(path) = &self.output {
            check_extension(path)?;
        }
        let depth = match self.rejected {
            true => Depth::ExportRejected,
            false => Depth::Export,
        };
        Ok(Export {
            evidence: self.evidence.plan(now, depth, self.zone.time_zone)?,
            output: self.output,
            progress: self.progress,
        })
    }
}

/// Refuses the name of a file of another format than CSV: whoever reads it goes by its name.
fn check_extension(path: &Path) -> Result<(), Failure> {
    match path.extension() {
        Some(extension) if !extension.eq_ignore_ascii_case("csv") => Err(Failure::Usage(format!(
            "--output {}: export writes CSV only: name the file {}",
            path.display(),
            path.with_extension("csv").display()
        ))),
        _ => Ok(()),
    }
}

impl Export {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        match self.evidence.depth {
            Depth::ExportRejected => self.write::<true>(),
            _ => self.write::<false>(),
        }
    }

    fn write<const REJECTED: bool>(&self) -> Result<Outcome, Failure> {
        let file = match &self.output {
            Some(path) => Some(output_file(path, self.evidence.files())?),
            None => None,
        };
        let evidence: Collected<SingleRequests<REJECTED>> =
            match gather(&self.evidence, None, self.progress, None)? {
                Gathering::Evidence(evidence) => evidence,
                Gathering::DryRun(words) => return print(&words),
            };
        let interrupted = evidence.interrupted;
        let coverages = &evidence.gathered.coverages;
        let mut collected = evidence.gathered.collected;
        let stated = self.evidence.token_lifetime;
        let attribution = Attribution::of(&collected.take_evidence(), coverages, stated);
        let requests = collected
            .in_time_order()
            .context("cannot spill requests to the temporary directory")?;
        let lifetimes: BTreeMap<&Cluster, Lifetimes> = coverages
            .0
            .iter()
            .map(|(cluster, coverage)| {
                (&**cluster, Lifetimes::new(stated, &coverage.control_plane))
            })
            .collect();
        let unknown = Lifetimes::new(stated, &ControlPlane::default());
        let exported = requests.map(|request| {
            Ok(match request? {
                SingleRequest::Accepted(request) => {
                    let lifetimes = lifetimes.get(&*request.cluster).unwrap_or(&unknown);
                    ExportedRequest::Accepted {
                        rejected_from: lifetimes.dated(&request.token).end(),
                        request,
                    }
                }
                SingleRequest::Rejected { cluster, request } => ExportedRequest::Rejected {
                    sender: attribution.sender(&cluster, &request.rejection),
                    cluster,
                    request,
                },
            })
        });
        let render = |output: &mut dyn Write| export_csv::render(exported, coverages, output);
        match &file {
            Some(file) => file
                .write_with(render)
                .with_context(|| format!("cannot write {}", file.path().display()))?,
            None => {
                standard_output::write_with(render).context("cannot write to standard output")?;
            }
        }
        let complete = coverages
            .0
            .values()
            .all(|coverage| coverage.gaps.is_empty());
        Ok(match (interrupted, complete) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::Done,
            (false, false) => Outcome::Incomplete,
        })
    }
}
