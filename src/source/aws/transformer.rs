//! What changes the events of a log group before a query sees them, as far as a failure tells of it.

/// What is known of the transformer of a log group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Transformer {
    /// Nothing, and why, where there was an answer.
    #[default]
    Unknown,
    /// The log group has none of its own; one of the account is not told.
    None,
    /// Its processors, in their order, as the API names them.
    Found(String),
}
