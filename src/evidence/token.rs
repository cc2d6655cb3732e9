//! The uses of one token.

use chrono::{DateTime, TimeDelta, Utc};

use crate::audit::stage::RequestStage;

/// How far apart the estimates of one token's issue time can lie: 10 s of authentication cache
/// and up to a second of truncation were measured as 10.8 s at most, over 189 tokens; rounded up.
pub const ESTIMATE_SPREAD: TimeDelta = TimeDelta::seconds(15);

/// How many requests were seen, by the stages that were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    single: u64,
    started: u64,
    completed: u64,
}

impl Requests {
    /// One request, known by this part of it.
    pub fn one(stage: RequestStage) -> Self {
        let mut requests = Self::default();
        match stage {
            RequestStage::Single => requests.single = 1,
            RequestStage::Started => requests.started = 1,
            RequestStage::Completed => requests.completed = 1,
        }
        requests
    }

    /// Requests counted elsewhere: those logged once, the starts of long-running ones, and
    /// their ends.
    pub fn counted(single: u64, started: u64, completed: u64) -> Self {
        Self {
            single,
            started,
            completed,
        }
    }

    /// Adds other requests to these.
    pub fn merge(&mut self, other: Self) {
        self.single = self.single.saturating_add(other.single);
        self.started = self.started.saturating_add(other.started);
        self.completed = self.completed.saturating_add(other.completed);
    }

    /// The number of requests. A long-running one counts by its beginning; where an audit
    /// policy leaves the starts out, by its end.
    pub fn count(self) -> u64 {
        self.single.saturating_add(self.started.max(self.completed))
    }
}

/// The uses of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// When it was issued: the earliest estimate, which is the best one.
    pub issued: DateTime<Utc>,
    /// The latest estimate of the same.
    pub latest_estimate: DateTime<Utc>,
    /// The arrival of the first request seen.
    pub first_used: DateTime<Utc>,
    /// The arrival of the last request seen.
    pub last_used: DateTime<Utc>,
    /// The requests seen.
    pub requests: Requests,
}

impl Token {
    /// The token's age when it was last used.
    pub fn age_at_last_use(&self) -> TimeDelta {
        self.last_used - self.issued
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.issued = self.issued.min(other.issued);
        self.latest_estimate = self.latest_estimate.max(other.latest_estimate);
        self.first_used = self.first_used.min(other.first_used);
        self.last_used = self.last_used.max(other.last_used);
        self.requests.merge(other.requests);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_once_by_its_start_or_else_by_its_end() {
        use RequestStage::{Completed, Single, Started};
        for (stages, count) in [
            (&[][..], 0),
            (&[Single], 1),
            (&[Started], 1),
            (&[Completed], 1),
            (&[Started, Completed], 1),
            (&[Started, Started, Completed], 2),
            (&[Started, Completed, Completed], 2),
            (&[Single, Single, Started, Completed], 3),
        ] {
            let mut requests = Requests::default();
            for stage in stages {
                requests.merge(Requests::one(*stage));
            }
            assert_eq!(requests.count(), count, "{stages:?}");
        }
        assert_eq!(Requests::counted(1, 2, 4).count(), 5);
    }

    #[test]
    fn a_token_lasts_from_its_earliest_issue_to_its_last_use() {
        let at = |second| DateTime::from_timestamp(second, 0).expect("a time");
        let token = |issued, used| Token {
            issued: at(issued),
            latest_estimate: at(issued),
            first_used: at(used),
            last_used: at(used),
            requests: Requests::one(RequestStage::Single),
        };
        for (one, other) in [(token(5, 100), token(7, 90)), (token(7, 90), token(5, 100))] {
            let mut both = one;
            both.merge(&other);
            let expected = Token {
                issued: at(5),
                latest_estimate: at(7),
                first_used: at(90),
                last_used: at(100),
                requests: Requests::counted(2, 0, 0),
            };
            assert_eq!(both, expected);
            assert_eq!(both.age_at_last_use(), TimeDelta::seconds(95));
        }
    }
}
