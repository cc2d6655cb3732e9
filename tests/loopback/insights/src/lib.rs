//! What CloudWatch documents of Logs Insights QL, executed on recorded events.
//!
//! [`Query::compile`] takes a query's text through `lexer` and the two parsers into the commands of `syntax`, to which
//! `scope_check` applies the rules about names and order; [`Query::execute`] runs them over [`Event`]s. Log groups,
//! windows and the limits of calls are the service's.
//!
//! Whatever is not known is refused with a [`Malformed`]: a query with a mistake must fail its test, and so must one
//! that relies on something that the documentation leaves open.

mod aggregation;
mod command_parser;
mod compiled;
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

pub use command_parser::MOST_ROWS;
pub use execution::{Answer, Query, Row};
pub use manners::Manners;
pub use record::Event;
pub use refusal::Malformed;
pub use value::AggregatedTime;
