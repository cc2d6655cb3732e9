//! How long to wait between two looks at a query.

use std::time::Duration;

/// The first pause: most queries over a day of one cluster end within seconds.
const FIRST: Duration = Duration::from_millis(200);
/// The longest pause: a query of ten minutes costs 140 looks, and its end is seen within 5 s.
const LONGEST: Duration = Duration::from_secs(5);

/// PollBackoff that start short and grow by an eighth: the end of a query is seen at most so much later.
#[derive(Debug)]
pub(super) struct PollBackoff(Duration);

impl PollBackoff {
    pub(super) fn new() -> Self {
        Self(FIRST)
    }

    /// The next pause.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 9 / 8).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_query_is_seen_soon_and_a_long_one_costs_few_looks() {
        let mut pauses = PollBackoff::new();
        let mut looks = Vec::new();
        let mut elapsed = Duration::ZERO;
        while elapsed < Duration::from_secs(600) {
            elapsed += pauses.next();
            looks.push(elapsed);
        }
        let seen = |end: u64| {
            let end = Duration::from_secs(end);
            *looks.iter().find(|look| **look >= end).expect("a look") - end
        };
        assert!(seen(2) < Duration::from_millis(400));
        assert!(seen(300) <= LONGEST);
        assert!(looks.len() < 150, "{}", looks.len());
    }
}
