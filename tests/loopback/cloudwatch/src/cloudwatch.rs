//! The handle that a test holds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loopback_aws::Server;

use super::builder::Builder;
use super::calls::{self, Services};
use super::fault::{Fault, When};
use super::journal::{Call, QuerySeen};
use super::log_group::LogGroup;
use super::operation::Operation;
use super::service::Service;

/// A running service, which stops when it and all that share its address are dropped.
#[derive(Debug)]
pub struct CloudWatch {
    service: Arc<Service>,
    server: Arc<Server>,
}

impl CloudWatch {
    /// A service without groups that behaves well.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts several services at one address, in the order given: an SDK knows one endpoint for all Regions. Which of
    /// them a call reaches is told by the Region and, where one is named, the access key that signed it.
    pub fn start_together(builders: impl IntoIterator<Item = Builder>) -> Vec<Self> {
        let services: Vec<Arc<Service>> = builders
            .into_iter()
            .map(|builder| Arc::new(builder.service()))
            .collect();
        let shared: Services = services.clone().into();
        let answer = move |request| calls::answer(Arc::clone(&shared), request);
        let server = Arc::new(Server::start(answer));
        services
            .into_iter()
            .map(|service| Self {
                service,
                server: Arc::clone(&server),
            })
            .collect()
    }

    /// Where it listens: the value for `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Orders a fault; its calls are counted from now.
    pub fn fault(&self, operation: Operation, when: When, fault: Fault) {
        self.service.state().faults.plan(operation, when, fault);
    }

    /// Takes all faults back.
    pub fn behave(&self) {
        self.service.state().faults.clear();
    }

    /// All calls in the order of their arrival, refused ones too.
    pub fn calls(&self) -> Vec<Call> {
        self.service.state().calls()
    }

    /// The calls of one operation, by its name.
    pub fn calls_of(&self, operation: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.operation == operation);
        calls
    }

    /// The bytes that all of its log groups hold.
    pub fn stored_bytes(&self) -> i64 {
        self.service.groups.iter().map(LogGroup::size).sum()
    }

    /// Waits until an operation was called so often. Panics after ten seconds, which is longer than any test waits
    /// for something that happens.
    pub fn wait_for(&self, operation: &str, calls: usize) {
        let began = Instant::now();
        while self.calls_of(operation).len() < calls {
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "{operation} is not called"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The queries that were started, and what they have come to.
    pub fn queries(&self) -> Vec<QuerySeen> {
        self.service.state().queries_seen(&self.service)
    }

    /// How many queries run now.
    pub fn running(&self) -> usize {
        self.service.running(&self.service.state())
    }

    /// The most queries that ever ran at once.
    pub fn peak_running(&self) -> usize {
        self.service.state().peak_running
    }
}
