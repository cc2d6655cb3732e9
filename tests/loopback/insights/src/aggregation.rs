//! `stats`: groups, and the functions that make one value of a group.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::evaluation::{self, Scope};
use super::order;
use super::record::Record;
use super::syntax::{Aggregate, Aggregation, Expression};
use super::value::Value;

/// One row for each group, in the order in which the groups first appear.
pub(crate) fn rows<'e>(aggregation: &Aggregation, records: Vec<Record<'e>>) -> Vec<Record<'e>> {
    let mut groups: Vec<(Vec<Value>, Vec<Record<'e>>)> = Vec::new();
    let mut places: HashMap<Vec<Option<String>>, usize> = HashMap::new();
    for record in records {
        let values: Vec<Value> = aggregation
            .by
            .iter()
            .map(|column| evaluation::value(&column.expression, Scope::Row(&record)))
            .collect();
        let key = values.iter().map(Value::inner_text).collect();
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((values, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(record);
    }
    // Without `by` there is always one row, even for no event at all.
    if groups.is_empty() && aggregation.by.is_empty() {
        groups.push((Vec::new(), Vec::new()));
    }
    groups
        .into_iter()
        .map(|(values, records)| row(aggregation, values, &records))
        .collect()
}

fn row<'e>(aggregation: &Aggregation, values: Vec<Value>, records: &[Record<'e>]) -> Record<'e> {
    let mut row = Record {
        event: None,
        defined: Vec::new(),
    };
    for (column, value) in aggregation.by.iter().zip(values) {
        row.define(&column.name, value);
    }
    for column in &aggregation.columns {
        let value = evaluation::value(&column.expression, Scope::Group(records));
        row.define(&column.name, value);
    }
    row
}

/// One function over the rows of a group.
pub(crate) fn value(
    aggregate: Aggregate,
    argument: Option<&Expression>,
    records: &[Record<'_>],
) -> Value {
    let Some(argument) = argument else {
        return Value::Number(records.len() as f64);
    };
    let present: Vec<(Value, &Record<'_>)> = records
        .iter()
        .map(|record| (evaluation::value(argument, Scope::Row(record)), record))
        .filter(|(value, _)| !value.is_absent())
        .collect();
    let values = || present.iter().map(|(value, _)| value);
    let numbers = || values().filter_map(Value::number);
    match aggregate {
        Aggregate::Count => Value::Number(present.len() as f64),
        Aggregate::CountDistinct => Value::Number(
            values()
                .filter_map(Value::inner_text)
                .collect::<HashSet<_>>()
                .len() as f64,
        ),
        Aggregate::Sum => sum(numbers()).map_or(Value::Absent, Value::Number),
        Aggregate::Average => {
            let count = numbers().count() as f64;
            sum(numbers()).map_or(Value::Absent, |sum| Value::Number(sum / count))
        }
        Aggregate::Min => extreme(values(), Ordering::Less),
        Aggregate::Max => extreme(values(), Ordering::Greater),
        Aggregate::Earliest => by_time(&present, Ordering::Less),
        Aggregate::Latest => by_time(&present, Ordering::Greater),
        Aggregate::SortsFirst => sorted(values(), Ordering::Less),
        Aggregate::SortsLast => sorted(values(), Ordering::Greater),
    }
}

fn sum(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    numbers.fold(None, |sum, number| Some(sum.unwrap_or(0.0) + number))
}

/// The least or greatest number. Values that are no numbers, such as digits with a space before them, do not take
/// part: whether they would is not documented, so no query may rely on it.
fn extreme<'v>(values: impl Iterator<Item = &'v Value>, wanted: Ordering) -> Value {
    let mut best: Option<(f64, &Value)> = None;
    for value in values {
        let Some(number) = value.number() else {
            continue;
        };
        if best.is_none_or(|(best, _)| number.partial_cmp(&best) == Some(wanted)) {
            best = Some((number, value));
        }
    }
    best.map_or(Value::Absent, |(_, value)| aggregated(value))
}

/// The value in the earliest or latest event that has one; of several at that moment, the first or the last. That
/// events without the field are passed over is assumed.
fn by_time(present: &[(Value, &Record<'_>)], wanted: Ordering) -> Value {
    let mut best: Option<(f64, &Value)> = None;
    for (value, record) in present {
        let time = record.time().number().unwrap_or(0.0);
        let better = best.is_none_or(|(best, _)| match time.partial_cmp(&best) {
            Some(Ordering::Equal) => wanted == Ordering::Greater,
            order => order == Some(wanted),
        });
        if better {
            best = Some((time, value));
        }
    }
    best.map_or(Value::Absent, |(_, value)| aggregated(value))
}

fn sorted<'v>(values: impl Iterator<Item = &'v Value>, wanted: Ordering) -> Value {
    let mut best: Option<&Value> = None;
    for value in values {
        if best.is_none_or(|best| order::natural(value, best) == wanted) {
            best = Some(value);
        }
    }
    best.map_or(Value::Absent, aggregated)
}

fn aggregated(value: &Value) -> Value {
    match value {
        Value::Time(millis) => Value::AggregatedTime(*millis),
        other => other.clone(),
    }
}
