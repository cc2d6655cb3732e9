//! Questions put to the log groups of one Region: slices side by side, answers merged.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::log_group::{LogGroup, whose};
use super::price::price;
use super::question::{Context, Question, Took, rejections};
use super::request::{Request, first_slices};
use super::run::{Answer, Asked, End, run};
use super::slice::{Plan, Short, Slice, Span};
use crate::evidence::coverage::{Coverage, GapKind};
use crate::evidence::set::Collect;
use crate::source::Gathered;
use crate::source::aws::cause::Cause;
use crate::source::aws::connection::Connection;
use crate::source::aws::failure::Failure;

/// What one group said to one slice.
#[derive(Debug)]
struct Part<C> {
    collected: C,
    coverage: Coverage,
    is_readable: bool,
    has_rest: bool,
}

impl<C: Default> Default for Part<C> {
    fn default() -> Self {
        Self {
            collected: C::default(),
            coverage: Coverage::default(),
            is_readable: true,
            has_rest: false,
        }
    }
}

/// What one slice came to: what each group said, by its place.
type Outcome<C> = (Slice, Result<(Answer, BTreeMap<usize, Part<C>>), Failure>);

/// Everything that is known while a Region is asked.
struct Asking<C> {
    connection: Arc<Connection>,
    groups: Arc<Vec<LogGroup>>,
    questions: Vec<Question<C>>,
    request: Request,
    plan: Plan,
    gathered: Gathered<C>,
    failures: Vec<Failure>,
}

/// Puts the questions to the log groups. What failed is a gap of the cluster that it concerns,
/// and comes back as well.
pub async fn ask<C: Collect + 'static>(
    connection: Arc<Connection>,
    groups: Arc<Vec<LogGroup>>,
    questions: Vec<Question<C>>,
    request: Request,
) -> (Gathered<C>, Vec<Failure>) {
    let plan = Plan::new(first_slices(&questions, &groups, &request));
    let mut asking = Asking {
        connection,
        groups,
        questions,
        request,
        plan,
        gathered: Gathered::default(),
        failures: Vec::new(),
    };
    asking.introduce();
    asking.work().await;
    asking.look_back();
    asking.work().await;
    (asking.gathered, asking.failures)
}

