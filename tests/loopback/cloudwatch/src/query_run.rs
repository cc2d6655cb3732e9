//! One started query: its life from Scheduled to its end.

use std::time::Instant;

use loopback_insights::{Answer, Query};

use super::journal::{End, Fate, QuerySeen};
use super::settings::Life;

/// Where a query stands when somebody asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Phase {
    /// It has not begun.
    Scheduled,
    /// It has read this part of the events.
    Running(f64),
    /// It has come to its end.
    Ended(End),
}

/// A query that was started.
#[derive(Debug)]
pub(crate) struct QueryRun {
    pub(crate) seen: QuerySeen,
    pub(crate) query: Query,
    /// The groups, by their place in the service.
    pub(crate) groups: Vec<usize>,
    pub(crate) end: End,
    pub(crate) started: Instant,
    /// The full answer, once it was needed.
    pub(crate) answer: Option<Answer>,
}

impl QueryRun {
    /// Counts a poll and says what it sees.
    pub(crate) fn poll(&mut self, life: Life) -> Phase {
        self.seen.polls += 1;
        let phase = self.phase(life);
        if let (Phase::Ended(end), Fate::LeftRunning) = (phase, self.seen.fate) {
            self.seen.fate = Fate::Ended(end);
        }
        phase
    }

    /// What the poll counted last sees.
    pub(crate) fn phase(&self, life: Life) -> Phase {
        match self.seen.fate {
            Fate::Stopped => return Phase::Ended(End::Cancelled),
            Fate::Ended(end) => return Phase::Ended(end),
            Fate::LeftRunning => {}
        }
        let part = match life {
            Life::Polls(polls) if self.seen.polls <= 1 && polls >= 2 => 0.0,
            Life::Polls(polls) if self.seen.polls > polls => 1.0,
            Life::Polls(polls) => f64::from(self.seen.polls) / (f64::from(polls) + 1.0),
            Life::Lasts(time) => {
                self.started.elapsed().as_secs_f64() / time.as_secs_f64().max(f64::EPSILON)
            }
        };
        let scheduled_until = match life {
            Life::Polls(_) => f64::MIN_POSITIVE,
            Life::Lasts(_) => 0.25,
        };
        match self.end {
            _ if part < scheduled_until => Phase::Scheduled,
            End::Never => Phase::Running(part.min(0.9)),
            end if part >= 1.0 => Phase::Ended(end),
            _ => Phase::Running(part),
        }
    }

    /// Whether it takes a place among the running queries. A query that lasts a number of polls runs until a poll
    /// has seen its end.
    pub(crate) fn is_running(&self, life: Life) -> bool {
        let unseen = self.seen.fate == Fate::LeftRunning;
        match life {
            Life::Polls(_) => unseen,
            Life::Lasts(_) => unseen && !matches!(self.phase(life), Phase::Ended(_)),
        }
    }
}
