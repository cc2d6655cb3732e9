//! Evidence from audit logs on disk, from standard input and from S3.

use std::sync::Arc;

use bytesize::ByteSize;
use chrono::{DateTime, Utc};

use crate::cli::evidence_plan::InputsPlan;
use crate::cli::exit::Failure;
use crate::cli::interrupt;
use crate::cli::progress_args::ProgressArgs;
use crate::cli::progress_bar::ShownProgress;
use crate::cli::window_args::StatedWindow;
use crate::evidence::cluster::Cluster;
use crate::evidence::count::pluralize;
use crate::evidence::coverage::Coverages;
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::evidence::silence;
use crate::source::Gathered;
use crate::source::files::{self, inputs::Inputs};
use crate::source::progress::Progress;
use crate::source::request_filter::RequestFilter;
use crate::source::s3::store::Store;

/// Reads the inputs, and notes what they leave unseen.
pub(super) fn read<C: Collect>(
    plan: &InputsPlan,
    shown: ProgressArgs,
) -> Result<Gathered<C>, Failure> {
    let cluster_name = plan.cluster_name.as_deref();
    let mut inputs =
        Inputs::find(&plan.paths, cluster_name, &plan.excluded).map_err(Failure::failed)?;
    let progress = Arc::new(Progress::default());
    let _shown = ShownProgress::of(&progress, shown, "reading".to_owned());
    let stated = stated_filter(plan);
    let _store = find_objects(plan, stated, &progress, &mut inputs)?;
    ask(plan, stated, &mut inputs, &progress)?;
    let mut gathered = files::read(&inputs, &progress).map_err(Failure::failed)?;
    note_requests(&progress, &mut gathered.coverages);
    note_unseen(&plan.window, &mut gathered.coverages);
    Ok(gathered)
}

/// The requests between these moments, and those to look back for.
fn filter(
    window: &StatedWindow,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> RequestFilter {
    let look_back = window.free_look_back();
    RequestFilter {
        since,
        until,
        look_back: since.and_then(|since| since.checked_sub_signed(look_back)),
    }
}

/// The requests that are asked for, as far as that is known before anything is read.
fn stated_filter(plan: &InputsPlan) -> Option<RequestFilter> {
    let asked = &plan.window;
    match (asked.since, asked.until) {
        (since, Some(until)) => {
            let since = since.and_then(|since| since.resolve(until));
            Some(filter(asked, since, Some(until)))
        }
        // Objects are not read just to find out when they end.
        (Some(since), None) if !plan.locations.is_empty() && !since.is_relative() => {
            let since = since.resolve(DateTime::<Utc>::UNIX_EPOCH);
            Some(filter(asked, since, None))
        }
        _ => None,
    }
}

/// Asks the inputs for the window that is stated, or for that of each cluster, which ends with its
/// own last event.
fn ask(
    plan: &InputsPlan,
    stated: Option<RequestFilter>,
    inputs: &mut Inputs,
    progress: &Arc<Progress>,
) -> Result<(), Failure> {
    let asked = plan.window;
    match (asked.since, stated) {
        (None, None) => {}
        (_, Some(stated)) => inputs.ask(move |_| stated),
        (Some(since), None) => {
            let survey = files::survey(inputs, progress).map_err(Failure::failed)?;
            let end = move |cluster: &Cluster| survey.0.get(cluster)?.last_event;
            inputs.ask(move |cluster| {
                let since = end(cluster).and_then(|end| since.resolve(end));
                // A window behind the log is empty, and does not end before it begins.
                filter(&asked, since, end(cluster).max(since))
            });
        }
    }
    Ok(())
}

/// Notes of which clusters the log may not show everything.
fn note_unseen(asked: &StatedWindow, coverages: &mut Coverages) {
    for (cluster, coverage) in &mut coverages.0 {
        // Files that hold no audit log are no silent one, and one that could not be read is told.
        let is_log = !coverage.places.is_empty();
        let was_read = coverage.gaps.keys().all(|gap| gap.kind.counts_lines());
        if !is_log || !was_read {
            continue;
        }
        if let Some(why) = silence::outside_window(coverage) {
            coverage.gap(cluster.name.unescaped(), GapKind::NoEvents, why);
            continue;
        }
        if !coverage.is_annotated {
            let why = "stale tokens are marked in annotations: make sure that the log shipper keeps them, and that the audit policy includes the stage ResponseComplete";
            coverage.gap(cluster.name.unescaped(), GapKind::NoAnnotations, why);
        }
        // Without a stated end the window ends with the log.
        if let Some(until) = asked.until
            && silence::is_silent(coverage, until, asked.max_silence)
        {
            let newest = coverage.newest_inside.or(coverage.last_event);
            let newest = newest.map(|it| it.format("%Y-%m-%d %H:%M UTC").to_string());
            let why = format!(
                "its newest event in the window is from {}: add the rest of the log, or set an earlier --until, or a longer --max-silence if no event is missing",
                newest.unwrap_or_default()
            );
            coverage.gap(cluster.name.unescaped(), GapKind::AuditLogStopped, why);
        }
        if let Some(since) = coverage.since {
            silence::clamp_beginning(coverage, cluster.name.unescaped(), since, asked.max_silence);
        }
    }
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
            pluralize(
                requests.try_into().unwrap_or(usize::MAX),
                "request",
                "requests"
            ),
            ByteSize(progress.received()).display().si()
        );
        coverage.note_times("S3", text, 1);
    }
}