impl<C: Collect + 'static> Asking<C> {
    /// Asks until nothing is left to ask.
    async fn work(&mut self) {
        let mut running: JoinSet<Outcome<C>> = JoinSet::new();
        loop {
            let most = match self.plan.is_probing() {
                true => 1,
                false => self.request.max_queries,
            };
            while running.len() < most {
                let Some(slice) = self.plan.next_slice() else {
                    break;
                };
                if self.request.stop.is_pulled() {
                    self.gap(&slice, GapKind::Interrupted, "");
                } else if self.request.deadline <= Instant::now() {
                    self.time_is_up(&slice);
                } else {
                    running.spawn(self.start(slice));
                }
            }
            match running.join_next().await {
                None => break,
                Some(Ok((slice, Ok((answer, parts))))) => self.answered(&slice, &answer, parts),
                Some(Ok((slice, Err(failure)))) => self.failed(&slice, failure),
                // A panic has been printed; its slice is lost.
                Some(Err(error)) => {
                    let failure = Failure::during(
                        "a query",
                        Cause::Other {
                            reason: error.to_string(),
                        },
                    );
                    self.failures.push(failure.in_region(&self.connection));
                }
            }
        }
    }

    /// Asks who was accepted before the window from the addresses that are rejected inside it.
    fn look_back(&mut self) {
        if self.request.look_back.is_none() {
            return;
        }
        let groups = Arc::clone(&self.groups);
        for (place, group) in groups.iter().enumerate() {
            let rejected = self.gathered.collected.rejected_in(&group.cluster);
            if let Some(question) = rejections::earlier(&rejected) {
                self.plan.ask(Slice {
                    question: self.questions.len(),
                    groups: vec![place],
                    span: self.request.span(question.seconds),
                });
                self.questions.push(question);
            }
        }
    }

    /// Says of every group what is asked of it.
    fn introduce(&mut self) {
        let (request, groups) = (&self.request, Arc::clone(&self.groups));
        for group in groups.iter() {
            let mut coverage = Coverage {
                since: Some(request.since),
                until: Some(request.until),
                ..Coverage::default()
            };
            coverage.places.insert(group.name.clone());
            let kept_since = group.kept_since(request.now);
            if let Some(kept_since) = kept_since.filter(|kept| *kept > request.since) {
                if kept_since > request.until {
                    let failure = Failure::new(Cause::OutsideRetention)
                        .concerning(&group.cluster, &self.connection);
                    coverage.gap(&group.name, GapKind::NotAsked, failure.summary());
                    self.failures.push(failure);
                } else {
                    let since = kept_since.format("%Y-%m-%d %H:%M UTC");
                    let because = group.kept_because(request.now);
                    let text = format!("nothing is there from before {since}: {because}");
                    coverage.note_times(&group.name, text, 1);
                    coverage.since = Some(kept_since);
                }
            }
            *self.gathered.coverages.of(&group.cluster) = coverage;
        }
    }

    /// One slice, from the start of its query to the last of its rows.
    fn start(&self, slice: Slice) -> impl Future<Output = Outcome<C>> + use<C> {
        let (connection, groups) = (Arc::clone(&self.connection), Arc::clone(&self.groups));
        let question = self.questions[slice.question].clone();
        let request = self.request.clone();
        async move {
            let members: Vec<&LogGroup> =
                slice.groups.iter().map(|place| &groups[*place]).collect();
            let contexts: Vec<Context> = members
                .iter()
                .map(|group| Context {
                    cluster: Arc::clone(&group.cluster),
                    place: group.name.clone(),
                    arrivals: request.arrivals(question.seconds),
                })
                .collect();
            let text = question.whole_text(request.arrivals(question.seconds));
            let asked = Asked {
                name: question.query.name,
                text: &text,
                limit: question.query.limit,
                rows_are_events: question.query.rows_are_events,
                can_be_cut: slice.can_be_cut(),
                groups: &members,
                span: slice.span,
            };
            let mut parts: BTreeMap<usize, Part<C>> = BTreeMap::new();
            let mut take = |rows: Vec<super::row::Row>| {
                for row in rows {
                    let Some(member) = whose(&members, row.get("@log")) else {
                        let first: &mut Part<C> = parts.entry(slice.groups[0]).or_default();
                        let place = &contexts[0].place;
                        let detail = "row of a log group that was not asked";
                        first.coverage.gap(place, GapKind::MalformedEvent, detail);
                        continue;
                    };
                    let part = parts.entry(slice.groups[member]).or_default();
                    let took = (question.take)(
                        &row,
                        &contexts[member],
                        &mut part.collected,
                        &mut part.coverage,
                    );
                    part.is_readable &= took != Took::Unreadable;
                    part.has_rest |= took == Took::Rest;
                }
            };
            let answer = run(
                &connection,
                &asked,
                request.deadline,
                &request.stop,
                &mut take,
            )
            .await;
            (slice, answer.map(|answer| (answer, parts)))
        }
    }

    fn answered(&mut self, slice: &Slice, answer: &Answer, parts: BTreeMap<usize, Part<C>>) {
        self.request.progress.advance(answer.bytes_scanned);
        self.charge(slice, answer.bytes_scanned);
        let limit = self.questions[slice.question].query.limit;
        let short = match &answer.end {
            End::Full => Some(Short::Limit {
                matched: answer.matched,
                limit,
            }),
            End::Ended(state) if state == "Timeout" => Some(Short::TimeOut),
            _ => None,
        };
        if short.is_some_and(|short| self.plan.cut(slice, short)) {
            return;
        }
        let (rows, matched) = (answer.rows, answer.matched);
        match &answer.end {
            End::Complete => {
                self.plan.answered();
                let query = &self.questions[slice.question].query;
                if query.rows_are_events && rows < matched {
                    let detail = format!("{rows} of {matched} rows");
                    self.gap(slice, GapKind::QueryEnded, &detail);
                }
            }
            End::Full => {
                let detail = format!("{rows} of {matched} rows; ask for a shorter window");
                self.gap(slice, GapKind::RowLimit, &detail);
            }
            End::Ended(state) => self.gap(slice, GapKind::QueryEnded, state),
            End::TimeLimit => self.time_is_up(slice),
            End::Interrupted => self.gap(slice, GapKind::Interrupted, ""),
        }
        let Question {
            otherwise, rest, ..
        } = self.questions[slice.question].clone();
        for (place, part) in parts {
            if !part.is_readable && self.ask_another(otherwise, slice, &[place]) {
                continue;
            }
            if part.has_rest {
                self.ask_another(rest, slice, &[place]);
            }
            self.gathered.collected.merge(part.collected);
            let cluster = &self.groups[place].cluster;
            self.gathered.coverages.of(cluster).merge(part.coverage);
        }
    }

    fn failed(&mut self, slice: &Slice, failure: Failure) {
        let concerns_one = matches!(
            failure.cause(),
            Cause::NoLogGroup | Cause::OutsideRetention | Cause::AccessDenied { .. }
        );
        if concerns_one && slice.groups.len() > 1 {
            self.plan.ask_apart(slice);
            return;
        }
        let is_malformed = matches!(failure.cause(), Cause::MalformedQuery { .. });
        let otherwise = self.questions[slice.question].otherwise;
        if is_malformed && self.ask_another(otherwise, slice, &slice.groups) {
            return;
        }
        let failures = slice.groups.iter().map(|place| {
            let cluster = &self.groups[*place].cluster;
            failure.clone().concerning(cluster, &self.connection)
        });
        let failures: Vec<Failure> = failures.collect();
        for (place, failure) in slice.groups.iter().zip(&failures) {
            let group = &self.groups[*place];
            let coverage = self.gathered.coverages.of(&group.cluster);
            coverage.gap(&group.name, GapKind::NotAsked, failure.summary());
        }
        self.failures.extend(failures);
    }

    /// Asks another question about the same seconds of these groups, if there is one.
    fn ask_another(
        &mut self,
        another: Option<fn() -> Question<C>>,
        slice: &Slice,
        groups: &[usize],
    ) -> bool {
        let Some(another) = another.map(|another| another()) else {
            return false;
        };
        tracing::debug!(question = another.query.name, "asking another question");
        let known = self
            .questions
            .iter()
            .position(|question| question.is_same_as(&another));
        let question = known.unwrap_or_else(|| {
            self.questions.push(another);
            self.questions.len() - 1
        });
        let span = slice.span;
        for group in groups {
            self.plan.ask(Slice {
                question,
                groups: vec![*group],
                span,
            });
        }
        true
    }

    fn time_is_up(&mut self, slice: &Slice) {
        let seconds = self.request.time_limit_seconds;
        let detail = format!("no answer within {seconds} s; see --timeout");
        self.gap(slice, GapKind::TimeLimit, &detail);
    }

    /// Notes a gap of every group of a slice.
    fn gap(&mut self, slice: &Slice, kind: GapKind, detail: &str) {
        let whole = slice.span == self.request.span(self.questions[slice.question].seconds);
        let detail = match (whole, kind) {
            (false, GapKind::RowLimit) => {
                let time = |second| {
                    DateTime::from_timestamp(second, 0).map_or_else(
                        || second.to_string(),
                        |time| time.format("%Y-%m-%d %H:%M:%S").to_string(),
                    )
                };
                let Span {
                    first_second,
                    last_second,
                } = slice.span;
                format!(
                    "{} to {} UTC: {detail}",
                    time(first_second),
                    time(last_second)
                )
            }
            _ => detail.to_owned(),
        };
        for place in &slice.groups {
            let group = &self.groups[*place];
            let coverage = self.gathered.coverages.of(&group.cluster);
            coverage.gap(&group.name, kind, detail.as_str());
        }
    }

    /// Shares the bytes of a query among its groups, by how much each of them stores.
    fn charge(&mut self, slice: &Slice, bytes: u64) {
        let stored = |place: &usize| {
            let described = self.groups[*place].described.as_ref();
            described.map_or(0, |described| u128::from(described.stored_bytes))
        };
        let all: u128 = slice.groups.iter().map(stored).sum();
        let mut left = bytes;
        for (nth, place) in slice.groups.iter().enumerate() {
            let is_last = nth + 1 == slice.groups.len();
            let share = match (is_last, all) {
                (true, _) => left,
                (false, 0) => bytes / slice.groups.len() as u64,
                (false, all) => {
                    let share = u128::from(bytes) * stored(place) / all;
                    u64::try_from(share).unwrap_or(bytes).min(left)
                }
            };
            left -= share;
            let coverage = self.gathered.coverages.of(&self.groups[*place].cluster);
            coverage.bytes_scanned += share;
            coverage.charge(price(&self.connection.region, share));
            coverage.queries += u64::from(nth == 0);
        }
    }
}
