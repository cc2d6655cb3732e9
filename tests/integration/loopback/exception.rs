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
    /// Where in the query, for a query that does not compile.
    pub(crate) place: Option<usize>,
}

impl Exception {
    pub(crate) fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            name,
            message: message.into(),
            place: None,
        }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same with the HTTP status that the EKS API gives it, which tells its errors apart by their status too.
    pub(crate) fn of_eks(self) -> Self {
        let status = match self.name {
            "ResourceNotFoundException" => StatusCode::NOT_FOUND,
            "AccessDeniedException" | "ExpiredTokenException" | "UnrecognizedClientException" => {
                StatusCode::FORBIDDEN
            }
            "ThrottlingException" => StatusCode::TOO_MANY_REQUESTS,
            _ => self.status,
        };
        self.with_status(status)
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

    /// The body.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({"__type": self.name, "message": self.message});
        if let Some(place) = self.place {
            body["queryCompileError"] = json!({
                "location": {"startCharOffset": place, "endCharOffset": place},
                "message": self.message,
            });
        }
        body
    }
}

impl From<Malformed> for Exception {
    fn from(malformed: Malformed) -> Self {
        Self {
            place: malformed.at,
            ..Self::new("MalformedQueryException", malformed.to_string())
        }
    }
}
