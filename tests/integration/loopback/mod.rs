//! A CloudWatch Logs service, and beside it the EKS API, on the loopback interface, for tests of everything that
//! speaks to the real ones.
//!
//! ```ignore
//! let cloudwatch = CloudWatch::builder()
//!     .group(LogGroup::named("/aws/eks/prod-1/cluster").events_from_audit_log(stream, reader))
//!     .polls_until_complete(2)
//!     .page_size(100)
//!     .start();
//! cloudwatch.fault(Operation::GetQueryResults, When::Nth(2), Fault::Throttle);
//! // run something with AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=cloudwatch.endpoint()
//! assert_eq!(cloudwatch.calls_of("StopQuery").len(), 1);
//! ```
//!
//! # Architecture
//!
//! - [`Builder`] collects [`LogGroup`]s and settings and starts a [`CloudWatch`], the handle with which a test orders
//!   [`Fault`]s and reads back [`Call`]s and [`QuerySeen`].
//! - `server` speaks HTTP and AWS JSON 1.1 on a thread of its own, so that plain synchronous tests can use it.
//! - `signer` tells by the signature's scope which service a call is for, when several share the address. Signatures
//!   are not verified.
//! - `rest` reads the calls of the EKS API, which are paths where CloudWatch's are a header.
//! - `sts` tells whose credentials signed a call, and gives out those of roles.
//! - `service` is one account in one Region: it meets faults, keeps the quotas and hands a call to its file in
//!   `operations`.
//! - `query_run` is the life of one query: Scheduled, Running with the rows of a part of the events, and its end.
//! - [`S3`] is a service of its own: objects, listed in pages and sent in ranges.
//! - `insights` compiles and executes the query's text. No query is recognised by its name or shape: what is not in
//!   the documented language is refused, so a test with a wrong query fails.
//!
//! What the documentation leaves open is either a setting of the builder or refused; the places say so.

// Tests come to use more and more of it; what no test uses yet is still part of the service.
#![allow(dead_code, unused_imports)]

mod answer_body;
mod builder;
mod cloudwatch;
mod eks_cluster;
mod exception;
mod fault;
mod input;
mod insights;
mod journal;
mod log_group;
mod operation;
mod operations;
mod query_run;
mod quota;
mod rest;
mod s3;
mod server;
mod service;
mod settings;
mod signer;
mod sts;

#[cfg(test)]
mod tests;

pub(crate) use builder::Builder;
pub(crate) use cloudwatch::CloudWatch;
pub(crate) use eks_cluster::EksCluster;
pub(crate) use exception::Exception;
pub(crate) use fault::{Fault, When};
pub(crate) use insights::{AggregatedTime, Manners};
pub(crate) use journal::{Call, End, Fate, QuerySeen};
pub(crate) use log_group::{LogClass, LogGroup};
pub(crate) use operation::Operation;
pub(crate) use quota::Quotas;
pub(crate) use s3::{ObjectFault, S3, S3Request};
