//! The errors that services answer with, as they travel.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The HTTP status.
    pub status: StatusCode,
    /// The error's name, such as `ResourceNotFoundException`.
    pub name: &'static str,
    /// The sentence for people.
    pub message: String,
    /// What it tells in further members, such as the place in a query.
    pub details: Map<String, Value>,
}

impl Exception {
    /// An error of the client, HTTP 400.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            name,
            message: message.into(),
            details: Map::new(),
        }
    }

    /// The same with a member more.
    pub fn with_detail(mut self, member: &str, value: Value) -> Self {
        self.details.insert(member.to_owned(), value);
        self
    }

    /// The same with another HTTP status.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// `InvalidParameterException`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// `ResourceNotFoundException`.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    /// `ThrottlingException`.
    pub fn throttled() -> Self {
        Self::new("ThrottlingException", "Rate exceeded")
    }

    /// `UnrecognizedClientException`: nobody has these credentials.
    pub fn unknown_credentials() -> Self {
        Self::new(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    /// The body.
    pub fn body(&self) -> Value {
        let mut body = self.details.clone();
        body.insert("__type".to_owned(), json!(self.name));
        body.insert("message".to_owned(), json!(self.message));
        Value::Object(body)
    }
}
