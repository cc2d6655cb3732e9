//! Every event that may hold evidence, whole: read here as a line of a file is.

use std::sync::Arc;

use super::{Context, Question, Took};
use crate::evidence::accepted::Evidence;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::rejection::Rejection;
use crate::evidence::set::Collect;
use crate::source::cloudwatch::query::STALE_TOKEN_EVENTS;
use crate::source::cloudwatch::row::Row;
use crate::source::intake::{Taken, take_in};

/// The question.
pub fn question<C: Collect>() -> Question<C> {
    // Arrivals are sorted out here.
    Question::of(STALE_TOKEN_EVENTS, take)
}

fn take<C: Collect>(
    row: &Row,
    context: &Context,
    collected: &mut C,
    coverage: &mut Coverage,
) -> Took {
    let place = &context.place;
    let Some(message) = row.get("@message") else {
        coverage.gap(place, GapKind::MalformedEvent, "row without a message");
        return Took::Row;
    };
    let mut accepted = AcceptedOnly(std::mem::take(collected));
    let taken = take_in(message, &context.cluster, context.arrivals, &mut accepted);
    *collected = accepted.0;
    match taken {
        Taken::Event(written) => coverage.saw(written),
        Taken::OtherKind => {}
        Taken::Unusable(kind, detail) => coverage.gap(place, kind, detail),
    }
    Took::Row
}

/// A collector that takes in accepted requests only: an event that holds the annotation's phrase
/// may be a rejection, and those are counted by their own query.
#[derive(Debug, Default)]
pub(super) struct AcceptedOnly<C>(pub(super) C);

impl<C: Collect> Collect for AcceptedOnly<C> {
    fn accept(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.0.accept(cluster, evidence);
    }

    fn accept_earlier(&mut self, cluster: &Arc<Cluster>, evidence: Evidence) {
        self.0.accept_earlier(cluster, evidence);
    }

    fn reject(&mut self, _: &Arc<Cluster>, _: Rejection) {}

    fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}
