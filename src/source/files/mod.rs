//! Audit logs on disk, standard input or in S3.
//!
//! - [`inputs`], `objects`, `cluster_names`: which files, or objects in S3, and which cluster each
//!   belongs to
//! - [`live_file`]: a file whose writer may be at work
//! - [`encoding`], [`open`], `utf_16`, `colours`: a file as a stream of bytes, decompressed, in
//!   UTF-8 and without a terminal's colours, by what it begins with
//! - [`framing`]: an input cut into values, one a line
//! - [`carrier`]: what events are wrapped in, learned from the first values
//! - [`blocks`], [`ranges`]: a stream, or a part of a large file, cut into blocks of whole lines
//! - [`phrases`], `written_event`, [`raw_timestamp`], `target`, [`scan`]: the evidence in a block:
//!   bytes are searched before anything is parsed
//! - [`recognition`]: what an input without events is, and what makes it readable
//! - [`block_stats`], [`file_stats`]: what was found beside the evidence
//! - [`workers`]: which thread does what
//!
//! Memory is bounded by the number of threads times the size of a block, whatever the size of
//! the input.

pub mod block_stats;
pub mod blocks;
pub mod carrier;
mod cluster_names;
mod colours;
pub mod encoding;
pub mod file_stats;
pub mod framing;
pub mod inputs;
pub mod live_file;
mod objects;
pub mod open;
pub mod phrases;
pub mod ranges;
pub mod raw_timestamp;
pub mod recognition;
pub mod scan;
mod target;
#[cfg(test)]
mod trickle;
mod utf_16;
pub mod workers;
mod written_event;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Gathered;
use super::progress::Progress;
use crate::evidence::cluster::Cluster;
use crate::evidence::count::pluralize;
use crate::evidence::coverage::Coverages;
use crate::evidence::gap::GapKind;
use crate::evidence::observation::Observation;
use crate::evidence::set::Collect;
use block_stats::Marks;
use file_stats::FileStats;
use inputs::Inputs;

/// Why no file could be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The files were read, and none of them holds an audit event.
    #[error("no audit events in {place}; {found}")]
    NoEvents {
        /// What was read.
        place: String,
        /// What was found instead, and what to do.
        found: String,
    },
    /// Nothing could be read.
    #[error("cannot read {place}: {reason}")]
    Unreadable {
        /// The file.
        place: String,
        /// The system's words.
        reason: String,
    },
}

/// Reads all inputs and collects the evidence of the requests that are wanted.
pub fn read<C: Collect>(inputs: &Inputs, progress: &Progress) -> Result<Gathered<C>, FilesError> {
    for input in &inputs.found {
        progress.expect(input.size);
    }
    let (collected, found) = workers::read_all(inputs, progress);
    let instead = found_instead_of_all(inputs, &found);
    let blind = unread_paths(inputs, &found);
    let dark = dark_clusters(inputs, &found);
    let mut gathered = Gathered {
        collected,
        coverages: Coverages::default(),
    };
    for (input, found) in inputs.found.iter().zip(found) {
        found.cover(input, inputs, &mut gathered.coverages);
    }
    for (cluster, place, reason) in &inputs.unreadable {
        gathered
            .coverages
            .of(cluster)
            .gap(place, GapKind::Unreadable, reason.as_str());
    }
    // A key may name no cluster where its events do: what is known of it makes no cluster.
    let filed = |coverages: &Coverages, cluster: &Arc<Cluster>| {
        let is_known = coverages.0.contains_key(cluster);
        let first = coverages.0.keys().next().filter(|_| !is_known);
        Arc::clone(first.unwrap_or(cluster))
    };
    for (cluster, note, count) in &inputs.notes {
        let cluster = filed(&gathered.coverages, cluster);
        let coverage = gathered.coverages.of(&cluster);
        *coverage.notes.entry(note.clone()).or_default() += count;
    }
    if gathered
        .coverages
        .0
        .values()
        .all(|coverage| coverage.last_event.is_none())
    {
        return Err(nothing_read(&gathered, inputs, instead));
    }
    for (cluster, location, words) in &inputs.all_skipped {
        let cluster = filed(&gathered.coverages, cluster);
        let coverage = gathered.coverages.of(&cluster);
        coverage.gap(location, GapKind::NotAnAuditLog, *words);
    }
    for (cluster, path, words) in blind {
        let coverage = gathered.coverages.of(&cluster);
        coverage.gap(&path, GapKind::NotAnAuditLog, words);
    }
    // A cluster without events has no window of its own: it is that of the others.
    let since = gathered
        .coverages
        .0
        .values()
        .filter_map(|it| it.first_event)
        .min();
    let until = gathered
        .coverages
        .0
        .values()
        .filter_map(|it| it.last_event)
        .max();
    for (cluster, words) in dark {
        let arrivals = inputs.arrivals(&cluster);
        let coverage = gathered.coverages.of(&cluster);
        coverage.since = arrivals.since.or(since);
        coverage.until = arrivals.until.or(until);
        coverage.gap(cluster.name.unescaped(), GapKind::NoEvents, words);
    }
    Ok(gathered)
}

