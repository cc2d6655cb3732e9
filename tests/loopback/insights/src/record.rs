//! What a query sees of one event, and what the commands before have added to it.

use std::sync::OnceLock;

use super::discovery;
use super::value::Value;

/// One event as the service stores it.
#[derive(Debug)]
pub struct Event {
    /// When it happened, in epoch milliseconds.
    pub timestamp: i64,
    /// When the service received it, in epoch milliseconds.
    pub ingestion_time: i64,
    /// The raw event.
    pub message: String,
    /// The stream that it came in.
    pub stream: String,
    /// `<account>:<group name>`
    pub log: String,
    /// A pointer that is its alone.
    pub pointer: String,
    /// The account, Region and log group that centralization states, as far as it does.
    pub origin: Vec<(&'static str, String)>,
    /// Whether its group's class discovers fields.
    pub discovers: bool,
    /// The discovered fields, once somebody asked for one.
    discovered: OnceLock<Vec<(String, Value)>>,
}

impl Event {
    /// An event that happened at an epoch millisecond and is received five seconds later, in no group yet.
    pub fn new(timestamp: i64, stream: &str, message: &str) -> Self {
        Self {
            timestamp,
            ingestion_time: timestamp + 5_000,
            message: message.to_owned(),
            stream: stream.to_owned(),
            log: String::new(),
            pointer: String::new(),
            origin: Vec::new(),
            discovers: true,
            discovered: OnceLock::new(),
        }
    }

    /// Whether a field of that name is discovered in it.
    pub fn has_discovered(&self, name: &str) -> bool {
        self.discovered().iter().any(|(field, _)| field == name)
    }

    /// The discovered fields, by name.
    fn discovered(&self) -> &[(String, Value)] {
        self.discovered.get_or_init(|| {
            if self.discovers {
                discovery::fields(&self.message)
            } else {
                Vec::new()
            }
        })
    }

    pub(crate) fn field(&self, name: &str) -> Value {
        match name {
            "@timestamp" => Value::Time(self.timestamp),
            "@ingestionTime" => Value::Time(self.ingestion_time),
            "@message" => Value::Text(self.message.clone()),
            "@logStream" => Value::Text(self.stream.clone()),
            "@log" => Value::Text(self.log.clone()),
            "@ptr" => Value::Text(self.pointer.clone()),
            "@aws.account" | "@aws.region" | "@source.log" => self
                .origin
                .iter()
                .find(|(field, _)| *field == name)
                .map_or(Value::Absent, |(_, value)| Value::Text(value.clone())),
            _ => self
                .discovered()
                .iter()
                .find(|(field, _)| field == name)
                .map_or(Value::Absent, |(_, value)| value.clone()),
        }
    }
}

/// A row on its way through the commands.
#[derive(Debug, Clone)]
pub(crate) struct Record<'e> {
    /// The event, until `stats` has made one row of many.
    pub(crate) event: Option<&'e Event>,
    /// Fields that commands have defined.
    pub(crate) defined: Vec<(String, Value)>,
}

impl<'e> Record<'e> {
    pub(crate) fn of(event: &'e Event) -> Self {
        Self {
            event: Some(event),
            defined: Vec::new(),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Value {
        if let Some((_, value)) = self.defined.iter().find(|(field, _)| field == name) {
            return value.clone();
        }
        self.event.map_or(Value::Absent, |event| event.field(name))
    }

    pub(crate) fn define(&mut self, name: &str, value: Value) {
        self.defined.push((name.to_owned(), value));
    }

    /// The event's time; what `bin`, `earliest` and `latest` go by.
    pub(crate) fn time(&self) -> Value {
        self.field("@timestamp")
    }
}
