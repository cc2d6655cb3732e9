//! Calls a second, kept on our side: whoever waits for a turn gets the next free one.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Calls a second to one operation in one Region, in turns of equal length: no second ever holds
/// more than its share.
#[derive(Debug)]
pub(in crate::source) struct Pace {
    turn: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many calls a second.
    pub(in crate::source) fn per_second(calls: u32) -> Self {
        Self {
            turn: Duration::from_secs(1) / calls.max(1),
            next: Mutex::new(None),
        }
    }

    /// Waits for a turn.
    pub(in crate::source) async fn turn(&self) {
        sleep_until(self.take_turn(Instant::now())).await;
    }

    fn take_turn(&self, now: Instant) -> Instant {
        let mut next = self
            .next
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + self.turn);
        turn
    }
}

/// The paces of one Region. CloudWatch allows 10 calls a second of each operation (CloudWatch
/// Logs quotas); a fifth of that is left to dashboards and others.
#[derive(Debug)]
pub(in crate::source) struct Paces {
    pub(in crate::source) start_query: Pace,
    pub(in crate::source) get_query_results: Pace,
    pub(in crate::source) describe: Pace,
    pub(in crate::source) stop_query: Pace,
    pub(in crate::source) describe_cluster: Pace,
    pub(in crate::source) list_clusters: Pace,
}

/// Calls a second to each operation.
const CALLS_PER_SECOND: u32 = 8;

impl Default for Paces {
    fn default() -> Self {
        let pace = || Pace::per_second(CALLS_PER_SECOND);
        Self {
            start_query: pace(),
            get_query_results: pace(),
            describe: pace(),
            stop_query: pace(),
            // The quotas of the EKS API are not published.
            describe_cluster: pace(),
            list_clusters: pace(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_holds_more_than_its_share() {
        let pace = Pace::per_second(8);
        let now = Instant::now();
        let turns: Vec<Instant> = (0..100).map(|_| pace.take_turn(now)).collect();
        assert_eq!(turns[0], now, "the first waits for nobody");
        for (first, ninth) in turns.iter().zip(&turns[8..]) {
            assert!(*ninth - *first >= Duration::from_secs(1));
        }
        let later = turns[99] + Duration::from_secs(60);
        assert_eq!(pace.take_turn(later), later, "unused turns are lost");
    }
}
