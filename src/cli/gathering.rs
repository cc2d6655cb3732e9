//! Evidence from wherever the plan says.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytesize::ByteSize;
use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::dry_run::{self, Estimated};
use super::evidence_plan::{CloudWatchPlan, EvidencePlan, From, InputsPlan};
use super::exit::{Failure, Outcome};
use super::interrupt;
use super::progress_bar::ShownProgress;
use super::windows::{self, Part, WAIT_FOR_VERSIONS};
use crate::audit::kubernetes_version::KubernetesVersion;
use crate::audit::untrusted_text::escaped;
use crate::deliver::{standard_error, standard_output};
use crate::evidence::cluster::Cluster;
use crate::evidence::count::counted;
use crate::evidence::coverage::{Coverages, GapKind};
use crate::evidence::set::Collect;
use crate::evidence::silence;
use crate::report::Report;
use crate::source::cloudwatch::queries::at_depth;
use crate::source::cloudwatch::query_limits::QueryLimits;
use crate::source::cloudwatch::scan_budget::ScanBudget;
use crate::source::cloudwatch::self_check::{SelfChecks, text_id};
use crate::source::cloudwatch::silence::Silence;
use crate::source::cloudwatch::{self, fleet, origins, transformer};
use crate::source::depth::Depth;
use crate::source::eks::Descriptions;
use crate::source::files::{self, inputs::Inputs};
use crate::source::progress::Progress;
use crate::source::request_filter::RequestFilter;
use crate::source::s3::store::Store;
use crate::source::{self, Gathered};

/// What was gathered, and whether the operator broke it off.
pub(super) struct Evidence<C> {
    pub(super) gathered: Gathered<C>,
    pub(super) interrupted: bool,
}

/// What came of a plan.
pub(super) enum Gathering<C> {
    /// Evidence.
    Evidence(Evidence<C>),
    /// Nothing was asked: what would be, in words.
    DryRun(String),
}

/// What is done with what the window alone tells, before anything is looked back for.
pub(super) type FirstAnswer<'a, C> = &'a mut dyn FnMut(Gathered<C>);

/// Gathers the evidence that the plan asks for.
pub(super) fn gather<C: Collect + 'static>(
    plan: &EvidencePlan,
    previous: Option<&Report>,
    quiet: bool,
    first_answer: Option<FirstAnswer<'_, C>>,
) -> Result<Gathering<C>, Failure> {
    let (depth, stated) = (plan.depth, plan.kubernetes_version);
    let mut gathering = match &plan.from {
        From::Inputs(plan) => Gathering::Evidence(Evidence {
            gathered: from_inputs(plan, quiet)?,
            interrupted: false,
        }),
        From::CloudWatch(plan) => {
            let checks = SelfChecks::new(plan.verify, verified_regions(previous));
            from_cloudwatch(plan, depth, stated, Arc::new(checks), quiet, first_answer)?
        }
    };
    if let Gathering::Evidence(evidence) = &mut gathering {
        for coverage in evidence.gathered.coverages.0.values_mut() {
            coverage.control_plane.stated = stated;
        }
    }
    Ok(gathering)
}

/// The Regions in which an earlier report found the query of this version to be answered as
/// expected.
fn verified_regions(previous: Option<&Report>) -> BTreeSet<String> {
    let id = text_id();
    let clusters = previous.into_iter().flat_map(|report| &report.clusters);
    let verified = clusters.filter(|scan| scan.verified_queries.contains(&id));
    verified
        .filter_map(|scan| scan.cluster.region.clone())
        .collect()
}

