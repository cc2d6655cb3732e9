//! Which groups and seconds a query asks for, and what is asked again.
//!
//! Pure: a [`ChunkQueue`] hands out [`QueryChunk`]s and is told how each came out. StartQuery takes whole
//! seconds with both ends included, so chunks that touch never share a second, and chunks that
//! are cut leave no gap.

/// A span of whole seconds since 1970, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first second.
    pub first_second: i64,
    /// The last second.
    pub last_second: i64,
}

impl Span {
    /// How many seconds it holds.
    pub fn seconds(self) -> i64 {
        self.last_second - self.first_second + 1
    }

    /// The span in so many parts of about equal length, in order; fewer if it has fewer seconds.
    pub fn split(self, parts: usize) -> Vec<Self> {
        let seconds = self.seconds();
        let parts = i64::try_from(parts)
            .unwrap_or(i64::MAX)
            .clamp(1, seconds.max(1));
        // In 128 bits, as the product can be large where the parts are many.
        let start = |part: i64| {
            let offset = i128::from(seconds) * i128::from(part) / i128::from(parts);
            self.first_second + i64::try_from(offset).unwrap_or(i64::MAX)
        };
        (0..parts)
            .map(|part| Self {
                first_second: start(part),
                last_second: start(part + 1) - 1,
            })
            .collect()
    }
}

/// The query, the log groups and the seconds of one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryChunk {
    /// Which query, by its place.
    pub query: usize,
    /// Which log groups, by their places. Never empty.
    pub groups: Vec<usize>,
    /// Which seconds.
    pub span: Span,
}

impl QueryChunk {
    /// Whether there are smaller chunks than this one.
    pub fn can_be_split(&self) -> bool {
        self.groups.len() > 1 || self.span.seconds() > 1
    }
}

/// Why a chunk's answer is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truncated {
    /// It filled its limit of rows; so many rows matched, by the service's count.
    RowLimit {
        /// Rows that matched; 0 if that is not known.
        matched: u64,
        /// The limit.
        limit: u64,
    },
    /// The service took too long.
    TimedOut,
}

/// The most parts that a chunk is cut into at once.
const MOST_PARTS: u64 = 32;

/// Parts are made so much smaller than the limit asks for, since traffic is never even.
const ROOM: f64 = 1.3;

/// What is still to be asked.
#[derive(Debug, Default)]
pub struct ChunkQueue {
    waiting: Vec<QueryChunk>,
    /// A single second of a single group timed out: the service is ill, and smaller chunks of
    /// anything do not help.
    smallest_chunk_timed_out: bool,
    /// A chunk timed out, and none was answered since.
    timed_out: bool,
}

impl ChunkQueue {
    /// A queue to ask for these chunks.
    pub fn new(chunks: Vec<QueryChunk>) -> Self {
        let mut waiting = chunks;
        waiting.reverse();
        Self {
            waiting,
            ..Self::default()
        }
    }

    /// Whether it is being found out how small a chunk must be for the service: one at a time is
    /// enough for that.
    pub fn is_probing(&self) -> bool {
        self.timed_out && !self.smallest_chunk_timed_out
    }

    /// Notes that a chunk was answered.
    pub fn answered(&mut self) {
        self.timed_out = false;
    }

    /// The next chunk to ask for.
    pub fn next_chunk(&mut self) -> Option<QueryChunk> {
        self.waiting.pop()
    }

    /// How many chunks wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether no chunk waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Asks for a further chunk.
    pub fn push(&mut self, chunk: QueryChunk) {
        self.waiting.push(chunk);
    }

    /// Cuts a chunk whose answer is not whole, to be asked again in parts. `false` if it cannot
    /// be cut: then what came is all that can be had.
    pub fn split(&mut self, chunk: &QueryChunk, truncated: Truncated) -> bool {
        self.timed_out = truncated == Truncated::TimedOut;
        if self.timed_out && self.smallest_chunk_timed_out {
            return false;
        }
        // The parts of a chunk of many groups scan no more than the whole did.
        if self.split_groups(chunk) {
            return true;
        }
        if chunk.span.seconds() <= 1 {
            self.smallest_chunk_timed_out |= truncated == Truncated::TimedOut;
            return false;
        }
        let parts = match truncated {
            Truncated::RowLimit { matched, limit } if matched > limit && limit > 0 => {
                let needed = (matched as f64 * ROOM / limit as f64).ceil() as u64;
                needed.clamp(2, MOST_PARTS)
            }
            Truncated::RowLimit { .. } | Truncated::TimedOut => 2,
        };
        let spans = chunk.span.split(usize::try_from(parts).unwrap_or(2));
        self.waiting
            .extend(spans.into_iter().map(|span| QueryChunk {
                span,
                ..chunk.clone()
            }));
        true
    }

    /// Cuts a chunk of several groups into halves of them, to be asked again. `false` if it has
    /// only one.
    pub fn split_groups(&mut self, chunk: &QueryChunk) -> bool {
        if chunk.groups.len() < 2 {
            return false;
        }
        let (some, others) = chunk.groups.split_at(chunk.groups.len() / 2);
        self.waiting.extend([some, others].map(|groups| QueryChunk {
            groups: groups.to_vec(),
            ..chunk.clone()
        }));
        true
    }

    /// Asks for each group of a chunk apart.
    pub fn split_per_group(&mut self, chunk: &QueryChunk) {
        self.waiting
            .extend(chunk.groups.iter().map(|group| QueryChunk {
                groups: vec![*group],
                ..chunk.clone()
            }));
    }
}

#[cfg(test)]
mod tests;
