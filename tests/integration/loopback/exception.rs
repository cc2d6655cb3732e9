//! The errors that the service answers with, as they travel.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::insights::Malformed;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exception {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The error's name, such as `ResourceNotFoundException`.
    pub(crate) name: &'static str,
    /// The sentence for people.
    pub(crate) message: String,
}

impl Exception {
    pub(crate) fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            name,
            message: message.into(),
        }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    pub(crate) fn throttled() -> Self {
        Self::new("ThrottlingException", "Rate exceeded")
    }

    pub(crate) fn unknown_credentials() -> Self {
        Self::new(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    pub(crate) fn too_many_queries(most: usize) -> Self {
        Self::new(
            "LimitExceededException",
            format!("Account maximum query concurrency limit of [{most}] reached."),
        )
    }

    /// The body; a query that does not compile also says where.
    pub(crate) fn body(&self) -> Value {
        json!({"__type": self.name, "message": self.message})
    }
}

impl From<Malformed> for Exception {
    fn from(malformed: Malformed) -> Self {
        Self::new("MalformedQueryException", malformed.to_string())
    }
}
