//! Values as blocks of lines.

use crate::evidence::gap::GapKind;
use crate::source::files::block_stats::BlockStats;
use crate::source::files::blocks::{BLOCK, Buffer};

/// Where a block of lines, and what was found beside them, go.
pub type Deliver<'a> = &'a mut dyn FnMut(&mut Buffer, BlockStats);

/// Takes values and delivers them as blocks of lines.
pub struct RecordSink<'a> {
    lines: Buffer,
    beside: BlockStats,
    deliver: Deliver<'a>,
    /// How large a block gets: the first one is larger, as the layout is learned from it.
    block: usize,
}

/// The size of the first block.
pub const FIRST_BLOCK: usize = 4 * BLOCK;

impl<'a> RecordSink<'a> {
    /// Values that are delivered so.
    pub fn new(deliver: Deliver<'a>) -> Self {
        Self {
            lines: Buffer::default(),
            beside: BlockStats::default(),
            deliver,
            block: FIRST_BLOCK,
        }
    }

    /// Adds a value, in parts that are joined. A line break in it becomes a blank: in JSON it
    /// can only stand between tokens.
    pub fn add(&mut self, parts: &[&[u8]]) {
        for part in parts {
            for (at, line) in part.split(|byte| *byte == b'\n').enumerate() {
                if at > 0 {
                    self.lines.push(b" ");
                }
                self.lines.push(line);
            }
        }
        self.lines.push(b"\n");
        if self.lines.bytes().len() >= self.block {
            self.flush();
        }
    }

    /// Notes something that could not be used.
    pub fn note(&mut self, kind: GapKind, detail: &str, count: u64) {
        self.beside.note(kind, detail, count);
    }

    /// Counts values that hold a mark and could not be read.
    pub fn unread_marks(&mut self, count: u64) {
        self.beside.marks.unread += count;
    }

    /// Delivers what was not delivered yet.
    pub fn flush(&mut self) {
        let beside = std::mem::take(&mut self.beside);
        if self.lines.bytes().is_empty() && beside == BlockStats::default() {
            return;
        }
        (self.deliver)(&mut self.lines, beside);
        self.lines.clear();
        self.block = BLOCK;
    }
}
