//! A run against CloudWatch Logs, step by step: find the clusters, find out what their windows are,
//! estimate, query, and settle what became of those that showed nothing.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Collected, FirstAnswer, Gathering};
use crate::cli::dry_run::{self, Estimated};
use crate::cli::evidence_plan::{CloudWatchPlan, EvidencePlan};
use crate::cli::exit::Failure;
use crate::cli::windows::{self, Part, WAIT_FOR_VERSIONS};
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::render;
use crate::source::cloudwatch::queries::at_depth;
use crate::source::cloudwatch::queries::logs_query::LogsQuery;
use crate::source::cloudwatch::query_limits::{QueryLimits, RunLimits};
use crate::source::cloudwatch::{self, Outcome, fleet, origins, transformer};
use crate::source::eks::descriptions::Descriptions;
use crate::source::{Gathered, aws};

/// What came of a plan, and what failed on the way.
pub(super) type Attempt<C> = (Gathering<C>, Vec<aws::failure::Failure>);

/// A run whose clusters are found.
pub(super) struct Run<'a> {
    plan: &'a CloudWatchPlan,
    queries: Vec<LogsQuery>,
    /// The clusters by their windows.
    parts: Vec<Part>,
    /// What the EKS API says of them.
    descriptions: Descriptions,
    limits: Arc<RunLimits>,
}

impl<'a> Run<'a> {
    /// Finds the clusters and, where their windows depend on it, their versions.
    pub(super) async fn start(
        plan: &'a CloudWatchPlan,
        evidence: &EvidencePlan,
        limits: RunLimits,
    ) -> Result<Self, Failure> {
        let (stop, deadline) = (&limits.stop, limits.deadline);
        let fleet = unless_stopped(stop, fleet::find(&plan.fleet, deadline)).await?;
        let fleet = fleet.map_err(Failure::failed)?;
        let descriptions = match plan.describes_clusters {
            true => Descriptions::start(windows::to_describe(&fleet, false), deadline),
            false => Descriptions::default(),
        };
        let stated = evidence.kubernetes_version;
        if plan.window.since.is_none() && stated.is_none() {
            unless_stopped(stop, descriptions.wait(WAIT_FOR_VERSIONS)).await?;
        }
        let known_versions = descriptions.known_versions(stated);
        Ok(Self {
            plan,
            queries: at_depth(evidence.depth),
            parts: windows::parts(fleet, &plan.window, &known_versions),
            descriptions,
            limits: Arc::new(RunLimits {
                known_versions,
                ..limits
            }),
        })
    }

