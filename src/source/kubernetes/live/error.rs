//! What can go wrong with a live cluster, in sentences with the next thing to do.

use super::ANSWERED_WITHIN;
use crate::source::kubernetes::pod_list::COMMAND;

/// Why the pods of a live cluster could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// There is no usable kubeconfig.
    #[error("cannot use the kubeconfig{place}: {reason}")]
    Kubeconfig {
        /// Its path, where one was named.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It has no such context.
    #[error("the kubeconfig has no context {name:?}; {known}")]
    NoContext {
        /// The name that was given.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// There are no credentials to be had.
    #[error("no credentials for the API server of {place}: {reason}")]
    Credentials {
        /// The context.
        place: String,
        /// What happened.
        reason: String,
    },
    /// The API server does not know the credentials.
    #[error(
        "the API server of {place} rejects the credentials (401): they have expired, or belong \
         to another cluster. Log in again, and check with: kubectl get pods -A --limit=1{context}"
    )]
    Unauthorized {
        /// The context.
        place: String,
        /// It as an option of kubectl.
        context: String,
    },
    /// The credentials may not list pods.
    #[error(
        "the API server of {place} does not allow listing pods (403): {message}. What is needed is \
         in deploy/kubernetes/pod-reader.yaml; check with: kubectl auth can-i list pods -A{context}"
    )]
    Forbidden {
        /// The context.
        place: String,
        /// What the API server says.
        message: String,
        /// It as an option of kubectl.
        context: String,
    },
    /// The list changed faster than it could be read.
    #[error(
        "the API server of {place} ended the list of {resource} in the middle {times} times (410): \
         its pages expire before they are read. Try again, or save the list: {}",
        COMMAND
    )]
    Expired {
        /// The context.
        place: String,
        /// What was listed.
        resource: &'static str,
        /// How often it was begun.
        times: usize,
    },
    /// It does not answer.
    #[error(
        "the API server of {place} did not respond within {} s. Save the list from where it \
         does, and use --pods FILE: {}",
        ANSWERED_WITHIN.as_secs(),
        COMMAND
    )]
    TimedOut {
        /// The context.
        place: String,
    },
    /// Anything else.
    #[error("cannot list {resource} of {place}: {reason}")]
    Other {
        /// The context.
        place: String,
        /// What was listed.
        resource: &'static str,
        /// What happened.
        reason: String,
    },
}
