//! Log groups and what is in them.

use std::collections::BTreeMap;
use std::io::BufRead;

use chrono::DateTime;
use loopback_insights::Event;
use serde::Deserialize;
use serde_json::Value;

const DAY: i64 = 86_400_000;

/// The classes of log groups that can be queried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogClass {
    /// Fields are discovered.
    Standard,
    /// Fields are not discovered.
    InfrequentAccess,
}

impl LogClass {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::InfrequentAccess => "INFREQUENT_ACCESS",
        }
    }
}

/// One log group.
#[derive(Debug)]
pub struct LogGroup {
    pub(crate) name: String,
    pub(crate) class: LogClass,
    pub(crate) retention_days: Option<i64>,
    pub(crate) stored_bytes: Option<i64>,
    pub(crate) events: Vec<Event>,
    created: Option<i64>,
    /// The processors that GetTransformer tells of; the events are as the test wrote them.
    pub(crate) transformer: Vec<Value>,
    /// The account that it belongs to, if not the service's own but one linked to it for monitoring.
    pub(crate) linked_account: Option<String>,
}

/// What a stream is seen to hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StreamSpan {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) last_ingestion: i64,
}

impl LogGroup {
    /// An empty group of the Standard class that keeps its events for ever.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            class: LogClass::Standard,
            retention_days: None,
            stored_bytes: None,
            events: Vec::new(),
            created: None,
            transformer: Vec::new(),
            linked_account: None,
        }
    }

    /// Of another class.
    pub fn class(mut self, class: LogClass) -> Self {
        self.class = class;
        self
    }

    /// What changes its events: the processors, as the API spells them.
    pub fn transformer(mut self, processors: impl IntoIterator<Item = Value>) -> Self {
        self.transformer = processors.into_iter().collect();
        self
    }

    /// Puts the group into another account, which shares its logs with the service's own as a monitoring account.
    pub fn linked_account(mut self, account: &str) -> Self {
        self.linked_account = Some(account.to_owned());
        self
    }

    /// For how many days events are kept; older ones cannot be found.
    pub fn retention_days(mut self, days: i64) -> Self {
        self.retention_days = Some(days);
        self
    }

    /// When the group was created, in epoch milliseconds; by default a day before its first event.
    pub fn created(mut self, millis: i64) -> Self {
        self.created = Some(millis);
        self
    }

    /// What DescribeLogGroups says that is stored; by default the size of the events.
    pub fn stored_bytes(mut self, bytes: i64) -> Self {
        self.stored_bytes = Some(bytes);
        self
    }

    /// Adds an event that happened at an epoch millisecond.
    pub fn event(mut self, stream: &str, millis: i64, message: &str) -> Self {
        self.events.push(Event::new(millis, stream, message));
        self
    }

    /// Adds each line of an audit log. Its time is the event's `stageTimestamp`, as in the service.
    pub fn events_from_audit_log(mut self, stream: &str, log: impl BufRead) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Stamp {
            stage_timestamp: String,
        }
        for line in log.lines() {
            let line = line.expect("an audit log is UTF-8 text");
            let stamp: Stamp =
                serde_json::from_str(&line).expect("every line has a stageTimestamp");
            let time = DateTime::parse_from_rfc3339(&stamp.stage_timestamp).expect("it is a time");
            self.events
                .push(Event::new(time.timestamp_millis(), stream, &line));
        }
        self
    }

    /// The same group under another name.
    pub fn renamed(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// Adds the events of another account's or Region's log group, as centralization copies them: the account and the
    /// Region stand in fields of each event, and are appended to the names of its streams.
    pub fn centralized(mut self, source: Self, account: &str, region: &str) -> Self {
        for mut event in source.events {
            event.stream = format!("{}_{account}_{region}", event.stream);
            event.origin = vec![
                ("@aws.account", account.to_owned()),
                ("@aws.region", region.to_owned()),
            ];
            self.events.push(event);
        }
        self
    }

    /// States the log group that the events so far were written to first. What the field holds is not documented.
    pub fn stating_source(mut self, source: &str) -> Self {
        for event in &mut self.events {
            if event
                .origin
                .iter()
                .all(|(field, _)| *field != "@source.log")
            {
                event.origin.push(("@source.log", source.to_owned()));
            }
        }
        self
    }

    /// Says to each event where it is, and sorts them; the group is part of a service from now on.
    pub(crate) fn settle(&mut self, account: &str) {
        let account = self.linked_account.as_deref().unwrap_or(account);
        self.events.sort_by_key(|event| event.timestamp);
        for (index, event) in self.events.iter_mut().enumerate() {
            event.log = format!("{account}:{}", self.name);
            event.pointer = format!("CmEKJgoi{}/{index}", self.name);
            event.discovers = self.class == LogClass::Standard;
        }
    }

    pub(crate) fn arn(&self, region: &str, account: &str) -> String {
        let account = self.linked_account.as_deref().unwrap_or(account);
        format!("arn:aws:logs:{region}:{account}:log-group:{}", self.name)
    }

    pub(crate) fn creation_time(&self) -> i64 {
        let first = self.events.first().map_or(DAY, |event| event.timestamp);
        self.created.unwrap_or(first - DAY)
    }

    /// The bytes that it holds.
    pub fn size(&self) -> i64 {
        let size = || {
            self.events
                .iter()
                .map(|event| event.message.len() as i64)
                .sum()
        };
        self.stored_bytes.unwrap_or_else(size)
    }

    /// The earliest moment, in epoch milliseconds, from which events can be found.
    pub(crate) fn kept_since(&self, now: i64) -> i64 {
        let retained = self
            .retention_days
            .map_or(i64::MIN, |days| now - days * DAY);
        retained.max(self.creation_time())
    }

    /// Whether any of its events has that field.
    pub(crate) fn discovers(&self, name: &str) -> bool {
        self.events.iter().any(|event| event.has_discovered(name))
    }

    /// The streams by name.
    pub(crate) fn streams(&self) -> BTreeMap<&str, StreamSpan> {
        let mut streams: BTreeMap<&str, StreamSpan> = BTreeMap::new();
        for event in &self.events {
            let span = streams.entry(&event.stream).or_insert(StreamSpan {
                first: event.timestamp,
                last: event.timestamp,
                last_ingestion: event.ingestion_time,
            });
            span.last = span.last.max(event.timestamp);
            span.last_ingestion = span.last_ingestion.max(event.ingestion_time);
        }
        streams
    }
}
