//! What was found in a file, beside the evidence, and what of it a report has to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytesize::ByteSize;

use super::block_stats::{BlockStats, Marks};
use super::carrier::Layout;
use super::carrier::provenance::Names;
use super::inputs::{Input, Inputs};
use crate::evidence::cluster::Cluster;
use crate::evidence::count::pluralize;
use crate::evidence::coverage::{Coverage, Coverages};
use crate::evidence::gap::GapKind;
use crate::evidence::note::Note;

/// What was found in one file, by cluster: a file of envelopes may hold several.
#[derive(Debug, Default)]
pub struct FileStats {
    /// In order. Nearly always one: a map would take room for a dozen, for each of many files.
    clusters: Vec<(Arc<Cluster>, BlockStats)>,
    bytes: u64,
    /// How its events are wrapped, once that is known.
    layout: Option<Arc<Layout>>,
    /// What it looks like, where no events were met at its beginning.
    looks_like: Option<String>,
    /// Why it could not be read to its end, and how often that happened.
    failures: BTreeMap<String, u64>,
}

impl FileStats {
    /// Adds what was found in some of its lines.
    pub fn add(&mut self, cluster: &Arc<Cluster>, found: BlockStats) {
        let place = self
            .clusters
            .binary_search_by(|(known, _)| known.cmp(cluster));
        match place {
            Ok(known) => self.clusters[known].1.merge(found),
            Err(place) => {
                self.clusters.reserve_exact(1);
                self.clusters.insert(place, (Arc::clone(cluster), found));
            }
        }
    }

    /// Adds decompressed bytes that were read.
    pub fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Notes how its events are wrapped.
    pub fn has_layout(&mut self, layout: &Arc<Layout>) {
        self.layout = Some(Arc::clone(layout));
    }

    /// Notes what it looks like, where no events were met at its beginning.
    pub fn looks_like(&mut self, words: Option<String>) {
        self.looks_like = words;
    }

    /// What became of the marks in it.
    pub fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        for (_, found) in &self.clusters {
            marks.merge(found.marks);
        }
        marks
    }

    /// What it looks like, if it holds no events.
    pub fn without_events(&self) -> Option<(Option<&str>, Marks)> {
        let has_events = self.clusters.iter().any(|(_, found)| found.events > 0);
        (!has_events).then(|| (self.looks_like.as_deref(), self.marks()))
    }

    /// Whether it was read to its end.
    pub fn is_whole(&self) -> bool {
        self.failures.is_empty()
    }

    /// Notes why it could not be read to its end.
    pub fn failed(&mut self, reason: impl Into<String>) {
        *self.failures.entry(reason.into()).or_default() += 1;
    }

    /// Adds it to what was looked at. A file without a single event is no audit log: its lines
    /// are not missed, unless it could not be read to its end or holds a phrase that was not
    /// read.
    pub fn cover(mut self, input: &Input, inputs: &Inputs, coverages: &mut Coverages) {
        let events: u64 = self.clusters.iter().map(|(_, found)| found.events).sum();
        let lines: u64 = self.clusters.iter().map(|(_, found)| found.lines).sum();
        if events == 0 && self.failures.is_empty() {
            return self.pass_over(input, lines, coverages);
        }
        // What concerns the file as a whole is told once, with the cluster it is filed under.
        let of_file = match self.clusters.iter().find(|(_, found)| found.events > 0) {
            Some((cluster, _)) => Arc::clone(cluster),
            None => Arc::clone(&input.cluster),
        };
        // So is what is of no cluster that has events.
        let (known, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.clusters)
            .into_iter()
            .partition(|(_, found)| found.events > 0);
        let mut clusters: BTreeMap<_, _> = known.into_iter().collect();
        let in_file = clusters.entry(Arc::clone(&of_file)).or_default();
        for (_, found) in rest {
            in_file.merge(found);
        }
        for (cluster, found) in clusters {
            let coverage = coverages.of(&cluster);
            coverage.places.insert(input.place.clone());
            let arrivals = inputs.arrivals(&cluster);
            coverage.since = arrivals.since;
            coverage.until = arrivals.until;
            coverage.lines += found.lines;
            for time in found.times() {
                coverage.saw(time);
            }
            coverage.is_annotated |= found.is_annotated;
            coverage.newest_inside = coverage.newest_inside.max(found.newest_inside);
            coverage.control_plane.merge(found.control_plane);
            for ((kind, detail), count) in &found.gaps {
                coverage.gap_times(&input.place, *kind, detail.as_str(), *count);
            }
            if found.marks.unread > 0 && found.gaps.is_empty() {
                let kind = GapKind::MalformedEvent;
                coverage.gap_times(&input.place, kind, UNREAD, found.marks.unread);
            }
            for (count, words) in [
                (found.cut_events, CUT),
                (found.marks.other_place, OTHER_PLACE),
                (found.marks.other_source, OTHER_SOURCE),
            ] {
                note(coverage, input, words, count);
            }
        }
        let coverage = coverages.of(&of_file);
        coverage.bytes_read += self.bytes;
        if self.layout.as_ref().is_some_and(|layout| layout.rows) {
            note(coverage, input, ROWS, 1);
        }
        let is_unsourced = self
            .layout
            .is_some_and(|layout| !layout.is_plain() && !layout.names_source);
        if is_unsourced && !names_audit_log(&input.place) {
            note(coverage, input, UNSOURCED, 1);
        }
        for (reason, count) in self.failures {
            let detail = format!(
                "{reason}; {}, {}, could be read",
                pluralize(lines, "line", "lines"),
                ByteSize(self.bytes).display().si()
            );
            coverage.gap_times(&input.place, GapKind::Unreadable, detail, count);
        }
    }

    fn pass_over(self, input: &Input, lines: u64, coverages: &mut Coverages) {
        let marks = self.marks();
        let cut_events = self
            .clusters
            .iter()
            .map(|(_, found)| found.cut_events)
            .sum();
        let coverage = coverages.of(&input.cluster);
        if lines > 0 {
            coverage.skipped_files.insert(input.place.clone());
        }
        let unread = marks.unread + marks.other_place;
        if unread > 0 {
            let detail = match self.looks_like {
                Some(words) => format!("{UNREAD}; it looks like {words}"),
                None => UNREAD.to_owned(),
            };
            coverage.gap_times(&input.place, GapKind::MalformedEvent, detail, unread);
        }
        note(coverage, input, OTHER_SOURCE, marks.other_source);
        note(coverage, input, CUT, cut_events);
    }
}

/// Words for what was not read, and why.
const UNREAD: &str = "the phrase of a stale token, and no audit event around it";
const CUT: &str = "truncated events without the phrase of a stale token in what is left of them";
const OTHER_PLACE: &str =
    "the phrase of a stale token is not where this input has its events, and was not read";
const OTHER_SOURCE: &str = "the phrase of a stale token in a record that names another log, stream or container than the API server's audit log, and was not read";
const UNSOURCED: &str =
    "its records do not name their source: anyone who can write to it can write evidence";

const ROWS: &str = "rows of a query, without events: accounts without pods, dated from @timestamp, which is late for a watch; sweep the log group itself, or add @message to the query";

fn note(coverage: &mut Coverage, input: &Input, words: &str, count: u64) {
    if count > 0 {
        let note = Note {
            place: input.place.as_str().into(),
            text: words.into(),
        };
        *coverage.notes.entry(note).or_default() += count;
    }
}

/// Whether a path names the stream or the file of the API server's audit log.
fn names_audit_log(path: &str) -> bool {
    let mut names = Names::default();
    for part in path.split('/') {
        names.see("", "logstream", part);
    }
    names.audit_log
}
