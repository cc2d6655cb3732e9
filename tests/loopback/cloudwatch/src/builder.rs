//! How a test says what the service holds and how it behaves.

use std::time::Duration;

use loopback_eks::{Clusters, EksCluster};
use loopback_insights::{AggregatedTime, Manners};

use super::cloudwatch::CloudWatch;
use super::fault::{Fault, When};
use super::journal::End;
use super::log_group::LogGroup;
use super::operation::Operation;
use super::quota::Quotas;
use super::service::Service;
use super::settings::{Life, Settings};
use super::sts::Role;

/// A service that has not started.
#[derive(Debug, Default)]
pub struct Builder {
    settings: Settings,
    groups: Vec<LogGroup>,
    clusters: Vec<EksCluster>,
    deleted: Vec<String>,
    faults: Vec<(Operation, When, Fault)>,
}

impl Builder {
    /// With a log group.
    pub fn group(mut self, group: LogGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// With several log groups.
    pub fn groups(mut self, groups: impl IntoIterator<Item = LogGroup>) -> Self {
        self.groups.extend(groups);
        self
    }

    /// A cluster that the EKS API knows, beside or instead of the one that each log group has.
    pub fn cluster(mut self, cluster: EksCluster) -> Self {
        self.clusters.push(cluster);
        self
    }

    /// The cluster was deleted, whatever log group it has left.
    pub fn deleted_cluster(mut self, name: &str) -> Self {
        self.deleted.push(name.to_owned());
        self
    }

    /// The Region that ARNs name.
    pub fn region(mut self, region: &str) -> Self {
        self.settings.region = region.to_owned();
        self
    }

    /// The account that ARNs and `@log` name.
    pub fn account(mut self, account: &str) -> Self {
        self.settings.account = account.to_owned();
        self
    }

    /// Only calls signed with this access key reach the service.
    pub fn access_key(mut self, key: &str) -> Self {
        self.settings.access_key = Some(key.to_owned());
        self
    }

    /// The access key is that of a role, which those may assume that have these other keys.
    pub fn role(mut self, name: &str, trusts: &[&str]) -> Self {
        self.settings.role = Some(Role {
            name: name.to_owned(),
            trusts: trusts.iter().map(|key| (*key).to_owned()).collect(),
        });
        self
    }

    /// The most rows in one answer of GetQueryResults, 10,000 by default.
    pub fn page_size(mut self, rows: usize) -> Self {
        self.settings.page_size = rows;
        self
    }

    /// How many polls see a query unfinished, 2 by default; 0 completes it at once.
    pub fn polls_until_complete(mut self, polls: u32) -> Self {
        self.settings.life = Life::Polls(polls);
        self
    }

    /// Queries run on the clock, not by polls.
    pub fn queries_last(mut self, time: Duration) -> Self {
        self.settings.life = Life::Lasts(time);
        self
    }

    /// How the queries meant end, counted by successful StartQuery calls; the first order that fits counts.
    pub fn queries_end(mut self, when: When, end: End) -> Self {
        self.settings.ends.push((when, end));
        self
    }

    /// A query with more than so many events in its groups and window ends in Timeout, so that a smaller window helps.
    pub fn times_out_above(mut self, events: usize) -> Self {
        self.settings.times_out_above = Some(events);
        self
    }

    /// How `min(@timestamp)` and the like are written.
    pub fn aggregated_time(mut self, form: AggregatedTime) -> Self {
        self.settings.manners.times = form;
        self
    }

    /// How the service answers where the documentation leaves it open.
    pub fn manners(mut self, manners: Manners) -> Self {
        self.settings.manners = manners;
        self
    }

    /// Queries with these words in their text are refused.
    pub fn refuses(mut self, words: &str) -> Self {
        self.settings.refused.push(words.to_owned());
        self
    }

    /// The rows at which `stats` is cut without a warning, 10,000 by default.
    pub fn stats_rows(mut self, rows: usize) -> Self {
        self.settings.stats_rows = rows;
        self
    }

    /// Lets `statistics.resultCount` tell of the rows that were cut off.
    pub fn counts_cut_rows(mut self) -> Self {
        self.settings.counts_cut_rows = true;
        self
    }

    /// Makes every byte count so many times in statistics and estimates, for tests about money.
    pub fn bytes_factor(mut self, factor: usize) -> Self {
        self.settings.bytes_factor = factor;
        self
    }

    /// The name of the field that `estimate` answers in. The documentation does not tell it; somebody saw the default.
    pub fn estimate_field(mut self, name: &str) -> Self {
        self.settings.estimate_field = Some(name.to_owned());
        self
    }

    /// The service does not know `estimate`.
    pub fn without_estimate(mut self) -> Self {
        self.settings.estimate_field = None;
        self
    }

    /// What is enforced; by default 100 running queries and nothing else.
    pub fn quotas(mut self, quotas: Quotas) -> Self {
        self.settings.quotas = quotas;
        self
    }

    /// How many queries may run at once.
    pub fn most_running(mut self, queries: usize) -> Self {
        self.settings.quotas.running = queries;
        self
    }

    /// How many calls of an operation each second may hold.
    pub fn most_per_second(mut self, operation: Operation, calls: usize) -> Self {
        self.settings.quotas.per_second.insert(operation, calls);
        self
    }

    /// The present for retention, in epoch milliseconds, so that a recorded log does not age.
    pub fn now(mut self, millis: i64) -> Self {
        self.settings.now = Some(millis);
        self
    }

    /// Orders a fault from the start.
    pub fn fault(mut self, operation: Operation, when: When, fault: Fault) -> Self {
        self.faults.push((operation, when, fault));
        self
    }

    /// Starts to listen.
    pub fn start(self) -> CloudWatch {
        CloudWatch::start_together([self]).remove(0)
    }

    pub(crate) fn service(self) -> Service {
        let clusters = self.clusters();
        let service = Service::new(self.settings, self.groups, clusters);
        for (operation, when, fault) in self.faults {
            service.state().faults.plan(operation, when, fault);
        }
        service
    }

    /// The clusters of the account and Region.
    ///
    /// Each log group of the account's own has its cluster, as it is where nothing was deleted; clusters that the test
    /// names come in their place or beside them, and those that were deleted are gone though their log groups are
    /// there.
    fn clusters(&self) -> Clusters {
        let of_groups = self
            .groups
            .iter()
            .filter(|group| group.linked_account.is_none())
            .filter_map(|group| {
                group
                    .name
                    .strip_prefix("/aws/eks/")?
                    .strip_suffix("/cluster")
            })
            .map(EksCluster::named);
        let there = of_groups
            .chain(self.clusters.iter().cloned())
            .filter(|cluster| !self.deleted.iter().any(|name| name == cluster.name()));
        Clusters::new(&self.settings.region, &self.settings.account, there)
    }
}
