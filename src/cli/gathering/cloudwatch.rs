//! Evidence from log groups in CloudWatch Logs: the run, what shows how far it is, and the warnings.

use std::sync::Arc;
use std::time::Duration;

use super::cloudwatch_run::Run;
use super::{FirstAnswer, Gathering};
use crate::audit::untrusted_text::escaped;
use crate::cli::evidence_plan::{CloudWatchPlan, EvidencePlan};
use crate::cli::exit::Failure;
use crate::cli::interrupt::{self, deadline};
use crate::cli::progress_args::ProgressArgs;
use crate::cli::progress_bar::ShownProgress;
use crate::deliver::standard_error;
use crate::evidence::set::Collect;
use crate::source::aws;
use crate::source::cloudwatch::query_limits::RunLimits;
use crate::source::cloudwatch::self_check::SelfChecks;
use crate::source::progress::Progress;

/// Queries the log groups. What failed for some of them is told on standard error.
pub(super) fn query<C: Collect + 'static>(
    plan: &CloudWatchPlan,
    evidence: &EvidencePlan,
    self_checks: SelfChecks,
    shown: ProgressArgs,
    first_answer: Option<FirstAnswer<'_, C>>,
) -> Result<Gathering<C>, Failure> {
    let progress = Arc::new(Progress::default());
    let words = plan.fleet.wanted.words();
    let whom = match words.len() {
        0 => "all clusters".to_owned(),
        1..=3 => words.join(", "),
        many => format!("{many} clusters"),
    };
    let show = || ShownProgress::of(&progress, shown, format!("waiting for CloudWatch: {whom}"));
    let mut drawing = Some(show());
    let drawn = &mut drawing;
    let mut answer = first_answer.map(|first_answer| {
        move |gathered| {
            *drawn = None;
            first_answer(gathered);
            *drawn = Some(show());
        }
    });
    let runtime = interrupt::runtime()?;
    let gathering = runtime.block_on(async {
        let limits = RunLimits {
            stop: interrupt::listen()?,
            self_checks: Arc::new(self_checks),
            progress: Arc::clone(&progress),
            ..RunLimits::new(plan.budget, deadline(plan.budget.time_limit))
        };
        let answer = answer.as_mut();
        let answer = answer.map(|answer| answer as FirstAnswer<'_, C>);
        Run::start(plan, evidence, limits)
            .await?
            .finish(answer)
            .await
    });
    // A call that hangs must not keep the report waiting.
    runtime.shutdown_timeout(Duration::from_millis(100));
    drop(drawing);
    let (gathering, failures) = gathering?;
    failures.iter().for_each(warn);
    Ok(gathering)
}

/// Tells of what failed on standard error.
fn warn(failure: &aws::failure::Failure) {
    // A service's words may hold anything; the lines of the message are ours.
    let message = failure.to_string();
    let lines: Vec<_> = message.lines().map(escaped).collect();
    let words = format!("warning: {}\n", lines.join("\n"));
    // Nobody is left to tell if standard error is gone.
    let _ = standard_error::write(words.as_bytes());
}
