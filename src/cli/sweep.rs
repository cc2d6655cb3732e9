//! `sweep`: which workloads hold tokens that will be rejected.

use chrono::{DateTime, Utc};
use clap::Args;

use super::evidence_args::{EvidenceArgs, EvidencePlan};
use super::exit::{Failure, Outcome};
use super::gathering::{Evidence, Gathering, gather, said};
use super::output_args::{OutputArgs, OutputPlan};
use crate::evidence::set::EvidenceSet;
use crate::source::cloudwatch::question::holders;
use crate::verdict::judge;

/// Report which workloads hold tokens that will be rejected, when, and what to do
#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    evidence: EvidenceArgs,

    #[command(flatten)]
    output: OutputArgs,

    /// Show no progress
    #[arg(short, long)]
    quiet: bool,
}

/// A sweep, validated.
pub(super) struct Sweep {
    evidence: EvidencePlan,
    output: OutputPlan,
    quiet: bool,
}

impl SweepArgs {
    pub(super) fn plan(self, now: DateTime<Utc>) -> Result<Sweep, Failure> {
        Ok(Sweep {
            evidence: self.evidence.plan(now)?,
            output: self.output.plan()?,
            quiet: self.quiet,
        })
    }
}

impl Sweep {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let outputs = self.output.open()?;
        let questions = [holders::question()];
        let evidence: Evidence<EvidenceSet> = match gather(&self.evidence, &questions, self.quiet)?
        {
            Gathering::Evidence(evidence) => evidence,
            Gathering::DryRun(words) => return said(&words),
        };
        let gathered = &evidence.gathered;
        let report = judge(
            &gathered.collected,
            &gathered.coverages,
            &self.evidence.token_lifetime,
        );
        outputs.write(&report)?;
        if evidence.interrupted {
            return Ok(Outcome::Interrupted);
        }
        Ok(outputs.outcome(&report))
    }
}
