//! The evidence in a block of lines: bytes are searched before anything is parsed.
//!
//! - [`pieces`]: a line that is more than an event, and where events are in it
//! - [`event`]: an event, and what is left of one

mod event;
mod pieces;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use super::block_stats::BlockStats;
use super::carrier::Layout;
use super::phrases::{Phrases, Versions, marks_in};
use super::target::Target;
use crate::evidence::cluster::Cluster;
use crate::evidence::gap::GapKind;
use crate::evidence::set::Collect;
use crate::source::request_filter::RequestFilter;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Which requests of a cluster are wanted.
pub type Wanted<'a> = &'a dyn Fn(&Cluster) -> RequestFilter;

/// Scans whole lines of an audit log as the API server writes it, and hands their evidence to the
/// collector.
pub fn scan<C: Collect>(
    block: &[u8],
    cluster: &Arc<Cluster>,
    arrivals: RequestFilter,
    collector: &mut C,
) -> BlockStats {
    let mut found = BlockStats::default();
    let layout = Layout::default();
    for (_, more) in scan_values(block, Some(&layout), cluster, &|_| arrivals, collector) {
        found.merge(more);
    }
    found
}

/// Scans lines that hold one value each. Without a layout there is nothing to read in them, and
/// what may be evidence is counted as unread. What was found is told by cluster, as values may
/// name theirs.
pub fn scan_values<C: Collect>(
    block: &[u8],
    layout: Option<&Layout>,
    cluster: &Arc<Cluster>,
    wanted: Wanted<'_>,
    collector: &mut C,
) -> Vec<(Arc<Cluster>, BlockStats)> {
    let arrivals = wanted(cluster);
    let mut phrases = Phrases::of(block);
    let mut scan = Scan {
        layout,
        is_candidate: false,
        tells_version: false,
        is_special: false,
        target: 0,
        targets: vec![Target::new(Arc::clone(cluster), arrivals)],
        known: BTreeMap::new(),
        wanted,
        collector,
    };
    let mut versions = Versions::of(block);
    let block_is_special = is_special(block);
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', block).chain([block.len()]);
    for end in ends {
        let line = block[start..end].trim_ascii();
        scan.is_candidate = phrases.before(end);
        scan.tells_version = versions.before(end);
        scan.is_special = block_is_special && is_special(line);
        scan.target = 0;
        scan.line(line);
        start = end + 1;
        if start >= block.len() {
            break;
        }
    }
    let is_annotated = is_annotated(block);
    let targets = scan.targets.into_iter().map(|mut target| {
        target.found.is_annotated |= is_annotated;
        target.finish()
    });
    targets.collect()
}

/// Whether there are annotations of events: the API server writes its decision on a request, or
/// the mark, into every event of one that it has answered. What ships logs may drop them.
fn is_annotated(block: &[u8]) -> bool {
    static ANNOTATIONS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| {
        ["authorization.k8s.io/", "authentication.k8s.io/stale-token"].map(Finder::new)
    });
    ANNOTATIONS.iter().any(|it| it.find(block).is_some())
}

/// Whether there is a NUL, or a byte that is not ASCII.
fn is_special(bytes: &[u8]) -> bool {
    !bytes.is_ascii() || memchr::memchr(0, bytes).is_some()
}

struct Scan<'a, C> {
    layout: Option<&'a Layout>,
    /// Whether a phrase was met in the line.
    is_candidate: bool,
    /// Whether it may be a request of the control plane, of which a few are read for its version.
    tells_version: bool,
    /// Whether there is a NUL in it, or a byte that is not ASCII.
    is_special: bool,
    /// Whom the value at hand is of.
    target: usize,
    targets: Vec<Target>,
    known: BTreeMap<String, usize>,
    wanted: Wanted<'a>,
    collector: &'a mut C,
}

impl<C: Collect> Scan<'_, C> {
    fn found(&mut self) -> &mut BlockStats {
        &mut self.targets[self.target].found
    }

    fn line(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        let mut line = line;
        if self.is_special {
            line = self.undamaged(line);
        }
        line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        if line.is_empty() {
            self.found().lines += 1;
            return;
        }
        match self.layout {
            None => {
                self.found().lines += 1;
                if self.is_candidate {
                    self.found().marks.unread += marks_in(line);
                }
            }
            Some(layout) if layout.is_plain() => {
                self.found().lines += 1;
                self.json(line, self.is_candidate);
            }
            Some(layout) => self.carrier(line, layout),
        }
    }

    /// Notes what is wrong with a line, and cuts off the NUL bytes at its ends: whoever cuts a
    /// log under its writer leaves them there.
    fn undamaged<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        if memchr::memchr(0, line).is_some() {
            self.found().note(GapKind::NulBytes, "", 1);
        } else if std::str::from_utf8(line).is_err() {
            self.found().note(GapKind::NotUtf8, "", 1);
        }
        let is_kept = |byte: &u8| *byte != 0;
        let start = line.iter().position(is_kept);
        let end = line.iter().rposition(is_kept);
        start
            .zip(end)
            .map_or(&[], |(start, end)| line[start..=end].trim_ascii())
    }
}

#[cfg(test)]
mod tests;
