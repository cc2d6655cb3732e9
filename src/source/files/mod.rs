//! Audit logs on disk or standard input.
//!
//! - [`inputs`]: which files, and which cluster each belongs to
//! - [`encoding`], [`open`]: a file as a stream of bytes, decompressed by what it begins with
//! - [`shapes`]: how audit events are stored, and their unwrapping into lines
//! - [`blocks`], [`ranges`]: a stream, or a part of a large file, cut into blocks of whole lines
//! - [`phrases`], [`written_time`], [`scan`]: the evidence in a block: bytes are searched
//!   before anything is parsed
//! - [`found`]: what was found beside the evidence
//! - [`workers`]: which thread does what
//!
//! Memory is bounded by the number of threads times the size of a block, whatever the size of
//! the input.

pub mod blocks;
pub mod encoding;
pub mod found;
pub mod inputs;
pub mod open;
pub mod phrases;
pub mod ranges;
pub mod scan;
pub mod shapes;
#[cfg(test)]
mod trickle;
pub mod workers;
pub mod written_time;

use std::sync::Arc;

use super::Gathered;
use super::progress::Progress;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverages, GapKind};
use crate::evidence::observation::Observation;
use crate::evidence::set::Collect;
use inputs::Inputs;

/// Why no file could be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The files were read, and none of them is an audit log.
    #[error(
        "no audit events in {place}; expected an audit log as the API server writes it, one JSON event a line, or as CloudWatch exports it"
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
    let (collected, found) = workers::read_all(inputs, progress);
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
        fn record(&mut self, _: &Arc<Cluster>, _: Observation) {}
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
