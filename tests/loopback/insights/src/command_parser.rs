//! Tokens to commands.

use super::expression_parser::Parser;
use super::glob;
use super::lexer::Token;
use super::refusal::Malformed;
use super::syntax::{Aggregation, Column, Command, Expression, Extraction, SortKey};

/// The most rows that `limit` may ask for.
pub const MOST_ROWS: usize = 100_000;

/// The commands of a query, in their order.
pub(crate) fn commands(text: &str) -> Result<Vec<Command>, Malformed> {
    let mut parser = Parser::new(text);
    let mut commands = Vec::new();
    loop {
        commands.push(command(&mut parser)?);
        if parser.peek()? == Token::End {
            return Ok(commands);
        }
        parser.expect_symbol("|")?;
    }
}

fn command(parser: &mut Parser<'_>) -> Result<Command, Malformed> {
    let Token::Word(word) = parser.peek()? else {
        return parser.unexpected("a command");
    };
    let known = [
        "fields", "display", "filter", "parse", "stats", "sort", "dedup", "limit", "estimate",
    ];
    if !known.contains(&word.as_str()) {
        return parser.unexpected("a command");
    }
    parser.next()?;
    match word.as_str() {
        "fields" => fields(parser),
        "display" => Ok(Command::Display(names(parser)?)),
        "filter" => filter(parser),
        "parse" => parse(parser),
        "stats" => stats(parser),
        "sort" => sort(parser),
        "dedup" => Ok(Command::Dedup(names(parser)?)),
        "limit" => limit(parser),
        _ => Ok(Command::Estimate),
    }
}

fn names(parser: &mut Parser<'_>) -> Result<Vec<String>, Malformed> {
    let mut names = vec![parser.field()?];
    while parser.take_symbol(",")? {
        names.push(parser.field()?);
    }
    Ok(names)
}

fn columns(parser: &mut Parser<'_>) -> Result<Vec<Column>, Malformed> {
    let mut columns = vec![column(parser)?];
    while parser.take_symbol(",")? {
        columns.push(column(parser)?);
    }
    Ok(columns)
}

fn column(parser: &mut Parser<'_>) -> Result<Column, Malformed> {
    let start = parser.position();
    let expression = parser.expression()?;
    let written = parser.written_since(start).to_owned();
    if parser.take_word("as")? {
        let name = parser.field()?;
        return Ok(Column {
            expression,
            name,
            aliased: true,
        });
    }
    let name = match &expression {
        Expression::Field(field) => field.clone(),
        _ => written,
    };
    Ok(Column {
        expression,
        name,
        aliased: false,
    })
}

fn fields(parser: &mut Parser<'_>) -> Result<Command, Malformed> {
    let at = parser.position();
    let columns = columns(parser)?;
    for column in &columns {
        outside_of_stats(&column.expression, at)?;
    }
    Ok(Command::Fields(columns))
}

fn outside_of_stats(expression: &Expression, at: usize) -> Result<(), Malformed> {
    if holds_aggregate(expression) {
        return Err(Malformed::new(
            "an aggregation function belongs into stats",
            at,
        ));
    }
    Ok(())
}

fn filter(parser: &mut Parser<'_>) -> Result<Command, Malformed> {
    let at = parser.position();
    let condition = parser.expression()?;
    outside_of_stats(&condition, at)?;
    if !condition.is_boolean() {
        return Err(Malformed::new("filter needs a Boolean expression", at));
    }
    Ok(Command::Filter(condition))
}

fn parse(parser: &mut Parser<'_>) -> Result<Command, Malformed> {
    let field = match parser.peek()? {
        Token::Text(_) | Token::Symbol("/") => "@message".to_owned(),
        _ => parser.field()?,
    };
    let at = parser.position();
    if let Some(pattern) = parser.regex()? {
        let names: Vec<String> = pattern
            .capture_names()
            .flatten()
            .map(str::to_owned)
            .collect();
        if names.is_empty() || names.len() + 1 != pattern.captures_len() {
            return Err(Malformed::new(
                "every group of a parsed expression needs a name",
                at,
            ));
        }
        return Ok(Command::Parse(Extraction {
            field,
            pattern,
            names,
        }));
    }
    let Token::Text(pattern) = parser.peek()? else {
        return parser.unexpected("a string or a regular expression");
    };
    parser.next()?;
    if !parser.take_word("as")? {
        return parser.unexpected("as");
    }
    let names = names(parser)?;
    if names.len() != glob::wildcards(&pattern) {
        return Err(Malformed::new("parse needs one name for each *", at));
    }
    let pattern = glob::regex(&pattern).map_err(|error| Malformed::new(error.to_string(), at))?;
    Ok(Command::Parse(Extraction {
        field,
        pattern,
        names,
    }))
}

fn stats(parser: &mut Parser<'_>) -> Result<Command, Malformed> {
    let at = parser.position();
    let columns = columns(parser)?;
    let by = if parser.take_word("by")? {
        self::columns(parser)?
    } else {
        Vec::new()
    };
    if columns
        .iter()
        .any(|column| !is_aggregated(&column.expression))
    {
        return Err(Malformed::new(
            "stats needs an aggregation function in each column",
            at,
        ));
    }
    if by.iter().any(|column| holds_aggregate(&column.expression)) {
        return Err(Malformed::new(
            "no aggregation function can stand behind by",
            at,
        ));
    }
    Ok(Command::Stats(Aggregation { columns, by }))
}

/// Whether every field stands inside an aggregation function, none of them inside another, and there is one.
fn is_aggregated(expression: &Expression) -> bool {
    match expression {
        Expression::Field(_) => false,
        Expression::Aggregate(_, argument) => argument
            .as_ref()
            .is_none_or(|argument| !holds_aggregate(argument)),
        Expression::Negative(inner) => is_aggregated(inner),
        Expression::Arithmetic(left, _, right) => {
            let aggregated =
                |side: &Expression| is_aggregated(side) || matches!(side, Expression::Number(_));
            aggregated(left) && aggregated(right) && holds_aggregate(expression)
        }
        Expression::Call(_, arguments) => {
            holds_aggregate(expression)
                && arguments.iter().all(|argument| {
                    is_aggregated(argument)
                        || matches!(
                            argument,
                            Expression::Number(_) | Expression::Text(_) | Expression::Period(_)
                        )
                })
        }
        _ => false,
    }
}

/// Whether an aggregation function stands anywhere in it.
fn holds_aggregate(expression: &Expression) -> bool {
    let mut found = false;
    expression.walk(&mut |inner| found |= matches!(inner, Expression::Aggregate(..)));
    found
}

fn sort(parser: &mut Parser<'_>) -> Result<Command, Malformed> {
    let mut keys = Vec::new();
    loop {
        let field = parser.field()?;
        let descending = parser.take_word("desc")?;
        // What the direction is when none is given is not documented.
        if !descending && !parser.take_word("asc")? {
            return parser.unexpected("asc or desc");
        }
        keys.push(SortKey { field, descending });
        if !parser.take_symbol(",")? {
            return Ok(Command::Sort(keys));
        }
    }
}

fn limit(parser: &mut Parser<'_>) -> Result<Command, Malformed> {
    let any = parser.take_word("any")?;
    let at = parser.position();
    let Token::Number(number) = parser.peek()? else {
        return parser.unexpected("a number");
    };
    parser.next()?;
    if number.fract() != 0.0 || number < 1.0 || number > MOST_ROWS as f64 {
        return Err(Malformed::new(
            format!("limit is between 1 and {MOST_ROWS}"),
            at,
        ));
    }
    Ok(Command::Limit {
        rows: number as usize,
        any,
    })
}
