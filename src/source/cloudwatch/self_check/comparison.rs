//! What the aggregate says of a piece of log, beside what its whole events say, construct by
//! construct of the query.

use std::collections::BTreeSet;

use crate::evidence::coverage::Coverage;
use crate::evidence::holder::Holder;
use crate::evidence::set::EvidenceSet;
use crate::evidence::token::Token;
use crate::source::cloudwatch::reading::Reading;

/// A construct of the query, or several that only work together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Construct {
    /// Its name, which holds nothing of the log.
    pub name: &'static str,
    /// How it was answered.
    pub outcome: Outcome,
}

/// How a construct was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing in the piece needs it.
    Unused,
    /// As the whole events say, so many times.
    Equal(usize),
    /// Otherwise: of what the events say so much is missing, and so much is there that they do not
    /// say.
    Differs {
        /// Facts of whole events that the aggregate lacks.
        missing: usize,
        /// Facts of the aggregate that no whole event bears out.
        excess: usize,
    },
    /// Not in a form that can be read.
    Malformed,
}

/// Compares both readings.
pub fn compare(aggregate: &Reading<EvidenceSet>, events: &Reading<EvidenceSet>) -> Vec<Construct> {
    let (one, other) = (&aggregate.collected, &events.collected);
    let arrivals = |token: &Token| (token.first_used, token.last_used);
    let issues = |token: &Token| (token.issued, token.latest_estimate);
    let constructs = [
        (
            "parse: whole events and their own annotations",
            outcome(holders(one), holders(other)),
        ),
        (
            "coalesce and concat: texts joined into a key",
            outcome(texts(one), texts(other)),
        ),
        ("count: requests", outcome(requests(one), requests(other))),
        (
            "floor and arithmetic: arrivals",
            outcome(tokens(one, arrivals), tokens(other, arrivals)),
        ),
        (
            "floor and arithmetic: issue of tokens",
            outcome(tokens(one, issues), tokens(other, issues)),
        ),
        (
            "tokens kept in secrets",
            outcome(legacy_tokens(one), legacy_tokens(other)),
        ),
        (
            "rejected requests, by hour",
            outcome(rejections(one), rejections(other)),
        ),
        (
            "min and max of @timestamp: the control plane's requests",
            outcome(versions(&aggregate.coverage), versions(&events.coverage)),
        ),
    ];
    let malformed = aggregate.malformed.map(|name| (name, Outcome::Malformed));
    let constructs = constructs.into_iter().chain(malformed);
    constructs
        .map(|(name, outcome)| Construct { name, outcome })
        .collect()
}

fn outcome<F: Ord>(aggregate: BTreeSet<F>, events: BTreeSet<F>) -> Outcome {
    let missing = events.difference(&aggregate).count();
    let excess = aggregate.difference(&events).count();
    match (missing, excess, events.len()) {
        (0, 0, 0) => Outcome::Unused,
        (0, 0, facts) => Outcome::Equal(facts),
        _ => Outcome::Differs { missing, excess },
    }
}

fn holders(evidence: &EvidenceSet) -> BTreeSet<impl Ord> {
    evidence.holders().map(|(holder, _)| holder).collect()
}

fn texts(evidence: &EvidenceSet) -> BTreeSet<impl Ord> {
    let mut texts = BTreeSet::new();
    for (holder, token_use) in evidence.holders() {
        texts.extend(token_use.agents.names().map(|agent| (holder, 0, agent)));
        let tallies = [
            &token_use.pods,
            &token_use.nodes,
            &token_use.addresses,
            &token_use.calls,
        ];
        for (kind, tally) in (1..).zip(tallies) {
            texts.extend(tally.iter().map(|(text, _)| (holder, kind, text)));
        }
    }
    texts
}

fn requests(evidence: &EvidenceSet) -> BTreeSet<impl Ord> {
    let holders = evidence.holders();
    let counted = holders.flat_map(|(holder, token_use)| {
        let agents = token_use.agents.iter();
        agents.map(move |(agent, agent_use)| (holder, agent, agent_use.requests))
    });
    counted.collect()
}

/// A fact of every token.
fn tokens<F: Ord>(evidence: &EvidenceSet, fact: impl Fn(&Token) -> F) -> BTreeSet<(&Holder, F)> {
    let mut facts = BTreeSet::new();
    for (holder, token_use) in evidence.holders() {
        let tokens = token_use.tokens();
        facts.extend(tokens.iter().map(|(_, token)| (holder, fact(token))));
    }
    facts
}

fn legacy_tokens(evidence: &EvidenceSet) -> BTreeSet<impl Ord> {
    let tokens = evidence.legacy_tokens();
    let uses = tokens.map(|(token, it)| (token, it.first, it.last, it.requests));
    uses.collect()
}

fn rejections(evidence: &EvidenceSet) -> BTreeSet<impl Ord> {
    let callers = evidence.rejected();
    let runs =
        callers.flat_map(|(caller, rejections)| rejections.runs().map(move |run| (caller, run)));
    runs.collect()
}

fn versions(coverage: &Coverage) -> BTreeSet<impl Ord> {
    let logged = coverage.control_plane.logged.iter();
    logged
        .map(|(version, logged)| (*version, logged.first, logged.last))
        .collect()
}
