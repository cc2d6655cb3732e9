//! Which piece of a log the self-check reads.

use chrono::{DateTime, Utc};

use crate::evidence::observation::Observation;
use crate::source::cloudwatch::chunk::Span;
use crate::source::cloudwatch::queries::audit_evidence::SAMPLE;

/// The share of a window that each of the two readings scans, as a divisor: both together stay
/// below 2 % where the log is twice as dense as on average.
const SHARE: i64 = 200;

/// The events that a piece should hold at most: whole ones have to fit into one answer.
const MOST_EVENTS: u64 = SAMPLE.row_limit;

/// What the rows of a log group showed, as far as it tells where to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// The most telling kind of evidence, and the latest arrival of it.
    newest: Option<(Rank, DateTime<Utc>)>,
    /// Events that the rows count.
    events: u64,
}

/// How much of the query an event puts to the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Rejection,
    Legacy,
    Stale,
    /// A stale request that is written when it begins and when it ends.
    Watch,
}

impl Marks {
    /// Counts events of a row.
    pub fn count(&mut self, events: u64) {
        self.events = self.events.saturating_add(events);
    }

    /// Notes what a row proves.
    pub fn note(&mut self, observation: &Observation) {
        let seen = match observation {
            Observation::TokenUse { token_use, .. } => {
                // Every row of a Region comes by here: nothing is copied.
                let agents = token_use.agents.iter();
                let tokens = agents.flat_map(|(_, agent_use)| agent_use.tokens.iter());
                let last = tokens.map(|(_, token)| token.last_used).max();
                let mut calls = token_use.calls.iter();
                let rank = match calls.any(|(call, _)| call.starts_with("watch ")) {
                    true => Rank::Watch,
                    false => Rank::Stale,
                };
                last.map(|last| (rank, last))
            }
            Observation::LegacyTokenUse { token_use, .. } => Some((Rank::Legacy, token_use.last)),
            Observation::RepeatedRejection { last, .. } => Some((Rank::Rejection, *last)),
            _ => None,
        };
        self.newest = self.newest.max(seen);
    }

    /// Adds what other rows of the same group showed.
    pub fn merge(&mut self, other: Self) {
        self.newest = self.newest.max(other.newest);
        self.events = self.events.saturating_add(other.events);
    }

    /// How much a piece of this group would tell, to choose the group by.
    pub fn worth(&self) -> impl Ord + use<> {
        (self.newest, self.events)
    }

    /// The seconds to read of a window: around the latest evidence of the most telling kind, or
    /// else the window's end, which proves that the log was seen. `None` for a window so short that
    /// its share is less than a second.
    pub fn piece(&self, window: Span) -> Option<Span> {
        let share = window.seconds() / SHARE;
        // As long as events fit, if they come evenly; a little room is left to those that don't.
        let rate = self.events.max(1);
        let fitting = (window.seconds().unsigned_abs()).saturating_mul(MOST_EVENTS * 4 / 5) / rate;
        let length = share.min(i64::try_from(fitting).unwrap_or(i64::MAX)).max(1);
        if share < 1 {
            return None;
        }
        let last = match self.newest {
            Some((_, at)) => at.timestamp() + length / 2,
            None => window.last_second,
        };
        let last = last.clamp(window.first_second + length - 1, window.last_second);
        Some(Span {
            first_second: last - length + 1,
            last_second: last,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Span = Span {
        first_second: 1_795_500_000,
        last_second: 1_795_586_399,
    };

    fn marks(newest: Option<(Rank, i64)>, events: u64) -> Marks {
        let time = |second| DateTime::from_timestamp(second, 0).expect("a time");
        Marks {
            newest: newest.map(|(rank, second)| (rank, time(second))),
            events,
        }
    }

    #[test]
    fn a_piece_is_a_small_share_around_the_evidence_and_inside_the_window() {
        for (newest, events, expected) in [
            (None, 0, (DAY.last_second - 431, DAY.last_second)),
            (
                Some((Rank::Stale, DAY.first_second + 40_000)),
                0,
                (DAY.first_second + 39_785, DAY.first_second + 40_216),
            ),
            (
                Some((Rank::Legacy, DAY.first_second)),
                0,
                (DAY.first_second, DAY.first_second + 431),
            ),
            // Ten events a second: of 800 there are enough.
            (None, 864_000, (DAY.last_second - 79, DAY.last_second)),
            (None, u64::MAX, (DAY.last_second, DAY.last_second)),
        ] {
            let piece = marks(newest, events).piece(DAY).expect("a piece");
            assert_eq!(
                (piece.first_second, piece.last_second),
                expected,
                "{newest:?} {events}"
            );
        }
        let short = Span {
            last_second: DAY.first_second + 100,
            ..DAY
        };
        assert_eq!(Marks::default().piece(short), None);
    }

    #[test]
    fn a_stale_token_tells_more_than_a_rejection_and_that_more_than_none() {
        let mut groups = [
            marks(Some((Rank::Rejection, 9)), 100),
            marks(None, 1_000),
            marks(Some((Rank::Stale, 1)), 1),
        ];
        groups.sort_by_key(Marks::worth);
        assert_eq!(groups.map(|marks| marks.events), [1_000, 100, 1]);
    }
}
