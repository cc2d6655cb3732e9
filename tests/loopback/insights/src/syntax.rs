//! A compiled query as data: the commands in their order, and the expressions inside them.

use regex::Regex;

use super::functions::Function;

/// One command of the pipeline.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    /// `fields a, f(b) as c`
    Fields(Vec<Column>),
    /// `display a, b`
    Display(Vec<String>),
    /// `filter <boolean expression>`
    Filter(Expression),
    /// `parse [field] "glob" as a, b` and `parse [field] /regex/`
    Parse(Extraction),
    /// `stats f(a) as b by c`
    Stats(Aggregation),
    /// `sort a desc, b asc`
    Sort(Vec<SortKey>),
    /// `dedup a, b`
    Dedup(Vec<String>),
    /// `limit 20`, `limit any 20`
    Limit {
        rows: usize,
        /// Whether any rows will do, so that the scan ends with the last of them.
        any: bool,
    },
    /// `estimate`
    Estimate,
}

/// An expression under the name that it has in the rows.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Where the value comes from.
    pub(crate) expression: Expression,
    /// The alias, or the expression as it was written.
    pub(crate) name: String,
    /// Whether the name was given with `as`.
    pub(crate) aliased: bool,
}

/// What `parse` takes out of which field.
#[derive(Debug, Clone)]
pub(crate) struct Extraction {
    /// The field that is searched.
    pub(crate) field: String,
    /// The pattern; a glob is turned into a regular expression.
    pub(crate) pattern: Regex,
    /// The new fields, in the order of the pattern's captures.
    pub(crate) names: Vec<String>,
}

/// What `stats` computes for each group.
#[derive(Debug, Clone)]
pub(crate) struct Aggregation {
    /// The computed columns.
    pub(crate) columns: Vec<Column>,
    /// The columns that make a group.
    pub(crate) by: Vec<Column>,
}

/// One field to sort by.
#[derive(Debug, Clone)]
pub(crate) struct SortKey {
    /// The field.
    pub(crate) field: String,
    /// `desc`?
    pub(crate) descending: bool,
}

/// An expression.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    /// A field, by its full name.
    Field(String),
    /// A quoted string.
    Text(String),
    /// A number.
    Number(f64),
    /// `5m`, in milliseconds.
    Period(i64),
    /// `-a`
    Negative(Box<Self>),
    /// `a + b`
    Arithmetic(Box<Self>, Operator, Box<Self>),
    /// `a <= b`
    Comparison(Box<Self>, Comparison, Box<Self>),
    /// `a like "b"`, `a not like /b/`, `a =~ /b/`
    Like {
        value: Box<Self>,
        pattern: Pattern,
        negated: bool,
    },
    /// `a in ["b", "c"]`
    In {
        value: Box<Self>,
        list: Vec<Self>,
        negated: bool,
    },
    /// `a and b`
    And(Box<Self>, Box<Self>),
    /// `a or b`
    Or(Box<Self>, Box<Self>),
    /// `not a`
    Not(Box<Self>),
    /// `f(a, b)`
    Call(Function, Vec<Self>),
    /// `max(a)`; no argument is `count(*)`
    Aggregate(Aggregate, Option<Box<Self>>),
}

impl Expression {
    /// Whether this is TRUE or FALSE, which is all that `filter`, `and`, `or` and `not` take.
    pub(crate) fn is_boolean(&self) -> bool {
        match self {
            Self::Comparison(..) | Self::Like { .. } | Self::In { .. } => true,
            Self::And(..) | Self::Or(..) | Self::Not(_) => true,
            Self::Call(function, _) => function.is_boolean(),
            _ => false,
        }
    }

    /// Calls `visit` for this expression and everything inside it.
    pub(crate) fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        visit(self);
        match self {
            Self::Field(_) | Self::Text(_) | Self::Number(_) | Self::Period(_) => {}
            Self::Negative(inner) | Self::Not(inner) => inner.walk(visit),
            Self::Arithmetic(left, _, right) | Self::Comparison(left, _, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::And(left, right) | Self::Or(left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::Like { value, .. } => value.walk(visit),
            Self::In { value, list, .. } => {
                value.walk(visit);
                list.iter().for_each(|item| item.walk(visit));
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|item| item.walk(visit)),
            Self::Aggregate(_, argument) => {
                if let Some(argument) = argument {
                    argument.walk(visit);
                }
            }
        }
    }
}

/// What `like` looks for.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    /// A part of the value, letter by letter.
    Substring(String),
    /// A regular expression that is found anywhere in the value.
    Regex(Regex),
}

/// `+ - * / % ^`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// `= != < <= > >=`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The functions that turn many events into one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Count,
    CountDistinct,
    Min,
    Max,
    Sum,
    Average,
    Earliest,
    Latest,
    SortsFirst,
    SortsLast,
}

impl Aggregate {
    /// The function of that name; names are written as the documentation writes them.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "count" => Self::Count,
            "count_distinct" => Self::CountDistinct,
            "min" => Self::Min,
            "max" => Self::Max,
            "sum" => Self::Sum,
            "avg" => Self::Average,
            "earliest" => Self::Earliest,
            "latest" => Self::Latest,
            "sortsFirst" => Self::SortsFirst,
            "sortsLast" => Self::SortsLast,
            _ => return None,
        })
    }
}
