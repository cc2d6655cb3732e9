//! Which groups and seconds a query asks for, and what is asked again.
//!
//! Pure: a [`Plan`] hands out [`Slice`]s and is told how each came out. StartQuery takes whole
//! seconds with both ends included, so slices that touch never share a second, and slices that
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
    pub fn cut(self, parts: usize) -> Vec<Self> {
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

/// The question, the log groups and the seconds of one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Which question, by its place.
    pub question: usize,
    /// Which log groups, by their places. Never empty.
    pub groups: Vec<usize>,
    /// Which seconds.
    pub span: Span,
}

impl Slice {
    /// Whether there are smaller slices than this one.
    pub fn can_be_cut(&self) -> bool {
        self.groups.len() > 1 || self.span.seconds() > 1
    }
}

/// Why a slice's answer is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Short {
    /// It filled its limit of rows; so many rows matched, by the service's count.
    Limit {
        /// Rows that matched; 0 if that is not known.
        matched: u64,
        /// The limit.
        limit: u64,
    },
    /// The service took too long.
    TimeOut,
}

/// The most parts that a slice is cut into at once.
const MOST_PARTS: u64 = 32;

/// Parts are made so much smaller than the limit asks for, since traffic is never even.
const ROOM: f64 = 1.3;

/// What is still to be asked.
#[derive(Debug, Default)]
pub struct Plan {
    waiting: Vec<Slice>,
    /// A single second of a single group timed out: the service is ill, and smaller slices of
    /// anything do not help.
    time_does_not_help: bool,
    /// A slice timed out, and none was answered since.
    timed_out: bool,
}

impl Plan {
    /// A plan to ask for these slices.
    pub fn new(slices: Vec<Slice>) -> Self {
        let mut waiting = slices;
        waiting.reverse();
        Self {
            waiting,
            ..Self::default()
        }
    }

    /// Whether it is being found out how small a slice must be for the service: one at a time is
    /// enough for that.
    pub fn is_probing(&self) -> bool {
        self.timed_out && !self.time_does_not_help
    }

    /// Notes that a slice was answered.
    pub fn answered(&mut self) {
        self.timed_out = false;
    }

    /// The next slice to ask for.
    pub fn next_slice(&mut self) -> Option<Slice> {
        self.waiting.pop()
    }

    /// Asks for a further slice.
    pub fn ask(&mut self, slice: Slice) {
        self.waiting.push(slice);
    }

    /// Cuts a slice whose answer is not whole, to be asked again in parts. `false` if it cannot
    /// be cut: then what came is all that can be had.
    pub fn cut(&mut self, slice: &Slice, short: Short) -> bool {
        self.timed_out = short == Short::TimeOut;
        if self.timed_out && self.time_does_not_help {
            return false;
        }
        // The parts of a slice of many groups scan no more than the whole did.
        if self.cut_groups(slice) {
            return true;
        }
        if slice.span.seconds() <= 1 {
            self.time_does_not_help |= short == Short::TimeOut;
            return false;
        }
        let parts = match short {
            Short::Limit { matched, limit } if matched > limit && limit > 0 => {
                let needed = (matched as f64 * ROOM / limit as f64).ceil() as u64;
                needed.clamp(2, MOST_PARTS)
            }
            Short::Limit { .. } | Short::TimeOut => 2,
        };
        let spans = slice.span.cut(usize::try_from(parts).unwrap_or(2));
        self.waiting.extend(spans.into_iter().map(|span| Slice {
            span,
            ..slice.clone()
        }));
        true
    }

    /// Cuts a slice of several groups into halves of them, to be asked again. `false` if it has
    /// only one.
    pub fn cut_groups(&mut self, slice: &Slice) -> bool {
        if slice.groups.len() < 2 {
            return false;
        }
        let (some, others) = slice.groups.split_at(slice.groups.len() / 2);
        self.waiting.extend([some, others].map(|groups| Slice {
            groups: groups.to_vec(),
            ..slice.clone()
        }));
        true
    }

    /// Asks for each group of a slice apart.
    pub fn ask_apart(&mut self, slice: &Slice) {
        self.waiting.extend(slice.groups.iter().map(|group| Slice {
            groups: vec![*group],
            ..slice.clone()
        }));
    }
}

#[cfg(test)]
mod tests;
