//! The query language: what CloudWatch documents of Logs Insights QL, executed on recorded events.
//!
//! A query's text goes through [`Lexer`](lexer::Lexer) and [`Parser`](expression_parser::Parser) into
//! [`Command`]s; [`scope_check`] applies the rules about names and order; [`Query::execute`] runs the commands over
//! [`Event`]s. Whatever is not known is refused with a [`Malformed`]: a query with a mistake must fail its test, and
//! so must one that relies on something that the documentation leaves open.

mod aggregation;
mod command_parser;
mod discovery;
mod evaluation;
mod execution;
mod expression_parser;
mod functions;
mod glob;
mod lexer;
mod manners;
mod order;
mod period;
mod record;
mod refusal;
mod scope_check;
mod syntax;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use command_parser::MOST_ROWS;
pub(crate) use execution::{Answer, Query, Row};
pub(crate) use manners::Manners;
pub(crate) use record::Event;
pub(crate) use refusal::Malformed;
pub(crate) use value::AggregatedTime;
