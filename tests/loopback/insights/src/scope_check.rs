//! The rules about names and about which command may follow which. Real answers that people have published are the
//! source of the messages; where a combination is not documented, it is refused.
//!
//! Published: a name that `parse` or an alias has defined can be used, but not defined again, and naming it in a later
//! `fields` defines it; `parse` cannot define the name of a field that events have; after `stats` only its columns
//! are known; after `dedup` only `limit` may stand. Assumed: an alias cannot take the name of such a field either.

use std::collections::HashSet;

use super::refusal::Malformed;
use super::syntax::{Column, Command, Expression};

/// Fields that every event may have without any being discovered.
pub(crate) const SYSTEM_FIELDS: [&str; 9] = [
    "@timestamp",
    "@ingestionTime",
    "@message",
    "@logStream",
    "@log",
    "@ptr",
    "@aws.account",
    "@aws.region",
    "@source.log",
];

/// What holds after the commands so far.
#[derive(Debug, Default)]
struct Seen<'c> {
    /// Names that a command has defined, or that `fields` has named.
    named: HashSet<&'c str>,
    /// Whether only the output of `stats` is left to refer to.
    aggregated: bool,
    stats: usize,
    commands: usize,
    ended_by: Option<&'static str>,
    sorted: bool,
}

/// Checks a query against the names that the queried groups' events hold.
pub(crate) fn check(
    commands: &[Command],
    discovered: &dyn Fn(&str) -> bool,
) -> Result<(), Malformed> {
    let mut seen = Seen::default();
    for command in commands {
        seen.follows(command)?;
        match command {
            Command::Fields(columns) => {
                seen.known(columns)?;
                for column in columns {
                    if column.aliased && is_taken(&column.name, discovered) {
                        return Err(Malformed::defined_twice(&column.name));
                    }
                    seen.define(&column.name)?;
                }
            }
            Command::Display(names) | Command::Dedup(names) => {
                names.iter().try_for_each(|name| seen.knows(name))?;
            }
            Command::Filter(condition) => seen.knows_all(condition)?,
            Command::Parse(extraction) => {
                seen.knows(&extraction.field)?;
                for name in &extraction.names {
                    if is_taken(name, discovered) {
                        return Err(Malformed::defined_twice(name));
                    }
                    seen.define(name)?;
                }
            }
            Command::Stats(aggregation) => {
                seen.known(&aggregation.columns)?;
                seen.known(&aggregation.by)?;
                let aliases = aggregation
                    .by
                    .iter()
                    .chain(&aggregation.columns)
                    .filter(|c| c.aliased);
                for alias in aliases {
                    if seen.named.contains(alias.name.as_str()) || is_taken(&alias.name, discovered)
                    {
                        return Err(Malformed::defined_twice(&alias.name));
                    }
                }
                seen.named.clear();
                seen.aggregated = true;
                seen.stats += 1;
                for column in aggregation.by.iter().chain(&aggregation.columns) {
                    seen.define(&column.name)?;
                }
            }
            Command::Sort(keys) => keys.iter().try_for_each(|key| seen.knows(&key.field))?,
            Command::Limit { .. } | Command::Estimate => {}
        }
    }
    Ok(())
}

/// Whether events have such a field already.
fn is_taken(name: &str, discovered: &dyn Fn(&str) -> bool) -> bool {
    SYSTEM_FIELDS.contains(&name) || discovered(name)
}

impl<'c> Seen<'c> {
    /// Whether the command may stand here.
    fn follows(&mut self, command: &Command) -> Result<(), Malformed> {
        let (name, ends) = match command {
            Command::Fields(_) => ("fields", None),
            Command::Display(_) => ("display", None),
            Command::Filter(_) => ("filter", None),
            Command::Parse(_) => ("parse", None),
            Command::Stats(_) => ("stats", None),
            Command::Sort(_) => ("sort", None),
            Command::Dedup(_) => ("dedup", Some("dedup")),
            Command::Limit { .. } => ("limit", Some("limit")),
            Command::Estimate => ("estimate", Some("estimate")),
        };
        let allowed = match self.ended_by {
            None => true,
            Some("dedup") => matches!(name, "limit" | "estimate"),
            Some("limit") => matches!(name, "display" | "estimate"),
            Some(_) => false,
        };
        let repeated = (name == "sort" && self.sorted) || (name == "stats" && self.stats == 2);
        // Sorting and limiting belong behind the last stats.
        let too_late = name == "stats" && self.sorted;
        // What any rows would be of rows that need all events is not documented.
        let too_many = matches!(command, Command::Limit { any: true, .. })
            && (self.aggregated || self.sorted || self.ended_by.is_some());
        let alone = name == "estimate" && self.commands == 0;
        if !allowed || repeated || too_late || too_many || alone {
            return Err(Malformed::without_place(format!(
                "unexpected symbol found {name}"
            )));
        }
        if self.aggregated && name == "parse" {
            return Err(Malformed::without_place("parse cannot follow stats"));
        }
        self.sorted |= name == "sort";
        self.ended_by = ends.or(self.ended_by);
        self.commands += 1;
        Ok(())
    }

    fn define(&mut self, name: &'c str) -> Result<(), Malformed> {
        if self.named.insert(name) {
            return Ok(());
        }
        Err(Malformed::defined_twice(name))
    }

    fn known(&self, columns: &[Column]) -> Result<(), Malformed> {
        columns
            .iter()
            .try_for_each(|column| self.knows_all(&column.expression))
    }

    fn knows_all(&self, expression: &Expression) -> Result<(), Malformed> {
        let mut result = Ok(());
        expression.walk(&mut |inner| {
            let checked = match inner {
                Expression::Field(name) => self.knows(name),
                _ => Ok(()),
            };
            if result.is_ok() {
                result = checked;
            }
        });
        result
    }

    /// After `stats` only its columns are known.
    fn knows(&self, name: &str) -> Result<(), Malformed> {
        if !self.aggregated || self.named.contains(name) {
            return Ok(());
        }
        Err(Malformed::without_place(format!(
            "Unknown symbols found in or after stats: {name}"
        )))
    }
}
