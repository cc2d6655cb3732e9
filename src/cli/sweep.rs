//! `sweep`: which workloads hold tokens that will be rejected.

use chrono::{DateTime, Utc};
use clap::Args;

use super::comparison_args::{ComparisonArgs, ComparisonPlan};
use super::evidence_args::EvidenceArgs;
use super::evidence_plan::EvidencePlan;
use super::exit::{Failure, Outcome};
use super::gathering::{Collected, Gathering, gather, print};
use super::judgement::Judgement;
use super::memory_args::KnownArgs;
use super::notification_args::{NotificationArgs, NotificationPlan, Sent, send};
use super::output_args::{OutputArgs, OutputPlan, Outputs};
use super::pods_args::{PodsArgs, PodsPlan};
use super::progress_args::ProgressArgs;
use super::upgrade_args::UpgradeArgs;
use crate::deliver::webhook::Webhook;
use crate::evidence::set::EvidenceSet;
use crate::render::Format;
use crate::report::Report;
use crate::source::cloudwatch::self_check::Verify;
use crate::source::depth::Depth;
use crate::verdict::changes::{changes, only_changes};

/// Report which workloads hold tokens that are or will be rejected, when, and what to do
#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    evidence: EvidenceArgs,

    #[command(flatten)]
    upgrade: UpgradeArgs,

    #[command(flatten)]
    known: KnownArgs,

    #[command(flatten)]
    pods: PodsArgs,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    comparison: ComparisonArgs,

    /// When to verify the query: compare its result with whole events on a small part of a log
    ///
    /// How Logs Insights evaluates a query is only partly documented. auto verifies once in each
    /// Region, and again when the query changes; --previous remembers it. It scans less than 2 % more.
    /// If the results differ, whole events are read instead.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        conflicts_with = "input",
        help_heading = "AWS"
    )]
    verify: Verify,

    #[command(flatten)]
    notification: NotificationArgs,

    #[command(flatten)]
    progress: ProgressArgs,
}

/// A sweep, validated.
pub(super) struct Sweep {
    evidence: EvidencePlan,
    judgement: Judgement,
    pods: PodsPlan,
    output: OutputPlan,
    comparison: ComparisonPlan,
    notification: NotificationPlan,
    progress: ProgressArgs,
}

impl SweepArgs {
    pub(super) fn plan(self, now: DateTime<Utc>) -> Result<Sweep, Failure> {
        let mut evidence = self
            .evidence
            .plan(now, Depth::Sweep, self.output.time_zone())?;
        evidence.verify(self.verify);
        Ok(Sweep {
            judgement: Judgement {
                target_version: self.upgrade.plan(&evidence)?,
                known: self.known.plan()?,
            },
            pods: self.pods.plan(now, evidence.reads())?,
            evidence,
            output: self.output.plan()?,
            comparison: self.comparison.plan(),
            notification: self.notification.plan()?,
            progress: self.progress,
        })
    }
}

impl Sweep {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let outputs = self.output.open(self.evidence.files())?;
        let previous = self.comparison.read()?;
        let pods = self.pods.read()?;
        let Collected {
            gathered,
            interrupted,
        }: Collected<EvidenceSet> =
            match gather(&self.evidence, previous.report(), self.progress, None)? {
                Gathering::Evidence(evidence) => evidence,
                Gathering::DryRun(words) => return print(&words),
            };
        let mut report =
            self.judgement
                .report(&self.evidence, &gathered, previous.report(), &pods)?;
        // What was judged is in the report, and both may be large.
        drop(gathered);
        let changes = changes(previous.report(), &report);
        let webhook = self.notification.webhook_for(&changes);
        report.changes = Some(changes).filter(|_| previous.is_asked());
        outputs.keep_older_if(interrupted && report.is_incomplete());
        let written = self.write(&outputs, &mut report, webhook.is_some());
        let sent = match webhook.filter(|_| !interrupted) {
            Some(webhook) => self.tell(&outputs, &mut report, webhook),
            None => Ok(Sent::Sent),
        };
        written?;
        if sent? == Sent::Interrupted || interrupted {
            return Ok(Outcome::Interrupted);
        }
        Ok(outputs.outcome(&report))
    }

    /// Writes the report before anybody is told of it: what could not be delivered is not lost.
    /// Until it is delivered, files say so, and the next run tells it.
    fn write(
        &self,
        outputs: &Outputs<'_>,
        report: &mut Report,
        to_tell: bool,
    ) -> Result<(), Failure> {
        let Some(changes) = &mut report.changes else {
            return outputs.write(report);
        };
        let told = std::mem::replace(&mut changes.notified, !to_tell);
        let files = outputs.write_files(report, |_| true);
        if let Some(changes) = &mut report.changes {
            changes.notified = told;
        }
        if self.comparison.only_changes {
            outputs.write_standard_output(&only_changes(report))?;
        } else {
            outputs.write_standard_output(report)?;
        }
        files
    }

    fn tell(
        &self,
        outputs: &Outputs<'_>,
        report: &mut Report,
        webhook: &Webhook,
    ) -> Result<Sent, Failure> {
        let compared = report.changes.is_some();
        if !compared {
            report.changes = Some(changes(None, report));
        }
        let sent = send(
            webhook,
            self.notification.chat,
            report,
            self.output.time_zone,
        )?;
        if compared && sent == Sent::Sent {
            outputs.write_files(report, |format| format == Format::Json)?;
        }
        Ok(sent)
    }
}
