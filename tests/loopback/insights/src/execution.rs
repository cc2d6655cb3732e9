//! Running a query over events.

use std::collections::HashSet;

use super::aggregation;
use super::command_parser;
use super::evaluation::{self, Scope};
use super::manners::Manners;
use super::order;
use super::record::{Event, Record};
use super::refusal::Malformed;
use super::scope_check;
use super::syntax::{Aggregate, Command, Comparison, Expression, Extraction};
use super::value::Value;

/// The fields of one result, in order; a field that the event lacks is not in it.
pub type Row = Vec<(String, String)>;

/// A query that compiled.
#[derive(Debug, Clone)]
pub struct Query {
    commands: Vec<Command>,
}

/// What a query found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The rows, sorted and limited by the query's own commands only.
    pub rows: Vec<Row>,
    /// How many rows the statistics speak of.
    pub counted: usize,
    /// How many events passed the filters before any aggregation.
    pub matched: usize,
    /// How many events were read.
    pub scanned: usize,
    /// How many bytes were read.
    pub bytes_scanned: usize,
    /// How many events an indexed field spared.
    pub skipped: usize,
    /// How many bytes an indexed field spared.
    pub bytes_skipped: usize,
}

impl Query {
    /// Compiles a query for events that hold the `discovered` fields.
    pub fn compile(text: &str, discovered: &dyn Fn(&str) -> bool) -> Result<Self, Malformed> {
        let commands = command_parser::commands(text)?;
        scope_check::check(&commands, discovered)?;
        Ok(Self { commands })
    }

    /// Whether the query asks for its cost only.
    pub fn is_estimate(&self) -> bool {
        matches!(self.commands.last(), Some(Command::Estimate))
    }

    /// Whether the rows are aggregates.
    pub fn is_aggregated(&self) -> bool {
        self.commands
            .iter()
            .any(|command| matches!(command, Command::Stats(_)))
    }

    /// The row limit of the query's own.
    pub fn limit(&self) -> Option<usize> {
        self.commands.iter().find_map(|command| match command {
            Command::Limit { rows, .. } => Some(*rows),
            _ => None,
        })
    }

    /// Runs the query over the events of the groups and the window.
    pub fn execute(&self, events: &[&Event], manners: impl Into<Manners>) -> Answer {
        let manners = manners.into();
        let (read, skipped): (Vec<&Event>, Vec<&Event>) = events
            .iter()
            .copied()
            .partition(|event| self.may_hold(event));
        let read = self.read_of(read);
        let size = |events: &[&Event]| events.iter().map(|event| event.message.len()).sum();
        let mut answer = Answer {
            rows: Vec::new(),
            counted: 0,
            matched: 0,
            scanned: read.len(),
            bytes_scanned: size(&read),
            skipped: skipped.len(),
            bytes_skipped: size(&skipped),
        };
        let mut records: Vec<Record<'_>> = read.into_iter().map(Record::of).collect();
        // Without a sort command, events come newest first.
        records.sort_by_key(|record| std::cmp::Reverse(record.event.map(|event| event.timestamp)));
        answer.matched = records.len();
        let mut aggregated = false;
        for command in &self.commands {
            records = run(command, records, manners);
            aggregated |= matches!(command, Command::Stats(_));
            if matches!(command, Command::Filter(_)) && !aggregated {
                answer.matched = records.len();
            }
        }
        let columns = self.columns();
        answer.rows = records
            .iter()
            .map(|record| row(record, &columns, manners))
            .collect();
        answer.counted = answer.rows.len();
        answer
    }

    /// The events that are read: all, unless any rows will do; then so many from the first as give
    /// them.
    fn read_of<'e>(&self, events: Vec<&'e Event>) -> Vec<&'e Event> {
        let wanted = self.commands.iter().find_map(|command| match command {
            Command::Limit { rows, any: true } => Some(*rows),
            _ => None,
        });
        let Some(wanted) = wanted else {
            return events;
        };
        let gives_a_row = |event: &Event| {
            let record = vec![Record::of(event)];
            let rest = self.commands.iter().fold(record, |record, command| {
                run(command, record, Manners::default())
            });
            !rest.is_empty()
        };
        let mut rows = 0;
        let mut read = Vec::new();
        for event in events {
            if rows == wanted {
                break;
            }
            rows += usize::from(gives_a_row(event));
            read.push(event);
        }
        read
    }

    /// The names of the result's fields.
    fn columns(&self) -> Vec<&str> {
        let mut named: Vec<&str> = Vec::new();
        let mut selected = false;
        let mut aggregated = false;
        for command in &self.commands {
            match command {
                Command::Fields(columns) => {
                    selected = true;
                    named.extend(columns.iter().map(|column| column.name.as_str()));
                }
                Command::Parse(extraction) => {
                    named.extend(extraction.names.iter().map(String::as_str))
                }
                Command::Stats(aggregation) => {
                    aggregated = true;
                    let columns = aggregation.by.iter().chain(&aggregation.columns);
                    named = columns.map(|column| column.name.as_str()).collect();
                }
                _ => {}
            }
        }
        let displayed = self
            .commands
            .iter()
            .rev()
            .find_map(|command| match command {
                Command::Display(names) => Some(names.iter().map(String::as_str).collect()),
                _ => None,
            });
        if let Some(displayed) = displayed {
            named = displayed;
        } else if !selected && !aggregated {
            named.splice(0..0, ["@timestamp", "@message"]);
        }
        if !aggregated && !named.contains(&"@ptr") {
            named.push("@ptr");
        }
        named
    }

    /// Whether the default indexes, which every group has, let an event be found by this query.
    fn may_hold(&self, event: &Event) -> bool {
        let before_stats = self
            .commands
            .iter()
            .take_while(|command| !matches!(command, Command::Stats(_)));
        before_stats
            .filter_map(|command| match command {
                Command::Filter(condition) => Some(condition),
                _ => None,
            })
            .all(|condition| !event.discovers || indexed(condition, event))
    }
}

