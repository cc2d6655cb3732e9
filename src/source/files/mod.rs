//! Audit logs on disk or standard input.
//!
//! - [`inputs`]: which files, and which cluster each belongs to
//! - [`open`]: a file as a stream of bytes, decompressed by what it begins with
//! - [`blocks`]: the stream cut into blocks of whole lines
//! - [`scan`]: the evidence in a block: bytes are searched before anything is parsed
//!
//! Files are read in parallel, and so are the blocks of one file. Memory is bounded by the
//! number of threads times the size of a block, whatever the size of the input.

pub mod blocks;
pub mod inputs;
pub mod open;
pub mod scan;

use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelBridge, ParallelIterator};

use super::Gathered;
use super::progress::Progress;
use crate::evidence::accepted::Evidence;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverage, Coverages, GapKind};
use crate::evidence::rejection::Rejection;
use crate::evidence::set::Collect;
use blocks::{Block, Blocks};
use inputs::{Input, Inputs};
use scan::Scanned;

/// Why no file could be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The files were read, and none of them is an audit log.
    #[error(
        "no audit events in {place}; expected an audit log as the API server writes it, one JSON event a line"
    )]
    NoEvents {
        /// What was read.
        place: String,
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
    let mut gathered = inputs
        .found
        .par_iter()
        .map(|input| read_one::<C>(input, progress))
        .reduce(Gathered::default, Gathered::merged);
    for (cluster, place, reason) in &inputs.unreadable {
        gathered
            .coverages
            .of(cluster)
            .gap(place, GapKind::Unreadable, reason.as_str());
    }
    if gathered
        .coverages
        .0
        .values()
        .all(|coverage| coverage.last_event.is_none())
    {
        return Err(nothing_read(&gathered, inputs));
    }
    Ok(gathered)
}

/// Reads all inputs for nothing but the time of each cluster's last event.
pub fn survey(inputs: &Inputs, progress: &Progress) -> Result<Coverages, FilesError> {
    #[derive(Default)]
    struct Nothing;
    impl Collect for Nothing {
        fn accept(&mut self, _: &Arc<Cluster>, _: Evidence) {}
        fn reject(&mut self, _: &Arc<Cluster>, _: Rejection) {}
        fn merge(&mut self, _: Self) {}
    }
    read::<Nothing>(inputs, progress).map(|gathered| gathered.coverages)
}

fn nothing_read<C>(gathered: &Gathered<C>, inputs: &Inputs) -> FilesError {
    let unreadable = gathered
        .coverages
        .0
        .values()
        .flat_map(|coverage| coverage.gaps.keys())
        .find(|gap| gap.kind == GapKind::Unreadable);
    match unreadable {
        Some(gap) => FilesError::Unreadable {
            place: gap.place.clone(),
            reason: gap.detail.clone(),
        },
        None => FilesError::NoEvents {
            place: inputs.described(),
        },
    }
}

fn read_one<C: Collect>(input: &Input, progress: &Progress) -> Gathered<C> {
    let mut gathered = Gathered::default();
    let reader = match open::open(input, progress) {
        Ok(reader) => reader,
        Err(error) => {
            gathered.coverages.of(&input.cluster).gap(
                &input.place,
                GapKind::Unreadable,
                error.to_string(),
            );
            return gathered;
        }
    };
    let scanned = Blocks::new(reader)
        .par_bridge()
        .map(|block| scan_block(&block, input))
        .reduce(Scanned::default, Scanned::merged);
    *gathered.coverages.of(&input.cluster) = coverage_of(&scanned, input);
    gathered.collected = scanned.collected;
    gathered
}

fn scan_block<C: Collect>(block: &Block, input: &Input) -> Scanned<C> {
    let mut scanned = scan::scan(&block.bytes, &input.cluster, input.arrivals);
    scanned.note(GapKind::OverlongLine, "", block.overlong_lines);
    if let Some(error) = &block.error {
        scanned.note(GapKind::Unreadable, error, 1);
    }
    scanned
}

/// A file without a single event is no audit log: its lines are nobody's loss.
fn coverage_of<C>(scanned: &Scanned<C>, input: &Input) -> Coverage {
    let mut coverage = Coverage::default();
    let failed = scanned
        .gaps
        .keys()
        .any(|(kind, _)| *kind == GapKind::Unreadable);
    if scanned.events == 0 && !failed {
        if scanned.lines > 0 {
            coverage.passed_over.insert(input.place.clone());
        }
        return coverage;
    }
    coverage.places.insert(input.place.clone());
    coverage.since = input.arrivals.since;
    coverage.until = input.arrivals.until;
    coverage.lines = scanned.lines;
    coverage.bytes_read = scanned.bytes;
    for time in scanned.times() {
        coverage.saw(time);
    }
    for ((kind, detail), count) in &scanned.gaps {
        coverage.gap_times(&input.place, *kind, detail.as_str(), *count);
    }
    coverage
}
