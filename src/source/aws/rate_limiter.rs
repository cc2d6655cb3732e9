//! Calls a second, kept on our side: each call waits for the next free turn, and turns come slower
//! while the service throttles.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How late a turn may come without making those behind it later: timers are no finer than
/// milliseconds.
const CAUGHT_UP: Duration = Duration::from_millis(10);

/// The longest turn, however often a call is throttled.
const LONGEST_TURN: Duration = Duration::from_secs(2);

/// Calls a second to one operation in one Region, in turns of equal length: no second ever holds
/// more than its share. A turn that comes late, on a busy machine, makes those behind it later.
///
/// Somebody else may use the same quota. A throttled call doubles the length of a turn, and each
/// call that is answered takes a tenth off again, as congestion control does.
#[derive(Debug)]
pub(in crate::source) struct RateLimiter {
    shortest: Duration,
    length: Mutex<Duration>,
    /// When the next turn comes. Whoever holds it waits for that, and the others behind it.
    next: tokio::sync::Mutex<Instant>,
}

impl RateLimiter {
    /// One call in so much time.
    pub(in crate::source) fn every(shortest: Duration) -> Self {
        Self {
            shortest,
            length: Mutex::new(shortest),
            next: tokio::sync::Mutex::new(Instant::now()),
        }
    }

    /// Waits for a turn.
    pub(in crate::source) async fn acquire(&self) {
        let mut next = self.next.lock().await;
        sleep_until(*next).await;
        let now = Instant::now();
        let behind = now.checked_sub(CAUGHT_UP).unwrap_or(now);
        *next = (*next).max(behind) + *self.length();
    }

    /// A call was throttled: those that follow come slower.
    pub(in crate::source) fn throttled(&self) {
        let mut length = self.length();
        *length = (*length * 2).min(LONGEST_TURN);
    }

    /// A call was answered: those that follow may come a little faster.
    pub(in crate::source) fn answered(&self) {
        let mut length = self.length();
        *length = (*length * 9 / 10).max(self.shortest);
    }

    fn length(&self) -> std::sync::MutexGuard<'_, Duration> {
        self.length
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The rate limiters of one account in one Region.
#[derive(Debug)]
pub(in crate::source) struct RateLimiters {
    pub(in crate::source) start_query: RateLimiter,
    pub(in crate::source) get_query_results: RateLimiter,
    pub(in crate::source) describe: RateLimiter,
    pub(in crate::source) stop_query: RateLimiter,
    pub(in crate::source) describe_cluster: RateLimiter,
    pub(in crate::source) list_clusters: RateLimiter,
    pub(in crate::source) list_objects: RateLimiter,
    pub(in crate::source) get_object: RateLimiter,
}

/// The time between two calls to an operation of CloudWatch Logs, which allows 10 a second
/// (CloudWatch Logs quotas); a twentieth is left to calls that bunch up on their way.
const LOGS_CALL_EVERY: Duration = Duration::from_millis(105);

/// The same for the EKS API, whose quotas are not published: 10 a second is our own choice.
const EKS_CALL_EVERY: Duration = Duration::from_millis(100);

/// The same for S3, which serves at least 5,500 GET requests a second and prefix (Amazon S3 User
/// Guide, "Best practices design patterns"); half of that is left to others.
const S3_CALL_EVERY: Duration = Duration::from_micros(364);

impl Default for RateLimiters {
    fn default() -> Self {
        let limiter = || RateLimiter::every(LOGS_CALL_EVERY);
        Self {
            start_query: limiter(),
            get_query_results: limiter(),
            describe: limiter(),
            stop_query: limiter(),
            describe_cluster: RateLimiter::every(EKS_CALL_EVERY),
            list_clusters: RateLimiter::every(EKS_CALL_EVERY),
            list_objects: RateLimiter::every(S3_CALL_EVERY),
            get_object: RateLimiter::every(S3_CALL_EVERY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_holds_more_than_its_share() {
        let limiter = RateLimiter::every(Duration::from_millis(125));
        let began = Instant::now();
        let mut turns = Vec::new();
        for turn in 0..40 {
            limiter.acquire().await;
            turns.push(Instant::now());
            if turn == 20 {
                // Late, and those that follow do not catch up.
                sleep_until(Instant::now() + Duration::from_secs(3)).await;
            }
        }
        assert_eq!(turns[0], began, "the first does not wait");
        for (first, ninth) in turns.iter().zip(&turns[8..]) {
            assert!(*ninth - *first >= Duration::from_secs(1) - CAUGHT_UP);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn turns_come_slower_while_calls_are_throttled_and_no_faster_than_at_first() {
        async fn length(limiter: &RateLimiter) -> Duration {
            limiter.acquire().await;
            let one = Instant::now();
            limiter.acquire().await;
            Instant::now() - one
        }
        let limiter = RateLimiter::every(Duration::from_millis(100));
        assert_eq!(length(&limiter).await, Duration::from_millis(100));
        limiter.throttled();
        limiter.acquire().await;
        assert_eq!(length(&limiter).await, Duration::from_millis(200));
        (0..20).for_each(|_| limiter.throttled());
        limiter.acquire().await;
        assert_eq!(length(&limiter).await, LONGEST_TURN);
        (0..100).for_each(|_| limiter.answered());
        limiter.acquire().await;
        assert_eq!(length(&limiter).await, Duration::from_millis(100));
    }
}