/// The fields that are indexed in every group of the Standard class.
const DEFAULT_INDEXES: [&str; 4] = ["@logStream", "@aws.account", "@aws.region", "@source.log"];

/// Whether the parts of a condition that compare an indexed field by `=` or `in` allow the event.
fn indexed(condition: &Expression, event: &Event) -> bool {
    let value_of = |side: &Expression| match side {
        Expression::Field(name) if DEFAULT_INDEXES.contains(&name.as_str()) => {
            Some(event.field(name).inner_text())
        }
        _ => None,
    };
    let is = |side: &Expression, value: &Option<String>| matches!(side, Expression::Text(text) if value.as_ref() == Some(text));
    match condition {
        Expression::And(left, right) => indexed(left, event) && indexed(right, event),
        Expression::Comparison(left, Comparison::Equal, right) => {
            value_of(left).is_none_or(|value| is(right, &value))
        }
        Expression::In {
            value,
            list,
            negated: false,
        } => value_of(value).is_none_or(|value| list.iter().any(|item| is(item, &value))),
        _ => true,
    }
}

fn run<'e>(command: &Command, mut records: Vec<Record<'e>>, manners: Manners) -> Vec<Record<'e>> {
    match command {
        Command::Fields(columns) => {
            for record in &mut records {
                for column in columns {
                    // A plain field is found by its own name.
                    if column.aliased || !matches!(column.expression, Expression::Field(_)) {
                        let value = evaluation::value(&column.expression, Scope::Row(record));
                        // Calculations are exact whatever their results look like.
                        record.define(&column.name, manners.kept(value));
                    }
                }
            }
        }
        Command::Filter(condition) => {
            records.retain(|record| evaluation::holds(condition, Scope::Row(record)));
        }
        Command::Parse(extraction) => records
            .iter_mut()
            .for_each(|record| extract(extraction, record, manners)),
        Command::Stats(aggregation) => {
            let mut aggregation = aggregation.clone();
            if manners.counts_absent {
                for column in &mut aggregation.columns {
                    if let Expression::Aggregate(Aggregate::Count, argument) =
                        &mut column.expression
                    {
                        *argument = None;
                    }
                }
            }
            let mut rows = aggregation::rows(&aggregation, records);
            if manners.drops_absent {
                let is_whole = |row: &Record<'_>| {
                    let mut by = aggregation.by.iter();
                    by.all(|column| !row.field(&column.name).is_absent())
                };
                rows.retain(is_whole);
            }
            return rows;
        }
        Command::Sort(keys) => order::sort(&mut records, keys),
        Command::Dedup(names) => {
            let mut seen = HashSet::new();
            records.retain(|record| {
                let key: Option<Vec<String>> = names
                    .iter()
                    .map(|name| record.field(name).inner_text())
                    .collect();
                // A row that lacks one of the fields is no duplicate.
                key.is_none_or(|key| seen.insert(key))
            });
        }
        Command::Limit { rows, .. } => records.truncate(*rows),
        Command::Display(_) | Command::Estimate => {}
    }
    records
}

fn extract(extraction: &Extraction, record: &mut Record<'_>, manners: Manners) {
    let Some(text) = record.field(&extraction.field).inner_text() else {
        return;
    };
    let Some(found) = extraction.pattern.captures(&text) else {
        return;
    };
    for (index, name) in extraction.names.iter().enumerate() {
        let part = found.get(index + 1).map(|part| part.as_str().to_owned());
        if let Some(part) = part.or(manners.blank_groups.then(String::new)) {
            record.define(name, Value::Text(part));
        }
    }
}

fn row(record: &Record<'_>, columns: &[&str], manners: Manners) -> Row {
    columns
        .iter()
        .filter_map(|name| {
            let value = manners.written(record.field(name));
            Some(((*name).to_owned(), value.text(manners.times)?))
        })
        .collect()
}