fn from_inputs<C: Collect>(plan: &InputsPlan, quiet: bool) -> Result<Gathered<C>, Failure> {
    let cluster_name = plan.cluster_name.as_deref();
    let mut inputs =
        Inputs::find(&plan.paths, cluster_name, &plan.excluded).map_err(Failure::failed)?;
    let progress = Arc::new(Progress::default());
    let _shown = ShownProgress::of(&progress, quiet, "reading".to_owned());
    let look_back = plan.look_back;
    let window = move |since: Option<DateTime<Utc>>, until| RequestFilter {
        since,
        until,
        look_back: since.and_then(|since| since.checked_sub_signed(look_back)),
    };
    let stated = match (plan.since, plan.until) {
        (since, Some(until)) => {
            let since = since.and_then(|since| since.resolve(until));
            Some(window(since, Some(until)))
        }
        // Objects are not read just to find out when they end.
        (Some(since), None) if !plan.locations.is_empty() && !since.is_relative() => {
            Some(window(since.resolve(DateTime::<Utc>::UNIX_EPOCH), None))
        }
        _ => None,
    };
    let _store = find_objects(plan, stated, &progress, &mut inputs)?;
    match (plan.since, stated) {
        (None, None) => {}
        (_, Some(stated)) => inputs.ask(move |_| stated),
        // Each cluster's window ends with its own last event.
        (Some(since), None) => {
            let survey = files::survey(&inputs, &progress).map_err(Failure::failed)?;
            let end = move |cluster: &Cluster| survey.0.get(cluster)?.last_event;
            inputs.ask(move |cluster| {
                let since = end(cluster).and_then(|end| since.resolve(end));
                // A window behind the log is empty, and does not end before it begins.
                window(since, end(cluster).max(since))
            });
        }
    }
    let mut gathered = files::read(&inputs, &progress).map_err(Failure::failed)?;
    note_requests(&progress, &mut gathered.coverages);
    for (cluster, coverage) in &mut gathered.coverages.0 {
        // Files that hold no audit log are no silent one, and one that could not be read is told.
        let is_log = !coverage.places.is_empty();
        let was_read = coverage.gaps.keys().all(|gap| gap.kind.counts_lines());
        if !is_log || !was_read {
            continue;
        }
        if let Some(why) = silence::outside_window(coverage) {
            coverage.gap(&cluster.name, GapKind::NoEvents, why);
            continue;
        }
        if !coverage.is_annotated {
            let why = "stale tokens are marked in annotations: make sure that the log shipper keeps them, and that the audit policy includes the stage ResponseComplete";
            coverage.gap(&cluster.name, GapKind::NoAnnotations, why);
        }
        // Without a stated end the window ends with the log.
        if let Some(until) = plan.until
            && silence::is_silent(coverage, until, plan.max_silence)
        {
            let newest = coverage.newest_inside.or(coverage.last_event);
            let newest = newest.map(|it| it.format("%Y-%m-%d %H:%M UTC").to_string());
            let why = format!(
                "its newest event in the window is from {}: add the rest of the log, or set an earlier --until, or a longer --max-silence if no event is missing",
                newest.unwrap_or_default()
            );
            coverage.gap(&cluster.name, GapKind::AuditLogStopped, why);
        }
        if let Some(since) = coverage.since {
            silence::clamp_beginning(coverage, &cluster.name, since, plan.max_silence);
        }
    }
    Ok(gathered)
}

/// Adds the objects that the plan names. The store has to be kept until they are read.
fn find_objects(
    plan: &InputsPlan,
    stated: Option<RequestFilter>,
    progress: &Arc<Progress>,
    inputs: &mut Inputs,
) -> Result<Option<Store>, Failure> {
    if plan.locations.is_empty() {
        return Ok(None);
    }
    let window = stated.unwrap_or_default();
    let store = Store::connect(interrupt::runtime()?, &plan.access, Arc::clone(progress))
        .map_err(Failure::failed)?;
    for location in &plan.locations {
        let listed = store.list(location).map_err(Failure::failed)?;
        let cluster_name = plan.cluster_name.as_deref();
        inputs
            .add_objects(location, listed, cluster_name, &plan.excluded, window)
            .map_err(Failure::failed)?;
    }
    Ok(Some(store))
}

/// Notes what S3 was asked for, which it charges for.
fn note_requests(progress: &Progress, coverages: &mut Coverages) {
    let requests = progress.requests();
    let first = coverages.0.values_mut().find(|it| !it.places.is_empty());
    if let Some(coverage) = first.filter(|_| requests > 0) {
        let text = format!(
            "{}, {} received",
            counted(
                requests.try_into().unwrap_or(usize::MAX),
                "request",
                "requests"
            ),
            ByteSize(progress.received()).display().si()
        );
        coverage.note_times("S3", text, 1);
    }
}

