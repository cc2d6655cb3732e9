//! Every event that may hold evidence, whole: read here as a line of a file is.

use super::{Context, Question, Took};
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::set::Collect;
use crate::source::arrivals::Arrivals;
use crate::source::cloudwatch::query::{Query, STALE_TOKEN_EVENTS};
use crate::source::cloudwatch::row::Row;
use crate::source::intake::{Taken, take_in};

/// The question.
pub fn question<C: Collect>() -> Question<C> {
    Question {
        query: STALE_TOKEN_EVENTS,
        text,
        take,
        otherwise: None,
        rest: None,
    }
}

/// Arrivals are sorted out here.
fn text(query: &Query, _: Arrivals) -> String {
    query.text.to_owned()
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
    match take_in(message, &context.cluster, context.arrivals, collected) {
        Taken::Event(written) => coverage.saw(written),
        Taken::OtherKind => {}
        Taken::Unusable(kind, detail) => coverage.gap(place, kind, detail),
    }
    Took::Row
}
