//! How many queries are answered, of how many, and which of those that run is the slowest.

use crate::evidence::count::pluralize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Counters of queries, which a display may read at any time.
#[derive(Debug, Default)]
pub struct QueryProgress(Mutex<Queries>);

#[derive(Debug, Default)]
struct Queries {
    done: usize,
    waiting: usize,
    /// By the order in which they were started: what they are about, and since when they run.
    running: BTreeMap<u64, (String, Instant)>,
    started: u64,
}

/// A query that runs, until it is dropped.
#[derive(Debug)]
pub struct RunningQuery<'a> {
    progress: &'a QueryProgress,
    number: u64,
}

impl QueryProgress {
    /// So many queries more wait for their turn.
    pub fn expect(&self, queries: usize) {
        self.locked().waiting += queries;
    }

    /// One that waited runs; it is about this.
    pub fn begin(&self, about: String) -> RunningQuery<'_> {
        let mut queries = self.locked();
        queries.waiting = queries.waiting.saturating_sub(1);
        queries.started += 1;
        let number = queries.started;
        queries.running.insert(number, (about, Instant::now()));
        RunningQuery {
            progress: self,
            number,
        }
    }

    /// One that waited is not run.
    pub fn drop_waiting(&self) {
        let mut queries = self.locked();
        queries.waiting = queries.waiting.saturating_sub(1);
    }

    /// `12 of 24 queries, the slowest 34 s: eu-west-1, prod-1 and 49 more`; nothing before the first
    /// query. What it is about may hold anything: escape it.
    pub fn words(&self, now: Instant) -> String {
        let queries = self.locked();
        let all = queries.done + queries.running.len() + queries.waiting;
        if all == 0 {
            return String::new();
        }
        let mut words = format!("{} of {}", queries.done, pluralize(all, "query", "queries"));
        // The first that was started and still runs is the slowest.
        if let Some((about, since)) = queries.running.values().next() {
            let seconds = now.saturating_duration_since(*since).as_secs();
            if Duration::from_secs(seconds) >= SLOW {
                // Writing to a String cannot fail.
                let _ = write!(words, ", the slowest {seconds} s: {about}");
            }
        }
        words
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Queries> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Most queries are answered within this time: none of those is called slow.
const SLOW: Duration = Duration::from_secs(3);

impl Drop for RunningQuery<'_> {
    fn drop(&mut self) {
        let mut queries = self.progress.locked();
        queries.running.remove(&self.number);
        queries.done += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_counted_and_the_slowest_is_named() {
        let progress = QueryProgress::default();
        let now = Instant::now();
        assert_eq!(progress.words(now), "");
        progress.expect(3);
        assert_eq!(progress.words(now), "0 of 3 queries");
        let slow = progress.begin("eu-west-1, prod-1".to_owned());
        let quick = progress.begin("us-east-1, prod-2".to_owned());
        let later = now + Duration::from_secs(10);
        assert!(
            progress
                .words(later)
                .starts_with("0 of 3 queries, the slowest "),
        );
        assert!(progress.words(later).ends_with(" s: eu-west-1, prod-1"));
        drop(slow);
        assert!(progress.words(later).ends_with(" s: us-east-1, prod-2"));
        drop(quick);
        progress.drop_waiting();
        // A chunk that is split is done, and its parts are further queries.
        progress.expect(2);
        assert_eq!(progress.words(later), "2 of 4 queries");
    }
}
