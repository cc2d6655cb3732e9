//! What the aggregate says of a piece of log, beside what its whole events say, construct by
//! construct of the query.

use std::collections::BTreeSet;

use crate::evidence::coverage::Coverage;
use crate::evidence::set::EvidenceSet;

/// What one reading of a piece of log came to.
#[derive(Debug, Default)]
pub struct Reading {
    /// The evidence.
    pub evidence: EvidenceSet,
    /// The control plane's versions, each with the first and the last `@timestamp` of it.
    pub coverage: Coverage,
    /// The construct of which a row shows that it was not answered as expected.
    pub malformed: Option<&'static str>,
}

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
pub fn compare(aggregate: &Reading, events: &Reading) -> Vec<Construct> {
    let (one, other) = (&aggregate.evidence, &events.evidence);
    let mut constructs = vec![
        Construct {
            name: "parse: whole events and their own annotations",
            outcome: outcome(holders(one), holders(other)),
        },
        Construct {
            name: "coalesce and concat: texts joined into a key",
            outcome: outcome(texts(one), texts(other)),
        },
        Construct {
            name: "count: requests",
            outcome: outcome(requests(one), requests(other)),
        },
        Construct {
            name: "floor and arithmetic: arrivals",
            outcome: outcome(arrivals(one), arrivals(other)),
        },
        Construct {
            name: "floor and arithmetic: issue of tokens",
            outcome: outcome(issues(one), issues(other)),
        },
        Construct {
            name: "tokens kept in secrets",
            outcome: outcome(legacy_tokens(one), legacy_tokens(other)),
        },
        Construct {
            name: "rejected requests, by hour",
            outcome: outcome(rejections(one), rejections(other)),
        },
        Construct {
            name: "min and max of @timestamp: the control plane's requests",
            outcome: outcome(versions(&aggregate.coverage), versions(&events.coverage)),
        },
    ];
    if let Some(name) = aggregate.malformed {
        let outcome = Outcome::Malformed;
        constructs.push(Construct { name, outcome });
    }
    constructs
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

fn arrivals(evidence: &EvidenceSet) -> BTreeSet<impl Ord> {
    let mut arrivals = BTreeSet::new();
    for (holder, token_use) in evidence.holders() {
        let tokens = token_use.tokens();
        let used = tokens.iter().map(|(_, it)| (it.first_used, it.last_used));
        arrivals.extend(used.map(|used| (holder, used)));
    }
    arrivals
}

fn issues(evidence: &EvidenceSet) -> BTreeSet<impl Ord> {
    let mut issues = BTreeSet::new();
    for (holder, token_use) in evidence.holders() {
        let tokens = token_use.tokens();
        let issued = tokens.iter().map(|(_, it)| (it.issued, it.latest_estimate));
        issues.extend(issued.map(|issued| (holder, issued)));
    }
    issues
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
