//! Calls a second, kept on our side: each call waits for the next free turn, and turns come slower
//! while the service throttles.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The longest turn, however often a call is throttled.
const LONGEST_TURN: Duration = Duration::from_secs(2);

/// Calls a second to one operation in one Region, in turns of equal length: no second ever holds
/// more than its share.
///
/// Somebody else may use the same quota. A throttled call doubles the length of a turn, and each
/// call that is answered takes a tenth off again, as congestion control does.
#[derive(Debug)]
pub(in crate::source) struct Pace {
    shortest: Duration,
    turns: Mutex<Turns>,
}

#[derive(Debug)]
struct Turns {
    length: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// One call in so much time.
    pub(in crate::source) fn every(shortest: Duration) -> Self {
        let turns = Turns {
            length: shortest,
            next: None,
        };
        Self {
            shortest,
            turns: Mutex::new(turns),
        }
    }

    /// Waits for a turn.
    pub(in crate::source) async fn turn(&self) {
        sleep_until(self.take_turn(Instant::now())).await;
    }

    /// A call was throttled: those that follow come slower.
    pub(in crate::source) fn throttled(&self) {
        let mut turns = self.turns();
        turns.length = (turns.length * 2).min(LONGEST_TURN);
    }

    /// A call was answered: those that follow may come a little faster.
    pub(in crate::source) fn answered(&self) {
        let mut turns = self.turns();
        turns.length = (turns.length * 9 / 10).max(self.shortest);
    }

    fn take_turn(&self, now: Instant) -> Instant {
        let mut turns = self.turns();
        let turn = turns.next.map_or(now, |next| next.max(now));
        turns.next = Some(turn + turns.length);
        turn
    }

    fn turns(&self) -> std::sync::MutexGuard<'_, Turns> {
        self.turns
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The paces of one account in one Region.
#[derive(Debug)]
pub(in crate::source) struct Paces {
    pub(in crate::source) start_query: Pace,
    pub(in crate::source) get_query_results: Pace,
    pub(in crate::source) describe: Pace,
    pub(in crate::source) stop_query: Pace,
    pub(in crate::source) describe_cluster: Pace,
    pub(in crate::source) list_clusters: Pace,
    pub(in crate::source) list_objects: Pace,
    pub(in crate::source) get_object: Pace,
}

/// The time between two calls to an operation of CloudWatch Logs, which allows 10 a second
/// (CloudWatch Logs quotas); a twentieth is left to calls that bunch up on their way.
const LOGS_CALL_EVERY: Duration = Duration::from_millis(105);

/// The same for the EKS API, whose quotas are not published: 10 a second is our own choice.
const EKS_CALL_EVERY: Duration = Duration::from_millis(100);

/// The same for S3, which serves at least 5,500 GET requests a second and prefix (Amazon S3 User
/// Guide, "Best practices design patterns"); half of that is left to others.
const S3_CALL_EVERY: Duration = Duration::from_micros(364);

impl Default for Paces {
    fn default() -> Self {
        let pace = || Pace::every(LOGS_CALL_EVERY);
        Self {
            start_query: pace(),
            get_query_results: pace(),
            describe: pace(),
            stop_query: pace(),
            describe_cluster: Pace::every(EKS_CALL_EVERY),
            list_clusters: Pace::every(EKS_CALL_EVERY),
            list_objects: Pace::every(S3_CALL_EVERY),
            get_object: Pace::every(S3_CALL_EVERY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_holds_more_than_its_share() {
        let pace = Pace::every(Duration::from_millis(125));
        let now = Instant::now();
        let turns: Vec<Instant> = (0..100).map(|_| pace.take_turn(now)).collect();
        assert_eq!(turns[0], now, "the first does not wait");
        for (first, ninth) in turns.iter().zip(&turns[8..]) {
            assert!(*ninth - *first >= Duration::from_secs(1));
        }
        let later = turns[99] + Duration::from_secs(60);
        assert_eq!(pace.take_turn(later), later, "unused turns are lost");
    }

    #[test]
    fn turns_come_slower_while_calls_are_throttled_and_no_faster_than_at_first() {
        let pace = Pace::every(Duration::from_millis(100));
        let now = Instant::now();
        let length = |pace: &Pace| {
            let (one, next) = (pace.take_turn(now), pace.take_turn(now));
            next - one
        };
        assert_eq!(length(&pace), Duration::from_millis(100));
        pace.throttled();
        pace.take_turn(now);
        assert_eq!(length(&pace), Duration::from_millis(200));
        (0..20).for_each(|_| pace.throttled());
        pace.take_turn(now);
        assert_eq!(length(&pace), LONGEST_TURN);
        (0..100).for_each(|_| pace.answered());
        pace.take_turn(now);
        assert_eq!(length(&pace), Duration::from_millis(100));
    }
}
