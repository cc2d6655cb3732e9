//! Evidence from wherever the plan says.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::evidence_args::{CloudWatchPlan, EvidencePlan, From, InputsPlan};
use super::exit::Failure;
use super::progress_bar::ShownProgress;
use crate::evidence::cluster::Cluster;
use crate::evidence::set::Collect;
use crate::source::Gathered;
use crate::source::arrivals::Arrivals;
use crate::source::cloudwatch::connect::connect;
use crate::source::cloudwatch::{self, Target};
use crate::source::files::{self, inputs::Inputs};
use crate::source::progress::Progress;

/// What was gathered, and whether the operator broke it off.
pub(super) struct Evidence<C> {
    pub(super) gathered: Gathered<C>,
    pub(super) interrupted: bool,
}

/// Gathers the evidence that the plan asks for.
pub(super) fn gather<C: Collect>(plan: &EvidencePlan, quiet: bool) -> Result<Evidence<C>, Failure> {
    match &plan.from {
        From::Inputs(plan) => Ok(Evidence {
            gathered: from_inputs(plan, quiet)?,
            interrupted: false,
        }),
        From::CloudWatch(plan) => from_cloudwatch(plan, quiet),
    }
}

fn from_inputs<C: Collect>(plan: &InputsPlan, quiet: bool) -> Result<Gathered<C>, Failure> {
    let mut inputs = Inputs::find(&plan.paths, plan.cluster_name.as_deref(), &plan.excluded)
        .map_err(Failure::failed)?;
    let progress = Arc::new(Progress::default());
    let _shown = ShownProgress::of(&progress, quiet, "reading".to_owned());
    let look_back = plan.look_back;
    match (plan.since, plan.until) {
        (None, None) => {}
        (since, Some(until)) => {
            let since = since.and_then(|since| since.resolve(until));
            inputs.ask(move |_| Arrivals {
                since,
                until: Some(until),
                look_back: since.and_then(|since| since.checked_sub_signed(look_back)),
            });
        }
        // Each cluster's window ends with its own last event.
        (Some(since), None) => {
            let survey = files::survey(&inputs, &progress).map_err(Failure::failed)?;
            let end = move |cluster: &Cluster| survey.0.get(cluster)?.last_event;
            inputs.ask(move |cluster| {
                let since = end(cluster).and_then(|end| since.resolve(end));
                Arrivals {
                    since,
                    until: end(cluster),
                    look_back: since.and_then(|since| since.checked_sub_signed(look_back)),
                }
            });
        }
    }
    files::read(&inputs, &progress).map_err(Failure::failed)
}

fn from_cloudwatch<C: Collect>(plan: &CloudWatchPlan, quiet: bool) -> Result<Evidence<C>, Failure> {
    let progress = Arc::new(Progress::default());
    let waiting_for = format!("waiting for CloudWatch: {}", plan.clusters.join(", "));
    let _shown = ShownProgress::of(&progress, quiet, waiting_for);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start")?;
    let evidence = runtime.block_on(ask_cloudwatch(plan));
    // A call that hangs must not keep the report waiting.
    runtime.shutdown_timeout(Duration::from_millis(100));
    evidence
}

async fn ask_cloudwatch<C: Collect>(plan: &CloudWatchPlan) -> Result<Evidence<C>, Failure> {
    let connection = connect(&plan.access).await.map_err(Failure::failed)?;
    let mut gathered = Gathered::default();
    let mut interrupted = false;
    for name in &plan.clusters {
        let target = Target {
            cluster: Arc::new(Cluster {
                name: name.clone(),
                region: Some(connection.region.clone()),
            }),
            since: plan.since,
            until: plan.until,
            look_back: plan.look_back,
            now: plan.now,
        };
        let (part, broken_off) =
            cloudwatch::gather(&connection, &target, plan.time_limit, interrupt()?)
                .await
                .map_err(Failure::failed)?;
        gathered = gathered.merged(part);
        interrupted |= broken_off.0;
        if interrupted {
            break;
        }
    }
    Ok(Evidence {
        gathered,
        interrupted,
    })
}

/// Resolves when the operator breaks off: Ctrl-C, or SIGTERM as a supervisor sends it. A second
/// one ends the process at once.
pub(super) fn interrupt() -> Result<impl Future<Output = ()>, Failure> {
    let mut interrupted = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut terminated = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            std::process::exit(130);
        });
    })
}
