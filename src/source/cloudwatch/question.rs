//! What is asked of log groups: a query, and what to make of a row of its answer.
//!
//! - [`holders`]: stale tokens, aggregated: one row a holder and token
//! - [`rejections`]: who is rejected, and who was accepted from the same addresses before
//! - [`legacy_tokens`]: tokens kept in secrets
//! - [`events`]: every event that may hold evidence, whole
//!
//! A further question is one more file, and one more entry in the list that is asked.

pub mod events;
pub mod holders;
pub mod legacy_tokens;
pub mod rejections;

use std::sync::Arc;

use super::query::Query;
use crate::evidence::cluster::Cluster;
use crate::evidence::coverage::Coverage;
use crate::source::arrivals::Arrivals;

use super::row::Row;

/// Where a row comes from, and what of it is wanted.
#[derive(Debug, Clone)]
pub struct Context {
    /// The cluster.
    pub cluster: Arc<Cluster>,
    /// The log group.
    pub place: String,
    /// The arrivals that are wanted.
    pub arrivals: Arrivals,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Took {
    /// The collector has what it says.
    Row,
    /// It tells of events that this question leaves to another.
    Rest,
    /// It cannot be read: whatever it tells of must be asked otherwise.
    Unreadable,
}

/// Which seconds a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seconds {
    /// Those in which events of the wanted arrivals were written.
    Written,
    /// Those of the wanted arrivals themselves.
    Arrived,
    /// Those of the look back.
    Before,
}

/// A question.
#[derive(Debug)]
pub struct Question<C> {
    /// The query.
    pub query: Query,
    /// The query's text for a window of arrivals, which the window of the query itself does not
    /// tell: an event is written when a request is over.
    pub text: fn(&Query, Arrivals) -> String,
    /// A further filter; may be empty.
    pub filter: Arc<str>,
    /// Which seconds it is about.
    pub seconds: Seconds,
    /// Takes a row in.
    pub take: fn(&Row, &Context, &mut C, &mut Coverage) -> Took,
    /// The question to ask instead of this one, where it is refused or its rows cannot be read.
    pub otherwise: Option<fn() -> Self>,
    /// The question to ask besides, about the events that this one leaves to it.
    pub rest: Option<fn() -> Self>,
}

impl<C> Question<C> {
    /// A query as it stands, of what was written in the wanted arrivals, and nothing besides.
    fn of(query: Query, take: fn(&Row, &Context, &mut C, &mut Coverage) -> Took) -> Self {
        Self {
            query,
            text: |query, _| query.text.to_owned(),
            filter: Arc::from(""),
            seconds: Seconds::Written,
            take,
            otherwise: None,
            rest: None,
        }
    }

    /// The text with its filter.
    pub fn whole_text(&self, arrivals: Arrivals) -> String {
        let text = (self.text)(&self.query, arrivals);
        if self.filter.is_empty() {
            return text;
        }
        text.replacen("| limit", &format!("{}\n| limit", self.filter), 1)
    }

    /// Whether another asks the same.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.query == other.query && self.filter == other.filter && self.seconds == other.seconds
    }
}

impl<C> Clone for Question<C> {
    fn clone(&self) -> Self {
        Self {
            filter: Arc::clone(&self.filter),
            ..*self
        }
    }
}
