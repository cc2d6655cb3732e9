//! A line that is more than an event: the pieces of it that may be read, and whose they are.

use std::sync::Arc;

use super::Scan;
use crate::evidence::cluster::Cluster;
use crate::evidence::gap::GapKind;
use crate::evidence::observation::Observation;
use crate::evidence::set::Collect;
use crate::source::files::carrier::Layout;
use crate::source::files::carrier::learning::{names_of, words};
use crate::source::files::carrier::path::{Piece, Step, follow};
use crate::source::files::carrier::prefix::{Prefixed, cut};
use crate::source::files::carrier::provenance::Names;
use crate::source::files::carrier::query_answer::{ROWS, gaps};
use crate::source::files::carrier::rows;
use crate::source::files::phrases::{has_phrase, marks_in};
use crate::source::files::target::Target;

impl<C: Collect> Scan<'_, C> {
    /// A line that is more than an event.
    pub(super) fn carrier(&mut self, line: &[u8], layout: &Layout) {
        let Some(cut) = cut(line) else {
            self.found().lines += 1;
            return self.not_json(line);
        };
        let is_prefixed = !cut.prefix.is_empty() || cut.labels.is_some();
        let mut names = names_of(&cut);
        if is_prefixed != layout.prefixed || !has_source_word(&cut, layout) {
            names.other = true;
        }
        if layout.steps.is_empty() && !layout.rows {
            if self.may_read(&names, cut.value) {
                self.json(cut.value, self.is_candidate);
            }
            return;
        }
        let found = follow(cut.value, &layout.steps, &names);
        let mut marks = 0;
        let count = found.pieces.len();
        for (piece, names) in found.pieces {
            marks += match piece {
                Piece::Json(row) if layout.rows => self.piece(row, &names, Self::row),
                Piece::Json(json) => self.piece(json, &names, Self::json),
                Piece::Escaped(text) => self.piece(text, &names, Self::escaped),
                Piece::Text(text) => self.piece(text.as_bytes(), &names, Self::text),
            };
        }
        if layout.steps.first() == Some(&Step::Key(ROWS.to_owned())) && found.whole {
            for (kind, detail) in gaps(cut.value, count as u64) {
                self.found().note(kind, &detail, 1);
            }
        }
        self.found().lines += u64::from(count == 0);
        let all = if self.is_candidate { marks_in(line) } else { 0 };
        let elsewhere = all.saturating_sub(marks);
        if found.whole {
            self.found().marks.other_place += elsewhere;
        } else {
            self.found().note(GapKind::TornLine, "", 1);
            self.found().marks.unread += elsewhere;
        }
    }

    /// A piece of a carrier; returns how many marks it holds.
    fn piece(&mut self, text: &[u8], names: &Names, read: fn(&mut Self, &[u8], bool)) -> u64 {
        let is_candidate = self.is_candidate && has_phrase(text);
        if self.may_read(names, text) {
            read(self, text, is_candidate);
        }
        if is_candidate { marks_in(text) } else { 0 }
    }

    /// Whether a value may be read by what names its source; files it under its cluster.
    fn may_read(&mut self, names: &Names, text: &[u8]) -> bool {
        self.target = match &names.cluster {
            Some(name) => self.target_of(name),
            None => 0,
        };
        self.found().lines += 1;
        if !names.allow() {
            if self.is_candidate {
                self.found().marks.other_source += marks_in(text);
            }
            return false;
        }
        true
    }

    fn target_of(&mut self, name: &str) -> usize {
        if self.targets[0].cluster.name == name {
            return 0;
        }
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let cluster = Arc::new(Cluster::named(name));
        let arrivals = (self.wanted)(&cluster);
        self.targets.push(Target::new(cluster, arrivals));
        let at = self.targets.len() - 1;
        self.known.insert(name.to_owned(), at);
        at
    }

    /// A row of a query's result, which stands for an event.
    fn row(&mut self, row: &[u8], _: bool) {
        let target = &mut self.targets[self.target];
        let Some(evidence) = rows::evidence(row) else {
            return;
        };
        target.found.events += 1;
        target.found.is_annotated = true;
        target.saw_time(evidence.received);
        if target.arrivals.contains(evidence.received) {
            let observation = Observation::StaleRequest(evidence);
            self.collector.record(&target.cluster, observation);
        }
    }
}

/// Whether the word of a prefix that names the API server does.
fn has_source_word(cut: &Prefixed<'_>, layout: &Layout) -> bool {
    layout.source_word.is_none_or(|(at, wanted)| {
        words(cut.prefix)
            .nth(at)
            .is_some_and(|word| memchr::memmem::find(word, wanted.as_bytes()).is_some())
    })
}
