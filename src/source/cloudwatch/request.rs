//! What is asked for, within which bounds, and the slices to begin with.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::log_group::LogGroup;
use super::question::{Question, Seconds};
use super::slice::{Slice, Span};
use super::stop::Stop;
use crate::source::arrivals::Arrivals;
use crate::source::progress::Progress;

/// How long after a request's arrival its event can be written: the API server ends ordinary
/// requests after 60 s (`--request-timeout`), and reports long-running ones when they begin.
const WRITTEN_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// The most log groups of one query (CloudWatch Logs API reference, StartQuery).
pub const GROUPS_OF_A_QUERY: usize = 50;

/// What is asked for, and within which bounds.
#[derive(Debug, Clone)]
pub struct Request {
    /// The first arrival wanted.
    pub since: DateTime<Utc>,
    /// The last arrival wanted.
    pub until: DateTime<Utc>,
    /// From when on to look, before the first arrival wanted, for whoever is rejected; absent if
    /// not at all.
    pub look_back: Option<DateTime<Utc>>,
    /// The time of asking: nothing was written after it.
    pub now: DateTime<Utc>,
    /// When to give up.
    pub deadline: Instant,
    /// The time until then, in whole seconds, to speak of.
    pub time_limit_seconds: u64,
    /// How many queries may run at once in a Region.
    pub max_queries: usize,
    /// The operator's wish to break off.
    pub stop: Stop,
    /// How far the work is.
    pub progress: Arc<Progress>,
}

impl Request {
    /// The seconds that a question is about.
    pub fn span(&self, seconds: Seconds) -> Span {
        let written = |since: DateTime<Utc>, until: DateTime<Utc>| Span {
            first_second: since.timestamp(),
            last_second: (until + WRITTEN_WITHIN)
                .min(self.now)
                .max(until)
                .timestamp(),
        };
        match seconds {
            Seconds::Written => written(self.since, self.until),
            Seconds::Arrived => Span {
                first_second: self.since.timestamp(),
                last_second: self.until.timestamp(),
            },
            Seconds::Before => written(self.look_back.unwrap_or(self.since), self.since),
        }
    }

    /// The arrivals that a question wants.
    pub fn arrivals(&self, seconds: Seconds) -> Arrivals {
        let is_before = seconds == Seconds::Before;
        Arrivals {
            since: Some(self.since),
            // Of the look back nothing of the window itself: it is here already.
            until: Some(if is_before {
                DateTime::<Utc>::MIN_UTC
            } else {
                self.until
            }),
            look_back: self.look_back.filter(|_| is_before),
        }
    }
}

/// The slices to begin with: as many groups to a query as fit. A group whose window is not known
/// to exist is asked apart: if it does not, the whole query is refused.
pub fn first_slices<C>(
    questions: &[Question<C>],
    groups: &[LogGroup],
    request: &Request,
) -> Vec<Slice> {
    let (mut shared, mut apart) = (Vec::new(), Vec::new());
    for (place, group) in groups.iter().enumerate() {
        match group.kept_since(request.now) {
            Some(kept_since) if kept_since > request.until => {}
            Some(_) => shared.push(place),
            None => apart.push(vec![place]),
        }
    }
    let chunks = shared.chunks(GROUPS_OF_A_QUERY).map(<[usize]>::to_vec);
    let sets: Vec<Vec<usize>> = chunks.chain(apart).collect();
    let slices = questions.iter().enumerate().flat_map(|(place, question)| {
        let span = request.span(question.seconds);
        sets.iter().map(move |groups| Slice {
            question: place,
            groups: groups.clone(),
            span,
        })
    });
    slices.collect()
}
