//! The service behind the wire: groups, queries, quotas and faults of one account in one Region.

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use loopback_aws::{Exception, Input, Signer};
use loopback_eks::{self as eks, Clusters};
use loopback_insights::Event;
use serde_json::Value;

use super::fault::{Fault, Faults};
use super::journal::{Call, Fate, QuerySeen};
use super::log_group::LogGroup;
use super::operation::{Api, Operation};
use super::operations;
use super::query_run::{Phase, QueryRun};
use super::quota::Recent;
use super::settings::Settings;

/// The service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) settings: Settings,
    /// Sorted by name.
    pub(crate) groups: Vec<LogGroup>,
    /// What the EKS API knows.
    pub(crate) clusters: Clusters,
    state: Mutex<State>,
}

/// What changes while it runs.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) queries: Vec<QueryRun>,
    pub(crate) peak_running: usize,
    pub(crate) faults: Faults,
    calls: Vec<Call>,
    recent: Recent,
}

impl Service {
    pub(crate) fn new(settings: Settings, mut groups: Vec<LogGroup>, clusters: Clusters) -> Self {
        groups.sort_by(|left, right| left.name.cmp(&right.name));
        for group in &mut groups {
            group.settle(&settings.account);
        }
        Self {
            settings,
            groups,
            clusters,
            state: Mutex::default(),
        }
    }

    /// Whether these credentials are the account's.
    pub(crate) fn knows(&self, signer: &Signer) -> bool {
        let known = self.settings.access_key.as_ref();
        known.is_none_or(|known| *known == signer.access_key)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("no call panics while it holds the state")
    }

    /// Writes a call down and says which fault it meets.
    pub(crate) fn arrive(&self, name: &str, body: Value, access_key: &str) -> Option<Fault> {
        let mut state = self.state();
        state.calls.push(Call {
            operation: name.to_owned(),
            access_key: access_key.to_owned(),
            body,
            at: Instant::now(),
        });
        state.faults.meet(Operation::named(name)?)
    }

    /// Carries a call out, with the fault that it has met.
    pub(crate) fn answer(
        &self,
        name: &str,
        body: &Value,
        fault: Option<&Fault>,
    ) -> Result<Value, Exception> {
        let unknown = || {
            Exception::new(
                "UnknownOperationException",
                format!("Unknown operation {name}"),
            )
        };
        let operation = Operation::named(name).ok_or_else(unknown)?;
        let input = Input(body);
        let mut state = self.state();
        if let Some(fault) = fault {
            let resource = match operation.api() {
                Api::Logs => self.resource(input),
                Api::Eks => self.clusters.resource(input),
            };
            if let Some(exception) = fault.exception(operation, &self.settings.account, &resource) {
                return Err(exception);
            }
            if *fault == Fault::ExpiredPageToken && input.text("nextToken")?.is_some() {
                return Err(Exception::invalid("The specified nextToken has expired."));
            }
        }
        if !state
            .recent
            .admit(operation, &self.settings.quotas, Instant::now())
        {
            return Err(operation.api().sends(Exception::throttled()));
        }
        match operation {
            Operation::StartQuery => operations::start_query::answer(self, &mut state, input),
            Operation::GetQueryResults => {
                let repeated = fault == Some(&Fault::RepeatedPage);
                operations::get_query_results::answer(self, &mut state, input, repeated)
            }
            Operation::StopQuery => operations::stop_query::answer(self, &mut state, input),
            Operation::DescribeLogGroups => operations::describe_log_groups::answer(self, input),
            Operation::DescribeLogStreams => operations::describe_log_streams::answer(self, input),
            Operation::GetTransformer => operations::get_transformer::answer(self, input),
            Operation::ListClusters => self.clusters.answer(eks::Operation::ListClusters, input),
            Operation::DescribeCluster => {
                self.clusters.answer(eks::Operation::DescribeCluster, input)
            }
        }
    }

    /// What a refused call was about, as access errors name it.
    fn resource(&self, input: Input<'_>) -> String {
        let named = ["logGroupName", "logGroupIdentifier"]
            .iter()
            .find_map(|key| input.text(key).ok().flatten())
            .or_else(|| {
                let lists = ["logGroupNames", "logGroupIdentifiers"];
                lists
                    .iter()
                    .find_map(|key| input.texts(key).ok().flatten()?.first().copied())
            });
        let group = named.and_then(|named| self.group(named).ok());
        let (region, account) = (&self.settings.region, &self.settings.account);
        match group {
            Some(place) => format!("{}:log-stream:", self.groups[place].arn(region, account)),
            None => format!("arn:aws:logs:{region}:{account}:log-group::log-stream:"),
        }
    }

    /// The place of the group with that name or ARN.
    pub(crate) fn group(&self, identifier: &str) -> Result<usize, Exception> {
        if identifier.starts_with("arn:") && identifier.ends_with('*') {
            return Err(Exception::invalid(format!(
                "The ARN {identifier} of a log group must not end with an asterisk."
            )));
        }
        let (region, account) = (&self.settings.region, &self.settings.account);
        self.groups
            .iter()
            .position(|group| {
                // A bare name means a group of the account's own.
                let is_named = group.name == identifier && group.linked_account.is_none();
                is_named || group.arn(region, account) == identifier
            })
            .ok_or_else(|| {
                Exception::not_found(format!(
                    "Log group '{identifier}' does not exist for account ID '{account}' (Service: AWSLogs; Status \
                     Code: 400; Error Code: ResourceNotFoundException)"
                ))
            })
    }

    /// The events in a window of whole seconds, both ends inside, that are still kept.
    pub(crate) fn events(&self, groups: &[usize], start: i64, end: i64) -> Vec<&Event> {
        let now = self.settings.now();
        let in_group = |group: &usize| {
            let group = &self.groups[*group];
            let first = (start * 1_000).max(group.kept_since(now));
            let last = end * 1_000 + 999;
            let inside = move |event: &&Event| (first..=last).contains(&event.timestamp);
            group.events.iter().filter(inside)
        };
        groups.iter().flat_map(in_group).collect()
    }

    /// How many queries run at this moment.
    pub(crate) fn running(&self, state: &State) -> usize {
        let life = self.settings.life;
        state
            .queries
            .iter()
            .filter(|query| query.is_running(life))
            .count()
    }
}

impl State {
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.clone()
    }

    pub(crate) fn queries_seen(&self, service: &Service) -> Vec<QuerySeen> {
        let seen = |run: &QueryRun| {
            let mut seen = run.seen.clone();
            if let (Fate::LeftRunning, Phase::Ended(end)) =
                (seen.fate, run.phase(service.settings.life))
            {
                seen.fate = Fate::Ended(end);
            }
            seen
        };
        self.queries.iter().map(seen).collect()
    }

    /// The query with that identity.
    pub(crate) fn query(&mut self, id: &str) -> Result<&mut QueryRun, Exception> {
        self.queries
            .iter_mut()
            .find(|query| query.seen.id == id)
            .ok_or_else(|| Exception::not_found(format!("Query '{id}' does not exist.")))
    }
}
