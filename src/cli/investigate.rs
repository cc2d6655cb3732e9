//! `investigate`: who is dead, who is next, why, and what to type.

use chrono::{DateTime, Utc};
use clap::Args;

use super::evidence_args::EvidenceArgs;
use super::evidence_plan::EvidencePlan;
use super::exit::{Failure, Outcome};
use super::gathering::{Collected, FirstAnswer, Gathering, gather, print};
use super::judgement::Judgement;
use super::memory_args::{KnownArgs, MemoryArgs, MemoryPlan};
use super::output_args::{OutputArgs, OutputPlan};
use super::pods_args::{PodsArgs, PodsPlan};
use super::progress_args::ProgressArgs;
use super::upgrade_args::UpgradeArgs;
use crate::evidence::set::EvidenceSet;
use crate::render::table::Detail;
use crate::report::Report;
use crate::source::Gathered;
use crate::source::depth::Depth;
use crate::verdict::holder_filter::{HolderFilter, narrow};
use crate::verdict::known_pods::KnownPods;

/// Above what the window alone tells.
const FIRST_ANSWER: &str = "Preliminary result, from the window alone. Now looking back for the other rejected callers (see --look-back).";

/// Triage an outage: who is rejected now, who is next, why, and the commands to run
///
/// With one of the options under "Holders", or with --explain, it also prints each holder (a pod, or
/// another client of a service account): its tokens, rejections, API calls, and addresses.
#[derive(Debug, Args)]
pub(super) struct InvestigateArgs {
    #[command(flatten)]
    evidence: EvidenceArgs,

    #[command(flatten)]
    upgrade: UpgradeArgs,

    #[command(flatten)]
    memory: MemoryArgs,

    #[command(flatten)]
    known: KnownArgs,

    #[command(flatten)]
    pods: PodsArgs,

    /// Show only this namespace
    #[arg(short, long, value_name = "NAME", help_heading = "Holders")]
    namespace: Option<String>,

    /// Show only this service account: NAME or NAMESPACE/NAME
    #[arg(long, value_name = "NAME", help_heading = "Holders")]
    service_account: Option<String>,

    /// Show only this pod
    #[arg(long, value_name = "NAME", help_heading = "Holders")]
    pod: Option<String>,

    /// Show the evidence behind each verdict
    #[arg(long, help_heading = "Output")]
    explain: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    progress: ProgressArgs,
}

/// An investigation, validated.
pub(super) struct Investigate {
    evidence: EvidencePlan,
    judgement: Judgement,
    memory: MemoryPlan,
    pods: PodsPlan,
    holder_filter: HolderFilter,
    output: OutputPlan,
    progress: ProgressArgs,
}

impl InvestigateArgs {
    pub(super) fn plan(self, now: DateTime<Utc>) -> Result<Investigate, Failure> {
        let holder_filter = HolderFilter {
            namespace: self.namespace,
            service_account: self.service_account,
            pod: self.pod,
        };
        let detail = Detail {
            holders: self.explain || holder_filter != HolderFilter::default(),
            explain: self.explain,
        };
        let evidence = self
            .evidence
            .plan(now, Depth::Investigate, self.output.time_zone())?;
        Ok(Investigate {
            judgement: Judgement {
                target_version: self.upgrade.plan(&evidence)?,
                known: self.known.plan()?,
            },
            pods: self.pods.plan(now, evidence.reads())?,
            evidence,
            memory: self.memory.plan(),
            holder_filter,
            output: self.output.plan()?.in_detail(detail),
            progress: self.progress,
        })
    }
}

impl Investigate {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let outputs = self.output.open(self.evidence.files())?;
        let previous = self.memory.read()?;
        let pods = self.pods.read()?;
        let mut first = |gathered: Gathered<EvidenceSet>| {
            if let Ok(report) = self.report(&gathered, previous.report(), &pods) {
                outputs.write_first_answer(FIRST_ANSWER, &report);
            }
        };
        let first: FirstAnswer<'_, EvidenceSet> = &mut first;
        let first = Some(first).filter(|_| !self.progress.quiet && self.output.is_table());
        let Collected {
            gathered,
            interrupted,
        }: Collected<EvidenceSet> = match gather(&self.evidence, None, self.progress, first)? {
            Gathering::Evidence(evidence) => evidence,
            Gathering::DryRun(words) => return print(&words),
        };
        let report = self.report(&gathered, previous.report(), &pods)?;
        // What was judged is in the report, and both may be large.
        drop(gathered);
        outputs.keep_older_if(interrupted && report.is_incomplete());
        outputs.write(&report)?;
        if interrupted {
            return Ok(Outcome::Interrupted);
        }
        Ok(outputs.outcome(&report))
    }

    /// The report on what was gathered.
    fn report(
        &self,
        gathered: &Gathered<EvidenceSet>,
        previous: Option<&Report>,
        pods: &[KnownPods],
    ) -> Result<Report, Failure> {
        let mut report = self
            .judgement
            .report(&self.evidence, gathered, previous, pods)?;
        narrow(&mut report, &self.holder_filter).map_err(Failure::failed)?;
        Ok(report)
    }
}