fn from_cloudwatch<C: Collect + 'static>(
    plan: &CloudWatchPlan,
    depth: Depth,
    stated: Option<KubernetesVersion>,
    self_checks: Arc<SelfChecks>,
    quiet: bool,
    first_answer: Option<FirstAnswer<'_, C>>,
) -> Result<Gathering<C>, Failure> {
    let progress = Arc::new(Progress::default());
    let words = plan.wanted.words();
    let whom = match words.len() {
        0 => "all clusters".to_owned(),
        1..=3 => words.join(", "),
        many => format!("{many} clusters"),
    };
    let shown = || ShownProgress::of(&progress, quiet, format!("waiting for CloudWatch: {whom}"));
    let mut drawing = Some(shown());
    let drawn = &mut drawing;
    let mut answer = first_answer.map(|first_answer| {
        move |gathered| {
            *drawn = None;
            first_answer(gathered);
            *drawn = Some(shown());
        }
    });
    let runtime = interrupt::runtime()?;
    let gathering = runtime.block_on(async {
        let stop = interrupt::listen()?;
        ask_cloudwatch(
            plan,
            depth,
            stated,
            self_checks,
            stop,
            Arc::clone(&progress),
            answer.as_mut().map(|answer| answer as FirstAnswer<'_, C>),
        )
        .await
    });
    // A call that hangs must not keep the report waiting.
    runtime.shutdown_timeout(Duration::from_millis(100));
    drop(drawing);
    let (gathering, failures) = gathering?;
    for failure in failures {
        // A service's words may hold anything; the lines of the message are ours.
        let message = failure.to_string();
        let lines: Vec<_> = message.lines().map(escaped).collect();
        let words = format!("warning: {}\n", lines.join("\n"));
        // Nobody is left to tell if standard error is gone.
        let _ = standard_error::write(words.as_bytes());
    }
    Ok(gathering)
}

async fn ask_cloudwatch<C: Collect + 'static>(
    plan: &CloudWatchPlan,
    depth: Depth,
    stated: Option<KubernetesVersion>,
    self_checks: Arc<SelfChecks>,
    stop: CancellationToken,
    progress: Arc<Progress>,
    first_answer: Option<FirstAnswer<'_, C>>,
) -> Result<(Gathering<C>, Vec<source::aws::failure::Failure>), Failure> {
    let queries = at_depth(depth);
    let deadline = deadline(plan.time_limit);
    let finding = fleet::find(&plan.accesses, &plan.wanted, plan.linked, deadline);
    let fleet = tokio::select! {
        fleet = finding => fleet.map_err(Failure::failed)?,
        () = stop.cancelled() => return Err(Failure::Interrupted),
    };
    let mut descriptions = match plan.describes_clusters {
        true => Descriptions::start(windows::to_describe(&fleet, false), deadline),
        false => Descriptions::default(),
    };
    if plan.since.is_none() && stated.is_none() {
        tokio::select! {
            () = descriptions.wait(WAIT_FOR_VERSIONS) => {}
            () = stop.cancelled() => return Err(Failure::Interrupted),
        }
    }
    let known_versions = descriptions.known_versions(stated);
    let mut parts = windows::parts(fleet, plan, &known_versions);
    let scan = Arc::new(ScanBudget::new(plan.max_scan.map(|most| most.as_u64())));
    let limits = |part: &Part, max_queries| QueryLimits {
        since: part.since,
        until: plan.until,
        look_back: part.look_back,
        now: plan.now,
        deadline,
        time_limit_seconds: plan.time_limit.as_secs(),
        max_silence: plan.max_silence,
        price_per_gb: plan.price_per_gb,
        max_queries,
        known_versions: known_versions.clone(),
        stop: stop.clone(),
        self_checks: Arc::clone(&self_checks),
        scan: Arc::clone(&scan),
        progress: Arc::clone(&progress),
    };
    if plan.dry_run || plan.max_scan.is_some() {
        let mut estimated = Vec::new();
        for part in &parts {
            let limits = limits(part, plan.max_queries);
            estimated.push(Estimated::of(&part.fleet, &queries, limits).await);
        }
        if plan.dry_run {
            let words = dry_run::words(&parts, &estimated);
            let missing = parts.into_iter().flat_map(|part| part.fleet.missing);
            let failures = missing.map(|missing| missing.failure);
            return Ok((Gathering::DryRun(words), failures.collect()));
        }
        if let Some(most) = plan.max_scan {
            dry_run::check(&estimated, most)?;
        }
    }
    if !plan.wanted.log_groups().is_empty() {
        for part in &mut parts {
            let limits = limits(part, plan.max_queries);
            origins::split(&mut part.fleet, &plan.wanted, &limits).await;
            if plan.describes_clusters {
                descriptions.add(windows::to_describe(&part.fleet, true), deadline);
            }
        }
    }
    let mut gathered = Gathered::default();
    let mut failures = Vec::new();
    // Windows side by side share the number of queries that may run at once.
    let at_once = parts.len().min(plan.max_queries).max(1);
    let room = Arc::new(Semaphore::new(at_once));
    // Where nobody reads a first answer, none is made.
    let (first_answers, answered) = first_answer
        .as_ref()
        .map(|_| mpsc::unbounded_channel())
        .unzip();
    let mut gathering = tokio::task::JoinSet::new();
    for part in parts {
        let limits = limits(&part, plan.max_queries / at_once);
        let (queries, room) = (queries.clone(), Arc::clone(&room));
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
    let mut silences: Vec<Silence> = Vec::new();
    for part in gathering.join_all().await {
        gathered = gathered.merged(part.gathered);
        failures.extend(part.failures);
        silences.extend(part.silences);
    }
    if !stop.is_cancelled() {
        tokio::select! {
            () = descriptions.settle() => {}
            () = stop.cancelled() => {}
        }
    }
    if !stop.is_cancelled() {
        let not_found = tokio::select! {
            not_found = transformer::find(&mut silences, deadline) => not_found,
            () = stop.cancelled() => Vec::new(),
        };
        for (place, failure) in not_found {
            silences[place].note_unknown_transformer(&failure, &mut gathered.coverages);
        }
    }
    for silence in silences {
        let description = descriptions.of(silence.cluster());
        failures.extend(silence.settle(
            description.as_ref(),
            plan.until == plan.now,
            &mut gathered.coverages,
        ));
    }
    gathered
        .coverages
        .merge(descriptions.into_coverages(plan.until == plan.now));
    if none_was_asked(&gathered) && !failures.is_empty() && !stop.is_cancelled() {
        let first = failures.remove(0);
        let others = failures.len();
        if others > 0 {
            let words = format!("{first}\n{others} more failed; --verbose shows each call");
            return Err(Failure::Failed(anyhow::anyhow!(words)));
        }
        return Err(Failure::failed(first));
    }
    let evidence = Evidence {
        gathered,
        interrupted: stop.is_cancelled(),
    };
    Ok((Gathering::Evidence(evidence), failures))
}

/// Says what would be asked.
pub(super) fn said(words: &str) -> Result<Outcome, Failure> {
    standard_output::write(words.as_bytes()).context("cannot write to standard output")?;
    Ok(Outcome::Done)
}

/// The moment at which to give up; far away for a time limit that no calendar holds.
pub(super) fn deadline(time_limit: Duration) -> Instant {
    const FAR_AWAY: Duration = Duration::from_secs(365 * 24 * 3600);
    Instant::now() + time_limit.min(FAR_AWAY)
}

/// Whether there is nothing to report on but what went wrong.
fn none_was_asked<C>(gathered: &Gathered<C>) -> bool {
    gathered.coverages.0.values().all(|coverage| {
        coverage.queries == 0
            && !coverage.gaps.is_empty()
            && coverage
                .gaps
                .keys()
                .all(|gap| gap.kind == GapKind::NotAsked)
    })
}