    /// Queries the clusters, or says what that would cost.
    pub(super) async fn finish<C: Collect + 'static>(
        mut self,
        first_answer: Option<FirstAnswer<'_, C>>,
    ) -> Result<Attempt<C>, Failure> {
        if self.plan.dry_run || self.plan.budget.max_scan.is_some() {
            let estimated = self.estimate().await;
            if self.plan.dry_run {
                return Ok(self.into_dry_run(&estimated));
            }
            if let Some(most) = self.plan.budget.max_scan {
                dry_run::check(&estimated, most)?;
            }
        }
        self.tell_clusters_apart().await;
        let mut outcome = self.query(first_answer).await;
        self.find_transformers(&mut outcome).await;
        self.settle(outcome)
    }

    /// The limits of a part's window, within which so many queries may run at once.
    fn limits_of(&self, part: &Part, max_queries: usize) -> QueryLimits {
        QueryLimits {
            since: part.since,
            look_back: part.look_back,
            end: self.plan.window.end,
            max_queries,
            run: Arc::clone(&self.limits),
        }
    }

    /// What the queries would scan.
    async fn estimate(&self) -> Vec<Estimated> {
        let mut estimated = Vec::new();
        for part in &self.parts {
            let limits = self.limits_of(part, self.plan.budget.max_queries);
            estimated.push(Estimated::of(&part.fleet, &self.queries, limits).await);
        }
        estimated
    }

    fn into_dry_run<C>(self, estimated: &[Estimated]) -> Attempt<C> {
        let words = render::dry_run::words(&dry_run::of(&self.parts, estimated));
        let missing = self.parts.into_iter().flat_map(|part| part.fleet.missing);
        let failures = missing.map(|missing| missing.failure);
        (Gathering::DryRun(words), failures.collect())
    }

    /// Finds out whose events the log groups hold that the operator named.
    async fn tell_clusters_apart(&mut self) {
        if self.plan.fleet.wanted.log_groups().is_empty() {
            return;
        }
        let mut parts = std::mem::take(&mut self.parts);
        for part in &mut parts {
            let limits = self.limits_of(part, self.plan.budget.max_queries);
            origins::split(&mut part.fleet, &self.plan.fleet.wanted, &limits).await;
            if self.plan.describes_clusters {
                let wanted = windows::to_describe(&part.fleet, true);
                self.descriptions.add(wanted, self.limits.deadline);
            }
        }
        self.parts = parts;
    }

    /// Queries all windows side by side. They share the number of queries that may run at once.
    async fn query<C: Collect + 'static>(
        &mut self,
        first_answer: Option<FirstAnswer<'_, C>>,
    ) -> Outcome<C> {
        let most = self.plan.budget.max_queries;
        let parts = std::mem::take(&mut self.parts);
        let at_once = parts.len().min(most).max(1);
        let room = Arc::new(Semaphore::new(at_once));
        // Where nobody reads a first answer, none is made.
        let (first_answers, answered) = first_answer
            .as_ref()
            .map(|_| mpsc::unbounded_channel())
            .unzip();
        let mut gathering = tokio::task::JoinSet::new();
        for part in parts {
            let limits = self.limits_of(&part, most / at_once);
            let (queries, room) = (self.queries.clone(), Arc::clone(&room));
            let first_answers = first_answers.clone();
            gathering.spawn(async move {
                let _room = room.acquire().await;
                cloudwatch::gather(part.fleet, &queries, &limits, first_answers.as_ref()).await
            });
        }
        drop(first_answers);
        if let (Some(first_answer), Some(mut answered)) = (first_answer, answered) {
            while let Some(gathered) = answered.recv().await {
                first_answer(gathered);
            }
        }
        let mut outcome = Outcome::default();
        for part in gathering.join_all().await {
            outcome.merge(part);
        }
        outcome
    }

    /// Looks for what may have changed the events of clusters that showed none, once it is known
    /// what the EKS API says of them.
    async fn find_transformers<C>(&mut self, outcome: &mut Outcome<C>) {
        let (stop, deadline) = (&self.limits.stop, self.limits.deadline);
        if unless_stopped(stop, self.descriptions.settle())
            .await
            .is_err()
        {
            return;
        }
        let finding = transformer::find(&mut outcome.silences, deadline);
        let not_found = unless_stopped(stop, finding).await.unwrap_or_default();
        for (place, failure) in not_found {
            let coverages = &mut outcome.gathered.coverages;
            outcome.silences[place].note_unknown_transformer(&failure, coverages);
        }
    }

    /// Says what became of the clusters that showed no events. A run in which nothing could be
    /// queried fails.
    fn settle<C>(self, outcome: Outcome<C>) -> Result<Attempt<C>, Failure> {
        let Outcome {
            mut gathered,
            mut failures,
            silences,
        } = outcome;
        let is_now = self.plan.window.end.is_now();
        for silence in silences {
            let description = self.descriptions.of(silence.cluster());
            let coverages = &mut gathered.coverages;
            failures.extend(silence.settle(description.as_ref(), is_now, coverages));
        }
        let described = self.descriptions.into_coverages(is_now);
        gathered.coverages.merge(described);
        let interrupted = self.limits.stop.is_cancelled();
        if none_was_asked(&gathered) && !failures.is_empty() && !interrupted {
            return Err(all_failed(failures));
        }
        let evidence = Collected {
            gathered,
            interrupted,
        };
        Ok((Gathering::Evidence(evidence), failures))
    }
}

/// Waits for something, unless the operator breaks off before.
async fn unless_stopped<T>(
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(Failure::Interrupted),
        done = work => Ok(done),
    }
}

/// The first of some failures, and how many more there are.
fn all_failed(mut failures: Vec<aws::failure::Failure>) -> Failure {
    let first = failures.remove(0);
    match failures.len() {
        0 => Failure::failed(first),
        others => Failure::Failed(anyhow::anyhow!(
            "{first}\n{others} more failed; --verbose shows each call"
        )),
    }
}

/// Whether there is nothing to report on but what went wrong.
fn none_was_asked<C>(gathered: &Gathered<C>) -> bool {
    gathered.coverages.0.values().all(|coverage| {
        coverage.queries == 0
            && !coverage.gaps.is_empty()
            && coverage
                .gaps
                .keys()
                .all(|gap| gap.kind == GapKind::NotQueried)
    })
}
