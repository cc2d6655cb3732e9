//! What an expression is worth for one row, or for the rows of one group.

use std::cmp::Ordering;

use super::aggregation;
use super::functions::Function;
use super::record::Record;
use super::syntax::{Comparison, Expression, Operator, Pattern};
use super::value::Value;

/// What an expression is evaluated for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope<'s, 'e> {
    /// One row.
    Row(&'s Record<'e>),
    /// The rows of a group; fields have a value only inside an aggregation function.
    Group(&'s [Record<'e>]),
}

/// The value of an expression.
pub(crate) fn value(expression: &Expression, scope: Scope<'_, '_>) -> Value {
    match expression {
        Expression::Field(name) => match scope {
            Scope::Row(record) => record.field(name),
            Scope::Group(_) => Value::Absent,
        },
        Expression::Text(text) => Value::Text(text.clone()),
        Expression::Number(number) => Value::Number(*number),
        Expression::Period(millis) => Value::Number(*millis as f64),
        Expression::Negative(inner) => value(inner, scope)
            .number()
            .map_or(Value::Absent, |number| Value::Number(-number)),
        Expression::Arithmetic(left, operator, right) => {
            arithmetic(&value(left, scope), *operator, &value(right, scope))
        }
        Expression::Call(Function::Bin, arguments) => {
            let time = match scope {
                Scope::Row(record) => record.time(),
                Scope::Group(_) => Value::Absent,
            };
            Function::Bin.call(&[time, value(&arguments[0], scope)])
        }
        Expression::Call(function, arguments) => {
            let values: Vec<Value> = arguments
                .iter()
                .map(|argument| value(argument, scope))
                .collect();
            function.call(&values)
        }
        Expression::Aggregate(aggregate, argument) => match scope {
            Scope::Group(records) => aggregation::value(*aggregate, argument.as_deref(), records),
            Scope::Row(_) => Value::Absent,
        },
        boolean => Value::Truth(holds(boolean, scope)),
    }
}

/// Whether a Boolean expression is TRUE.
pub(crate) fn holds(expression: &Expression, scope: Scope<'_, '_>) -> bool {
    match expression {
        Expression::And(left, right) => holds(left, scope) && holds(right, scope),
        Expression::Or(left, right) => holds(left, scope) || holds(right, scope),
        Expression::Not(inner) => !holds(inner, scope),
        Expression::Comparison(left, comparison, right) => {
            compare(&value(left, scope), *comparison, &value(right, scope))
        }
        Expression::In {
            value: tested,
            list,
            negated,
        } => {
            let tested = value(tested, scope);
            let found = list
                .iter()
                .any(|item| compare(&tested, Comparison::Equal, &value(item, scope)));
            found != *negated
        }
        Expression::Like {
            value: tested,
            pattern,
            negated,
        } => {
            let found = value(tested, scope)
                .inner_text()
                .is_some_and(|text| match pattern {
                    Pattern::Substring(part) => text.contains(part),
                    Pattern::Regex(regex) => regex.is_match(&text),
                });
            found != *negated
        }
        other => value(other, scope) == Value::Truth(true),
    }
}

/// Compares. That an absent value is unequal to everything and in no order with anything is assumed.
fn compare(left: &Value, comparison: Comparison, right: &Value) -> bool {
    let order = if left.is_absent() || right.is_absent() {
        None
    } else {
        left.compare(right)
    };
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}

/// Calculates; what is no number has no result.
fn arithmetic(left: &Value, operator: Operator, right: &Value) -> Value {
    let (Some(left), Some(right)) = (left.number(), right.number()) else {
        return Value::Absent;
    };
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
        Operator::Power => left.powf(right),
    };
    if result.is_finite() {
        Value::Number(result)
    } else {
        Value::Absent
    }
}
