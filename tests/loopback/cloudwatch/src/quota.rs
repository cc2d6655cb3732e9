//! The quotas of one account in one Region, which is one service here.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use loopback_aws::Exception;

use super::operation::Operation;

/// What is enforced.
#[derive(Debug, Clone)]
pub struct Quotas {
    /// How many queries may run at once.
    pub running: usize,
    /// How many calls of an operation any one second may hold; without a number there is no such quota.
    pub per_second: HashMap<Operation, usize>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            running: 100,
            per_second: HashMap::new(),
        }
    }
}

impl Quotas {
    /// The documented defaults: 100 running queries, and 10 calls a second of the three operations that matter.
    pub fn documented() -> Self {
        let limited = [
            Operation::StartQuery,
            Operation::GetQueryResults,
            Operation::DescribeLogGroups,
        ];
        Self {
            per_second: limited
                .into_iter()
                .map(|operation| (operation, 10))
                .collect(),
            ..Self::default()
        }
    }
}

/// The error for a query more than may run.
pub(crate) fn too_many_queries(most: usize) -> Exception {
    Exception::new(
        "LimitExceededException",
        format!("Account maximum query concurrency limit of [{most}] reached."),
    )
}

/// The calls of the last second.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    calls: HashMap<Operation, VecDeque<Instant>>,
}

impl Recent {
    /// Whether one more call fits, which then counts.
    pub(crate) fn admit(&mut self, operation: Operation, quotas: &Quotas, now: Instant) -> bool {
        let Some(most) = quotas.per_second.get(&operation) else {
            return true;
        };
        let calls = self.calls.entry(operation).or_default();
        while calls
            .front()
            .is_some_and(|call| now.duration_since(*call) >= Duration::from_secs(1))
        {
            calls.pop_front();
        }
        let fits = calls.len() < *most;
        if fits {
            calls.push_back(now);
        }
        fits
    }
}
