//! What the rows of a chunk come to, group by group.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::evidence::cluster::Cluster;
use crate::evidence::observation::Observation;
use crate::evidence::set::{Collect, REJECTED_CALLERS};
use crate::source::cloudwatch::queries::logs_query::{LogsQuery, RowOrigin};
use crate::source::cloudwatch::reading::Reading;
use crate::source::cloudwatch::rejected_addresses::RejectedAddresses;
use crate::source::cloudwatch::row::Row;
use crate::source::cloudwatch::self_check::piece::Marks;

/// What the rows of a chunk came to.
#[derive(Debug)]
pub(super) struct Parts<C> {
    /// By group.
    pub(super) by_group: BTreeMap<usize, Part<C>>,
    order: Order,
}

impl<C> Default for Parts<C> {
    fn default() -> Self {
        Self {
            by_group: BTreeMap::new(),
            order: Order::default(),
        }
    }
}

impl<C: Collect> Parts<C> {
    /// The part of a group, which is empty at first.
    pub(super) fn of(&mut self, place: usize) -> &mut Part<C> {
        self.by_group.entry(place).or_default()
    }

    /// Reads a row of a group.
    pub(super) fn read(&mut self, place: usize, query: &LogsQuery, row: &Row, origin: &RowOrigin) {
        let is_dispensable = query.is_dispensable.is_some_and(|is| is(row));
        self.order.note(is_dispensable);
        self.of(place).read(query, row, origin, is_dispensable);
    }

    /// Whether, if rows are missing, they are of the kind that comes last and can be spared.
    pub(super) fn ends_dispensably(&self) -> bool {
        self.order.is_sorted && self.order.last == Some(true)
    }
}

/// Whether the rows that can be spared came last.
#[derive(Debug)]
struct Order {
    last: Option<bool>,
    is_sorted: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            last: None,
            is_sorted: true,
        }
    }
}

impl Order {
    fn note(&mut self, is_dispensable: bool) {
        self.is_sorted &= is_dispensable || self.last != Some(true);
        self.last = Some(is_dispensable);
    }
}

/// What one group's rows of a chunk came to.
#[derive(Debug, Default)]
pub(super) struct Part<C> {
    pub(super) reading: Reading<C>,
    pub(super) rejected: RejectedAddresses,
    /// Where the self-check should look.
    pub(super) marks: Marks,
    /// What the rows that can be spared prove: it counts once it is known whether they are all.
    dispensable: Vec<Observation>,
}

impl<C: Collect> Part<C> {
    fn read(&mut self, query: &LogsQuery, row: &Row, origin: &RowOrigin, is_dispensable: bool) {
        let mut observations = self.reading.row(query, row, origin);
        self.marks.count(row.count("events"));
        for observation in &observations {
            self.marks.note(observation);
        }
        if is_dispensable {
            self.dispensable.append(&mut observations);
        }
        for observation in observations {
            self.record(&origin.cluster, observation);
        }
    }

    fn record(&mut self, cluster: &Arc<Cluster>, observation: Observation) {
        self.rejected.count(&observation);
        self.reading.collected.record(cluster, observation);
    }

    /// Lets the rows that can be spared count, or those of rejections from these addresses alone.
    pub(super) fn settle(&mut self, cluster: &Arc<Cluster>, only: Option<&BTreeSet<IpAddr>>) {
        for observation in std::mem::take(&mut self.dispensable) {
            let is_wanted = |addresses: &BTreeSet<IpAddr>| {
                rejected(&observation).is_some_and(|(address, _)| addresses.contains(&address))
            };
            if only.is_none_or(is_wanted) {
                self.record(cluster, observation);
            }
        }
    }

    /// The addresses from which more callers were rejected than the evidence keeps apart.
    pub(super) fn flooding(&self) -> BTreeSet<IpAddr> {
        let mut agents: BTreeMap<IpAddr, BTreeSet<&str>> = BTreeMap::new();
        for (address, agent) in self.dispensable.iter().filter_map(rejected) {
            agents.entry(address).or_default().insert(agent);
        }
        agents.retain(|_, agents| agents.len() > REJECTED_CALLERS);
        agents.into_keys().collect()
    }
}

/// Who was rejected: its address, where it is one, and its user agent.
fn rejected(observation: &Observation) -> Option<(IpAddr, &str)> {
    match observation {
        Observation::RepeatedRejection { first, .. } => {
            Some((first.address.parse().ok()?, &first.user_agent))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_last_can_be_spared() {
        for (rows, expected) in [
            (&[][..], false),
            (&[false], false),
            (&[true], true),
            (&[false, true, true], true),
            (&[true, false], false),
            (&[true, false, true], false),
        ] {
            let mut order = Order::default();
            rows.iter().for_each(|row| order.note(*row));
            let ends = order.is_sorted && order.last == Some(true);
            assert_eq!(ends, expected, "{rows:?}");
        }
    }
}
