//! The handle that a test holds.

use std::sync::Arc;

use super::builder::Builder;
use super::fault::{Fault, When};
use super::journal::{Call, QuerySeen};
use super::log_group::LogGroup;
use super::operation::Operation;
use super::server::Server;
use super::service::Service;
use super::settings::Settings;

/// A running service, which stops when it is dropped.
#[derive(Debug)]
pub(crate) struct CloudWatch {
    service: Arc<Service>,
    server: Server,
}

impl CloudWatch {
    /// A service without groups that behaves well.
    pub(crate) fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn start(settings: Settings, groups: Vec<LogGroup>) -> Self {
        let service = Arc::new(Service::new(settings, groups));
        let server = Server::start(Arc::clone(&service));
        Self { service, server }
    }

    /// Where it listens: the value for `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Orders a fault; its calls are counted from now.
    pub(crate) fn fault(&self, operation: Operation, when: When, fault: Fault) {
        self.service.state().faults.plan(operation, when, fault);
    }

    /// Takes all faults back.
    pub(crate) fn behave(&self) {
        self.service.state().faults.clear();
    }

    /// All calls in the order of their arrival, refused ones too.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.service.state().calls()
    }

    /// The calls of one operation, by its name.
    pub(crate) fn calls_of(&self, operation: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.operation == operation);
        calls
    }

    /// The queries that were started, and what they have come to.
    pub(crate) fn queries(&self) -> Vec<QuerySeen> {
        self.service.state().queries_seen(&self.service)
    }

    /// How many queries run now.
    pub(crate) fn running(&self) -> usize {
        self.service.running(&self.service.state())
    }

    /// The most queries that ever ran at once.
    pub(crate) fn peak_running(&self) -> usize {
        self.service.state().peak_running
    }
}