/// The paths that were asked for and hold no audit event, each with its cluster and what was found
/// in it instead. A file that a walk finds beside audit logs may be anything; a path that somebody
/// typed is meant to be one.
fn unread_paths(inputs: &Inputs, found: &[FileStats]) -> Vec<(Arc<Cluster>, String, String)> {
    let of_path = |path: usize| {
        let pairs = inputs.found.iter().zip(found);
        pairs.filter(move |(input, _)| input.asked == path)
    };
    let paths = inputs.asked().iter().enumerate();
    let unread = paths.filter_map(|(nth, path)| {
        let (first, _) = of_path(nth).next()?;
        // One that could not be read is told as such.
        let is_blind =
            of_path(nth).all(|(_, found)| found.without_events().is_some() && found.is_whole());
        let words = || found_instead(of_path(nth).map(|(_, found)| found));
        is_blind.then(|| (Arc::clone(&first.cluster), path.clone(), words()))
    });
    unread.collect()
}

/// The clusters that paths name and of which no file holds an audit event.
fn dark_clusters(inputs: &Inputs, found: &[FileStats]) -> Vec<(Arc<Cluster>, String)> {
    let mut seen: BTreeMap<&Arc<Cluster>, Vec<&FileStats>> = BTreeMap::new();
    for (input, found) in inputs.found.iter().zip(found) {
        if input.names_cluster {
            seen.entry(&input.cluster).or_default().push(found);
        }
    }
    for cluster in &inputs.skipped_clusters {
        seen.entry(cluster).or_default();
    }
    let is_dark = |(_, found): &(&Arc<Cluster>, Vec<&FileStats>)| {
        found.iter().all(|found| found.without_events().is_some())
    };
    let dark = seen.into_iter().filter(is_dark);
    dark.map(|(cluster, found)| {
        let words = match found.is_empty() {
            true => "all of its objects are dated outside the window by their keys".to_owned(),
            false => format!("there is no audit event in it; {}", found_instead(found)),
        };
        (Arc::clone(cluster), words)
    })
    .collect()
}

/// Reads all inputs for nothing but the time of each cluster's last event.
pub fn survey(inputs: &Inputs, progress: &Progress) -> Result<Coverages, FilesError> {
    #[derive(Default)]
    struct Nothing;
    impl Collect for Nothing {
        fn record(&mut self, _: &Arc<Cluster>, _: Observation) {}
        fn merge(&mut self, _: Self) {}
    }
    read::<Nothing>(inputs, progress).map(|gathered| gathered.coverages)
}

fn nothing_read<C>(gathered: &Gathered<C>, inputs: &Inputs, found: String) -> FilesError {
    let unreadable = gathered
        .coverages
        .0
        .values()
        .flat_map(|coverage| coverage.gaps.keys())
        .find(|gap| gap.kind == GapKind::Unreadable);
    match unreadable {
        Some(gap) => FilesError::Unreadable {
            place: gap.place.to_string(),
            reason: gap.detail.to_string(),
        },
        None => FilesError::NoEvents {
            place: inputs.described(),
            found,
        },
    }
}

/// What all inputs hold instead of events.
fn found_instead_of_all(inputs: &Inputs, found: &[FileStats]) -> String {
    let skipped: u64 = inputs.notes.iter().map(|(_, _, count)| count).sum();
    match found.is_empty() && skipped > 0 {
        true => format!(
            "{} dated outside the window by the key and not read; --since and --until set it",
            pluralize(skipped, "object is", "objects are")
        ),
        false => found_instead(found),
    }
}

/// What inputs without events hold instead.
fn found_instead<'a>(found: impl IntoIterator<Item = &'a FileStats>) -> String {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut marks = Marks::default();
    for (looks_like, in_file) in found.into_iter().filter_map(FileStats::without_events) {
        if let Some(words) = looks_like {
            *kinds.entry(words).or_default() += 1;
        }
        marks.merge(in_file);
    }
    let mut words: Vec<String> = Vec::new();
    // The most frequent kind says what to do; all of them would hide it.
    if let Some((kind, _)) = kinds.iter().max_by_key(|(_, count)| **count) {
        words.push(format!("it looks like {kind}"));
    }
    if marks.other_source > 0 {
        words.push(format!(
            "{} the phrase of a stale token but come from other logs, streams or containers than the API server's audit log",
            pluralize(marks.other_source, "value has", "values have")
        ));
    }
    let unread = marks.all() - marks.other_source;
    if unread > 0 {
        words.push(format!(
            "{} the phrase of a stale token but no audit event",
            pluralize(unread, "value has", "values have")
        ));
    }
    if words.is_empty() {
        words.push(
            "expected an audit log of the API server, or text or JSON that holds its events"
                .to_owned(),
        );
    }
    words.join("; ")
}
